import type { DocumentElement, DocumentMetadata, ElementLocation } from "@groundwork/contracts";
import { Parser, type Tokenizer } from "htmlparser2";
import type { Block } from "./block.ts";
import { BlockFlow } from "./block-flow.ts";
import { isHidden } from "./hidden.ts";
import { createHtmlMetadataCollector } from "./html-metadata.ts";
import { tidyText } from "./inline-text.ts";
import { type Region, regionRole, selectMainContent } from "./region.ts";
import { SkippingTokenizer } from "./skipping-tokenizer.ts";
import { TableFlow } from "./table-flow.ts";
import { MARK_OF_TAG, TAG_ACTIONS, type TagAction } from "./tags.ts";

export interface HtmlConverterOptions {
  /**
   * Leave out navigation, notices, headers and footers of a page. Off for mail and books, where everything is text.
   * @default true
   */
  readonly mainContent?: boolean;
  /** XHTML: `<div/>` is an empty element. @default false */
  readonly selfClosing?: boolean;
  /** Part of the location of every element, for example the file inside a book. */
  readonly location?: ElementLocation;
}

/** Turns HTML that comes in pieces into elements. */
export interface HtmlConverter {
  write(html: string): void;
  /** Elements that are ready. With `mainContent` they come after `end`, or once the page is too long to wait. */
  take(): DocumentElement[];
  end(): void;
  /** What the head says, complete after `end`. */
  metadata(): DocumentMetadata;
}

type Attributes = Readonly<Record<string, string>>;
type Writable<T> = { -readonly [K in keyof T]: T[K] };

const NO_ATTRIBUTES: Record<string, string> = Object.freeze({});
/** Attributes that tell something. */
const USED_ATTRIBUTES: ReadonlySet<string> = new Set(
  (
    "alt alttext aria-hidden aria-level charset class colspan content height hidden href http-equiv id itemprop lang name " +
    "open property rel reversed role rowspan srcdoc start style type value width xml:lang"
  ).split(" "),
);

/** Characters of a page that are held to find its main content. */
const MOST_HELD = 4_000_000;
/** Documents inside `srcdoc` attributes are followed this deep. */
const MOST_DEPTH = 3;
/** Regions inside regions beyond this tell nothing. */
const MOST_REGIONS = 50;
/** A paragraph without an end is cut here. */
const MOST_BLOCK = 500_000;

const FILE_NAME = /^[\w./-]*\.(?:png|jpe?g|gif|svg|webp|bmp)$/i;
const EMPTY_WORDS = /^(?:image|img|logo|icon|photo|picture|spacer|avatar|thumbnail|\W*)$/i;

function elementOf(block: Block, base: ElementLocation | undefined): DocumentElement {
  const { kind, text, level, marker, alt, codeLanguage, table, anchor, marks } = block;
  const element: Writable<DocumentElement> = { kind, text };
  if (level !== undefined) element.level = level;
  if (marks !== undefined) element.marks = marks;
  if (table !== undefined) element.table = table;
  const location = anchor === undefined ? base : { ...base, anchor };
  if (location !== undefined) element.location = location;
  if (marker !== undefined || alt !== undefined || codeLanguage !== undefined) {
    element.attributes = {
      ...(marker === undefined ? {} : { marker }),
      ...(alt === undefined ? {} : { alt }),
      ...(codeLanguage === undefined ? {} : { language: codeLanguage }),
    };
  }
  return element;
}

/** Past the point where a page can be held, only what a tag or role calls navigation is left out. */
function isNavigation(of: Region): boolean {
  for (let at: Region | undefined = of; at !== undefined; at = at.parent) if (at.role === "boilerplate") return true;
  return false;
}

/** Makes a converter. It takes one pass over the text and holds one page at most. */
export function createHtmlConverter(options: HtmlConverterOptions = {}): HtmlConverter {
  return new SaxConverter(options, 0);
}

class SaxConverter implements HtmlConverter {
  readonly #options: HtmlConverterOptions;
  readonly #depth: number;
  readonly #flow = new BlockFlow();
  readonly #tables = new TableFlow(this.#flow);
  readonly #metadata = createHtmlMetadataCollector();
  readonly #ready: DocumentElement[] = [];
  readonly #parser: Parser;
  /** A tag that was begun; what comes next ends it. */
  #pending: string | undefined;
  #attributes: Record<string, string> = NO_ATTRIBUTES;
  /** One entry an open tag: what its end does. */
  readonly #actions: (TagAction | undefined)[] = [];
  readonly #hasRegion: boolean[] = [];
  #isSelecting: boolean;
  #skipDepth = 0;
  #linkDepth = 0;
  #figureDepth = 0;
  #title: string | undefined;
  #button: string | undefined;

