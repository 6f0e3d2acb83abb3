import type { PlacedElement } from "@groundwork/contracts";
import { firstAbove, tableLayoutOf } from "./table-layout.ts";

interface Range {
  readonly left: string;
  readonly top: number;
  readonly right: string;
  readonly bottom: number;
}

function parseRange(range: string | undefined): Range | undefined {
  if (range === undefined) return undefined;
  const match = /^([A-Z]+)(\d+)(?::([A-Z]+)(\d+))?$/.exec(range);
  if (match === null) return undefined;
  const [, left, top, right = left, bottom = top] = match;
  return { left: left!, top: Number(top), right: right!, bottom: Number(bottom) };
}

function columnNumber(letters: string): number {
  let number = 0;
  for (const letter of letters) number = number * 26 + letter.charCodeAt(0) - 64;
  return number;
}

/** Range of the rows of a table on a sheet whose lines lie in `start..end` of the canonical text. */
function rowsRange(element: PlacedElement, start: number, end: number): Range | undefined {
  const range = parseRange(element.location?.range);
  if (range === undefined || element.table === undefined) return range;
  const { rowOfLine, lineStarts } = tableLayoutOf(element, element.table);
  // A text that protection changed may have other lines than the table has rows.
  if (lineStarts.length - 1 !== rowOfLine.length) return range;
  // A line ends one before the next begins; one that ends where the slice begins is not in it.
  const first = Math.max(0, firstAbove(lineStarts, start - element.charStart + 1) - 1);
  const last = Math.min(rowOfLine.length - 1, firstAbove(lineStarts, end - element.charStart - 1) - 1);
  if (first > last) return range;
  return { ...range, top: range.top + rowOfLine[first]!, bottom: Math.min(range.bottom, range.top + rowOfLine[last]!) };
}

/** The smallest range in A1 notation that holds the cells of a slice; `undefined` when an element has none. */
export function rangeOfSlice(elements: readonly PlacedElement[], start: number, end: number): string | undefined {
  let union: Range | undefined;
  for (const element of elements) {
    const range = rowsRange(element, start, end);
    if (range === undefined) continue;
    union =
      union === undefined
        ? range
        : {
            left: columnNumber(range.left) < columnNumber(union.left) ? range.left : union.left,
            top: Math.min(range.top, union.top),
            right: columnNumber(range.right) > columnNumber(union.right) ? range.right : union.right,
            bottom: Math.max(range.bottom, union.bottom),
          };
  }
  if (union === undefined) return undefined;
  const from = `${union.left}${union.top}`;
  const to = `${union.right}${union.bottom}`;
  return from === to ? from : `${from}:${to}`;
}
