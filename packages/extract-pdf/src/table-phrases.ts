import { areaOf } from "./areas.ts";
import { joinWords, type Line } from "./lines.ts";
import type { Area } from "./page-content.ts";
import type { Word } from "./words.ts";

/** Words of one row that stand together: what a table's cell holds on one line. */
export class Phrase implements Area {
  readonly words: readonly Word[];
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
  readonly baseline: number;
  readonly size: number;
  #text: string | undefined;

  constructor(words: readonly Word[]) {
    const { left, top, right, bottom } = areaOf(words);
    this.words = words;
    this.left = left;
    this.top = top;
    this.right = right;
    this.bottom = bottom;
    this.baseline = words[0]!.baseline;
    let size = 0;
    for (const word of words) if (word.style.size > size) ({ size } = word.style);
    this.size = size;
  }

  /** Most rows of a page are no table's: their texts are never asked for. */
  get text(): string {
    this.#text ??= joinWords(this.words);
    return this.#text;
  }

  get bold(): boolean {
    return this.words.every((word) => word.style.bold);
  }
}

export interface PhraseRow {
  readonly phrases: readonly Phrase[];
  readonly baseline: number;
  readonly top: number;
  readonly bottom: number;
}

/** Wider white space (em) parts two phrases of a table. Justified prose rarely stretches its spaces so far. */
const PHRASE_GAP = 0.75;
/** Baselines nearer than this (em) to that of a row's first word are of the row. */
const SAME_ROW = 0.35;

/** Rows of words by baseline, each cut into phrases at wide gaps. */
export function phraseRows(lines: readonly Line[]): PhraseRow[] {
  const sorted = lines
    .map((line) => ({ words: line.words, ...baselinesOf(line.words) }))
    .sort((a, b) => a.first - b.first);
  const rows: PhraseRow[] = [];
  for (let from = 0; from < sorted.length; ) {
    // Lines whose words cannot share a row with those of others are rows by themselves: most lines of prose.
    let to = from + 1;
    let { last, size } = sorted[from]!;
    for (; to < sorted.length; to++) {
      const next = sorted[to]!;
      if (next.first - last >= SAME_ROW * Math.max(size, next.size)) break;
      last = Math.max(last, next.last);
      size = Math.max(size, next.size);
    }
    const own = sorted[from]!;
    if (to === from + 1 && own.last - own.first < SAME_ROW * own.smallest) rows.push(rowOf(inOrder(own.words)));
    else rows.push(...phraseRowsOf(sorted.slice(from, to).flatMap(({ words }) => words)));
    from = to;
  }
  return rows;
}

interface Baselines {
  first: number;
  last: number;
  /** Of the largest and smallest type among the words. */
  size: number;
  smallest: number;
}

function baselinesOf(words: readonly Word[]): Baselines {
  let first = Number.POSITIVE_INFINITY;
  let last = Number.NEGATIVE_INFINITY;
  let size = 0;
  let smallest = Number.POSITIVE_INFINITY;
  for (const { baseline, style } of words) {
    if (baseline < first) first = baseline;
    if (baseline > last) last = baseline;
    if (style.size > size) ({ size } = style);
    if (style.size < smallest) smallest = style.size;
  }
  return { first, last, size, smallest };
}

function inOrder(words: readonly Word[]): readonly Word[] {
  for (let index = 1; index < words.length; index++) {
    if (words[index]!.left < words[index - 1]!.left) return [...words].sort((a, b) => a.left - b.left);
  }
  return words;
}

/** Rows of words, wherever they come from. */
export function phraseRowsOf(words: readonly Word[]): PhraseRow[] {
  const groups: Word[][] = [];
  let open: Word[] = [];
  let anchor: Word | undefined;
  for (const word of [...words].sort((a, b) => a.baseline - b.baseline || a.left - b.left)) {
    if (
      anchor !== undefined &&
      word.baseline - anchor.baseline < SAME_ROW * Math.max(word.style.size, anchor.style.size)
    ) {
      open.push(word);
    } else {
      open = [word];
      groups.push(open);
      anchor = word;
    }
  }
  return groups.map((group) => rowOf(group.sort((a, b) => a.left - b.left)));
}

function rowOf(words: readonly Word[]): PhraseRow {
  const phrases: Phrase[] = [];
  let top = Number.POSITIVE_INFINITY;
  let bottom = Number.NEGATIVE_INFINITY;
  let from = 0;
  for (let index = 1; index <= words.length; index++) {
    if (index < words.length && !partsPhrase(words, from, index)) continue;
    const phrase = new Phrase(from === 0 && index === words.length ? words : words.slice(from, index));
    top = Math.min(top, phrase.top);
    bottom = Math.max(bottom, phrase.bottom);
    phrases.push(phrase);
    from = index;
  }
  return { phrases, baseline: phrases[0]!.baseline, top, bottom };
}

/** Whether a word begins a new phrase after the one that began at `from`. */
function partsPhrase(words: readonly Word[], from: number, index: number): boolean {
  const word = words[index]!;
  const last = words[index - 1]!;
  if (word.left - last.right < PHRASE_GAP * Math.max(word.style.size, last.style.size)) return false;
  const isCurrency = index === from + 1 && /^[$€£¥]$/.test(last.text);
  return !(isCurrency && /^[(\d—–-]/.test(word.text));
}

/** Numbers, amounts, dates in figures, percentages, dashes for nothing. */
export function isNumeric(text: string): boolean {
  return (
    /\d|^[—–-]+$/.test(text) &&
    !/\p{L}{3}/u.test(text) &&
    (text.match(/[\d.,()%$€£¥+\-–—×x±*<>≤≥ ]/g)?.length ?? 0) >= 0.6 * text.length
  );
}
