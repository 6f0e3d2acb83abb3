import { type DocumentElement, type ElementLocation, isUnseen } from "@groundwork/contracts";
import { commentElement } from "../comment-element.ts";
import type { KnownColor } from "../look/color.ts";
import { unseenElements } from "../look/unseen-text.ts";
import { child, children, descendants, integer, textContent, type XmlNode } from "../package/xml-tree.ts";
import { type RowCell, TableAssembler } from "../table-assembler.ts";
import { altTextElement, cleanLine, cleanText, readAltText } from "../text.ts";
import { deletedCharacters, NOT_INLINE, odfInline, visibleInline } from "./odf-inline.ts";
import type { OdfStyles } from "./odf-styles.ts";

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
/** Turns the blocks of an OpenDocument text, cell, shape or note into elements. */
export class OdfTextReader {
  readonly #styles: OdfStyles;
  readonly #location: ElementLocation | undefined;
  #notes = 0;
  /** What is painted behind the text that is read. */
  #background: KnownColor;
  /** What nobody sees of text that became one string. */
  #apart: DocumentElement[] = [];

  /** `background` is painted behind text where nothing else is. @default that of the pages */
  constructor(styles: OdfStyles, location?: ElementLocation, background: KnownColor = styles.looks.page) {
    this.#styles = styles;
    this.#location = location;
    this.#background = background;
  }

  *blocks(nodes: Iterable<XmlNode>): Generator<DocumentElement> {
    for (const node of nodes) yield* this.block(node);
  }

  /** The blocks in a shape that is drawn. */
  *shape(node: XmlNode): Generator<DocumentElement> {
    yield* this.#onto(node.attributes["draw:style-name"], "unknown", this.blocks(children(node)));
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
      case "text:tracked-changes":
        this.#styles.looks.hiddenCharacters += deletedCharacters(node);
        return;
      default:
        if (TRANSPARENT.has(node.name)) yield* this.blocks(children(node));
    }
  }

  /** Text of blocks as one string, for cells and notes. */
  flatten(node: XmlNode): string {
    const lines: string[] = [];
    for (const element of this.blocks(children(node))) {
      if (isUnseen(element)) {
        this.#apart.push(element);
        continue;
      }
      const marker = element.kind === "list_item" ? element.attributes?.marker : undefined;
      lines.push(marker === undefined || element.text.startsWith(marker) ? element.text : `${marker} ${element.text}`);
    }
    return lines.join("\n").trim();
  }

  /** What nobody sees of the texts that {@link flatten} gave. */
  takeUnseen(): DocumentElement[] {
    const apart = this.#apart;
    this.#apart = [];
    return apart;
  }

  #place(element: DocumentElement): DocumentElement {
    return this.#location === undefined ? element : { ...element, location: this.#location };
  }

  *#paragraph(node: XmlNode, marker?: string, level: number = 0): Generator<DocumentElement> {
    const looks = this.#styles.looks;
    const { fill } = looks.look(node.attributes["text:style-name"]);
    const behind = fill === undefined || fill === "none" ? this.#background : fill;
    const marked = visibleInline(this.#withNoteMarks(node), looks, behind);
    const text = cleanText(marked.text);
    if (text.trim() !== "") yield this.#place(this.#textElement(node, text, marker, level));
    yield* unseenElements(marked.unseen, this.#location);
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

  #withNoteMarks(node: XmlNode): XmlNode {
    let number = this.#notes;
    const marked = (from: XmlNode): XmlNode => ({
      ...from,
      children: from.children.map((member) => {
        if (typeof member === "string") return member;
        if (member.name === "text:note") return `[${++number}]`;
        return NOT_INLINE.has(member.name) ? member : marked(member);
      }),
    });
    return descendants(node, "text:note").next().done === true ? node : marked(node);
  }

  /** Frames, notes and comments that hang on a paragraph. */
  *#attached(node: XmlNode): Generator<DocumentElement> {
    for (const member of children(node)) {
      if (member.name === "text:note") {
        const number = ++this.#notes;
        const body = child(member, "text:note-body");
        const text = body === undefined ? "" : this.flatten(body);
        const note = { kind: "footnote", text: `[${number}] ${text}`, attributes: { marker: String(number) } } as const;
        if (text !== "") yield this.#place(note);
        yield* this.takeUnseen();
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
    yield* this.#onto(node.attributes["draw:style-name"], "unknown", this.blocks(children(node)));
  }

  /** Reads blocks with what a style paints behind them; `otherwise` where it does not say. */
  *#onto(
    style: string | undefined,
    otherwise: KnownColor,
    elements: Iterable<DocumentElement>,
  ): Generator<DocumentElement> {
    const outer = this.#background;
    const { fill } = this.#styles.looks.look(style);
    this.#background = fill === "none" ? outer : (fill ?? otherwise);
    yield* elements;
    this.#background = outer;
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
    const painted = this.#styles.looks.look(node.attributes["table:style-name"]).fill;
    const behind = painted === undefined || painted === "none" ? this.#background : painted;
    for (const { row, header } of rowsOf(node, false)) {
      const cells: RowCell[] = [];
      let column = 0;
      for (const cell of children(row)) {
        const repeated = Math.max(1, Math.min(MAX_COLUMNS, integer(cell, "table:number-columns-repeated") ?? 1));
        const columnSpan = Math.max(1, Math.min(MAX_COLUMNS, integer(cell, "table:number-columns-spanned") ?? 1));
        const covered = cell.name === "table:covered-table-cell";
        const text = covered ? "" : this.#cellText(cell, behind);
        for (let copy = 0; copy < repeated && column < MAX_COLUMNS; copy++, column++) {
          cells.push({ column, columnSpan, text, continued: covered });
        }
      }
      assembler.addRow(cells, header);
      if (!assembler.full) continue;
      const slice = assembler.take();
      if (slice !== undefined) yield slice;
      yield* this.takeUnseen();
    }
    const last = assembler.take();
    if (last !== undefined) yield last;
    yield* this.takeUnseen();
  }

  #cellText(cell: XmlNode, behind: KnownColor): string {
    const outer = this.#background;
    const { fill } = this.#styles.looks.look(cell.attributes["table:style-name"]);
    this.#background = fill === undefined || fill === "none" ? behind : fill;
    const text = this.flatten(cell);
    this.#background = outer;
    return text;
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
