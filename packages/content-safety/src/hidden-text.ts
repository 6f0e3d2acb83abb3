import type { DocumentElement } from "@groundwork/contracts";
import { latinLookalike } from "./confusables.ts";
import { isInvisible, isTag, isVariationSelector } from "./invisible.ts";

/**
 * - `tag_characters`: Unicode tags (U+E0000 to U+E007F) outside the emoji flags that are made of them.
 * - `variation_selectors`: runs of variation selectors, or selectors after characters that have no variants.
 * - `zero_width_run`: four and more characters of no width in a row, or a run of blank fillers.
 * - `split_words`: characters of no width inside Latin words, three and more.
 * - `bidi_override`: characters that turn the order of what follows (U+202D, U+202E).
 * - `bidi_control`: embeddings or isolates that are not closed on their line, or that turn text without a letter of a
 *   right-to-left script.
 * - `mixed_scripts`: a Latin word with letters of another script that look like Latin ones.
 * - `control_characters`: control characters other than tabs, line and page breaks.
 * - `marked_hidden`: the extractor says so (attribute `hidden`: hidden sheets and slides; why nobody sees a text; `hiddenRows`, `hiddenColumns`).
 * - `tiny_text`: every line box is lower than two points of an A4 page.
 * - `off_page`: a line box that has no part on its page.
 */
export type HiddenTextKind =
  | "tag_characters"
  | "variation_selectors"
  | "zero_width_run"
  | "split_words"
  | "bidi_override"
  | "bidi_control"
  | "mixed_scripts"
  | "control_characters"
  | "marked_hidden"
  | "tiny_text"
  | "off_page";

export interface HiddenTextFinding {
  readonly kind: HiddenTextKind;
  /** UTF-16 offsets of the first place; absent of what concerns the whole element. */
  readonly start?: number;
  readonly end?: number;
  /** Characters (words, of `mixed_scripts`; boxes, of `tiny_text` and `off_page`). */
  readonly count: number;
}

/** Characters of no width in a row that are no accident. */
const LEAST_RUN = 4;
/** Interrupted Latin words that are no accident. */
const LEAST_SPLITS = 3;
/** Height of a line, as a share of its page, below which nobody reads it: two points of A4. */
const TINY_HEIGHT = 2 / 842;

const LATIN = /[A-Za-z]/;
const LOOKALIKE_SCRIPTS = /[\u0370-\u052f\u0530-\u058f\u0250-\u02af\u2170-\u217f\u2160-\u216f]/;
const WORD = /[\p{L}\p{M}]+/gu;
const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;
const HAN = /\p{Script=Han}/u;
const LATIN_LETTER = /\p{Script=Latin}/u;

class Findings {
  readonly #found = new Map<HiddenTextKind, { start: number; end: number; count: number }>();

  add(kind: HiddenTextKind, start: number, end: number, count = 1): void {
    const known = this.#found.get(kind);
    if (known === undefined) this.#found.set(kind, { start, end, count });
    else known.count += count;
  }

  list(): HiddenTextFinding[] {
    return [...this.#found].map(([kind, finding]) => ({ kind, ...finding }));
  }
}

function isZeroWidth(code: number): boolean {
  return (
    (code >= 0x200b && code <= 0x200d) ||
    (code >= 0x2060 && code <= 0x2064) ||
    code === 0xfeff ||
    code === 0x180e ||
    code === 0x34f ||
    code === 0x3164 ||
    code === 0xffa0 ||
    code === 0x115f ||
    code === 0x1160
  );
}

function isControl(code: number): boolean {
  return code < 0x09 || (code > 0x0d && code < 0x20) || code === 0x7f;
}

/** Whether a text can hold any of it. The high surrogate is that of tags and of the second block of selectors. */
function isSuspicious(text: string): boolean {
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 0xdb40 || (isInvisible(code) && code !== 0xad)) return true;
  }
  return false;
}

/** UTF-16 length of an emoji flag of tags at `start` (black flag, tags, cancel tag); 0 when there is none. */
function flagLength(text: string, start: number): number {
  if (text.codePointAt(start) !== 0x1f3f4) return 0;
  let at = start + 2;
  for (let tags = 0; tags < 8; tags++, at += 2) {
    const code = text.codePointAt(at) ?? 0;
    if (code === 0xe007f) return tags >= 4 ? at + 2 - start : 0;
    if (!(code >= 0xe0030 && code <= 0xe0039) && !(code >= 0xe0061 && code <= 0xe007a)) return 0;
  }
  return 0;
}

