import { Trait } from "./characters.ts";
import { type Line, lineOf } from "./lines.ts";
import { listMarker } from "./lists.ts";

/** A run of lines that make one paragraph, heading or list item. */
export interface Paragraph {
  readonly lines: readonly Line[];
  readonly marker?: string;
  readonly breaks: ReadonlySet<number>;
}

/** A larger step than this (of the usual one) parts paragraphs. */
const MAX_STEP = 1.3;
const INDENT = 0.7;

/** Joins the lines of one region, in their order, into paragraphs. */
export function formParagraphs(region: readonly Line[]): Paragraph[] {
  const rightToLeft = region.filter((line) => (line.traits & Trait.rightToLeft) !== 0).length > 0.5 * region.length;
  if (!rightToLeft) return paragraphsOf(joinRows(region));
  // Written from right to left, a page is judged in its mirror image.
  const originals = new Map(region.map((line) => [{ ...line, left: -line.right, right: -line.left }, line]));
  return paragraphsOf([...originals.keys()]).map((paragraph) => ({
    ...paragraph,
    lines: paragraph.lines.map((line) => originals.get(line) ?? line),
  }));
}

function paragraphsOf(rows: readonly Line[]): Paragraph[] {
  const steps = usualSteps(rows);
  const paragraphs: Paragraph[] = [];
  let open: { lines: Line[]; marker?: string; textLeft: number; breaks: Set<number> } | undefined;
  const close = (): void => {
    if (open !== undefined)
      paragraphs.push({
        lines: open.lines,
        breaks: open.breaks,
        ...(open.marker === undefined ? {} : { marker: open.marker }),
      });
    open = undefined;
  };
  rows.forEach((line, index) => {
    const marked = listMarker(line);
    const found =
      marked !== undefined &&
      open !== undefined &&
      isInsideSentence(open.lines.at(-1)!, marked.marker, rightEdge(rows, index - 1))
        ? undefined
        : marked;
    const next = rows[index + 1];
    const decision =
      open === undefined ? "part" : decide(open, line, next, found !== undefined, rightEdge(rows, index - 1), steps);
    if (decision === "part") {
      close();
      open = {
        lines: [line],
        textLeft: found?.textLeft ?? line.left,
        breaks: new Set(),
        ...(found === undefined ? {} : { marker: found.marker }),
      };
    } else {
      if (decision === "break") open!.breaks.add(open!.lines.length - 1);
      open!.lines.push(line);
    }
  });
  close();
  return paragraphs;
}

