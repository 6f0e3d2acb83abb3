import type { DocumentElement, DocumentMetadata, ElementLocation } from "@groundwork/contracts";
import type { Handler, Tokenizer } from "htmlparser2";
import type { Block } from "./block.ts";
import type { BlockFlow } from "./block-flow.ts";
import { isHidden } from "./hidden.ts";
import { NameParser, type NameParserOptions } from "./name-parser.ts";
import { NameTable } from "./name-table.ts";
import { type Region, regionRole, selectMainContent } from "./region.ts";
import { SkippingTokenizer, type TextSink } from "./skipping-tokenizer.ts";
import { TagHandler } from "./tag-handler.ts";
import { TAG_ACTIONS, type TagAction } from "./tags.ts";

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
const USED_ATTRIBUTES: NameTable = new NameTable(
  (
    "alt alttext aria-hidden aria-level charset class colspan content height hidden href http-equiv id itemprop lang name " +
    "open property rel reversed role rowspan srcdoc start style type value width xml:lang"
  ).split(" "),
);
/** Tags that do something, and frequent ones that do nothing. */
const TAG_NAMES: NameTable = new NameTable([
  ...TAG_ACTIONS.keys(),
  ..."span font small big u abbr cite time center col colgroup".split(" ").filter((name) => !TAG_ACTIONS.has(name)),
]);

/** Characters of a page that are held to find its main content. */
const MOST_HELD = 4_000_000;
/** Documents inside `srcdoc` attributes are followed this deep. */
const MOST_DEPTH = 3;
/** Regions inside regions beyond this tell nothing. */
const MOST_REGIONS = 50;
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

/** Follows the events of the parser: what is open, what is not shown, which region of the page it is. */
class SaxConverter implements HtmlConverter, Partial<Handler>, TextSink {
  readonly #options: HtmlConverterOptions;
  readonly #handler: TagHandler;
  readonly #flow: BlockFlow;
  readonly #ready: DocumentElement[] = [];
  readonly #parser: NameParser;
  /** A tag that was begun; what comes next ends it. */
  #pending: string | undefined;
  #attributes: Record<string, string> = NO_ATTRIBUTES;
  /** One entry an open tag: what its end does. */
  readonly #actions: (TagAction | undefined)[] = [];
  readonly #hasRegion: boolean[] = [];
  #isSelecting: boolean;
  #skipDepth = 0;

  constructor(options: HtmlConverterOptions, depth: number) {
    this.#options = options;
    this.#handler = new TagHandler((html) => (depth >= MOST_DEPTH ? [] : convertInner(html, depth + 1)));
    this.#flow = this.#handler.flow;
    this.#isSelecting = options.mainContent ?? true;
    const parserOptions: NameParserOptions & { readonly textSink: TextSink } = {
      decodeEntities: true,
      recognizeSelfClosing: options.selfClosing ?? false,
      Tokenizer: SkippingTokenizer as unknown as typeof Tokenizer,
      textSink: this,
      tagNames: TAG_NAMES,
      attributeNames: USED_ATTRIBUTES,
    };
    this.#parser = new NameParser(this, parserOptions);
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
    const { tables } = this.#handler;
    while (tables.isOpen) tables.closeTable();
    this.#flow.flush();
    this.#release(true);
  }

  metadata(): DocumentMetadata {
    return this.#handler.metadata();
  }

  // Events of the parser. Not `onopentag`: it makes an object of all attributes of every tag.

  onopentagname(name: string): void {
    if (this.#pending !== undefined) this.#openPending(this.#pending);
    this.#pending = name;
  }

  onattribute(name: string, value: string): void {
    const used = this.#skipDepth > 0 ? undefined : USED_ATTRIBUTES.find(name, 0, name.length);
    if (used === undefined) return;
    if (this.#attributes === NO_ATTRIBUTES) this.#attributes = {};
    this.#attributes[used] ??= value;
  }

  ontext(text: string): void {
    this.ontextrange(text, 0, text.length);
  }

  ontextrange(source: string, start: number, end: number): void {
    if (this.#pending !== undefined) this.#openPending(this.#pending);
    if (this.#skipDepth === 0) this.#handler.text(source, start, end);
  }

  wantsAttribute(source: string, start: number, end: number): boolean {
    return this.#skipDepth === 0 && USED_ATTRIBUTES.mayHold(source, start, end);
  }

  onclosetag(): void {
    if (this.#pending !== undefined) this.#openPending(this.#pending);
    if (this.#skipDepth > 0) {
      this.#skipDepth--;
      return;
    }
    const action = this.#actions.pop();
    if (action !== undefined) this.#handler.finish(action);
    if (this.#hasRegion.pop() === true) this.#flow.closeRegion();
  }

  #openPending(name: string): void {
    const attributes = this.#attributes;
    this.#pending = undefined;
    this.#attributes = NO_ATTRIBUTES;
    this.#open(name, attributes);
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
      !this.#handler.tables.isOpen &&
      flow.regionDepth < MOST_REGIONS;
    const role = canBeRegion ? regionRole(name, attributes) : undefined;
    if (role !== undefined) flow.openRegion(role);
    this.#actions.push(action);
    this.#hasRegion.push(role !== undefined);
    if (action !== undefined) this.#handler.begin(action, name, attributes);
  }
}

function convertInner(html: string, depth: number): readonly DocumentElement[] {
  const inner = new SaxConverter({ mainContent: false }, depth);
  inner.write(html);
  inner.end();
  return inner.take();
}
