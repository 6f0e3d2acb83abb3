import {
  type DocumentElement,
  type DocumentMetadata,
  type ElementLocation,
  HIDDEN_ATTRIBUTE,
} from "@groundwork/contracts";
import type { Handler, Tokenizer } from "htmlparser2";
import { type Block, isShown } from "./block.ts";
import type { BlockFlow } from "./block-flow.ts";
import { isDecoration, isGone, isPicture } from "./hidden.ts";
import { NameParser, type NameParserOptions } from "./name-parser.ts";
import { NameTable } from "./name-table.ts";
import { type Region, regionRole, selectMainContent } from "./region.ts";
import { SkippingTokenizer, type TextSink } from "./skipping-tokenizer.ts";
import { lookOfStyle } from "./style-declarations.ts";
import { TagHandler } from "./tag-handler.ts";
import { TAG_ACTIONS, type TagAction } from "./tags.ts";
import { Visibility } from "./visibility.ts";

export interface HtmlConverterOptions {
  /**
   * Leave out navigation, notices, headers and footers of a page. Off for mail and books, where everything is text.
   * @default true
   */
  readonly mainContent?: boolean;
  /** XHTML: `<div/>` is an empty element. @default false */
  readonly selfClosing?: boolean;
  /**
   * Text that nobody sees where it stands (in the color of its background, in letters too small to read, off the page, without
   * opacity): `mark` gives it as paragraphs of its own with the attribute `hidden`, `drop` leaves it out.
   * @default "mark"
   */
  readonly hidden?: "mark" | "drop";
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
  /** Characters of text that were left out because the page does not show them. Complete after `end`. */
  hiddenCharacters(): number;
}

type Attributes = Readonly<Record<string, string>>;
type Writable<T> = { -readonly [K in keyof T]: T[K] };

const NO_ATTRIBUTES: Record<string, string> = Object.freeze({});
/** Attributes that tell something. */
const USED_ATTRIBUTES: NameTable = new NameTable(
  (
    "alt alttext aria-hidden aria-level background bgcolor charset class color colspan content height hidden href http-equiv " +
    "id itemprop lang media name open property rel reversed role rowspan srcdoc start style text type value width xml:lang"
  ).split(" "),
);
/** Tags that do something, and frequent ones that do nothing. */
const TAG_NAMES: NameTable = new NameTable([
  ...TAG_ACTIONS.keys(),
  ..."span font small big u abbr cite time center col colgroup".split(" ").filter((name) => !TAG_ACTIONS.has(name)),
]);

/** Characters of a page that are held to find its main content. */
const MOST_HELD = 4_000_000;
/** Blocks that nobody sees, held behind one that may still grow. */
const MOST_TRAILING = 1_000;
/** Documents inside `srcdoc` attributes are followed this deep. */
const MOST_DEPTH = 3;
/** Regions inside regions beyond this tell nothing. */
const MOST_REGIONS = 50;
function elementOf(block: Block, base: ElementLocation | undefined): DocumentElement {
  const { kind, text, level, marker, alt, codeLanguage, table, anchor, marks, hidden } = block;
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
  if (hidden !== undefined) element.attributes = { ...element.attributes, [HIDDEN_ATTRIBUTE]: hidden };
  return element;
}

/** Past the point where a page can be held, only what a tag or role calls navigation is left out. */
function isNavigation(of: Region): boolean {
  for (let at: Region | undefined = of; at !== undefined; at = at.parent) if (at.role === "boilerplate") return true;
  return false;
}

