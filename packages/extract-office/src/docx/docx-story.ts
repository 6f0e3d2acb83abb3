import type { DocumentElement } from "@groundwork/contracts";
import { commentElement } from "../comment-element.ts";
import type { KnownColor } from "../look/color.ts";
import { unseenElements } from "../look/unseen-text.ts";
import { type MarkedText, withMarks } from "../marked-text.ts";
import { child, integer, type XmlNode } from "../package/xml-tree.ts";
import { altTextElement, cleanLine, cleanText } from "../text.ts";
import { blocksInside, type DocxBlock } from "./docx-blocks.ts";
import { type Inline, InlineReader } from "./docx-inline.ts";
import { type Deferred, flattenStory, type StoryItem } from "./docx-items.ts";
import { type DocxLooks, PAPER } from "./docx-looks.ts";
import type { DocxNumbering, ListMarker } from "./docx-numbering.ts";
import type { DocxStyles, ParagraphStyle } from "./docx-styles.ts";
import { DocxTable } from "./docx-table.ts";

/** What hangs on a paragraph and lies in other parts. */
export interface StoryLinks {
  note(kind: "footnote" | "endnote", id: string): XmlNode | undefined;
  /** The comment and its replies, each given once. */
  comments(id: string): readonly XmlNode[];
  chart(relationshipId: string): Deferred;
  diagram(relationshipId: string): Deferred;
  embedded(relationshipId: string): Deferred;
  /** Where a relationship to something outside goes. */
  address(relationshipId: string): string | undefined;
  /** What the page is painted with, from the element that states it. */
  pageColor(background: XmlNode): Promise<KnownColor>;
}

const CODE_STYLE =
  /^(?:source code|code(?: block| text)?|html preformatted|preformatted text|plain text|macro text|verbatim(?: .*)?|listing|program(?: listing)?)$/;
