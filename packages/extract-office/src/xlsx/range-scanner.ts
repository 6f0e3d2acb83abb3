import type { ZipPackage } from "../package/zip-package.ts";
import { type CellRange, parseRange } from "../sheet/cell-reference.ts";

/** Most merged ranges of a sheet that are honoured. */
const MAX_MERGES = 100_000;
const MAX_CONDITIONAL = 1_000;
/** Longer than any tag looked for. */
const CARRY_CHARACTERS = 2_000;
const TAG = /<(?:\w+:)?(mergeCell|autoFilter)\s[^>]*?\bref\s*=\s*["']([A-Za-z0-9:$]+)["']/g;
/** Ranges whose look depends on their values, as the format and its extension write them. */
const CONDITIONAL =
  /<(?:\w+:)?conditionalFormatting\s[^>]*?\bsqref\s*=\s*["']([A-Za-z0-9:$ ]+)["']|<(?:\w+:)?sqref>([A-Za-z0-9:$ ]+)</g;

/**
 * Merged ranges and the filter range stand behind the rows that they concern. This pass over the raw text finds them
 * before the rows are read, so that rows can be given out as they come.
 */
export async function scanRanges(
  zip: ZipPackage,
  part: string,
): Promise<{
  readonly merges: readonly CellRange[];
  readonly filters: readonly CellRange[];
  readonly conditional: readonly CellRange[];
}> {
  const merges: CellRange[] = [];
  const filters: CellRange[] = [];
  const conditional: CellRange[] = [];
  let carry = "";
  for await (const piece of zip.stream(part)) {
    const text = carry + Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength).toString("latin1");
    let read = 0;
    if (text.includes("mergeCell") || text.includes("autoFilter")) {
      for (const match of text.matchAll(TAG)) {
        read = match.index + match[0].length;
        const range = parseRange(match[2]!);
        if (range === undefined) continue;
        if (match[1] === "autoFilter") filters.push(range);
        else if (merges.length < MAX_MERGES) merges.push(range);
      }
    }
    if (text.includes("sqref")) {
      for (const match of text.matchAll(CONDITIONAL)) {
        read = Math.max(read, match.index + match[0].length);
        for (const part of (match[1] ?? match[2] ?? "").split(" ")) {
          const range = parseRange(part);
          if (range !== undefined && conditional.length < MAX_CONDITIONAL) conditional.push(range);
        }
      }
    }
    carry = text.slice(Math.max(read, text.length - CARRY_CHARACTERS));
  }
  return { merges, filters, conditional };
}
