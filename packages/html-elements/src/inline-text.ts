const NEEDS_TIDYING = /[\u00a0\u00ad\u200b\u2060\ufeff]|\p{Cc}/u;

/** What nobody sees is dropped, blanks are blanks; line breaks stand without blanks around them. */
export function tidyText(text: string): string {
  const trimmed = text.trim();
  if (!NEEDS_TIDYING.test(trimmed)) return trimmed.normalize("NFC");
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
    .replace(/[ \t]+$/gm, "")
    .replace(/^\n+|\s+$/g, "")
    .toWellFormed()
    .normalize("NFC");
}

/** Text between two block borders, white space collapsed as browsers do. */
export class InlineText {
  text = "";
  linkCharacters = 0;
  /** Nothing but the alternative texts of pictures was added. */
  isAlternative = true;

  get isEmpty(): boolean {
    return this.text === "";
  }

  append(chunk: string, isLink: boolean): void {
    const collapsed = chunk.replace(/[\t\n\f\r ]+/g, " ");
    const last = this.text.charCodeAt(this.text.length - 1);
    const added =
      collapsed.charCodeAt(0) === 32 && (this.text === "" || last === 32 || last === 10)
        ? collapsed.slice(1)
        : collapsed;
    if (added === "") return;
    if (added !== " ") this.isAlternative = false;
    this.text += added;
    if (isLink) this.linkCharacters += added.length;
  }

  appendAlternative(text: string): void {
    const wasAlternative = this.isAlternative;
    this.append(this.text === "" || this.text.endsWith("\n") ? text : ` ${text}`, false);
    this.append(" ", false);
    this.isAlternative = wasAlternative;
  }

  appendRaw(chunk: string, isLink: boolean): void {
    this.text += chunk;
    this.isAlternative = false;
    if (isLink) this.linkCharacters += chunk.length;
  }

  breakLine(): void {
    this.text = `${this.text.trimEnd() === "" ? "" : this.text.replace(/ +$/, "")}\n`;
  }

  clear(): void {
    this.text = "";
    this.linkCharacters = 0;
    this.isAlternative = true;
  }
}
