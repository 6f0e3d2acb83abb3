const NEEDS_TIDYING = /[\u00a0\u00ad\u200b\u2060\ufeff]|[^\n\P{Cc}]| \n|\n /u;
const PRINTABLE = /^[ -~\n]*$/;
/** White space that is not single blanks. */
const UNEVEN = /[\t\n\f\r]| {2}/;

/** What nobody sees is dropped, blanks are blanks; line breaks stand without blanks around them. */
export function tidyText(text: string): string {
  const trimmed = text.trim();
  if (!NEEDS_TIDYING.test(trimmed)) return PRINTABLE.test(trimmed) ? trimmed : trimmed.toWellFormed().normalize("NFC");
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

const SPACE = 32;
const LINE_FEED = 10;

const isWhite = (code: number): boolean => code === SPACE || (code >= 9 && code <= 13 && code !== 11);

/** Text between two block borders, white space collapsed as browsers do. */
export class InlineText {
  text = "";
  linkCharacters = 0;
  /** Nothing but the alternative texts of pictures was added. */
  isAlternative = true;
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
    const added = UNEVEN.test(rest) ? rest.replace(/[\t\n\f\r ]+/g, " ") : rest;
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

  clear(): void {
    this.text = "";
    this.linkCharacters = 0;
    this.isAlternative = true;
    this.#last = 0;
  }
}
