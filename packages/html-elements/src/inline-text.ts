import { alignMarks, type TextMark, type TextMarkKind } from "@groundwork/contracts";

/** Anything but characters that stand as they are: controls, odd blanks, what nobody sees, what may not be in NFC. */
const UNUSUAL =
  /[^\n -~\xa1-\xac\xae-\u02ff\u0400-\u0482\u048a-\u052f\u2010-\u2027\u2030-\u205e\u3041-\u3096\u30a1-\u30fa\u4e00-\u9fff]| \n|\n /;
const NOT_BLANK = /[^\t\n\f\r ]/;
/** White space that is not single blanks. */
const UNEVEN = /[\t\n\f\r]| {2}/;
const UNEVEN_RUNS = /[\t\n\f\r ]{2,}|[\t\n\f\r]/g;
/** Up to here a loop is faster than an expression. Characters. */
const SHORT = 24;
/** Of the unusual, what is changed whatever the normal form. */
const NEEDS_TIDYING = /[\u00a0\u00ad\u200b\u2060\ufeff]|[^\n\P{Cc}]| \n|\n /u;
/** What nobody sees is dropped, blanks are blanks; line breaks stand without blanks around them. */
export function tidyText(text: string): string {
  const trimmed = text.trim();
  if (!UNUSUAL.test(trimmed)) return trimmed;
  if (!NEEDS_TIDYING.test(trimmed)) return trimmed.toWellFormed().normalize("NFC");
  return trimmed
    .replace(/[\u00ad\u200b\u2060\ufeff]/g, "")
    .replace(/[^\n\P{Cc}]|\u00a0/gu, " ")
    .replace(/ {2,}/g, " ")
    .replace(/ ?\n ?/g, "\n")
    .trim()
    .toWellFormed()
    .normalize("NFC");
}

/** Preformatted text: its lines and indents stand, trailing blanks do not. */
export function tidyPreformatted(text: string): string {
  return text
    .replace(/\r\n?/g, "\n")
    .replace(/[^\n\t\P{Cc}]|[\u200b\ufeff]/gu, "")
    .replaceAll("\u00a0", " ")
    .replace(/(?<![ \t])[ \t]+$/gm, "")
    .replace(/^\n+/, "")
    .trimEnd()
    .toWellFormed()
    .normalize("NFC");
}

const NO_MARKS: readonly TextMark[] = [];
const SPACE = 32;
const LINE_FEED = 10;

const isWhite = (code: number): boolean => code === SPACE || (code >= 9 && code <= 13 && code !== 11);

/** Whether a character may change when its text is tidied. Those of most scripts stand as they are. */
function isUnusual(code: number): boolean {
  if (code < 0x7f) return code < SPACE && code !== LINE_FEED;
  if (code < 0x300) return code <= 0xa0 || code === 0xad;
  // Cyrillic, dashes and quotes, kana, ideographs.
  if (code >= 0x400 && code < 0x530) return code > 0x482 && code < 0x48a;
  if (code >= 0x2010 && code < 0x205f) return code > 0x2027 && code < 0x2030;
  if (code >= 0x3041 && code < 0x30fb) return code > 0x3096 && code < 0x30a1;
  return code < 0x4e00 || code > 0x9fff;
}

interface OpenMark {
  readonly kind: TextMarkKind;
  readonly href: string | undefined;
  start: number;
}

/** Text between two block borders, white space collapsed as browsers do. */
export class InlineText {
  text = "";
  linkCharacters = 0;
  /** Nothing but the alternative texts of pictures was added. */
  isAlternative = true;
  /** Ended marks, by offsets of `text`. */
  #marks: TextMark[] = [];
  /** Marks that are open, and where they began. */
  readonly #open: OpenMark[] = [];
  /** Something in the text may have to be tidied. */
  #isUnusual = false;
  /** Code of the last character: reading it from a text that grows would flatten the text each time. */
  #last = 0;

  get isEmpty(): boolean {
    return this.text === "";
  }

  append(text: string, isLink: boolean): void {
    this.appendRange(text, 0, text.length, isLink);
  }

