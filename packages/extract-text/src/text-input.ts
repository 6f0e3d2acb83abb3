import type { SourceDocument } from "@groundwork/contracts";
import { decodeContent } from "@groundwork/media-type";

/** What every reader of a kind of text gets. */
export interface TextInput {
  readonly document: SourceDocument;
  readonly charset: string;
  readonly signal: AbortSignal | undefined;
}

export interface Line {
  readonly text: string;
  /** 1-based. */
  readonly number: number;
}

/** A line longer than this is given in pieces with the same number. */
const MOST_LINE = 200_000;

/** The decoded text in pieces. */
export function textPieces({ document, charset, signal }: TextInput): AsyncGenerator<string> {
  return decodeContent(document.content, { charset, signal });
}

/** The whole text. For formats that cannot be read in pieces. */
export async function wholeText(input: TextInput): Promise<string> {
  const pieces: string[] = [];
  for await (const piece of textPieces(input)) pieces.push(piece);
  return pieces.join("");
}

/** The lines of a text, some at a time; `\n`, `\r\n` and `\r` end a line. */
export async function* textLines(input: TextInput): AsyncGenerator<readonly Line[]> {
  let rest = "";
  let number = 1;
  for await (const piece of textPieces(input)) {
    let text = rest + piece;
    // A \r at the end may be the first half of a line end.
    const isOpen = text.endsWith("\r");
    if (isOpen) text = text.slice(0, -1);
    const parts = text.split(/\r\n|\n|\r/);
    rest = (parts.pop() ?? "") + (isOpen ? "\r" : "");
    const lines: Line[] = parts.map((part) => ({ text: part, number: number++ }));
    while (rest.length > MOST_LINE) {
      const blank = rest.lastIndexOf(" ", MOST_LINE);
      const end = blank > MOST_LINE / 2 ? blank : MOST_LINE;
      lines.push({ text: rest.slice(0, end), number });
      rest = rest.slice(end);
    }
    if (lines.length > 0) yield lines;
  }
  if (rest.replace("\r", "") !== "") yield [{ text: rest.replace("\r", ""), number }];
}

const PLAIN = /^[ -~]*$/;

/** What an element's text must be: NFC, well-formed, without control characters and trailing blanks. */
export function cleanText(text: string): string {
  // Most cells and lines are printable ASCII: nothing in them needs the passes below.
  if (PLAIN.test(text)) return text.trimEnd();
  return text
    .replace(/[^\n\t\P{Cc}]|[\u200b\ufeff\u00ad]/gu, "")
    .replaceAll("\u00a0", " ")
    .replace(/(?<![ \t])[ \t]+$/gm, "")
    .replace(/^\n+/, "")
    .trimEnd()
    .toWellFormed()
    .normalize("NFC");
}
