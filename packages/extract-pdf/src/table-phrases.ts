import { joinWords, type Line } from "./lines.ts";
import { type Area, unite } from "./page-content.ts";
import type { Word } from "./words.ts";

/** Words of one row that stand together: what a table's cell holds on one line. */
export interface Phrase extends Area {
  readonly words: readonly Word[];
  readonly text: string;
  readonly baseline: number;
  readonly size: number;
  readonly bold: boolean;
}

export interface PhraseRow {
  readonly phrases: readonly Phrase[];
  readonly baseline: number;
  readonly top: number;
  readonly bottom: number;
}

/** Wider white space (em) parts two phrases of a table. Justified prose rarely stretches its spaces so far. */
export const PHRASE_GAP = 0.75;

/** Rows of words by baseline, each cut into phrases at wide gaps. */
export function phraseRows(lines: readonly Line[], gap: number = PHRASE_GAP): PhraseRow[] {
  const words = lines.flatMap((line) => line.words).sort((a, b) => a.baseline - b.baseline || a.left - b.left);
  const groups: Word[][] = [];
  let anchor: Word | undefined;
  for (const word of words) {
    if (anchor !== undefined && word.baseline - anchor.baseline < 0.35 * Math.max(word.style.size, anchor.style.size)) {
      groups.at(-1)!.push(word);
    } else {
      groups.push([word]);
      anchor = word;
    }
  }
  return groups.map((group) =>
    rowOf(
      group.sort((a, b) => a.left - b.left),
      gap,
    ),
  );
}

function rowOf(words: readonly Word[], gap: number): PhraseRow {
  const phrases: Word[][] = [];
  for (const word of words) {
    const open = phrases.at(-1);
    const last = open?.at(-1);
    const size = Math.max(word.style.size, last?.style.size ?? 0);
    const isCurrency = open !== undefined && open.length === 1 && /^[$€£¥]$/.test(last!.text);
    if (open !== undefined && (word.left - last!.right < gap * size || (isCurrency && /^[(\d—–-]/.test(word.text))))
      open.push(word);
    else phrases.push([word]);
  }
  const built = phrases.map(phraseOf);
  return {
    phrases: built,
    baseline: built[0]!.baseline,
    top: Math.min(...built.map((phrase) => phrase.top)),
    bottom: Math.max(...built.map((phrase) => phrase.bottom)),
  };
}

export function phraseOf(words: readonly Word[]): Phrase {
  let area: Area = words[0]!;
  for (const word of words) area = unite(area, word);
  const { left, top, right, bottom } = area;
  return {
    left,
    top,
    right,
    bottom,
    words,
    text: joinWords(words),
    baseline: words[0]!.baseline,
    size: Math.max(...words.map((word) => word.style.size)),
    bold: words.every((word) => word.style.bold),
  };
}

/** Numbers, amounts, dates in figures, percentages, dashes for nothing. */
export function isNumeric(text: string): boolean {
  return (
    /\d|^[—–-]+$/.test(text) &&
    !/\p{L}{3}/u.test(text) &&
    (text.match(/[\d.,()%$€£¥+\-–—×x±*<>≤≥ ]/g)?.length ?? 0) >= 0.6 * text.length
  );
}
