import type { DocumentElement, ElementLocation } from "@groundwork/contracts";
import { commentElement } from "../comment-element.ts";
import { child, children, descendants, integer, textContent, type XmlNode } from "../package/xml-tree.ts";
import { type RowCell, TableAssembler } from "../table-assembler.ts";
import { altTextElement, cleanLine, cleanText, readAltText } from "../text.ts";
import type { OdfStyles } from "./odf-styles.ts";

const MAX_REPEATED_SPACES = 1000;
const MAX_COLUMNS = 2000;
/** Wrappers that add nothing to what a reader sees. */
const TRANSPARENT: ReadonlySet<string> = new Set([
  "text:section",
  "text:index-body",
  "text:table-of-content",
  "text:alphabetical-index",
  "text:bibliography",
  "text:user-index",
  "text:illustration-index",
  "text:table-index",
  "text:index-title",
  "draw:g",
  "draw:a",
  "draw:text-box",
  "text:list-header",
  "office:text",
]);
const DROPPED: ReadonlySet<string> = new Set([
  "text:tracked-changes",
  "text:note",
  "office:annotation",
  "office:annotation-end",
  "text:ruby-text",
  "draw:frame",
  "draw:g",
  "draw:custom-shape",
  "draw:rect",
  "script:event-listeners",
]);

/** Text of a paragraph without what hangs on it. Spaces in a row are one; several are written as `text:s`. */
export function odfInline(node: XmlNode): string {
  let text = "";
  for (const member of node.children) {
    if (typeof member === "string") text += member.replace(/[ \t\r\n]+/g, " ");
    else if (member.name === "text:s") {
      text += " ".repeat(Math.max(1, Math.min(MAX_REPEATED_SPACES, integer(member, "text:c") ?? 1)));
    } else if (member.name === "text:tab") text += "\t";
    else if (member.name === "text:line-break") text += "\n";
    else if (!DROPPED.has(member.name)) text += odfInline(member);
  }
  return text;
}

/** Turns the blocks of an OpenDocument text, cell, shape or note into elements. */
export class OdfTextReader {
  readonly #styles: OdfStyles;
  readonly #location: ElementLocation | undefined;
  #notes = 0;

  constructor(styles: OdfStyles, location?: ElementLocation) {
    this.#styles = styles;
    this.#location = location;
  }

  *blocks(nodes: Iterable<XmlNode>): Generator<DocumentElement> {
    for (const node of nodes) yield* this.block(node);
  }

  *block(node: XmlNode): Generator<DocumentElement> {
    switch (node.name) {
      case "text:p":
      case "text:h":
        yield* this.#paragraph(node);
        return;
      case "text:list":
      case "text:ordered-list":
      case "text:unordered-list":
        yield* this.#list(node, node.attributes["text:style-name"], []);
        return;
      case "table:table":
        yield* this.#table(node);
        return;
      case "draw:frame":
      case "draw:custom-shape":
      case "draw:rect":
        yield* this.#frame(node);
        return;
      default:
        if (TRANSPARENT.has(node.name)) yield* this.blocks(children(node));
    }
  }

  /** Text of blocks as one string, for cells and notes. */
  flatten(node: XmlNode): string {
    const lines: string[] = [];
    for (const element of this.blocks(children(node))) {
      const marker = element.kind === "list_item" ? element.attributes?.marker : undefined;
      lines.push(marker === undefined || element.text.startsWith(marker) ? element.text : `${marker} ${element.text}`);
    }
    return lines.join("\n").trim();
  }

