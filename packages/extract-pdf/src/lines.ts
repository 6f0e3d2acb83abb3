import { areaOf } from "./areas.ts";
import { isIdeographic, Trait } from "./characters.ts";
import type { Area, StructureTag, TextStyle } from "./page-content.ts";
import type { Word } from "./words.ts";

/** Words that stand beside each other on one baseline, without a gap that could be a column's. In the reading frame. */
export interface Line extends Area {
  readonly words: readonly Word[];
  readonly baseline: number;
  /** Of most of its characters. */
  readonly style: TextStyle;
  readonly text: string;
  /** Bits of {@link Trait} of its words. */
  readonly traits: number;
  /** Share of bold characters, 0..1. */
  readonly bold: number;
  /** Share of italic characters, 0..1. */
  readonly italic: number;
  readonly tag: StructureTag | undefined;
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
  let open: Word[] = [];
  let last: Word | undefined;
  for (const word of words) {
    if (last !== undefined && follows(last, word)) open.push(word);
    else {
      open = [word];
      fragments.push(open);
    }
    last = word;
  }
  return fragments;
}

function follows(last: Word, word: Word): boolean {
  const size = Math.max(last.style.size, word.style.size);
  if (!onOneLine(last, last, word, word)) return false;
  const forward = word.left - last.right;
  // PDFium reorders whole rows written from right to left, columns and all: its spaces say little there.
  if (forward < 0 && (word.traits & Trait.rightToLeft) !== 0) {
    const backward = last.left - word.right;
    return backward > -0.4 * size && backward <= 0.85 * size;
  }
  return forward > -0.4 * size && forward <= (word.spaced ? MAX_SPACED_GAP : MAX_BARE_GAP) * size;
}

/**
 * Whether two areas stand on one line, raised or lowered small ones (marks of footnotes, indices) included. Baseline and
 * size come from the words that stand for them.
 */
function onOneLine(areaA: Area, a: Word, areaB: Area, b: Word): boolean {
  const small = Math.min(a.style.size, b.style.size);
  const large = Math.max(a.style.size, b.style.size);
  const shift = Math.abs(a.baseline - b.baseline);
  if (shift <= 0.2 * small) return small > 0.55 * large;
  // Much larger letters are initials over several lines, not words of the line.
  if (shift > 0.6 * large || small > 0.9 * large || small < 0.55 * large) return false;
  return Math.min(areaA.bottom, areaB.bottom) - Math.max(areaA.top, areaB.top) >= 0.5 * small;
}

interface Fragment {
  readonly words: Word[];
  readonly area: Area;
  readonly main: Word;
}

