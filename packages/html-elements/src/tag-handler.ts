import { type DocumentElement, type DocumentMetadata, HIDDEN_ATTRIBUTE } from "@groundwork/contracts";
import { BlockFlow } from "./block-flow.ts";
import { createHtmlMetadataCollector } from "./html-metadata.ts";
import { tidyText } from "./inline-text.ts";
import { TableFlow } from "./table-flow.ts";
import { MARK_OF_TAG, type TagAction } from "./tags.ts";
import type { UnseenReason } from "./visibility.ts";

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
  /** Why nobody sees the text that comes. */
  unseen: UnseenReason | undefined;
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
    else if (this.unseen !== undefined) this.#hide(source.slice(start, end));
    else if (this.#button !== undefined) this.#button += source.slice(start, end);
    else if (flow.preDepth > 0) inline.appendRaw(source.slice(start, end), this.linkDepth > 0);
    else inline.appendRange(source, start, end, this.linkDepth > 0);
    if (this.unseen === undefined && !flow.unseen.isEmpty) flow.unseen.part();
    if (inline.text.length > MOST_BLOCK || flow.unseen.length > MOST_BLOCK) flow.flush();
  }

  /** Text that nobody sees goes behind the block; where it parts words, it leaves a blank. */
  #hide(text: string): void {
    const { inline, unseen } = this.flow;
    unseen.append(this.unseen!, text);
    if (this.flow.preDepth === 0 && /\s/.test(text)) inline.append(" ", false);
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
        else if (this.unseen !== undefined) this.#hide(" ");
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
        if (this.unseen === undefined) flow.inline.append("(", false);
        break;
      case "inline-quote":
        if (this.unseen === undefined) flow.inline.append("\u201c", false);
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
        if (this.unseen === undefined) flow.inline.append(")", false);
        break;
      case "inline-quote":
        if (this.unseen === undefined) flow.inline.append("\u201d", false);
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
    if (this.unseen !== undefined) this.#hide(` ${alt} `);
    else if (this.#figureDepth > 0) this.flow.figureAlternative ??= alt;
    else this.flow.inline.appendAlternative(alt);
  }

  /** A document inside an attribute. */
  #addFrame({ srcdoc }: Attributes): void {
    if (srcdoc === undefined) return;
    const { flow } = this;
    flow.flush();
    for (const { kind, text, level, table, marks, attributes } of this.#convertInner(srcdoc)) {
      const block = flow.createBlock(kind, text);
      const hidden = this.unseen ?? (attributes?.[HIDDEN_ATTRIBUTE] as UnseenReason | undefined);
      if (hidden !== undefined) block.hidden = hidden;
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
