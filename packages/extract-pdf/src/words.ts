import type { Area, Glyph, StructureTag, TextStyle, Turn } from "./page-content.ts";
import { combiningOf, repairWord } from "./repair.ts";

/**
 * Glyphs without a space between them. Areas are in the word's own reading frame: x runs along the writing direction
 * and y across it, so that layout never has to ask for the direction.
 */
export interface Word extends Area {
  readonly text: string;
  readonly baseline: number;
  readonly style: TextStyle;
  /** Smaller and raised against what it stands beside. */
  readonly raised?: boolean;
  /** Order in the content stream. */
  readonly order: number;
  /** A space of the text layer stands before it (not only a gap). */
  readonly spaced: boolean;
  readonly object: number;
  readonly tag?: StructureTag;
}

/** A gap wider than this (em) parts two words where the text layer writes its spaces. */
const GAP_BESIDE_SPACES = 0.3;
/** The same where it writes none: TeX shrinks its spaces to about 0.22 em and kerns below 0.15 em. */
const GAP_WITHOUT_SPACES = 0.17;
/** Further back or forth than this (em) is a jump: another line, cell or column. */
const JUMP_BACK = 0.6;

/** The same area in the reading frame of a turn. `width` and `height` are the page's. */
export function turnArea({ left, top, right, bottom }: Area, turn: Turn, width: number, height: number): Area {
  switch (turn) {
    case 0:
      return { left, top, right, bottom };
    case 1:
      // Reads downwards: the page's y is its x, and the page's right its top.
      return { left: top, right: bottom, top: width - right, bottom: width - left };
    case 2:
      return { left: width - right, right: width - left, top: height - bottom, bottom: height - top };
    case 3:
      return { left: height - bottom, right: height - top, top: left, bottom: right };
  }
}

/** The same glyph in the reading frame of its turn. */
export function turnGlyph(glyph: Glyph, turn: Turn, width: number, height: number): Glyph {
  if (turn === 0) return glyph;
  const { baseline } = glyph;
  const turned = turn === 1 ? width - baseline : turn === 2 ? height - baseline : baseline;
  return { ...glyph, ...turnArea(glyph, turn, width, height), baseline: turned };
}

/** Back from the reading frame to the page as shown. */
export function turnAreaBack(area: Area, turn: Turn, width: number, height: number): Area {
  const { left, top, right, bottom } = area;
  switch (turn) {
    case 0:
      return { left, top, right, bottom };
    case 1:
      return { left: width - bottom, right: width - top, top: left, bottom: right };
    case 2:
      return { left: width - right, right: width - left, top: height - bottom, bottom: height - top };
    case 3:
      return { left: top, right: bottom, top: height - right, bottom: height - left };
  }
}

interface Open {
  glyphs: Glyph[];
  spaces: number;
}

/** Cuts glyphs (all of one turn, in their reading frame) into words. */
export function formWords(glyphs: readonly Glyph[]): Word[] {
  const words: Word[] = [];
  let run: Open = { glyphs: [], spaces: 0 };
  for (const glyph of glyphs) {
    const last = run.glyphs.at(-1);
    if (last !== undefined && !continues(last, glyph)) {
      closeRun(run, words);
      run = { glyphs: [], spaces: 0 };
    }
    if (isOverprint(run.glyphs, glyph)) continue;
    if (glyph.spaceBefore && run.glyphs.length > 0) run.spaces++;
    run.glyphs.push(glyph);
  }
  closeRun(run, words);
  return words;
}

/** Whether a glyph stands on the line of the one before it, not far behind and not before it. */
function continues(last: Glyph, glyph: Glyph): boolean {
  if (last.skewed === true || glyph.skewed === true)
    return last.skewed === glyph.skewed && last.object === glyph.object;
  const size = Math.max(last.style.size, glyph.style.size);
  const shift = Math.abs(glyph.baseline - last.baseline);
  const overlap = Math.min(last.bottom, glyph.bottom) - Math.max(last.top, glyph.top);
  const sameLine =
    shift <= 0.15 * size || (shift <= 0.6 * size && overlap > 0.3 * Math.min(last.style.size, glyph.style.size));
  if (!sameLine) return false;
  // Pieces of one ligature share one box.
  if (glyph.left === last.left && glyph.right === last.right) return true;
  const gap = gapBetween(last, glyph);
  return gap > -JUMP_BACK * size && gap < 2.5 * size;
}

/** Distance along the line. Letters that run from right to left follow each other leftwards. */
function gapBetween(last: Glyph, glyph: Glyph): number {
  const forward = glyph.left - last.right;
  if (!isRightToLeft(last.text) && !isRightToLeft(glyph.text)) return forward;
  const backward = last.left - glyph.right;
  return Math.abs(backward) < Math.abs(forward) ? backward : forward;
}

export function isRightToLeft(text: string): boolean {
  // Called for every pair of letters: most are below the first such script.
  if (text.length === 1 && text.charCodeAt(0) < 0x590) return false;
  return /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/u.test(text);
}

