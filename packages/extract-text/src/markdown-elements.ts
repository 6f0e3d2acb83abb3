import {
  alignMarks,
  type DocumentElement,
  renderTableText,
  shiftMarks,
  type TableCell,
  type TextMark,
} from "@groundwork/contracts";
import { convertHtml } from "@groundwork/html-elements";
import type { Token } from "markdown-it";
import { inlineContent, isPicture, markedElement } from "./markdown-inline.ts";
import { cleanText } from "./text-input.ts";

/** Nesting deeper than this is read as text. */
const MOST_DEPTH = 50;

const TASK = /^\[([ xX])\][ \t]+/;
const HTML_CONTAINER = "(?:table|ul|ol|dl|div|details|section|blockquote)";
const OPENING = new RegExp(`<${HTML_CONTAINER}\\b`, "gi");
const CLOSING = new RegExp(`</${HTML_CONTAINER}>`, "gi");

const count = (text: string, pattern: RegExp): number => text.match(pattern)?.length ?? 0;

/** Where a block stands. */
interface Context {
  readonly isQuoted: boolean;
  readonly depth: number;
  /** Of the list items that are open around it. */
  readonly level: number;
}

/** Turns the tokens of one piece of a document into elements. */
class MarkdownWalker {
  readonly elements: DocumentElement[] = [];
  readonly #tokens: readonly Token[];
  /** Lines before the piece. */
  readonly #lineOffset: number;
  #at = 0;

  constructor(tokens: readonly Token[], lineOffset: number) {
    this.#tokens = tokens;
    this.#lineOffset = lineOffset;
  }

