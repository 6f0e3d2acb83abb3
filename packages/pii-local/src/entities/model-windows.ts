import { GIVEN_NAME, RARE_WORD, REGION, SURNAME, TOWN, WORD } from "../lexicon/word-kinds.ts";
import { isStreetWord, UNIT_WORDS } from "./address-words.ts";
import { isCapital, type Scan, type Token } from "./scan.ts";
import { WEEKDAYS_AND_MONTHS } from "./words.ts";

/** A stretch of a scanned text that the model reads. */
export interface ModelWindow {
  readonly from: number;
  readonly to: number;
}

/** Characters of a window: about 150 tokens, with room up to the model's 256 for scripts and codes that take many. */
const WINDOW_LENGTH = 500;
/** A sentence without end is cut. */
const SENTENCE_TOKENS = 90;

/**
 * The sentences in which a name, a place or an address may stand, neighbours together. A sentence is left out when each of its words
 * is an everyday English word in lower case (or opens the sentence), and nothing in it is called a name or an address.
 */
export function modelWindows(scan: Scan): ModelWindow[] {
  const { tokens } = scan;
  const windows: { from: number; to: number }[] = [];
  for (let first = 0; first < tokens.length; ) {
    const last = sentenceEnd(tokens, first);
    if (deservesModel(scan, first, last)) {
      const from = tokens[first]!.start;
      const to = tokens[last]!.end;
      const open = windows[windows.length - 1];
      if (open !== undefined && to - open.from <= WINDOW_LENGTH && from - open.to <= 4) open.to = to;
      else windows.push({ from, to });
    }
    first = last + 1;
  }
  return windows;
}

/** Last token of the sentence: before a full stop's next word, a blank line, or where it gets too long. */
function sentenceEnd(tokens: readonly Token[], first: number): number {
  for (let index = first; index < tokens.length - 1; index++) {
    if (index - first >= SENTENCE_TOKENS) return index;
    const next = tokens[index + 1]!;
    if (next.linesBefore > 1 && index - first > 3) return index;
    const token = tokens[index]!;
    if (!/^[.!?]$/.test(token.text) || !next.blankBefore || next.wordCase === "lower") continue;
    // "Mr. Smith", "J. Smith", "St. Ives"
    if (
      token.text === "." &&
      index > first &&
      tokens[index - 1]!.text.length <= 3 &&
      tokens[index - 1]!.kind === "word"
    )
      continue;
    return index;
  }
  return tokens.length - 1;
}

function deservesModel(scan: Scan, first: number, last: number): boolean {
  const { tokens } = scan;
  for (let index = first; index <= last; index++) {
    const token = tokens[index]!;
    if (token.kind === "number") {
      const next = tokens[index + 1];
      if (next?.kind === "word" && (isStreetWord(next.key) || isCapital(next))) return true;
      continue;
    }
    if (token.kind !== "word" || token.text.length < 2) continue;
    const isEveryday = (token.kinds & (WORD | RARE_WORD)) !== 0;
    if (!isEveryday && !WEEKDAYS_AND_MONTHS.has(token.key)) return true;
    if (UNIT_WORDS.has(token.key) && tokens[index + 1]?.kind === "number") return true;
    if (isCapital(token) && !scan.isCaseless) {
      // "The Travel Policy applies": capitals of everyday words that are nobody's name and no town.
      if (
        (token.kinds & (GIVEN_NAME | SURNAME | TOWN | REGION)) !== 0 &&
        !/^(?:i|i'[a-z]+)$/.test(token.key) &&
        !(token.opens && (token.kinds & (GIVEN_NAME | SURNAME)) === 0)
      )
        return true;
    } else if (/^(?:name|address|street|zip)$/.test(token.key)) return true;
  }
  return false;
}