  #place(element: DocumentElement): DocumentElement {
    return this.#location === undefined ? element : { ...element, location: this.#location };
  }

  *#paragraph(node: XmlNode, marker?: string, level: number = 0): Generator<DocumentElement> {
    const text = cleanText(this.#withNoteMarks(node));
    if (text.trim() !== "") yield this.#place(this.#textElement(node, text, marker, level));
    yield* this.#attached(node);
  }

  #textElement(node: XmlNode, text: string, marker: string | undefined, level: number): DocumentElement {
    const names = this.#styles.names(node.attributes["text:style-name"]);
    if (names.includes("title")) return { kind: "title", text: cleanLine(text) };
    if (node.name === "text:h") {
      const shown = marker === undefined || /^\W*$/.test(marker) ? cleanLine(text) : `${marker} ${cleanLine(text)}`;
      return { kind: "heading", level: Math.max(1, integer(node, "text:outline-level") ?? 1), text: shown };
    }
    if (marker !== undefined) {
      const simple = /^\W*$/.test(marker) || /^[\dA-Za-z]{1,4}[.)]$/.test(marker);
      return {
        kind: "list_item",
        level,
        text: simple ? text.trimStart() : `${marker} ${text.trimStart()}`,
        ...(marker === "" ? {} : { attributes: { marker } }),
      };
    }
    if (names.some((name) => /^(?:preformatted text|source code|code)$/.test(name))) return { kind: "code", text };
    if (names.some((name) => name === "caption")) return { kind: "caption", text };
    if (names.some((name) => name === "quotations" || name === "quote")) return { kind: "quote", text };
    return { kind: "paragraph", text: text.trimStart() };
  }

  #withNoteMarks(node: XmlNode): string {
    let number = this.#notes;
    const marked = (from: XmlNode): XmlNode => ({
      ...from,
      children: from.children.map((member) => {
        if (typeof member === "string") return member;
        if (member.name === "text:note") return `[${++number}]`;
        return DROPPED.has(member.name) ? member : marked(member);
      }),
    });
    return odfInline(Array.from(descendants(node, "text:note")).length === 0 ? node : marked(node));
  }

  /** Frames, notes and comments that hang on a paragraph. */
  *#attached(node: XmlNode): Generator<DocumentElement> {
    for (const member of children(node)) {
      if (member.name === "text:note") {
        const number = ++this.#notes;
        const body = child(member, "text:note-body");
        const text = body === undefined ? "" : this.flatten(body);
        if (text === "") continue;
        yield this.#place({ kind: "footnote", text: `[${number}] ${text}`, attributes: { marker: String(number) } });
      } else if (member.name === "office:annotation") {
        const element = odfComment(member, this.#location);
        if (element !== undefined) yield element;
      } else if (member.name === "draw:frame" || member.name === "draw:custom-shape" || member.name === "draw:rect") {
        yield* this.#frame(member);
      } else {
        yield* this.#attached(member);
      }
    }
  }

  *#frame(node: XmlNode): Generator<DocumentElement> {
    const altText = readAltText(textContent(child(node, "svg:desc")) || textContent(child(node, "svg:title")));
    if (altText.text !== "") yield this.#place(altTextElement(altText));
    yield* this.blocks(children(node));
  }

  *#list(node: XmlNode, style: string | undefined, above: readonly number[]): Generator<DocumentElement> {
    const level = above.length;
    let number = this.#styles.start(style, level) - 1;
    for (const item of children(node)) {
      if (item.name === "text:list-header") yield* this.blocks(children(item));
      if (item.name !== "text:list-item") continue;
      number = integer(item, "text:start-value") ?? number + 1;
      let isFirst = true;
      for (const member of children(item)) {
        if (member.name === "text:list") {
          yield* this.#list(member, member.attributes["text:style-name"] ?? style, [...above, number]);
        } else if ((member.name === "text:p" || member.name === "text:h") && isFirst) {
          yield* this.#paragraph(member, this.#styles.marker(style, [...above, number]), level);
          isFirst = false;
        } else {
          yield* this.block(member);
        }
      }
    }
  }

  *#table(node: XmlNode): Generator<DocumentElement> {
    const assembler = new TableAssembler(this.#location);
    for (const { row, header } of rowsOf(node, false)) {
      const cells: RowCell[] = [];
      let column = 0;
      for (const cell of children(row)) {
        const repeated = Math.max(1, Math.min(MAX_COLUMNS, integer(cell, "table:number-columns-repeated") ?? 1));
        const columnSpan = Math.max(1, Math.min(MAX_COLUMNS, integer(cell, "table:number-columns-spanned") ?? 1));
        const covered = cell.name === "table:covered-table-cell";
        const text = covered ? "" : this.flatten(cell);
        for (let copy = 0; copy < repeated && column < MAX_COLUMNS; copy++, column++) {
          cells.push({ column, columnSpan, text, continued: covered });
        }
      }
      assembler.addRow(cells, header);
      if (!assembler.full) continue;
      const slice = assembler.take();
      if (slice !== undefined) yield slice;
    }
    const last = assembler.take();
    if (last !== undefined) yield last;
  }
}

function* rowsOf(node: XmlNode, header: boolean): Generator<{ row: XmlNode; header: boolean }> {
  for (const member of children(node)) {
    if (member.name === "table:table-row") yield { row: member, header };
    else if (member.name === "table:table-header-rows") yield* rowsOf(member, true);
    else if (member.name === "table:table-rows" || member.name === "table:table-row-group") {
      yield* rowsOf(member, header);
    }
  }
}

export function odfComment(node: XmlNode, location?: ElementLocation): DocumentElement | undefined {
  const lines: string[] = [];
  for (const member of children(node)) {
    if (member.name === "text:p") lines.push(odfInline(member));
    else if (member.name === "text:list") for (const item of descendants(member, "text:p")) lines.push(odfInline(item));
  }
  const text = cleanText(lines.join("\n")).trim();
  if (text === "") return undefined;
  const date = textContent(child(node, "dc:date"));
  return commentElement(
    text,
    { name: textContent(child(node, "dc:creator")) },
    date === "" ? undefined : date,
    location,
  );
}