  readAll(): void {
    while (this.#at < this.#tokens.length) this.#block({ isQuoted: false, depth: 0, level: 0 });
  }

  #location(token: Token | undefined): Pick<DocumentElement, "location"> {
    return token?.map ? { location: { line: token.map[0] + 1 + this.#lineOffset } } : {};
  }

  /** One block, up to its end. */
  #block(context: Context): void {
    const token = this.#tokens[this.#at++]!;
    const inner = { ...context, depth: context.depth + 1 };
    if (token.nesting === 1 && context.depth > MOST_DEPTH) {
      this.#flatten(token, context);
      return;
    }
    switch (token.type) {
      case "heading_open":
        this.#heading(token);
        break;
      case "paragraph_open":
        this.#paragraph(token, context);
        break;
      case "bullet_list_open":
      case "ordered_list_open":
        this.#list(token, { ...inner, level: 0 });
        break;
      case "blockquote_open":
        while (this.#tokens[this.#at]!.type !== "blockquote_close") this.#block({ ...inner, isQuoted: true });
        this.#at++;
        break;
      case "fence":
      case "code_block":
        this.#code(token);
        break;
      case "table_open":
        this.#table(token);
        break;
      case "html_block":
        this.#html(token, context);
        break;
      case "footnote_reference_open":
        this.#footnote(token);
        break;
    }
  }

  #heading(token: Token): void {
    const { text, marks } = inlineContent(this.#tokens[this.#at]);
    this.#at += 2;
    if (text === "") return;
    const line = text.replaceAll("\n", " ");
    const element: DocumentElement = {
      kind: "heading",
      level: Number(token.tag[1]),
      text: line,
      ...this.#location(token),
    };
    this.elements.push(markedElement(element, marks));
  }

  #paragraph(token: Token, context: Context): void {
    const inline = this.#tokens[this.#at];
    const { text, marks } = inlineContent(inline);
    this.#at += 2;
    if (text === "") return;
    const kind = isPicture(inline) ? "figure" : context.isQuoted ? "quote" : "paragraph";
    this.elements.push(markedElement({ kind, text, ...this.#location(token) }, marks));
  }

  #code(token: Token): void {
    const text = cleanText(token.content);
    const language = token.info.trim().split(/\s/, 1)[0]!.toLowerCase();
    if (text === "") return;
    this.elements.push({
      kind: "code",
      text,
      ...this.#location(token),
      ...(language === "" ? {} : { attributes: { language } }),
    });
  }

  #list(token: Token, context: Context): void {
    const isOrdered = token.type === "ordered_list_open";
    const end = isOrdered ? "ordered_list_close" : "bullet_list_close";
    let number = Number(token.attrs?.find(([name]) => name === "start")?.[1] ?? 1);
    while (this.#tokens[this.#at]!.type !== end) {
      const item = this.#tokens[this.#at++]!;
      this.#item(item, isOrdered ? `${number++}${item.markup || "."}` : "-", context);
    }
    this.#at++;
  }

  /** Paragraphs at the start of an item are its text; what follows stands on its own, lists one level deeper. */
  #item(item: Token, marker: string, context: Context): void {
    let text = "";
    let marks: TextMark[] = [];
    let checked: string | undefined;
    let isFirst = true;
    while (this.#tokens[this.#at]!.type === "paragraph_open") {
      let content = inlineContent(this.#tokens[this.#at + 1]);
      this.#at += 3;
      const task = isFirst ? TASK.exec(content.text) : null;
      isFirst = false;
      if (task !== null) {
        checked = String(task[1] !== " ");
        const rest = content.text.slice(task[0].length);
        content = { text: rest, marks: alignMarks(rest, shiftMarks(content.marks, -task[0].length), rest) };
      }
      if (content.text === "") continue;
      const offset = text === "" ? 0 : text.length + 1;
      text += text === "" ? content.text : `\n${content.text}`;
      marks = [...marks, ...shiftMarks(content.marks, offset)];
    }
    if (text !== "") {
      const attributes = { marker, ...(checked === undefined ? {} : { checked }) };
      const element: DocumentElement = {
        kind: "list_item",
        text,
        level: context.level,
        ...this.#location(item),
        attributes,
      };
      this.elements.push(markedElement(element, marks));
    }
    const inner = { ...context, depth: context.depth + 1, level: text === "" ? context.level : context.level + 1 };
    while (this.#tokens[this.#at]!.type !== "list_item_close") {
      const next = this.#tokens[this.#at]!;
      const isList = next.type === "bullet_list_open" || next.type === "ordered_list_open";
      if (isList && context.depth <= MOST_DEPTH) {
        this.#at++;
        this.#list(next, inner);
      } else this.#block(inner);
    }
    this.#at++;
  }

  #table(token: Token): void {
    const cells: TableCell[] = [];
    let row = -1;
    let column = 0;
    let columns = 0;
    for (; this.#tokens[this.#at]!.type !== "table_close"; this.#at++) {
      const part = this.#tokens[this.#at]!;
      if (part.type === "tr_open") {
        row++;
        column = 0;
      } else if (part.type === "inline") {
        const { text } = inlineContent(part);
        if (text !== "") cells.push({ row, column, text, ...(row === 0 ? { header: true } : {}) });
        columns = Math.max(columns, ++column);
      }
    }
    this.#at++;
    if (cells.length === 0) return;
    const table = { rows: row + 1, columns, cells };
    this.elements.push({ kind: "table", text: renderTableText(table), table, ...this.#location(token) });
  }

  /** Neighbouring HTML blocks are one piece: a table or list in HTML goes on after a blank line; Markdown between ends it. */
  #html(token: Token, context: Context): void {
    let html = token.content;
    let open = count(html, OPENING) - count(html, CLOSING);
    while (context.depth === 0 && open > 0 && this.#tokens[this.#at]?.type === "html_block") {
      const next = this.#tokens[this.#at++]!.content;
      html += `\n${next}`;
      open += count(next, OPENING) - count(next, CLOSING);
    }
    const { location } = this.#location(token);
    for (const element of convertHtml(html, { mainContent: false }).elements) {
      this.elements.push({ ...element, location: { ...element.location, ...location } });
    }
  }

  #footnote(token: Token): void {
    const start = this.#tokens[this.#at];
    const text = this.#textUpTo("footnote_reference_close", token.level);
    if (text === "") return;
    const attributes = { marker: String(token.meta?.label ?? "") };
    this.elements.push({ kind: "footnote", text, ...this.#location(start), attributes });
  }

  #flatten(token: Token, context: Context): void {
    const text = this.#textUpTo(token.type.replace(/_open$/, "_close"), token.level);
    if (text === "") return;
    this.elements.push({ kind: context.isQuoted ? "quote" : "paragraph", text, ...this.#location(token) });
  }

  /** The texts of all blocks up to the end of one, a line each. */
  #textUpTo(type: string, level: number): string {
    const texts: string[] = [];
    for (;;) {
      const token = this.#tokens[this.#at++];
      if (token === undefined || (token.type === type && token.level === level)) break;
      if (token.type === "inline") texts.push(inlineContent(token).text);
      else if (token.type === "fence" || token.type === "code_block") texts.push(cleanText(token.content));
    }
    return texts.filter((text) => text !== "").join("\n");
  }
}

/** The elements of the blocks of a piece of Markdown, in order. */
export function markdownElements(tokens: readonly Token[], lineOffset: number): readonly DocumentElement[] {
  const walker = new MarkdownWalker(tokens, lineOffset);
  walker.readAll();
  return walker.elements;
}