/** A dash or dot between words may begin a line: the line before it is full and its sentence open. */
function isInsideSentence(last: Line, marker: string, right: number): boolean {
  return /^[·–—\-*]$/.test(marker) && !/[.!?:;]["'”’)]*$/.test(last.text) && last.right > right - 3 * last.style.size;
}

/** Fragments on one baseline (a number and its item, a key and its value) become one line. */
function joinRows(region: readonly Line[]): Line[] {
  const rows: Line[] = [];
  for (const line of region) {
    const last = rows.at(-1);
    const size = Math.min(line.style.size, last?.style.size ?? 0);
    if (last !== undefined && Math.abs(last.baseline - line.baseline) < 0.25 * size && line.left > last.left) {
      rows[rows.length - 1] = lineOf([...last.words, ...line.words]);
    } else {
      rows.push(line);
    }
  }
  return rows;
}

/** The usual distance of baselines, by type size. */
function usualSteps(rows: readonly Line[]): (line: Line) => number {
  const bySize = new Map<number, number[]>();
  for (let index = 1; index < rows.length; index++) {
    const line = rows[index]!;
    const last = rows[index - 1]!;
    const step = line.baseline - last.baseline;
    const { size } = line.style;
    if (Math.abs(size - last.style.size) > 0.1 * size || step < 0.7 * size || step > 2.2 * size) continue;
    const key = Math.round(size * 2);
    bySize.set(key, [...(bySize.get(key) ?? []), step]);
  }
  const medians = new Map<number, number>();
  for (const [key, list] of bySize) {
    list.sort((a, b) => a - b);
    // The lower third: paragraph gaps are steps too, and in short paragraphs they are many.
    medians.set(key, list[Math.floor(list.length / 3)]!);
  }
  return (line) => medians.get(Math.round(line.style.size * 2)) ?? 1.25 * line.style.size;
}

/** How far lines that begin near this one reach to the right: the measure of the column. */
function rightEdge(rows: readonly Line[], index: number): number {
  let right = rows[index]?.right ?? 0;
  for (let other = Math.max(0, index - 8); other < Math.min(rows.length, index + 9); other++) {
    const line = rows[other]!;
    const { size } = line.style;
    if (Math.abs(size - rows[index]!.style.size) < 0.15 * size) right = Math.max(right, line.right);
  }
  return right;
}

function decide(
  open: { lines: Line[]; marker?: string; textLeft: number },
  line: Line,
  next: Line | undefined,
  startsItem: boolean,
  right: number,
  steps: (line: Line) => number,
): "join" | "break" | "part" {
  const last = open.lines.at(-1)!;
  const { size } = line.style;
  const step = line.baseline - last.baseline;
  if (startsItem) return "part";
  if (Math.abs(size - last.style.size) > 0.12 * Math.max(size, last.style.size)) return "part";
  if (step < -0.5 * size) return continuesColumn(last, line) ? "join" : "part";
  if (step > MAX_STEP * Math.max(steps(line), 0.9 * size)) return "part";
  const sentenceOpen = !/[.!?:;]["'”’)\]]*$/.test(last.text);
  const looksOther =
    Math.abs(line.bold - last.bold) > 0.75 || (Math.abs(line.italic - last.italic) > 0.9 && open.lines.length === 1);
  if (looksOther) {
    // Emphasis at the start of a paragraph may fill its first line.
    const runsOn = sentenceOpen && /^\p{Ll}/u.test(line.text) && line.bold <= last.bold;
    const short = right - last.right > 0.25 * (right - last.left);
    if (!runsOn && (short || line.bold !== last.bold)) return "part";
  }
  const firstWord = line.words[0]!;
  const room = right - last.right - (firstWord.right - firstWord.left) - 0.3 * size;
  const shortLast = room > 0.6 * size;
  const shift = line.left - (open.lines.length === 1 ? open.textLeft : last.left);
  const isHanging = open.lines.length > 1 && open.lines[1]!.left > open.lines[0]!.left + INDENT * size;
  if (open.marker !== undefined) {
    if (
      line.left < open.textLeft - 1.2 * size &&
      line.left <= open.lines[0]!.left + 0.3 * size &&
      (shortLast || !sentenceOpen)
    )
      return "part";
  } else if (isHanging) {
    if (line.left < last.left - INDENT * size) return "part";
  } else if (shift > INDENT * size && open.lines.length > 1) {
    // Indented: a new paragraph when the line after it returns to the edge, or the last one ended early.
    if (next === undefined || next.left < line.left - 0.4 * size || shortLast) return "part";
  } else if (
    shift > INDENT * size &&
    next !== undefined &&
    next.left < line.left - 0.4 * size &&
    (shortLast || !sentenceOpen)
  ) {
    return "part";
  }
  if (!shortLast) return "join";
  const centred = Math.abs((last.left + last.right) / 2 - (line.left + line.right) / 2) < 0.5 * size;
  if (centred && Math.abs(shift) > 0.5 * size) return sentenceOpen ? "join" : "break";
  return sentenceOpen && /^\p{Ll}/u.test(line.text) ? "join" : sentenceOpen ? "break" : "part";
}

/** Whether a sentence runs on from the foot of one column to the head of the next. */
export function continuesColumn(last: Pick<Line, "text" | "style">, line: Pick<Line, "text" | "style">): boolean {
  if (Math.abs(last.style.size - line.style.size) > 0.06 * line.style.size) return false;
  if (/[.!?:;]["'”’)\]]*\d*$/.test(last.text)) return false;
  return (
    /^[\p{Ll}(“"]/u.test(line.text) ||
    /\p{L}-$/u.test(last.text) ||
    (/[,]$/.test(last.text) && /^[\p{L}\d]/u.test(line.text))
  );
}