/** Bold made by printing a glyph twice at nearly the same place. */
function isOverprint(run: readonly Glyph[], glyph: Glyph): boolean {
  for (let back = run.length - 1; back >= Math.max(0, run.length - 3); back--) {
    const other = run[back]!;
    if (
      other.object !== glyph.object &&
      other.text === glyph.text &&
      Math.abs(other.left - glyph.left) < 0.12 * glyph.style.size &&
      Math.abs(other.baseline - glyph.baseline) < 0.12 * glyph.style.size &&
      other.right - other.left > 0.15 * glyph.style.size
    ) {
      return true;
    }
  }
  return false;
}

function closeRun({ glyphs, spaces }: Open, words: Word[]): void {
  if (glyphs.length === 0) return;
  const writesSpaces = spaces > 0 && spaces >= glyphs.length / 30;
  const threshold = gapThreshold(glyphs, writesSpaces);
  let from = 0;
  for (let index = 1; index <= glyphs.length; index++) {
    if (index < glyphs.length && !parts(glyphs[index - 1]!, glyphs[index]!, threshold)) continue;
    words.push(wordOf(glyphs.slice(from, index), words.length));
    from = index;
  }
}

function gapThreshold(glyphs: readonly Glyph[], writesSpaces: boolean): number {
  const usual = writesSpaces ? GAP_BESIDE_SPACES : GAP_WITHOUT_SPACES;
  if (glyphs.length < 6) return usual;
  const gaps: number[] = [];
  for (let index = 1; index < glyphs.length; index++) {
    const glyph = glyphs[index]!;
    if (!glyph.spaceBefore) gaps.push(gapBetween(glyphs[index - 1]!, glyph) / glyph.style.size);
  }
  gaps.sort((a, b) => a - b);
  const median = gaps[gaps.length >> 1] ?? 0;
  // Letter-spaced type: what is usual between letters cannot part words.
  return median > 0.08 ? Math.max(usual, median * 1.6 + 0.1) : usual;
}

function parts(last: Glyph, glyph: Glyph, threshold: number): boolean {
  if (glyph.skewed === true) return glyph.spaceBefore;
  const size = Math.max(last.style.size, glyph.style.size);
  const gap = gapBetween(last, glyph);
  if (glyph.spaceBefore) {
    // Chinese and Japanese letters stand without spaces: one in the text layer is an artefact unless it is wide.
    return !(isIdeographic(last.text) && isIdeographic(glyph.text) && gap < 0.5 * size);
  }
  if (isIdeographic(last.text) || isIdeographic(glyph.text)) return gap > 0.7 * size;
  return gap > threshold * size;
}

export function isIdeographic(text: string): boolean {
  if (text.length === 1 && text.charCodeAt(0) < 0x3000) return false;
  return /[\u3000-\u30ff\u3400-\u9fff\uf900-\ufaff\uff00-\uffef]/u.test(text);
}

function wordOf(glyphs: readonly Glyph[], order: number): Word {
  const first = glyphs[0]!;
  const main = glyphs.reduce((best, glyph) => (glyph.style.size > best.style.size ? glyph : best), first);
  let { left, top, right, bottom } = first;
  let text = "";
  for (const glyph of glyphs) {
    left = Math.min(left, glyph.left);
    top = Math.min(top, glyph.top);
    right = Math.max(right, glyph.right);
    bottom = Math.max(bottom, glyph.bottom);
    text += glyph.text;
  }
  if (FREE_ACCENT.test(text)) {
    text = glyphs.map((glyph, index) => accentOver(glyph, glyphs[index - 1], glyphs[index + 1])).join("");
  }
  const area = { left, top, right, bottom };
  return {
    ...clampHeight(area, main),
    text: repairWord(text.normalize("NFC")),
    baseline: main.baseline,
    style: dominantStyle(glyphs),
    order,
    spaced: first.spaceBefore,
    object: first.object,
    ...(first.tag === undefined ? {} : { tag: first.tag }),
  };
}

const FREE_ACCENT = /[´`¨ˆ^˜~¸˚ˇ˘¯˙˝]/;

/** A free-standing accent printed over the next (or last) letter becomes its combining mark, which NFC then composes. */
function accentOver(glyph: Glyph, last: Glyph | undefined, next: Glyph | undefined): string {
  const covers = (accent: Glyph, letter: Glyph): boolean =>
    /^\p{L}$/u.test(letter.text) &&
    Math.min(accent.right, letter.right) - Math.max(accent.left, letter.left) > 0.6 * (accent.right - accent.left);
  if (last !== undefined && combiningOf(last.text) !== undefined && covers(last, glyph)) {
    return glyph.text + combiningOf(last.text)!;
  }
  return combiningOf(glyph.text) !== undefined && next !== undefined && covers(glyph, next) ? "" : glyph.text;
}

/** Fonts state ascents of all kinds (mathematical ones of several em): a line's box reaches from 0.9 em above to 0.3 em below. */
function clampHeight(area: Area, { baseline, style }: Glyph): Area {
  const top = Math.max(area.top, baseline - 0.9 * style.size);
  const bottom = Math.min(area.bottom, baseline + 0.3 * style.size);
  return bottom - top > 0.3 * style.size
    ? { left: area.left, right: area.right, top, bottom }
    : { left: area.left, right: area.right, top: baseline - 0.75 * style.size, bottom: baseline + 0.25 * style.size };
}

function dominantStyle(glyphs: readonly Glyph[]): TextStyle {
  if (glyphs.length < 3) return glyphs[0]!.style;
  return glyphs[glyphs.length >> 1]!.style;
}
