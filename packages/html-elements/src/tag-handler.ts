import type { DocumentElement, DocumentMetadata } from "@groundwork/contracts";
import { BlockFlow } from "./block-flow.ts";
import { createHtmlMetadataCollector } from "./html-metadata.ts";
import { tidyText } from "./inline-text.ts";
import { TableFlow } from "./table-flow.ts";
import { MARK_OF_TAG, type TagAction } from "./tags.ts";

type Attributes = Readonly<Record<string, string>>;

/** A paragraph without an end is cut here. */
const MOST_BLOCK = 500_000;

const FILE_NAME = /^[\w./-]*\.(?:png|jpe?g|gif|svg|webp|bmp)$/i;
const EMPTY_WORDS = /^(?:image|img|logo|icon|photo|picture|spacer|avatar|thumbnail|\W*)$/i;

/** Does what the tags say: blocks, lists, tables, marks, the head of the page. */
export class TagHandler {
  readonly flow: BlockFlow = new BlockFlow();
  readonly tables: TableFlow = new TableFlow(this.flow);
  linkDepth = 0;
  readonly #metadata = createHtmlMetadataCollector();
  readonly #convertInner: (html: string) => readonly DocumentElement[];
  #figureDepth = 0;
  #title: string | undefined;
  #button: string | undefined;

  /** `convertInner` reads a document inside an attribute. */
  constructor(convertInner: (html: string) => readonly DocumentElement[]) {
    this.#convertInner = convertInner;
  }

  metadata(): DocumentMetadata {
    return this.#metadata.result();
  }