const CODE_CHARACTERS = /[{}()[\];=<>|$#]|::|->|\/\//;
/** A longer paragraph with an outline level is a paragraph that someone gave a heading's style by mistake. */
const MAX_HEADING_CHARACTERS = 400;
/** Tables nest in text boxes in tables; deeper than this is made to exhaust the stack. */
const MAX_NESTING = 24;

interface PendingCode {
  readonly lines: string[];
  certain: boolean;
}

/** Turns the blocks of one story into elements. */
export class DocxStory {
  readonly #styles: DocxStyles;
  readonly #numbering: DocxNumbering;
  readonly #links: StoryLinks;
  readonly #inline: InlineReader;
  readonly #looks: DocxLooks;
  #code: PendingCode | undefined;
  #nesting = 0;
  /** What is painted behind the text that is read: of the page, a cell, a text box. */
  #background: KnownColor = PAPER;
  /** What the open table paints behind its cells. */
  #tableShade: KnownColor | undefined;

  constructor(styles: DocxStyles, looks: DocxLooks, numbering: DocxNumbering, links: StoryLinks) {
    this.#styles = styles;
    this.#looks = looks;
    this.#numbering = numbering;
    this.#links = links;
    this.#inline = new InlineReader(
      { characterStyle: (id) => styles.character(id), address: (id) => links.address(id) },
      looks,
    );
  }

  /** Characters that were left out because the document does not show them. */
  get hiddenCharacters(): number {
    return this.#inline.hiddenCharacters;
  }

  /** Elements of a streamed story; tables longer than a slice come out slice by slice. */
  async *read(blocks: AsyncIterable<DocxBlock>): AsyncGenerator<StoryItem> {
    let table: DocxTable | undefined;
    for await (const block of blocks) {
      if (block.type !== "block") table = yield* this.#tableStep(table, block);
      else if (block.node.name === "w:background") this.#background = await this.#links.pageColor(block.node);
      else yield* this.#block(block.node);
    }
    yield* this.#flushCode();
  }

  /** Elements inside a tree. `fill` is painted behind them. */
  *readInside(node: XmlNode | undefined, fill?: KnownColor): Generator<StoryItem> {
    if (++this.#nesting <= MAX_NESTING) {
      const [outerBackground, outerShade] = [this.#background, this.#tableShade];
      this.#background = fill ?? this.#cellShade(node) ?? outerBackground;
      this.#tableShade = undefined;
      const outerCode = this.#code;
      this.#code = undefined;
      let table: DocxTable | undefined;
      for (const block of blocksInside(node)) {
        if (block.type === "block") yield* this.#block(block.node);
        else table = yield* this.#tableStep(table, block);
      }
      yield* this.#flushCode();
      this.#code = outerCode;
      [this.#background, this.#tableShade] = [outerBackground, outerShade];
    }
    this.#nesting--;
  }

  #cellShade(node: XmlNode | undefined): KnownColor | undefined {
    if (node?.name !== "w:tc") return undefined;
    const own = child(node, "w:tcPr", "w:shd");
    return (own === undefined ? undefined : this.#looks.shade(own)) ?? this.#tableShade;
  }

  *#tableStep(
    table: DocxTable | undefined,
    block: Exclude<DocxBlock, { type: "block" }>,
  ): Generator<StoryItem, DocxTable | undefined> {
    switch (block.type) {
      case "table-start":
        yield* this.#flushCode();
        return new DocxTable((node) => this.readInside(node));
      case "table-properties":
        table?.setProperties(block.node);
        this.#tableShade = this.#looks.tableShade(block.node);
        return table;
      case "row":
        if (table !== undefined) yield* table.addRow(block.node);
        return table;
      case "table-end":
        if (table !== undefined) yield* table.end();
        this.#tableShade = undefined;
        return undefined;
    }
  }

  *#block(node: XmlNode): Generator<StoryItem> {
    if (node.name === "w:p") {
      yield* this.#paragraph(node);
    } else if (node.name === "m:oMathPara" || node.name === "m:oMath" || node.name === "w:r") {
      yield* this.#paragraph({ name: "w:p", attributes: {}, children: [node] });
    } else if (node.name === "w:altChunk" && node.attributes["r:id"] !== undefined) {
      yield this.#links.embedded(node.attributes["r:id"]);
    }
  }

  *#paragraph(node: XmlNode): Generator<StoryItem> {
    const properties = child(node, "w:pPr");
    const styleId = child(properties, "w:pStyle")?.attributes["w:val"];
    const style = this.#styles.paragraph(styleId);
    const inline = this.#inline.read(node, {
      monospaced: style.monospaced,
      look: this.#looks.paragraph(styleId),
      background: this.#looks.paragraphShade(properties, styleId) ?? this.#background,
    });
    const text = cleanText(inline.marked.text);
    if (text.trim() === "") {
      if (inline.boxes.length === 0 && this.#code !== undefined && this.#isCodeStyle(style)) this.#code.lines.push("");
    } else if (this.#collectCode(text, inline, style)) {
      return;
    } else {
      yield* this.#flushCode();
      yield* this.#textElements(text, inline, style, properties, styleId);
    }
    yield* unseenElements(inline.marked.unseen);
    yield* this.#attached(inline);
  }

  *#textElements(
    text: string,
    inline: Inline,
    style: ParagraphStyle,
    properties: XmlNode | undefined,
    styleId: string | undefined,
  ): Generator<DocumentElement> {
    if (inline.formulas.length > 0 && !inline.hasProse) {
      for (const formula of inline.formulas) yield { kind: "formula", text: `$$${formula}$$` };
      return;
    }
    const marked = (element: DocumentElement, prefix?: string): DocumentElement =>
      withMarks(element, withoutWholeCode(inline), prefix);
    const outline = integer(child(properties, "w:outlineLvl"), "w:val");
    const headingLevel = outline === undefined ? style.outlineLevel : outline < 9 ? outline + 1 : undefined;
    const marker = this.#marker(properties, style, styleId);
    if (style.names.includes("title") && text.length <= MAX_HEADING_CHARACTERS) {
      yield marked({ kind: "title", text: withMarker(marker, cleanLine(text)) }, markerPrefix(marker));
    } else if (headingLevel !== undefined && text.length <= MAX_HEADING_CHARACTERS) {
      const heading = withMarker(marker, cleanLine(text));
      yield marked({ kind: "heading", level: headingLevel, text: heading }, markerPrefix(marker));
    } else if (marker !== undefined) {
      // A marker such as "(a)" or "4.2.1" is what other passages refer to, so it is part of the text; simple ones are not.
      const simple = marker.bullet || marker.marker === "" || /^[\dA-Za-z]{1,4}[.)]$/.test(marker.marker);
      const prefix = simple ? "" : `${marker.marker} `;
      const item: DocumentElement = {
        kind: "list_item",
        level: marker.level,
        text: `${prefix}${text.trimStart()}`,
        ...(marker.marker === "" ? {} : { attributes: { marker: marker.marker } }),
      };
      yield marked(item, prefix);
    } else {
      yield marked({ kind: kindOf(style), text: text.trimStart() });
    }
  }

  *#attached(inline: Inline): Generator<StoryItem> {
    for (const altText of inline.altTexts) yield altTextElement(altText);
    const told = new Set<string>();
    for (const box of inline.boxes) {
      for (const item of this.readInside(box.node, box.fill)) {
        if (!("kind" in item)) yield item;
        // A shape and its fallback may both be there.
        else if (!told.has(item.text)) yield item;
        if ("kind" in item && inline.boxes.length > 1) told.add(item.text);
      }
    }
    for (const id of inline.charts) yield this.#links.chart(id);
    for (const id of inline.diagrams) yield this.#links.diagram(id);
    for (const id of inline.objects) yield this.#links.embedded(id);
    for (const { kind, id } of inline.notes) yield* this.#note(kind, id);
    for (const id of inline.comments) {
      for (const comment of this.#links.comments(id)) yield* this.#comment(comment);
    }
  }

  *#note(kind: "footnote" | "endnote", id: string): Generator<StoryItem> {
    const number = this.#inline.noteNumbers.get(`${kind} ${id}`) ?? 0;
    const { text, others } = this.#flatten(this.#links.note(kind, id));
    if (text !== "") yield { kind: "footnote", text: `[${number}] ${text}`, attributes: { marker: String(number) } };
    yield* others;
  }

  *#comment(node: XmlNode): Generator<StoryItem> {
    const { text, others } = this.#flatten(node);
    const { "w:author": author, "w:date": date, "w:initials": initials } = node.attributes;
    if (text !== "") yield commentElement(text, { name: author, initials }, date);
    yield* others;
  }

  #flatten(node: XmlNode | undefined): { text: string; others: StoryItem[] } {
    return flattenStory(this.readInside(node));
  }

  #marker(properties: XmlNode | undefined, style: ParagraphStyle, styleId: string | undefined): ListMarker | undefined {
    const own = child(properties, "w:numPr");
    // Numbering that was inserted and then rejected leaves an empty element behind.
    const numberingId = child(own, "w:numId")?.attributes["w:val"] ?? style.numberingId;
    if (numberingId === undefined || numberingId === "0") return undefined;
    const level =
      integer(child(own, "w:ilvl"), "w:val") ??
      style.numberingLevel ??
      this.#numbering.levelOfStyle(numberingId, styleId);
    return this.#numbering.next(numberingId, Math.max(0, Math.min(8, level)));
  }

  #isCodeStyle(style: ParagraphStyle): boolean {
    return style.monospaced || style.names.some((name) => CODE_STYLE.test(name));
  }

  /** Lines of code stand in paragraphs of their own; they are gathered into one element. */
  #collectCode(text: string, inline: Inline, style: ParagraphStyle): boolean {
    const styled = style.names.some((name) => CODE_STYLE.test(name));
    const candidate = styled || (inline.monospaced && !this.#styles.documentIsMonospaced);
    const plain = style.outlineLevel === undefined && style.numberingId === undefined && inline.boxes.length === 0;
    if (
      !candidate ||
      !plain ||
      inline.marked.unseen.length > 0 ||
      inline.notes.length + inline.comments.length + inline.formulas.length > 0
    )
      return false;
    this.#code ??= { lines: [], certain: false };
    this.#code.lines.push(text);
    if (styled && style.name !== "plain text") this.#code.certain = true;
    return true;
  }

  *#flushCode(): Generator<DocumentElement> {
    const code = this.#code;
    this.#code = undefined;
    if (code === undefined) return;
    const text = code.lines.join("\n").trimEnd();
    if (code.certain || CODE_CHARACTERS.test(text)) yield { kind: "code", text };
    else for (const line of code.lines) if (line !== "") yield { kind: "paragraph", text: line };
  }
}

function markerPrefix(marker: ListMarker | undefined): string {
  return marker === undefined || marker.bullet || marker.marker === "" ? "" : `${marker.marker} `;
}

const withMarker = (marker: ListMarker | undefined, text: string): string => `${markerPrefix(marker)}${text}`;

/** A typewriter face that all of a paragraph has is its look, not code in it. */
function withoutWholeCode({ marked, monospaced }: Inline): Pick<MarkedText, "text" | "marks"> {
  return monospaced ? { text: marked.text, marks: marked.marks.filter((mark) => mark.kind !== "code") } : marked;
}

function kindOf(style: ParagraphStyle): "caption" | "quote" | "paragraph" {
  if (style.names.includes("caption")) return "caption";
  if (style.names.some((name) => name === "quote" || name === "intense quote" || name === "block text")) return "quote";
  return "paragraph";
}
