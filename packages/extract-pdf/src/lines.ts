import { type Area, type StructureTag, type TextStyle, unite } from "./page-content.ts";
import { isIdeographic, isRightToLeft, type Word } from "./words.ts";

/** Words that stand beside each other on one baseline, without a gap that could be a column's. In the reading frame. */
export interface Line extends Area {
  readonly words: readonly Word[];
  readonly baseline: number;
  /** Of most of its characters. */
  readonly style: TextStyle;
  readonly text: string;
  /** Share of bold characters, 0..1. */
  readonly bold: number;
  /** Share of italic characters, 0..1. */
  readonly italic: number;
  readonly tag?: StructureTag;
}

/** Gaps (em) that end a line fragment: after a space of the text layer, and without one. */
const MAX_SPACED_GAP = 1.6;
const MAX_BARE_GAP = 0.9;
/** Fragments of one baseline closer than this (em) belong together whatever the order of the content stream. */
const MERGE_GAP = 0.55;

/** Assembles words into lines. */
export function formLines(words: readonly Word[]): Line[] {
  return mergeFragments(fragmentsOf(words)).map(lineOf);
}

function fragmentsOf(words: readonly Word[]): Word[][] {
  const fragments: Word[][] = [];
  for (const word of words) {
    const open = fragments.at(-1);
    if (open !== undefined && follows(open.at(-1)!, word)) open.push(word);
    else fragments.push([word]);
  }
  return fragments;
}

function follows(last: Word, word: Word): boolean {
  const size = Math.max(last.style.size, word.style.size);
  if (!onOneLine(last, word)) return false;
  const forward = word.left - last.right;
  // PDFium reorders whole rows written from right to left, columns and all: its spaces say little there.
  if (isRightToLeft(word.text) && forward < 0) {
    const backward = last.left - word.right;
    return backward > -0.4 * size && backward <= 0.85 * size;
  }
  return forward > -0.4 * size && forward <= (word.spaced ? MAX_SPACED_GAP : MAX_BARE_GAP) * size;
}

/** Whether two words stand on one line, raised or lowered small ones (marks of footnotes, indices) included. */
export function onOneLine(
  a: Area & Pick<Word, "baseline" | "style">,
  b: Area & Pick<Word, "baseline" | "style">,
): boolean {
  const small = Math.min(a.style.size, b.style.size);
  const large = Math.max(a.style.size, b.style.size);
  const shift = Math.abs(a.baseline - b.baseline);
  if (shift <= 0.2 * small) return small > 0.55 * large;
  // Much larger letters are initials over several lines, not words of the line.
  if (small > 0.9 * large || small < 0.55 * large) return false;
  const overlap = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
  return shift <= 0.6 * large && overlap >= 0.5 * small;
}

/** Joins fragments of one baseline that touch, also when the content stream shows them far apart. */
function mergeFragments(fragments: Word[][]): Word[][] {
  const open = fragments
    .map((words) => ({ words, area: areaOf(words), main: mainWord(words) }))
    .sort((a, b) => a.main.baseline - b.main.baseline || a.area.left - b.area.left);
  const merged: (typeof open)[number][] = [];
  for (const fragment of open) {
    const size = fragment.main.style.size;
    let joined = false;
    for (let index = merged.length - 1; index >= 0; index--) {
      const other = merged[index]!;
      if (other.main.baseline < fragment.main.baseline - 1.2 * Math.max(size, other.main.style.size)) {
        if (index < merged.length - 40) break;
        continue;
      }
      if (!touches(other, fragment)) continue;
      merged[index] = joinFragments(other, fragment);
      joined = true;
      break;
    }
    if (!joined) merged.push(fragment);
  }
  return joinAgain(merged).map(({ words }) => words);
}

interface Fragment {
  words: Word[];
  area: Area;
  main: Word;
}

function touches(a: Fragment, b: Fragment): boolean {
  const size = Math.max(a.main.style.size, b.main.style.size);
  const first = { ...a.area, baseline: a.main.baseline, style: a.main.style };
  const second = { ...b.area, baseline: b.main.baseline, style: b.main.style };
  if (!onOneLine(first, second)) return false;
  const gap = Math.max(b.area.left - a.area.right, a.area.left - b.area.right);
  return gap <= MERGE_GAP * Math.min(size, 2 * Math.min(a.main.style.size, b.main.style.size)) && gap > -1.0 * size;
}

