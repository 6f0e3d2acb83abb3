import { Trait, traitsOf } from "./characters.ts";
import { type GlyphTable, Mark } from "./glyph-table.ts";
import type { Area, StructureTag, TextStyle } from "./page-content.ts";
import { combiningOf, repairWord } from "./repair.ts";

/**
 * Glyphs without a space between them. Areas are in the word's own reading frame: x runs along the writing direction
 * and y across it, so that layout never has to ask for the direction.
 */
export interface Word extends Area {
  readonly text: string;
  readonly baseline: number;
  readonly style: TextStyle;
  /** Bits of {@link Trait} of its characters. */
  readonly traits: number;
  /** A space of the text layer stands before it (not only a gap). */
  readonly spaced: boolean;
  readonly tag: StructureTag | undefined;
}

/** A gap wider than this (em) parts two words where the text layer writes its spaces. */
const GAP_BESIDE_SPACES = 0.3;
/** The same where it writes none: TeX shrinks its spaces to about 0.22 em and kerns below 0.15 em. */
const GAP_WITHOUT_SPACES = 0.17;
/** Between letters (em): wider usual gaps are letter-spaced type. */
const LETTER_SPACED = 0.08;
/** Further back or forth than this (em) is a jump: another line, cell or column. */
const JUMP_BACK = 0.6;

/** Cuts glyphs (all of one turn, in their reading frame) into words. Overprinted glyphs are taken out of the table. */
export function formWords(glyphs: GlyphTable): Word[] {
  const words: Word[] = [];
  const runs = takeRuns(glyphs);
  for (let run = 0; run < runs.length; run++) cutRun(glyphs, runs[run]!, runs[run + 1] ?? glyphs.count, words);
  return words;
}

/** Starts of the runs of glyphs that follow each other along a line. Moves the glyphs that stay together. */
function takeRuns(glyphs: GlyphTable): number[] {
  const runs: number[] = [];
  const { count } = glyphs;
  let kept = 0;
  let start = 0;
  for (let index = 0; index < count; index++) {
    if (kept === 0 || !continues(glyphs, kept - 1, index)) {
      start = kept;
      runs.push(start);
    }
    if (isOverprint(glyphs, start, kept, index)) continue;
    if (kept !== index) glyphs.copy(glyphs, index, kept);
    kept++;
  }
  if (kept < count) glyphs.truncate(kept);
  return runs;
}

/** Whether a glyph stands on the line of the one before it, not far behind and not before it. */
function continues(glyphs: GlyphTable, last: number, index: number): boolean {
  const { marks, styles, baseline, top, bottom, left, right } = glyphs;
  if (((marks[last]! | marks[index]!) & Mark.skewed) !== 0)
    return (marks[last]! & marks[index]! & Mark.skewed) !== 0 && glyphs.objects[last] === glyphs.objects[index];
  const lastSize = styles[last]!.size;
  const ownSize = styles[index]!.size;
  const size = Math.max(lastSize, ownSize);
  const shift = Math.abs(baseline[index]! - baseline[last]!);
  if (shift > 0.15 * size) {
    if (shift > 0.6 * size) return false;
    const overlap = Math.min(bottom[last]!, bottom[index]!) - Math.max(top[last]!, top[index]!);
    if (overlap <= 0.3 * Math.min(lastSize, ownSize)) return false;
  }
  // Pieces of one ligature share one box.
  if (left[index] === left[last] && right[index] === right[last]) return true;
  const gap = gapBetween(glyphs, last, index);
  return gap > -JUMP_BACK * size && gap < 2.5 * size;
}

/** Distance along the line. Letters that run from right to left follow each other leftwards. */
function gapBetween({ left, right, traits }: GlyphTable, last: number, index: number): number {
  const forward = left[index]! - right[last]!;
  if (((traits[last]! | traits[index]!) & Trait.rightToLeft) === 0) return forward;
  const backward = left[last]! - right[index]!;
  return Math.abs(backward) < Math.abs(forward) ? backward : forward;
}

/** Bold made by printing a glyph twice at nearly the same place. */
function isOverprint(glyphs: GlyphTable, start: number, end: number, index: number): boolean {
  const { left, right, baseline, texts, objects } = glyphs;
  for (let other = end - 1; other >= start && other >= end - 3; other--) {
    if (texts[other] !== texts[index] || objects[other] === objects[index]) continue;
    const near = 0.12 * glyphs.styles[index]!.size;
    if (
      Math.abs(left[other]! - left[index]!) < near &&
      Math.abs(baseline[other]! - baseline[index]!) < near &&
      right[other]! - left[other]! > 0.15 * glyphs.styles[index]!.size
    ) {
      return true;
    }
  }
  return false;
}

function cutRun(glyphs: GlyphTable, start: number, end: number, words: Word[]): void {
  if (end === start) return;
  const threshold = gapThreshold(glyphs, start, end);
  let from = start;
  for (let index = start + 1; index < end; index++) {
    if (!parts(glyphs, index, threshold)) continue;
    words.push(wordOf(glyphs, from, index));
    from = index;
  }
  words.push(wordOf(glyphs, from, end));
}

