import { alignMarks, type TextMark, type TextMarkKind } from "@groundwork/contracts";

/** Anything but characters that stand as they are: controls, odd blanks, what nobody sees, what may not be in NFC. */
const UNUSUAL = /[^\n -~\xa1-\xac\xae-\u02ff\u2010-\u2027\u2030-\u205e]| \n|\n /;
/** Of the unusual, what is changed whatever the normal form. */
const NEEDS_TIDYING = /[\u00a0\u00ad\u200b\u2060\ufeff]|[^\n\P{Cc}]| \n|\n /u;
/** White space that is not single blanks. */
const UNEVEN = /[\t\n\f\r]| {2}/;
const UNEVEN_RUNS = /[\t\n\f\r ]{2,}|[\t\n\f\r]/g;
/** Below this a loop is faster than an expression. Characters. */
const SHORT = 64;

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

function isEven(text: string): boolean {
  if (text.length > SHORT) return !UNEVEN.test(text);
  let before = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code <= SPACE && (code === SPACE ? before === SPACE : isWhite(code))) return false;
    before = code;
  }
  return true;
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
  readonly #open: { readonly kind: TextMarkKind; readonly href: string | undefined; start: number }[] = [];
  /** Code of the last character: reading it from a text that grows would flatten the text each time. */
  #last = 0;

  get isEmpty(): boolean {
    return this.text === "";
  }

  append(chunk: string, isLink: boolean): void {
    const isAfterSpace = this.#last === 0 || this.#last === SPACE || this.#last === LINE_FEED;
    let from = 0;
    if (isAfterSpace) while (from < chunk.length && isWhite(chunk.charCodeAt(from))) from++;
    if (from === chunk.length) return;
    const rest = from === 0 ? chunk : chunk.slice(from);
    const added = isEven(rest) ? rest : rest.replace(UNEVEN_RUNS, " ");
    if (added !== " ") this.isAlternative = false;
    this.text += added;
    this.#last = added.charCodeAt(added.length - 1);
    if (isLink) this.linkCharacters += added.length;
  }

  appendAlternative(text: string): void {
    const wasAlternative = this.isAlternative;
    this.append(` ${text} `, false);
    this.isAlternative = wasAlternative;
  }

  appendRaw(chunk: string, isLink: boolean): void {
    if (chunk === "") return;
    this.text += chunk;
    this.#last = chunk.charCodeAt(chunk.length - 1);
    this.isAlternative = false;
    if (isLink) this.linkCharacters += chunk.length;
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

  #end({ kind, href, start }: { kind: TextMarkKind; href: string | undefined; start: number }): void {
    if (start >= this.text.length || (kind === "link" && href === undefined)) return;
    this.#marks.push({ start, end: this.text.length, kind, ...(href === undefined ? {} : { href }) });
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
    this.#last = 0;
  }
}