/** Walks once over the characters. */
function scanCharacters(text: string, findings: Findings): void {
  const hasRightToLeft = RIGHT_TO_LEFT.test(text);
  let run = 0;
  let runStart = 0;
  let selectors = 0;
  let before = "";
  let splits = 0;
  let splitStart = 0;
  let open = 0;
  let openStart = 0;
  const endRun = (at: number): void => {
    if (run >= LEAST_RUN) findings.add("zero_width_run", runStart, at, run);
    run = 0;
  };
  for (let at = 0; at < text.length; ) {
    const code = text.codePointAt(at)!;
    const size = code > 0xffff ? 2 : 1;
    const flag = code === 0x1f3f4 ? flagLength(text, at) : 0;
    if (flag > 0) {
      endRun(at);
      before = "";
      at += flag;
      continue;
    }
    if (isTag(code)) findings.add("tag_characters", at, at + size);
    else if (isControl(code)) findings.add("control_characters", at, at + size);
    else if (code === 0x202d || code === 0x202e) findings.add("bidi_override", at, at + size);
    if (code === 0x202a || code === 0x202b || (code >= 0x2066 && code <= 0x2068)) {
      if (open === 0) openStart = at;
      open++;
      if (!hasRightToLeft && (code === 0x202b || code === 0x2067)) findings.add("bidi_control", at, at + size);
    } else if (code === 0x202c || code === 0x2069) open = Math.max(0, open - 1);
    else if (code === 0x0a) {
      if (open > 0) findings.add("bidi_control", openStart, openStart + 1, open);
      open = 0;
    }
    if (isVariationSelector(code)) {
      selectors++;
      const isOdd = selectors > 1 || (code > 0xffff && before !== "" && !HAN.test(before));
      if (isOdd) findings.add("variation_selectors", at, at + size);
    } else selectors = 0;
    if (isZeroWidth(code)) {
      if (run === 0) runStart = at;
      run++;
    } else {
      if (run > 0) {
        const character = String.fromCodePoint(code);
        if (LATIN_LETTER.test(character) && before !== "" && LATIN_LETTER.test(before)) {
          if (splits === 0) splitStart = runStart;
          splits++;
        }
        endRun(at);
      }
      if (!isVariationSelector(code)) before = String.fromCodePoint(code);
    }
    at += size;
  }
  endRun(text.length);
  if (open > 0) findings.add("bidi_control", openStart, openStart + 1, open);
  if (splits >= LEAST_SPLITS) findings.add("split_words", splitStart, splitStart + 1, splits);
}

/** Latin words with lookalikes: what is not Latin in them looks Latin, and what comes out is a word of Latin letters. */
function scanWords(text: string, findings: Findings): void {
  if (!LATIN.test(text)) return;
  for (const match of text.matchAll(WORD)) {
    const word = match[0];
    if (word.length < 4 || word.length > 60 || !LOOKALIKE_SCRIPTS.test(word) || !LATIN.test(word)) continue;
    let latin = 0;
    let lookalikes = 0;
    for (const character of word) {
      if (LATIN.test(character)) latin++;
      else if (latinLookalike(character) !== undefined) lookalikes++;
    }
    // One Greek letter beside Latin ones is a unit or a symbol more often than a trick.
    const isSymbol = lookalikes === 1 && latin < 3;
    if (latin + lookalikes === [...word].length && lookalikes > 0 && !isSymbol)
      findings.add("mixed_scripts", match.index, match.index + word.length);
  }
}

function scanBoxes({ boxes = [] }: Pick<DocumentElement, "boxes">, found: HiddenTextFinding[]): void {
  if (boxes.length === 0) return;
  const outside = boxes.filter(({ left, top, right, bottom }) => left >= 1 || top >= 1 || right <= 0 || bottom <= 0);
  if (outside.length > 0) found.push({ kind: "off_page", count: outside.length });
  const tiny = boxes.filter(({ top, bottom }) => bottom > top && bottom - top < TINY_HEIGHT);
  if (tiny.length === boxes.length) found.push({ kind: "tiny_text", count: tiny.length });
}

/**
 * What an element hides from a reader that a model reads, or shows in another way than it is. One finding a kind, with its first place.
 * One pass over the text.
 */
export function findHiddenText(
  element: Pick<DocumentElement, "text"> & Partial<Pick<DocumentElement, "attributes" | "boxes">>,
): HiddenTextFinding[] {
  const { text, attributes } = element;
  const findings = new Findings();
  if (isSuspicious(text)) scanCharacters(text, findings);
  if (LOOKALIKE_SCRIPTS.test(text)) scanWords(text, findings);
  const found = findings.list();
  const { hidden, hiddenRows, hiddenColumns } = attributes ?? {};
  const isMarked = [hidden, hiddenRows, hiddenColumns].some(
    (mark) => mark !== undefined && mark !== "" && mark !== "false",
  );
  if (isMarked) found.push({ kind: "marked_hidden", count: 1 });
  scanBoxes(element, found);
  return found;
}
