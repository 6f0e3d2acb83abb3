import type { DocumentElement } from "@groundwork/contracts";
import type { DetectedTexts, TextInContext } from "./detect-texts.ts";
import { shownText, tablePlaces } from "./table-places.ts";

/** UTF-16 units of a text on either side of a break that are looked at. */
const REACH = 120;
/** A piece of a number that was cut up: nothing but digits and what stands between them. */
const NUMBER_PIECE = /^[\d][\d \-.]{0,18}$/;

/** A part of a value that goes on in another text. Offsets are of its own text. */
export interface BrokenPart {
  readonly start: number;
  readonly end: number;
  readonly type: string;
  readonly score: number;
  readonly detector: string;
  /** The whole value, with a blank at each break. */
  readonly value: string;
  /** The whole value is replaced in its first part; the others hold the name of the type. */
  readonly isFirst: boolean;
}

interface Junction {
  /** What is shown to the detectors. */
  readonly text: string;
  /** The pieces of it: which text each comes from, where it stands in `text`, and where in its own. */
  readonly pieces: readonly {
    readonly index: number;
    readonly start: number;
    readonly end: number;
    readonly from: number;
  }[];
}

function joined(
  parts: readonly { readonly index: number; readonly text: string; readonly from: number }[],
  by: string,
): Junction {
  let text = "";
  const pieces = parts.map((part, place) => {
    if (place > 0) text += by;
    const start = text.length;
    text += part.text;
    return { index: part.index, start, end: text.length, from: part.from };
  });
  return { text, pieces };
}

/** Whether a value could go on from one text to the next: digits on both sides of the break. */
function mayGoOn(before: string, after: string): boolean {
  return /\d[\s\-.]*$/.test(before.slice(-REACH)) && /^[\s\-.]*\d/.test(after.slice(0, REACH));
}

/** Breaks between neighbouring elements at which a value may go on. */
export function elementJunctions(elements: readonly DocumentElement[]): Junction[] {
  const junctions: Junction[] = [];
  for (let index = 1; index < elements.length; index++) {
    const [before, after] = [elements[index - 1]!, elements[index]!];
    if (before.table !== undefined || after.table !== undefined || !mayGoOn(before.text, after.text)) continue;
    const from = Math.max(0, before.text.length - REACH);
    const parts = [
      { index: index - 1, text: before.text.slice(from), from },
      { index, text: after.text.slice(0, REACH), from: 0 },
    ];
    junctions.push(joined(parts, "\n"));
  }
  return junctions;
}

/** Rows of a table in which a number may be cut up over neighbouring cells. Indexes are those of the cells. */
export function cellJunctions(element: DocumentElement): Junction[] {
  const { table } = element;
  if (table === undefined) return [];
  const junctions: Junction[] = [];
  let run: { index: number; text: string; from: number; row: number; column: number }[] = [];
  const close = (): void => {
    if (run.length > 1) junctions.push(joined(run, " "));
    run = [];
  };
  for (const { cell: index } of tablePlaces(table)) {
    const cell = table.cells[index]!;
    const text = shownText(cell.text);
    const last = run.at(-1);
    if (!NUMBER_PIECE.test(text)) close();
    else {
      if (last !== undefined && (last.row !== cell.row || cell.column > last.column + 1)) close();
      run.push({ index, text, from: 0, row: cell.row, column: cell.column });
    }
  }
  close();
  return junctions;
}

export function junctionTexts(junctions: readonly Junction[]): TextInContext[] {
  return junctions.map(({ text }) => ({ text }));
}

/** Values that cross a break, as parts by the index of the text that they stand in. */
export function brokenParts(junctions: readonly Junction[], detected: DetectedTexts): Map<number, BrokenPart[]> {
  const parts = new Map<number, BrokenPart[]>();
  for (const { text, pieces } of junctions)
    for (const finding of detected.of({ text })) {
      const touched = pieces.filter(({ start, end }) => finding.start < end && finding.end > start);
      if (touched.length < 2) continue;
      touched.forEach(({ index, start, end, from }, place) => {
        const part: BrokenPart = {
          start: Math.max(finding.start, start) - start + from,
          end: Math.min(finding.end, end) - start + from,
          type: finding.type,
          score: finding.score,
          detector: finding.detector,
          value: text.slice(finding.start, finding.end).replace(/\s+/g, " "),
          isFirst: place === 0,
        };
        const known = parts.get(index);
        if (known === undefined) parts.set(index, [part]);
        else known.push(part);
      });
    }
  return parts;
}
