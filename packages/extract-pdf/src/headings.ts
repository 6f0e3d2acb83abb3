import type { Block } from "./blocks.ts";
import type { FontStatistics } from "./font-statistics.ts";
import { isCounter } from "./lists.ts";

export interface HeadingDecision {
  readonly kind: "title" | "heading";
  readonly level: number;
}

const NUMBERED =
  /^(?:(?:chapter|section|part|appendix|annex|article|kapitel|teil)\s+)?((?:\d{1,2}|[A-Z]|[IVXLC]{1,6})(?:\.\d{1,3}){0,4})[.):]?\s+\p{L}/iu;
const MAX_LENGTH = 200;
const MAX_LINES = 4;

/**
 * Decides which blocks are headings. Evidence, strongest first: a heading tag of the structure tree; the outline; type
 * larger than the body's; bold type on lines of its own; numbering. Levels come from the tag, from the numbering or from
 * the rank of the look (size, weight) among all headings seen so far.
 */
export class HeadingClassifier {
  readonly #fonts: FontStatistics;
  readonly #outline: ReadonlyMap<string, number>;
  readonly #looks: { size: number; bold: boolean }[] = [];
  #titleSeen = false;

  constructor(fonts: FontStatistics, outline: ReadonlyMap<string, number>) {
    this.#fonts = fonts;
    this.#outline = outline;
  }

  /** Registers looks ahead of their use, so that the first pages know the ranks of the ones after them. */
  observe(block: Block, text: string): void {
    if (this.#isCandidate(block, text)) this.#addLook(block);
  }

  classify(block: Block, text: string, isFirstPage: boolean): HeadingDecision | undefined {
    const tag = /^H([1-6])?$/.exec(block.lines[0]?.tag?.type ?? "");
    if (tag !== null && text.length < MAX_LENGTH) return { kind: "heading", level: Number(tag[1] ?? 1) };
    if (block.kind === "caption" || block.kind === "footnote" || block.kind === "table") return undefined;
    // A bulleted table of contents repeats the outline's titles without being the headings they name.
    if (block.kind === "list_item" && block.marker !== undefined && !isCounter(block.marker)) return undefined;
    const outlined =
      this.#outline.size === 0 || text.length > 2 * MAX_LENGTH ? undefined : this.#outline.get(outlineKey(text));
    if (!this.#isCandidate(block, text) && outlined === undefined) return undefined;
    this.#addLook(block);
    if (
      isFirstPage &&
      !this.#titleSeen &&
      this.#isLargest(block) &&
      block.style.size >= 1.3 * this.#fonts.bodySize &&
      !/^\d+[.)]?\s/.test(text)
    ) {
      this.#titleSeen = true;
      return { kind: "title", level: 0 };
    }
    if (outlined !== undefined) return { kind: "heading", level: outlined };
    const numbered = NUMBERED.exec(text);
    if (numbered !== null && /\d/.test(numbered[1]!))
      return { kind: "heading", level: Math.min(6, numbered[1]!.split(".").length) };
    return { kind: "heading", level: this.#rank(block) };
  }

  #isCandidate(block: Block, text: string): boolean {
    if (
      block.kind === "table" ||
      block.kind === "caption" ||
      block.kind === "footnote" ||
      block.turn !== 0 ||
      block.lines.length > MAX_LINES ||
      text.length > MAX_LENGTH
    )
      return false;
    if (!/\p{L}{2}/u.test(text)) return false;
    const body = this.#fonts.bodySize;
    const larger = block.style.size >= 1.12 * body;
    const bold = block.bold > 0.85 && !this.#fonts.boldBody;
    if (block.kind === "list_item" && !(bold || larger)) return false;
    if (block.kind === "list_item" && !/[\dA-Z]/.test(block.marker ?? "")) return false;
    if (larger && !/[,;]$/.test(text)) return !(/[.]$/.test(text) && text.length > 90);
    if (bold && block.style.size >= 0.9 * body)
      return text.length < 130 && block.lines.length <= 2 && !/[.,;]$/.test(text) && !/^[\p{Ll}]/u.test(text);
    const italic = block.italic > 0.9 && !this.#fonts.italicBody && Math.abs(block.style.size - body) < 0.12 * body;
    if (italic && block.kind === "text" && block.lines.length === 1)
      return text.length < 70 && /^[\p{Lu}\d]/u.test(text) && /\p{L}$/u.test(text) && text.split(" ").length <= 9;
    const upper = text === text.toUpperCase() && /\p{Lu}{3}/u.test(text);
    if (upper && block.style.size >= 0.95 * body)
      return NUMBERED.test(text) && block.lines.length === 1 && text.length < 80;
    return false;
  }

  #addLook(block: Block): void {
    const look = lookOf(block);
    if (this.#looks.some((other) => other.size === look.size && other.bold === look.bold) || this.#looks.length > 40)
      return;
    this.#looks.push(look);
    this.#looks.sort((a, b) => b.size - a.size || Number(b.bold) - Number(a.bold));
  }

  #isLargest(block: Block): boolean {
    return (this.#looks[0]?.size ?? 0) <= lookOf(block).size;
  }

  #rank(block: Block): number {
    const look = lookOf(block);
    const index = this.#looks.findIndex((other) => other.size === look.size && other.bold === look.bold);
    const above = this.#titleSeen && index > 0 ? index - 1 : index;
    return Math.min(6, Math.max(1, above + 1));
  }
}

function lookOf(block: Block): { size: number; bold: boolean } {
  return { size: Math.round(block.style.size), bold: block.bold > 0.5 };
}

/** Titles of an outline and headings differ in white space, case and trailing dots. */
export function outlineKey(text: string): string {
  return text
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, "");
}