function joinFragments(a: Fragment, b: Fragment): Fragment {
  const words = a.area.left <= b.area.left ? [...a.words, ...b.words] : [...b.words, ...a.words];
  const interleaved = Math.min(a.area.right, b.area.right) - Math.max(a.area.left, b.area.left) > 0;
  const ordered =
    interleaved && !isRightToLeft(words.map((word) => word.text).join(""))
      ? words.sort((x, y) => x.left - y.left)
      : words;
  return { words: ordered, area: unite(a.area, b.area), main: mainWord(ordered) };
}

/** A fragment that filled a hole may now link two others. One more pass over neighbours of the same baseline is enough in practice. */
function joinAgain(fragments: Fragment[]): Fragment[] {
  const sorted = [...fragments].sort((a, b) => a.main.baseline - b.main.baseline || a.area.left - b.area.left);
  const result: Fragment[] = [];
  for (const fragment of sorted) {
    const last = result.at(-1);
    if (last !== undefined && touches(last, fragment)) result[result.length - 1] = joinFragments(last, fragment);
    else result.push(fragment);
  }
  return result;
}

function areaOf(words: readonly Word[]): Area {
  let area: Area = words[0]!;
  for (const word of words) area = unite(area, word);
  return { left: area.left, top: area.top, right: area.right, bottom: area.bottom };
}

/** The longest word of the largest usual size stands for its fragment. */
function mainWord(words: readonly Word[]): Word {
  // Bullets often come in a larger symbol font.
  let best = words.find(({ text }) => /[\p{L}\p{N}]/u.test(text)) ?? words[0]!;
  for (const word of words) {
    if (!/[\p{L}\p{N}]/u.test(word.text)) continue;
    const larger = word.style.size > 1.15 * best.style.size;
    const similar = word.style.size > 0.87 * best.style.size;
    if (larger || (similar && word.text.length > best.text.length)) best = word;
  }
  return best;
}

/** Builds a line of words that are already in reading order. */
export function lineOf(words: readonly Word[]): Line {
  const main = mainWord(words);
  const weight = new Map<TextStyle, number>();
  let characters = 0;
  let bold = 0;
  let italic = 0;
  for (const { text, style } of words) {
    characters += text.length;
    if (style.bold) bold += text.length;
    if (style.italic) italic += text.length;
    weight.set(style, (weight.get(style) ?? 0) + text.length);
  }
  let style = main.style;
  for (const [candidate, count] of weight) if (count > (weight.get(style) ?? 0)) style = candidate;
  const ordered = orderDirections(words);
  const tag = main.tag;
  return {
    ...areaOf(words),
    words: ordered,
    baseline: main.baseline,
    style,
    text: joinWords(ordered),
    bold: characters === 0 ? 0 : bold / characters,
    italic: characters === 0 ? 0 : italic / characters,
    ...(tag === undefined ? {} : { tag }),
  };
}

/** A line written mostly from right to left begins at its right; words of the other direction keep their own order. */
function orderDirections(words: readonly Word[]): readonly Word[] {
  const rightToLeft = words.filter((word) => isRightToLeft(word.text)).length;
  if (rightToLeft * 2 <= words.length) return words;
  const sorted = [...words].sort((a, b) => b.right - a.right);
  // Runs of left-to-right words (numbers, names) were reversed by the sort: turn each back.
  const result: Word[] = [];
  let run: Word[] = [];
  for (const word of sorted) {
    if (/[\p{Script=Latin}\p{Nd}]/u.test(word.text) && !isRightToLeft(word.text)) run.push(word);
    else {
      result.push(...run.reverse(), word);
      run = [];
    }
  }
  return [...result, ...run.reverse()];
}

/** The text of words in reading order: a space between two, none between ideographs. */
export function joinWords(words: readonly Word[]): string {
  let text = "";
  let last: Word | undefined;
  for (const word of words) {
    if (last !== undefined && needsSpace(last, word)) text += " ";
    text += word.text;
    last = word;
  }
  return text;
}

export function needsSpace(last: Word, word: Word): boolean {
  if (isIdeographic(last.text.at(-1) ?? "") && isIdeographic(word.text[0] ?? "")) return false;
  // A raised or lowered mark that touches its word belongs to it.
  const size = Math.max(last.style.size, word.style.size);
  const gap = Math.max(word.left - last.right, last.left - word.right);
  return gap > 0.12 * size || word.spaced || Math.abs(last.style.size - word.style.size) < 0.1;
}
