import { lookOfStyle, type StyleLook, withoutComments, withoutHiding } from "./style-declarations.ts";

interface Rule {
  readonly tag: string | undefined;
  readonly id: string | undefined;
  readonly classes: readonly string[];
  readonly weight: number;
  /** Declarations, read when the rule first fits. */
  readonly css: string;
  look: StyleLook | undefined;
}

/** Characters of the sheets of a page that are read. */
const MOST_CHARACTERS = 1_000_000;
/** Blocks inside blocks that are opened. */
const MOST_DEPTH = 4;
/** Rules that one tag, class or id has; with more, what they come to is not told. */
const MOST_RULES = 100;
const SCREEN_BLOCK = /^@media\s+(?:only\s+)?(?:all|screen)$/i;
const MOST_REMEMBERED = 2_000;
/** A selector of one part: a tag, an id, classes. */
const SIMPLE = /^([a-z][\w-]*|\*)?((?:[.#][\w-]+)*)$/i;
/** Between the parts of a selector. */
const COMBINATORS = /[\s>+~]+/;
/** Declarations that have to do with what is seen, and those that a selector of several parts makes unclear. */
const TELLING =
  /color|background|opacity|visib|display|font|clip|indent|left|top|right|bottom|margin|hide|transform|filter|overflow/i;
const UNCLEAR = /(?:^|[;\s])(?:color|background|font)/i;
/** Selectors by which a page shows without a script what it hid before. */
const INTERACTIVE = /:(?:hover|focus|active|checked|target|open)|\[open\]/i;
/** Classes of text that is meant for screen readers alone. */
const SCREEN_READER =
  /(?:^|\s)(?:[\w-]*(?:sr-only|visually-?hidden|screen-?reader|assistive|a11y)[\w-]*|skip-(?:link|nav|to)[\w-]*|element-invisible|offscreen)(?:\s|$)/i;

/**
 * The style sheets inside a page, as far as they state how visible text is. Rules of one simple selector are applied; what other
 * selectors state cannot be told, so text that they may reach counts as visible. Rules for print and for conditions are left out.
 */
export class StyleSheets {
  /** A sheet outside of the page may state anything. */
  hasExternal = false;
  /** A selector of the page reacts to its reader. */
  isInteractive = false;
  #characters = 0;
  #rules: Rule[] = [];
  #knowsIds = false;
  readonly #byName = new Map<string, Rule[]>();
  /** `tag`, `.class` and `#id` that selectors of several parts end in. */
  readonly #unclear = new Set<string>();
  /** By tag, then by class. */
  readonly #looks = new Map<string, Map<string, StyleLook | undefined>>();

  get isEmpty(): boolean {
    return this.#rules.length === 0 && this.#unclear.size === 0;
  }

  add(css: string): void {
    this.#characters += css.length;
    if (this.#characters > MOST_CHARACTERS) return;
    this.#looks.clear();
    if (/@import/i.test(css)) this.hasExternal = true;
    const text = withoutComments(css).replace(/<!--|-->/g, "");
    this.#readRules(text, 0, text.length, 0);
  }

  /** What the rules state of an element. */
  look(tag: string, id: string | undefined, className: string | undefined): StyleLook | undefined {
    if (id !== undefined && this.#knowsIds) return this.#resolve(tag, id, className);
    let known = this.#looks.get(tag);
    if (known === undefined) {
      known = new Map();
      this.#looks.set(tag, known);
    }
    const words = className ?? "";
    if (known.has(words)) return known.get(words);
    const look = this.#resolve(tag, undefined, className);
    if (known.size >= MOST_REMEMBERED) known.clear();
    known.set(words, look);
    return look;
  }

  #resolve(tag: string, id: string | undefined, className: string | undefined): StyleLook | undefined {
    const isBare = id === undefined && (className === undefined || className === "");
    if (isBare && !this.#knows("*") && !this.#knows(tag)) return undefined;
    const classes = className?.trim().split(/\s+/) ?? [];
    const names = [tag, ...classes.map((name) => `.${name}`), ...(id === undefined ? [] : [`#${id}`])];
    const rules = ["*", ...names].flatMap((name) => this.#byName.get(name) ?? []);
    const fitting = rules.filter(
      (rule) =>
        (rule.tag === undefined || rule.tag === "*" || rule.tag === tag) &&
        (rule.id === undefined || rule.id === id) &&
        rule.classes.every((name) => classes.includes(name)),
    );
    const isUnclear = this.#unclear.has("*") || names.some((name) => this.#unclear.has(name));
    if (fitting.length === 0 && !isUnclear) return undefined;
    const look: StyleLook = Object.assign({}, ...fitting.sort((a, b) => a.weight - b.weight).map(lookOf));
    if (!isUnclear && !isForScreenReaders(className)) return look;
    // Text for screen readers is the page's own text, moved away from the eye by a rule of its own.
    const kept = withoutHiding(look);
    return isUnclear ? { ...kept, color: "unknown", background: "unknown" } : kept;
  }

  #knows(name: string): boolean {
    return this.#byName.has(name) || this.#unclear.has(name);
  }

  /** Rules between two places: `selectors { declarations }`, blocks of `@media` for screens opened, other blocks passed over. */
  #readRules(text: string, from: number, end: number, depth: number): void {
    for (let at = from; at < end; ) {
      const open = text.indexOf("{", at);
      if (open < 0 || open >= end) return;
      const close = endOfBlock(text, open, end);
      // A statement without a block ends before the selector: `@charset "utf-8"; p {`.
      const before = text.slice(at, open);
      const head = before.slice(before.lastIndexOf(";") + 1).trim();
      if (!head.startsWith("@")) this.#addRule(head, text.slice(open + 1, close));
      else if (depth < MOST_DEPTH && SCREEN_BLOCK.test(head)) this.#readRules(text, open + 1, close, depth + 1);
      at = close + 1;
    }
  }

  #addRule(selectors: string, declarations: string): void {
    if (INTERACTIVE.test(selectors)) this.isInteractive = true;
    if (!TELLING.test(declarations)) return;
    const isUnclear = UNCLEAR.test(declarations);
    for (const part of selectors.split(",")) {
      const selector = part.trim();
      const simple = SIMPLE.exec(selector);
      if (simple !== null && selector !== "") this.#addSimple(simple, declarations);
      else if (isUnclear) this.#addUnclear(selector.split(COMBINATORS).at(-1)!);
    }
  }

  /** The last part of a selector of several parts, which names the element itself. */
  #addUnclear(part: string): void {
    const names = part.match(/[.#][\w-]+/g) ?? [];
    if (names.some((name) => name.startsWith("#"))) this.#knowsIds = true;
    for (const name of names) this.#unclear.add(name);
    if (names.length === 0 && /^[a-z][\w-]*$/i.test(part)) this.#unclear.add(part.toLowerCase());
  }

  #addSimple(match: RegExpExecArray, css: string): void {
    const tag = match[1]?.toLowerCase();
    const names = (match[2] ?? "").match(/[.#][\w-]+/g) ?? [];
    const classes = names.filter((name) => name.startsWith(".")).map((name) => name.slice(1));
    const id = names.find((name) => name.startsWith("#"))?.slice(1);
    const specificity = (id === undefined ? 0 : 100) + classes.length * 10 + (tag === undefined ? 0 : 1);
    const weight = specificity * 1_000_000 + this.#rules.length;
    const rule: Rule = { tag, id, classes, weight, css, look: undefined };
    this.#rules.push(rule);
    if (id !== undefined) this.#knowsIds = true;
    const name = id !== undefined ? `#${id}` : classes[0] !== undefined ? `.${classes[0]}` : (tag ?? "*");
    const known = this.#byName.get(name);
    if (known === undefined) this.#byName.set(name, [rule]);
    else if (known.length >= MOST_RULES) this.#unclear.add(name);
    else known.push(rule);
  }
}

function lookOf(rule: Rule): StyleLook {
  rule.look ??= lookOfStyle(rule.css);
  return rule.look;
}

function isForScreenReaders(className: string | undefined): boolean {
  return className !== undefined && SCREEN_READER.test(className);
}

/** Index of the brace that ends the block, or the end of the text. */
function endOfBlock(text: string, open: number, end: number): number {
  let depth = 0;
  for (let at = open; at < end; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x7b) depth++;
    else if (code === 0x7d && --depth === 0) return at;
  }
  return end;
}