  constructor(options: HtmlConverterOptions, depth: number) {
    this.#options = options;
    this.#depth = depth;
    this.#isSelecting = options.mainContent ?? true;
    this.#parser = new Parser(
      {
        // Not `onopentag`: it makes an object of all attributes of every tag.
        onopentagname: (name) => {
          this.#openPending();
          this.#pending = name;
        },
        onattribute: (name, value) => {
          if (!USED_ATTRIBUTES.has(name) || this.#skipDepth > 0) return;
          if (this.#attributes === NO_ATTRIBUTES) this.#attributes = {};
          this.#attributes[name] ??= value;
        },
        ontext: (text) => {
          this.#openPending();
          if (this.#skipDepth === 0) this.#text(text);
        },
        onclosetag: () => {
          this.#openPending();
          this.#close();
        },
      },
      {
        decodeEntities: true,
        recognizeSelfClosing: options.selfClosing ?? false,
        Tokenizer: SkippingTokenizer as unknown as typeof Tokenizer,
      },
    );
  }

  write(html: string): void {
    this.#parser.write(html);
  }

  take(): DocumentElement[] {
    this.#release(false);
    return this.#ready.splice(0);
  }

  end(): void {
    this.#parser.end();
    while (this.#tables.isOpen) this.#tables.closeTable();
    this.#flow.flush();
    this.#release(true);
  }

  metadata(): DocumentMetadata {
    return this.#metadata.result();
  }

  #release(isEnd: boolean): void {
    const flow = this.#flow;
    const { root } = flow;
    const isPage = this.#options.mainContent ?? true;
    if (this.#isSelecting && (isEnd || flow.size > MOST_HELD)) {
      this.#isSelecting = false;
      for (const block of selectMainContent(root.splice(0), flow.regions))
        this.#ready.push(elementOf(block, this.#options.location));
    }
    if (this.#isSelecting) return;
    // The last block may still grow: an item takes up the paragraphs that follow.
    for (const block of root.splice(0, isEnd ? root.length : Math.max(0, root.length - 1))) {
      if (!isPage || !isNavigation(block.region)) this.#ready.push(elementOf(block, this.#options.location));
    }
  }

  #openPending(): void {
    const name = this.#pending;
    if (name === undefined) return;
    const attributes = this.#attributes;
    this.#pending = undefined;
    this.#attributes = NO_ATTRIBUTES;
    this.#open(name, attributes);
  }

  #text(chunk: string): void {
    const { inline, preDepth } = this.#flow;
    if (this.#title !== undefined) this.#title += chunk;
    else if (this.#button !== undefined) this.#button += chunk;
    else if (preDepth > 0) inline.appendRaw(chunk, this.#linkDepth > 0);
    else inline.append(chunk, this.#linkDepth > 0);
    if (inline.text.length > MOST_BLOCK) this.#flow.flush();
  }

  #open(name: string, attributes: Attributes): void {
    if (this.#skipDepth > 0) {
      this.#skipDepth++;
      return;
    }
    const flow = this.#flow;
    let action = TAG_ACTIONS.get(name);
    const isBare = attributes === NO_ATTRIBUTES;
    if (
      action === "skip" ||
      (isBare ? name === "dialog" : isHidden(name, attributes)) ||
      (action === "math" && attributes.alttext !== undefined)
    ) {
      if (action === "math") flow.inline.append(` ${attributes.alttext} `, false);
      this.#skipDepth = 1;
      return;
    }
    const id = isBare ? undefined : (attributes.id ?? (name === "a" ? attributes.name : undefined));
    if (id !== undefined && id !== "") {
      // An anchor inside running text belongs to its paragraph.
      flow.pendingId = id;
    }
    if (!isBare && attributes.role === "heading" && action !== "heading") {
      action = "heading";
      flow.flush();
      flow.heading = Math.min(9, Math.max(1, Number.parseInt(attributes["aria-level"] ?? "2", 10) || 2));
      this.#actions.push(action);
      this.#hasRegion.push(false);
      return;
    }
    const canBeRegion =
      this.#isSelecting &&
      (action === "block" || action === "list") &&
      !this.#tables.isOpen &&
      flow.regionDepth < MOST_REGIONS;
    const role = canBeRegion ? regionRole(name, attributes) : undefined;
    if (role !== undefined) flow.openRegion(role);
    this.#actions.push(action);
    this.#hasRegion.push(role !== undefined);
    if (action !== undefined) this.#begin(action, name, attributes);
  }

  #begin(action: TagAction, name: string, attributes: Attributes): void {
    const flow = this.#flow;
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
        this.#tables.openTable(attributes);
        break;
      case "row":
        this.#tables.openRow();
        break;
      case "cell":
        this.#tables.openCell(name === "th", attributes);
        break;
      case "row-group":
        this.#tables.openGroup(name === "thead");
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
        this.#image(attributes);
        break;
      case "link":
        this.#linkDepth++;
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
        this.#frame(attributes);
        break;
      case "root":
        this.#metadata.language(attributes.lang ?? attributes["xml:lang"] ?? "");
        break;
      case "separator":
        flow.inline.append(" ", false);
        break;
    }
  }

  #close(): void {
    if (this.#skipDepth > 0) {
      this.#skipDepth--;
      return;
    }
    const action = this.#actions.pop();
    if (action !== undefined) this.#finish(action);
    if (this.#hasRegion.pop() === true) this.#flow.closeRegion();
  }

  #finish(action: TagAction): void {
    const flow = this.#flow;
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
        this.#tables.closeTable();
        break;
      case "row":
        this.#tables.closeRow();
        break;
      case "cell":
        this.#tables.closeCell();
        break;
      case "row-group":
        this.#tables.openGroup(false);
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
        this.#linkDepth--;
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
    this.#flow.flush();
    this.#flow.inline.append(label, false);
    this.#flow.flush();
  }

  #image(attributes: Attributes): void {
    const alt = tidyText(attributes.alt ?? "").replace(/\s+/g, " ");
    if (alt === "" || FILE_NAME.test(alt) || EMPTY_WORDS.test(alt) || /^data:/i.test(alt)) return;
    if (attributes.width === "1" || attributes.height === "1") return;
    if (this.#figureDepth > 0) this.#flow.figureAlternative ??= alt;
    else this.#flow.inline.appendAlternative(alt);
  }

  #frame(attributes: Attributes): void {
    if (attributes.srcdoc === undefined || this.#depth >= MOST_DEPTH) return;
    const flow = this.#flow;
    flow.flush();
    const inner = new SaxConverter({ mainContent: false }, this.#depth + 1);
    inner.write(attributes.srcdoc);
    inner.end();
    for (const { kind, text, level, table, marks } of inner.take()) {
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