  text(source: string, start: number, end: number): void {
    const { flow } = this;
    const { inline } = flow;
    if (this.#title !== undefined) this.#title += source.slice(start, end);
    else if (this.#button !== undefined) this.#button += source.slice(start, end);
    else if (flow.preDepth > 0) inline.appendRaw(source.slice(start, end), this.linkDepth > 0);
    else inline.appendRange(source, start, end, this.linkDepth > 0);
    if (inline.text.length > MOST_BLOCK) flow.flush();
  }

  begin(action: TagAction, name: string, attributes: Attributes): void {
    const { flow } = this;
    switch (action) {
      case "block":
      case "rule":
        flow.flush();
        break;
      case "heading":
        flow.flush();
        flow.heading = name.charCodeAt(1) - 48;
        break;
      case "list":
        flow.openList(name === "ol", attributes);
        break;
      case "item":
        flow.openItem(name, attributes);
        break;
      case "table":
        this.tables.openTable(attributes);
        break;
      case "row":
        this.tables.openRow();
        break;
      case "cell":
        this.tables.openCell(name === "th", attributes);
        break;
      case "row-group":
        this.tables.openGroup(name === "thead");
        break;
      case "caption":
        flow.flush();
        flow.captionDepth++;
        break;
      case "pre":
        flow.flush();
        flow.preDepth++;
        flow.codeLanguage = languageOfClass(attributes.class);
        break;
      case "code":
        if (flow.preDepth > 0) flow.codeLanguage ??= languageOfClass(attributes.class);
        flow.inline.openMark("code");
        break;
      case "mark":
        flow.inline.openMark(MARK_OF_TAG.get(name)!);
        break;
      case "quote":
        flow.flush();
        flow.quoteDepth++;
        break;
      case "figure":
        flow.flush();
        this.#figureDepth++;
        break;
      case "break":
        if (flow.preDepth > 0) flow.inline.appendRaw("\n", false);
        else flow.inline.breakLine();
        break;
      case "image":
        this.#addImage(attributes);
        break;
      case "link":
        this.linkDepth++;
        flow.inline.openMark("link", linkTarget(attributes.href));
        break;
      case "title":
        this.#title = "";
        break;
      case "meta":
        this.#metadata.meta(attributes);
        break;
      case "head-link":
        if (attributes.rel === "canonical" && attributes.href !== undefined) this.#metadata.canonical(attributes.href);
        break;
      case "button":
        if (flow.heading === 0) this.#button = "";
        break;
      case "ruby-text":
        flow.inline.append("(", false);
        break;
      case "inline-quote":
        flow.inline.append("\u201c", false);
        break;
      case "frame":
        this.#addFrame(attributes);
        break;
      case "root":
        this.#metadata.language(attributes.lang ?? attributes["xml:lang"] ?? "");
        break;
      case "separator":
        flow.inline.append(" ", false);
        break;
    }
  }

  finish(action: TagAction): void {
    const { flow } = this;
    switch (action) {
      case "block":
        flow.flush();
        break;
      case "heading":
        flow.flush();
        flow.heading = 0;
        break;
      case "list":
        flow.closeList();
        break;
      case "item":
        flow.closeItem();
        break;
      case "table":
        this.tables.closeTable();
        break;
      case "row":
        this.tables.closeRow();
        break;
      case "cell":
        this.tables.closeCell();
        break;
      case "row-group":
        this.tables.openGroup(false);
        break;
      case "caption":
        flow.flush();
        flow.captionDepth--;
        break;
      case "pre":
        flow.flush();
        flow.preDepth--;
        flow.codeLanguage = undefined;
        break;
      case "quote":
        flow.flush();
        flow.quoteDepth--;
        break;
      case "figure":
        flow.flush();
        this.#figureDepth--;
        if (flow.figureAlternative !== undefined) flow.emit(flow.createBlock("figure", flow.figureAlternative));
        flow.figureAlternative = undefined;
        break;
      case "link":
        this.linkDepth--;
        flow.inline.closeMark();
        break;
      case "code":
      case "mark":
        flow.inline.closeMark();
        break;
      case "title":
        this.#metadata.title(this.#title ?? "");
        this.#title = undefined;
        break;
      case "button":
        this.#closeButton();
        break;
      case "ruby-text":
        flow.inline.append(")", false);
        break;
      case "inline-quote":
        flow.inline.append("\u201d", false);
        break;
      case "separator":
        flow.inline.append(" ", false);
        break;
    }
  }

  /** Buttons of an accordion carry its questions; the others only do something. */
  #closeButton(): void {
    const label = tidyText(this.#button ?? "");
    this.#button = undefined;
    if (label.length < 40 && !label.endsWith("?")) return;
    this.flow.flush();
    this.flow.inline.append(label, false);
    this.flow.flush();
  }

  #addImage(attributes: Attributes): void {
    const alt = tidyText(attributes.alt ?? "").replace(/\s+/g, " ");
    if (alt === "" || FILE_NAME.test(alt) || EMPTY_WORDS.test(alt) || /^data:/i.test(alt)) return;
    if (attributes.width === "1" || attributes.height === "1") return;
    if (this.#figureDepth > 0) this.flow.figureAlternative ??= alt;
    else this.flow.inline.appendAlternative(alt);
  }

  /** A document inside an attribute. */
  #addFrame({ srcdoc }: Attributes): void {
    if (srcdoc === undefined) return;
    const { flow } = this;
    flow.flush();
    for (const { kind, text, level, table, marks } of this.#convertInner(srcdoc)) {
      const block = flow.createBlock(kind, text);
      if (marks !== undefined) block.marks = marks;
      if (level !== undefined) block.level = level;
      if (table !== undefined) block.table = table;
      flow.emit(block);
    }
  }
}

/** Beyond this an address is data. */
const MOST_ADDRESS = 2_048;

/** Where a link goes. What runs a script or is data goes nowhere. */
function linkTarget(href: string | undefined): string | undefined {
  const address = href?.trim();
  if (address === undefined || address === "" || address === "#" || address.length > MOST_ADDRESS) return undefined;
  return /^(?:javascript|data|vbscript):/i.test(address) ? undefined : address;
}

function languageOfClass(className: string | undefined): string | undefined {
  return /(?:^|\s)(?:language|lang|highlight-source)-([A-Za-z0-9+#-]+)/.exec(className ?? "")?.[1]?.toLowerCase();
}
