import { alignMarks, type DocumentElement, shiftMarks, type TextMark, type TextMarkKind } from "@groundwork/contracts";

import { addUnseen, type UnseenReason, type UnseenStretch } from "./look/unseen-text.ts";

/** How a run of text is set, as far as it means something. */
export interface RunFormat {
  readonly strong?: boolean | undefined;
  readonly emphasis?: boolean | undefined;
  readonly strikethrough?: boolean | undefined;
  readonly superscript?: boolean | undefined;
  readonly subscript?: boolean | undefined;
  readonly code?: boolean | undefined;
  /** Where a link goes. */
  readonly href?: string | undefined;
}

const KINDS: readonly Exclude<TextMarkKind, "link">[] = [
  "strong",
  "emphasis",
  "strikethrough",
  "superscript",
  "subscript",
  "code",
];

/** Text that grows run by run, with the marks of its runs. */
export class MarkedText {
  text = "";
  readonly marks: TextMark[] = [];
  /** What nobody sees of it; it stands after the text, never in it. */
  readonly unseen: UnseenStretch[] = [];
  #isApart = false;
  /** Text that is not seen parts the words on its sides. */
  #needsBlank = false;
  #endsBlank = true;

  /** Takes text that nobody sees. Where it parts words, it leaves a blank. */
  hide(reason: UnseenReason, text: string): void {
    addUnseen(this.unseen, reason, text, this.#isApart);
    this.#isApart = false;
    this.#needsBlank ||= /\s/.test(text);
  }

  append(text: string, format?: RunFormat): void {
    if (this.#needsBlank && text !== "") {
      this.#needsBlank = false;
      if (!this.#endsBlank && /^\S/.test(text)) this.text += " ";
    }
    if (text !== "") {
      this.#endsBlank = /\s$/.test(text.slice(-1));
      if (text.trim() !== "") this.#isApart = true;
    }
    const start = this.text.length;
    this.text += text;
    const end = this.text.length;
    if (format === undefined || start === end) return;
    for (const kind of KINDS) if (format[kind] === true) this.marks.push({ start, end, kind });
    const { href } = format;
    if (href !== undefined && href !== "" && !/^(?:javascript|data|vbscript):/i.test(href)) {
      this.marks.push({ start, end, kind: "link", href });
    }
  }
}

/** An element with the marks of the text that it was made of; `prefix` is what was put before that text. */
export function withMarks(
  element: DocumentElement,
  source: Pick<MarkedText, "text" | "marks">,
  prefix = "",
): DocumentElement {
  if (source.marks.length === 0) return element;
  const own = alignMarks(source.text, source.marks, element.text.slice(prefix.length));
  return own.length === 0 ? element : { ...element, marks: shiftMarks(own, prefix.length) };
}