/** Joins fragments of one baseline that touch, also when the content stream shows them far apart. */
function mergeFragments(fragments: readonly Word[][]): Word[][] {
  const open = fragments
    .map((words): Fragment => ({ words, area: areaOf(words), main: mainWord(words) }))
    .sort(byPlace);
  const merged: Fragment[] = [];
  for (const fragment of open) {
    const { baseline, style } = fragment.main;
    let joined = false;
    for (let index = merged.length - 1; index >= 0; index--) {
      const other = merged[index]!;
      if (other.main.baseline < baseline - 1.2 * Math.max(style.size, other.main.style.size)) {
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

function byPlace(a: Fragment, b: Fragment): number {
  return a.main.baseline - b.main.baseline || a.area.left - b.area.left;
}

function touches(a: Fragment, b: Fragment): boolean {
  if (!onOneLine(a.area, a.main, b.area, b.main)) return false;
  const size = Math.max(a.main.style.size, b.main.style.size);
  const gap = Math.max(b.area.left - a.area.right, a.area.left - b.area.right);
  return gap <= MERGE_GAP * Math.min(size, 2 * Math.min(a.main.style.size, b.main.style.size)) && gap > -1.0 * size;
}

function joinFragments(a: Fragment, b: Fragment): Fragment {
  const words = a.area.left <= b.area.left ? [...a.words, ...b.words] : [...b.words, ...a.words];
  const interleaved = Math.min(a.area.right, b.area.right) - Math.max(a.area.left, b.area.left) > 0;
  if (interleaved && (traitsOfWords(words) & Trait.rightToLeft) === 0) words.sort((x, y) => x.left - y.left);
  return { words, area: areaOf(words), main: mainWord(words) };
}

/** A fragment that filled a hole may now link two others. One more pass over neighbours of the same baseline is enough in practice. */
function joinAgain(fragments: readonly Fragment[]): Fragment[] {
  const result: Fragment[] = [];
  for (const fragment of [...fragments].sort(byPlace)) {
    const last = result.at(-1);
    if (last !== undefined && touches(last, fragment)) result[result.length - 1] = joinFragments(last, fragment);
    else result.push(fragment);
  }
  return result;
}

function traitsOfWords(words: readonly Word[]): number {
  let traits = 0;
  for (const word of words) traits |= word.traits;
  return traits;
}

/** The longest word of the largest usual size stands for its fragment. */
function mainWord(words: readonly Word[]): Word {
  // Bullets often come in a larger symbol font.
  let best: Word | undefined;
  for (const word of words) {
    if ((word.traits & Trait.alphanumeric) === 0) continue;
    if (best === undefined) {
      best = word;
      continue;
    }
    const { size } = word.style;
    const larger = size > 1.15 * best.style.size;
    const similar = size > 0.87 * best.style.size;
    if (larger || (similar && word.text.length > best.text.length)) best = word;
  }
  return best ?? words[0]!;
}

/** Builds a line of words that are already in reading order. */
export function lineOf(words: readonly Word[]): Line {
  const main = mainWord(words);
  const { left, top, right, bottom } = areaOf(words);
  let traits = 0;
  let characters = 0;
  let bold = 0;
  let italic = 0;
  let isMixed = false;
  for (const word of words) {
    const { length } = word.text;
    traits |= word.traits;
    characters += length;
    if (word.style.bold) bold += length;
    if (word.style.italic) italic += length;
    if (word.style !== main.style) isMixed = true;
  }
  const ordered = (traits & Trait.rightToLeft) === 0 ? words : orderDirections(words);
  return {
    left,
    top,
    right,
    bottom,
    words: ordered,
    baseline: main.baseline,
    style: isMixed ? usualStyle(words, main.style) : main.style,
    text: joinWords(ordered),
    traits,
    bold: characters === 0 ? 0 : bold / characters,
    italic: characters === 0 ? 0 : italic / characters,
    tag: main.tag,
  };
}

/** The style of most characters; `preferred` where several have as many. */
function usualStyle(words: readonly Word[], preferred: TextStyle): TextStyle {
  const weight = new Map<TextStyle, number>();
  for (const { text, style } of words) weight.set(style, (weight.get(style) ?? 0) + text.length);
  let best = preferred;
  for (const [candidate, count] of weight) if (count > (weight.get(best) ?? 0)) best = candidate;
  return best;
}

/** A line written mostly from right to left begins at its right; words of the other direction keep their own order. */
function orderDirections(words: readonly Word[]): readonly Word[] {
  const isReversed = (word: Word): boolean => (word.traits & Trait.rightToLeft) !== 0;
  if (words.filter(isReversed).length * 2 <= words.length) return words;
  const sorted = [...words].sort((a, b) => b.right - a.right);
  // Runs of left-to-right words (numbers, names) were reversed by the sort: turn each back.
  const result: Word[] = [];
  let run: Word[] = [];
  for (const word of sorted) {
    if (!isReversed(word) && /[\p{Script=Latin}\p{Nd}]/u.test(word.text)) run.push(word);
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
    text += last !== undefined && needsSpace(last, word) ? ` ${word.text}` : word.text;
    last = word;
  }
  return text;
}

function needsSpace(last: Word, word: Word): boolean {
  if (
    (last.traits & word.traits & Trait.ideographic) !== 0 &&
    isIdeographic(last.text.at(-1) ?? "") &&
    isIdeographic(word.text[0] ?? "")
  )
    return false;
  if (word.spaced) return true;
  // A raised or lowered mark that touches its word belongs to it.
  if (Math.abs(last.style.size - word.style.size) < 0.1) return true;
  const size = Math.max(last.style.size, word.style.size);
  return Math.max(word.left - last.right, last.left - word.right) > 0.12 * size;
}
