import { alignMarks, type DocumentElement, type TextMark, type TextMarkKind } from "@groundwork/contracts";
import type { Token } from "markdown-it";
import { cleanText } from "./text-input.ts";

/** Text of inline content, and its marks. */
export interface InlineContent {
  readonly text: string;
  readonly marks: readonly TextMark[];
}

const KIND_OF_TOKEN: Readonly<Record<string, TextMarkKind>> = {
  strong_open: "strong",
  em_open: "emphasis",
  s_open: "strikethrough",
  link_open: "link",
};

/** Tags in running text that mark it up; the others only go. */
const KIND_OF_TAG: Readonly<Record<string, TextMarkKind>> = {
  b: "strong",
  strong: "strong",
  i: "emphasis",
  em: "emphasis",
  code: "code",
  kbd: "code",
  samp: "code",
  tt: "code",
  s: "strikethrough",
  strike: "strikethrough",
  del: "strikethrough",
  sup: "superscript",
  sub: "subscript",
};

const TAG = /^<(\/?)([A-Za-z][A-Za-z0-9]*)/;
/** Beyond this an address is data. */
const MOST_ADDRESS = 2_048;

interface OpenMark {
  readonly kind: TextMarkKind;
  readonly start: number;
  readonly href?: string | undefined;
  /** Of the tag that opened it. */
  readonly tag?: string;
}

function linkTarget(href: unknown): string | undefined {
  if (typeof href !== "string" || href.trim() === "" || href.length > MOST_ADDRESS) return undefined;
  return /^\s*(?:javascript|data|vbscript):/i.test(href) ? undefined : href.trim();
}

const attribute = (token: Token, name: string): string | undefined =>
  token.attrs?.find(([key]) => key === name)?.[1] as string | undefined;

class InlineCollector {
  text = "";
  readonly marks: TextMark[] = [];
  readonly #open: OpenMark[] = [];

  add(tokens: readonly Token[]): void {
    for (const token of tokens) this.#addToken(token);
  }

  #addToken(token: Token): void {
    switch (token.type) {
      case "text":
      case "text_special":
        this.text += token.content;
        break;
      case "softbreak":
      case "hardbreak":
        this.text += "\n";
        break;
      case "code_inline":
        this.marks.push({ start: this.text.length, end: this.text.length + token.content.length, kind: "code" });
        this.text += token.content;
        break;
      case "image":
        this.#addPicture(token);
        break;
      case "html_inline":
        this.#addTag(token.content);
        break;
      case "footnote_ref":
        this.text += `[${String(token.meta?.label ?? "")}]`;
        break;
      default:
        if (token.nesting === 1) {
          const kind = KIND_OF_TOKEN[token.type] ?? "emphasis";
          this.#open.push({ kind, start: this.text.length, href: linkTarget(attribute(token, "href")) });
        } else if (token.nesting === -1) this.#close(this.#open.length - 1);
    }
  }

  /** A picture is its alternative text; one written into the address has none worth reading. */
  #addPicture(token: Token): void {
    const words = new InlineCollector();
    words.add(token.children ?? []);
    if (!/^data:/i.test(words.text)) this.text += words.text;
  }

  #addTag(html: string): void {
    const match = TAG.exec(html);
    if (match === null) return;
    const name = match[2]!.toLowerCase();
    if (name === "br") {
      this.text += "\n";
      return;
    }
    const kind = KIND_OF_TAG[name];
    if (kind === undefined || html.endsWith("/>")) return;
    if (match[1] === "") this.#open.push({ kind, start: this.text.length, tag: name });
    else this.#close(this.#open.findLastIndex((mark) => mark.tag === name));
  }

  /** Ends a mark; tags that were opened inside of it and not closed mark nothing. */
  #close(index: number): void {
    const mark = this.#open[index];
    if (mark === undefined) return;
    this.#open.length = index;
    if (mark.kind === "link" && mark.href === undefined) return;
    const { kind, start, href } = mark;
    this.marks.push({ start, end: this.text.length, kind, ...(href === undefined ? {} : { href }) });
  }
}

/** The children of an inline token as text: link texts, alternative texts, code, line breaks; tags are dropped. */
export function inlineContent(token: Token | undefined): InlineContent {
  const children = token?.children ?? [];
  const collector = new InlineCollector();
  collector.add(children);
  const source = collector.text;
  const lines = source.includes("\n") ? source.replace(/[ \t]*\n[ \t]*/g, "\n") : source;
  const text = cleanText(lines).trimStart();
  return { text, marks: alignMarks(source, collector.marks, text) };
}

/** Whether nothing but pictures is shown. */
export function isPicture(token: Token | undefined): boolean {
  const shown = (token?.children ?? []).filter((child) => child.type !== "softbreak" && child.content.trim() !== "");
  return shown.length > 0 && shown.every((child) => child.type === "image");
}

/** An element with the marks of its text, when there are any. */
export function markedElement(element: DocumentElement, marks: readonly TextMark[]): DocumentElement {
  return marks.length === 0 ? element : { ...element, marks };
}