function gapThreshold(glyphs: GlyphTable, start: number, end: number): number {
  const { marks } = glyphs;
  let spaces = 0;
  for (let index = start + 1; index < end; index++) if ((marks[index]! & Mark.spaceBefore) !== 0) spaces++;
  const usual = spaces > 0 && spaces >= (end - start) / 30 ? GAP_BESIDE_SPACES : GAP_WITHOUT_SPACES;
  if (end - start < 6) return usual;
  const gap = (index: number): number => gapBetween(glyphs, index - 1, index) / glyphs.styles[index]!.size;
  // The median is only needed where it is large: counting tells that without sorting.
  let gaps = 0;
  let narrow = 0;
  for (let index = start + 1; index < end; index++) {
    if ((marks[index]! & Mark.spaceBefore) !== 0) continue;
    gaps++;
    if (!(gap(index) > LETTER_SPACED)) narrow++;
  }
  if (gaps === 0 || narrow > gaps >> 1) return usual;
  const sorted = new Float64Array(gaps);
  let filled = 0;
  for (let index = start + 1; index < end; index++) {
    if ((marks[index]! & Mark.spaceBefore) === 0) sorted[filled++] = gap(index);
  }
  sorted.sort();
  // Letter-spaced type: what is usual between letters cannot part words.
  return Math.max(usual, sorted[gaps >> 1]! * 1.6 + 0.1);
}

/** Whether a word ends before a glyph. */
function parts(glyphs: GlyphTable, index: number, threshold: number): boolean {
  const { marks, styles, traits } = glyphs;
  const last = index - 1;
  const spaceBefore = (marks[index]! & Mark.spaceBefore) !== 0;
  if ((marks[index]! & Mark.skewed) !== 0) return spaceBefore;
  const size = Math.max(styles[last]!.size, styles[index]!.size);
  const gap = gapBetween(glyphs, last, index);
  if (spaceBefore) {
    // Chinese and Japanese letters stand without spaces: one in the text layer is an artefact unless it is wide.
    return (traits[last]! & traits[index]! & Trait.ideographic) === 0 || gap >= 0.5 * size;
  }
  if (((traits[last]! | traits[index]!) & Trait.ideographic) !== 0) return gap > 0.7 * size;
  return gap > threshold * size;
}

function wordOf(glyphs: GlyphTable, from: number, to: number): Word {
  const { styles } = glyphs;
  let left = glyphs.left[from]!;
  let top = glyphs.top[from]!;
  let right = glyphs.right[from]!;
  let bottom = glyphs.bottom[from]!;
  let traits = glyphs.traits[from]!;
  let main = from;
  for (let index = from + 1; index < to; index++) {
    if (glyphs.left[index]! < left) left = glyphs.left[index]!;
    if (glyphs.top[index]! < top) top = glyphs.top[index]!;
    if (glyphs.right[index]! > right) right = glyphs.right[index]!;
    if (glyphs.bottom[index]! > bottom) bottom = glyphs.bottom[index]!;
    if (styles[index] !== styles[main] && styles[index]!.size > styles[main]!.size) main = index;
    traits |= glyphs.traits[index]!;
  }
  let text = glyphs.text(from, to);
  if ((traits & (Trait.accent | Trait.composable | Trait.repairable)) !== 0) {
    if ((traits & Trait.accent) !== 0) text = placeAccents(glyphs, from, to);
    text = repairWord(text.normalize("NFC"));
    traits = traitsOf(text);
  }
  const baseline = glyphs.baseline[main]!;
  const { size } = styles[main]!;
  // Fonts state ascents of all kinds (mathematical ones of several em): a line's box reaches from 0.9 em above to 0.3 em below.
  let highest = Math.max(top, baseline - 0.9 * size);
  let lowest = Math.min(bottom, baseline + 0.3 * size);
  if (lowest - highest <= 0.3 * size) {
    highest = baseline - 0.75 * size;
    lowest = baseline + 0.25 * size;
  }
  return {
    left,
    right,
    top: highest,
    bottom: lowest,
    text,
    baseline,
    // Of the glyph in the middle: the first and last are often marks of another style.
    style: styles[to - from < 3 ? from : from + ((to - from) >> 1)]!,
    traits,
    spaced: (glyphs.marks[from]! & Mark.spaceBefore) !== 0,
    tag: glyphs.objects[from]!.tag,
  };
}

/** A free-standing accent printed over the next (or last) letter becomes its combining mark, which NFC then composes. */
function placeAccents(glyphs: GlyphTable, from: number, to: number): string {
  const { texts, left, right } = glyphs;
  const covers = (accent: number, letter: number): boolean =>
    /^\p{L}$/u.test(texts[letter]!) &&
    Math.min(right[accent]!, right[letter]!) - Math.max(left[accent]!, left[letter]!) >
      0.6 * (right[accent]! - left[accent]!);
  let text = "";
  for (let index = from; index < to; index++) {
    const own = texts[index]!;
    const last = index > from ? combiningOf(texts[index - 1]!) : undefined;
    if (last !== undefined && covers(index - 1, index)) text += own + last;
    else if (combiningOf(own) === undefined || index + 1 === to || !covers(index, index + 1)) text += own;
  }
  return text;
}