/** Tags whose content is no text, whether it is shown or not. */
const HAS_WORDS = /[\p{L}\p{N}]/u;
const NO_TEXT: ReadonlySet<string> = new Set(["script", "style", "template", "svg", "noscript"]);
/** Scripts, and not data. */
const SCRIPT = /<script\b(?![^>]{0,300}\bjson)/i;

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
  readonly #visibility = new Visibility();
  /** Text of the style sheet that is open. */
  #sheet: string | undefined;
  /** Whether what is skipped is text that the page does not show, and the depth at which something else begins in it. */
  #isSkippingText = false;
  #noTextDepth = 0;
  #hiddenCharacters = 0;
  /** Depth below which text is for the eye alone. */
  #decorationDepth = 0;
  #hasScript = false;
  /** The piece of input that is read, until it was searched for scripts. */
  #unsearched: string | undefined;

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
    this.#unsearched = html;
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

  hiddenCharacters(): number {
    return this.#hiddenCharacters;
  }

  /** Whether what a style sheet hides stays hidden: no script and no reader's action shows it. */
  get #isFixed(): boolean {
    if (!this.#hasScript && this.#unsearched !== undefined) {
      this.#hasScript = SCRIPT.test(this.#unsearched);
      this.#unsearched = undefined;
    }
    return !this.#hasScript && !this.#visibility.sheets.isInteractive;
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
    if (this.#skipDepth > 0) this.#skipText(source, start, end);
    else if (this.#decorationDepth === 0 || HAS_WORDS.test(source.slice(start, end))) {
      this.#handler.text(source, start, end);
    }
  }

  #skipText(source: string, start: number, end: number): void {
    if (this.#sheet !== undefined) this.#sheet += source.slice(start, end);
    else if (this.#isSkippingText && this.#noTextDepth === 0) {
      this.#hiddenCharacters += source.slice(start, end).trim().length;
    }
  }

  wantsAttribute(source: string, start: number, end: number): boolean {
    return this.#skipDepth === 0 && USED_ATTRIBUTES.mayHold(source, start, end);
  }

  onclosetag(): void {
    if (this.#pending !== undefined) this.#openPending(this.#pending);
    if (this.#skipDepth > 0) {
      if (this.#skipDepth === this.#noTextDepth) this.#noTextDepth = 0;
      if (--this.#skipDepth === 0) this.#endSkipping();
      return;
    }
    if (this.#actions.length === this.#decorationDepth) this.#decorationDepth = 0;
    this.#visibility.close();
    const action = this.#actions.pop();
    if (action !== undefined) this.#handler.finish(action);
    if (this.#hasRegion.pop() === true) this.#flow.closeRegion();
    this.#handler.unseen = this.#visibility.reason;
  }

  #endSkipping(): void {
    if (this.#sheet !== undefined) this.#visibility.sheets.add(this.#sheet);
    this.#sheet = undefined;
    this.#isSkippingText = false;
    this.#noTextDepth = 0;
  }

  #openPending(name: string): void {
    const attributes = this.#attributes;
    this.#pending = undefined;
    this.#attributes = NO_ATTRIBUTES;
    this.#open(name, attributes);
  }

  /** What a tag that holds no text says all the same. */
  #noteSkipped(name: string, attributes: Attributes): void {
    if (name === "style" && isForScreens(attributes.media)) this.#sheet = "";
    else if (name === "script" && !/json/i.test(attributes.type ?? "")) this.#hasScript = true;
  }

  /** Follows how an element looks. False: it is not displayed. */
  #enter(name: string, attributes: Attributes): boolean {
    if (isGone(name, attributes)) return false;
    const visibility = this.#visibility;
    const own = lookOfStyle(attributes.style);
    const sheet = visibility.sheetLook(name, attributes, () => this.#isFixed);
    if (own.isGone ?? sheet.isGone ?? false) return false;
    if (isDecoration(attributes)) {
      if (isPicture(name, attributes)) return false;
      if (this.#decorationDepth === 0) this.#decorationDepth = this.#actions.length + 1;
    }
    visibility.open(name, attributes, sheet, own);
    this.#handler.unseen = visibility.reason;
    return true;
  }

  #release(isEnd: boolean): void {
    const flow = this.#flow;
    const { root } = flow;
    const isPage = this.#options.mainContent ?? true;
    if (this.#isSelecting && (isEnd || flow.size > MOST_HELD)) {
      this.#isSelecting = false;
      for (const block of selectMainContent(root.splice(0), flow.regions)) this.#give(block);
    }
    if (this.#isSelecting) return;
    // The last block may still grow: an item takes up the paragraphs that follow.
    const open = Math.max(0, root.findLastIndex(isShown), root.length - MOST_TRAILING);
    for (const block of root.splice(0, isEnd ? root.length : open)) {
      if (!isPage || !isNavigation(block.region)) this.#give(block);
    }
  }

  #give(block: Block): void {
    if (this.#options.hidden === "drop" && !isShown(block)) this.#hiddenCharacters += block.text.length;
    else this.#ready.push(elementOf(block, this.#options.location));
  }

  /** Leaves out an element and what is in it. */
  #skip(isText: boolean): void {
    this.#skipDepth = 1;
    this.#isSkippingText = isText;
  }

  #open(name: string, attributes: Attributes): void {
    if (this.#skipDepth > 0) {
      this.#skipDepth++;
      if (this.#isSkippingText && this.#noTextDepth === 0 && NO_TEXT.has(name)) this.#noTextDepth = this.#skipDepth;
      return;
    }
    const flow = this.#flow;
    let action = TAG_ACTIONS.get(name);
    const isBare = attributes === NO_ATTRIBUTES;
    if (action === "skip" || (action === "math" && attributes.alttext !== undefined)) {
      if (action === "math") flow.inline.append(` ${attributes.alttext} `, false);
      this.#noteSkipped(name, attributes);
      this.#skip(false);
      return;
    }
    const { sheets } = this.#visibility;
    if (action === "head-link" && /\bstylesheet\b/i.test(attributes.rel ?? "") && isForScreens(attributes.media)) {
      sheets.hasExternal = true;
    }
    if (isBare && sheets.isEmpty && name !== "dialog" && name !== "button" && name !== "mark")
      this.#visibility.openPlain();
    else if (!this.#enter(name, attributes)) {
      this.#skip(true);
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

/** Whether a style sheet is for screens, by its `media`. */
const isForScreens = (media: string | undefined): boolean => media === undefined || /^\s*(?:$|all|screen)/i.test(media);

function convertInner(html: string, depth: number): readonly DocumentElement[] {
  const inner = new SaxConverter({ mainContent: false }, depth);
  inner.write(html);
  inner.end();
  return inner.take();
}