  /** Appends a stretch of a source. */
  appendRange(source: string, start: number, end: number, isLink: boolean): void {
    if (end - start > SHORT) this.#appendLong(source.slice(start, end), isLink);
    else this.#appendShort(source, start, end, isLink);
  }

  #appendLong(chunk: string, isLink: boolean): void {
    const isAfterBlank = this.#last === 0 || this.#last === SPACE || this.#last === LINE_FEED;
    const first = isAfterBlank ? chunk.search(NOT_BLANK) : 0;
    if (first < 0) return;
    const rest = first === 0 ? chunk : chunk.slice(first);
    const added = UNEVEN.test(rest) ? rest.replace(UNEVEN_RUNS, " ") : rest;
    if (!this.#isUnusual && UNUSUAL.test(added)) this.#isUnusual = true;
    this.#give(added, added.charCodeAt(added.length - 1), isLink);
  }

  #give(added: string, last: number, isLink: boolean): void {
    if (added !== " ") this.isAlternative = false;
    this.text += added;
    this.#last = last;
    if (isLink) this.linkCharacters += added.length;
  }

  #appendShort(source: string, from: number, end: number, isLink: boolean): void {
    let start = from;
    if (this.#last === 0 || this.#last === SPACE || this.#last === LINE_FEED) {
      while (start < end && isWhite(source.charCodeAt(start))) start++;
      if (start === end) return;
    }
    let added = "";
    let last = 0;
    for (let at = start; at < end; at++) {
      last = source.charCodeAt(at);
      if (last > SPACE && last < 0x7f) continue;
      if (!isWhite(last)) {
        if (isUnusual(last)) this.#isUnusual = true;
        continue;
      }
      let next = at + 1;
      while (next < end && isWhite(source.charCodeAt(next))) next++;
      if (last !== SPACE || next > at + 1) {
        added += at > start ? `${source.slice(start, at)} ` : " ";
        start = next;
        last = SPACE;
      }
      at = next - 1;
    }
    if (start < end) added += source.slice(start, end);
    this.#give(added, last, isLink);
  }

  appendAlternative(text: string): void {
    const wasAlternative = this.isAlternative;
    this.append(` ${text} `, false);
    this.isAlternative = wasAlternative;
  }

  appendRaw(chunk: string, isLink: boolean): void {
    if (chunk === "") return;
    this.#isUnusual = true;
    this.text += chunk;
    this.#last = chunk.charCodeAt(chunk.length - 1);
    this.isAlternative = false;
    if (isLink) this.linkCharacters += chunk.length;
  }

  /** The text without what nobody sees. Most needs no more than to lose a blank at its end. */
  tidied(): string {
    if (this.#isUnusual) return tidyText(this.text);
    return this.#last === SPACE || this.#last === LINE_FEED ? this.text.trimEnd() : this.text;
  }

  breakLine(): void {
    this.text = `${this.#last === SPACE ? this.text.trimEnd() : this.text}\n`;
    this.#last = LINE_FEED;
  }

  /** The next {@link closeMark} ends it. A link without an address is none. */
  openMark(kind: TextMarkKind, href?: string): void {
    this.#open.push({ kind, href, start: this.text.length });
  }

  closeMark(): void {
    const mark = this.#open.pop();
    if (mark !== undefined) this.#end(mark);
  }

  #end({ kind, href, start }: OpenMark): void {
    const end = this.text.length;
    if (start >= end) return;
    if (kind !== "link") this.#marks.push({ start, end, kind });
    else if (href !== undefined) this.#marks.push({ start, end, kind, href });
  }

  /** The marks of the text as they lie in its tidied form. */
  marksIn(tidied: string): readonly TextMark[] {
    for (const mark of this.#open) this.#end(mark);
    return this.#marks.length === 0 ? NO_MARKS : alignMarks(this.text, this.#marks, tidied);
  }

  /** Starts a new text. Open marks go on in it. */
  clear(): void {
    if (this.#marks.length > 0) this.#marks = [];
    for (const mark of this.#open) mark.start = 0;
    this.text = "";
    this.linkCharacters = 0;
    this.isAlternative = true;
    this.#isUnusual = false;
    this.#last = 0;
  }
}
