import type { PlacedElement, TextRevision } from "@groundwork/contracts";
import { leadsIn } from "./element-spans.ts";
import { sentenceStarts } from "./sentences.ts";
import type { Span } from "./span.ts";
import { tableLayoutOf } from "./table-layout.ts";
import { type CountedText, NO_CONTEXT, type TextMeter } from "./text-meter.ts";

/** Share of the budget that title and section path may take, and that caption, table header and lead-in may take. */
const CONTEXT_SHARE = 1 / 4;

const PATH_SEPARATOR = " > ";

/** Anything but single spaces between words. */
const UNEVEN_BLANKS = /\s\s|[^\S ]|^\s|\s$/;

export interface ChunkContext {
  readonly text: string;
  /** What it takes from the budget. */
  readonly tokens: number;
  /** Set when the context holds for one table only: the chunk must end with it. */
  readonly until?: number;
}

interface PathContext {
  readonly sections: readonly string[];
  readonly isTitled: boolean;
  readonly line: CountedText;
  /** Of the line alone. */
  readonly context: ChunkContext;
}

/**
 * What stands before the texts of one revision's chunks. Chunks that follow each other have much of it in common, so the last
 * path, table and list are kept.
 */
export class ContextBuilder {
  readonly #revision: TextRevision;
  readonly #meter: TextMeter;
  /** Tokens of each half of a context. */
  readonly #most: number;
  readonly #title: string;
  #path: PathContext | undefined;
  #table:
    | { readonly element: PlacedElement; readonly inside: boolean; readonly lines: readonly CountedText[] }
    | undefined;
  #list: { readonly first: number; readonly last: number; readonly lead: CountedText | undefined } | undefined;

  constructor(revision: TextRevision, meter: TextMeter, maxTokens: number) {
    this.#revision = revision;
    this.#meter = meter;
    this.#most = Math.floor(maxTokens * CONTEXT_SHARE);
    const title = revision.metadata.title ?? "";
    this.#title = UNEVEN_BLANKS.test(title) ? title.replace(/\s+/g, " ").trim() : title;
  }

  /** What stands before the text of a chunk that begins with this span. */
  contextOf(first: Span): ChunkContext {
    const { element, start } = first;
    const path = this.#pathOf(element, start);
    if (element.kind !== "table" && element.kind !== "list_item") return path.context;
    const lines = [path.line];
    let until: number | undefined;
    if (element.kind === "table") {
      const tableLines = this.#tableLines(element, start > element.charStart);
      if (tableLines.length > 0) {
        lines.push(...tableLines);
        until = element.charEnd;
      }
    } else {
      const lead = this.#listLead(element);
      if (lead !== undefined && lead.tokens <= this.#most) lines.push(lead);
    }
    const held = lines.filter((line) => line.text !== "");
    const text = held.length === 1 ? held[0]!.text : held.map((line) => line.text).join("\n");
    const tokens = this.#meter.joinedTokens(text, held);
    return until === undefined ? { text, tokens } : { text, tokens, until };
  }

  #counted(text: string): CountedText {
    return text === "" ? NO_CONTEXT : { text, tokens: this.#meter.count(text) };
  }

  /** The words of a text that fit, counted. */
  #cut(text: string, most: number): CountedText {
    const whole = this.#counted(text);
    if (whole.tokens <= most) return whole;
    return this.#counted(cutToTokens(text, most, (part) => this.#meter.count(part)));
  }

  #pathOf(element: PlacedElement, start: number): PathContext {
    const { sectionPath: sections } = element;
    const isTitled = this.#title !== "" && !startsWithWords(this.#revision.text, start, this.#title);
    const last = this.#path;
    if (last !== undefined && last.isTitled === isTitled && areEqual(last.sections, sections)) return last;
    const line = this.#pathLine(sections, isTitled);
    const context = { text: line.text, tokens: this.#meter.joinedTokens(line.text, [line]) };
    this.#path = { sections, isTitled, line, context };
    return this.#path;
  }

  #pathLine(sections: readonly string[], isTitled: boolean): CountedText {
    if (sections.length === 0) return isTitled ? this.#cut(this.#title, this.#most) : NO_CONTEXT;
    const most = this.#most;
    const count = (text: string): number => this.#meter.count(text);
    const title = this.#title;
    const path = sections.filter((part) => part !== "");
    const titled = !isTitled || path.some((part) => sameWords(part, title)) ? path : [title, ...path];
    const parts = titled.filter((part, index) => index === 0 || !sameWords(part, titled[index - 1]!));
    // The nearest heading says most, then the title; what lies between goes first.
    while (parts.length > 2 && count(parts.join(PATH_SEPARATOR)) > most) parts.splice(1, 1);
    if (parts.length === 2 && count(parts.join(PATH_SEPARATOR)) > most)
      parts[0] = this.#cut(parts[0]!, Math.max(0, most - count(parts[1]!) - 2)).text;
    return this.#cut(parts.filter((part) => part !== "").join(PATH_SEPARATOR), most);
  }

  /** Caption and header; nothing when there is neither. */
  #tableLines(element: PlacedElement, inside: boolean): readonly CountedText[] {
    const last = this.#table;
    if (last !== undefined && last.element === element && last.inside === inside) return last.lines;
    const header = this.#cut(tableHeader(element, inside), this.#most);
    const caption = this.#cut(captionOf(element, inside, this.#revision), this.#most - header.tokens);
    const lines = header.text === "" && caption.text === "" ? [] : [caption, header];
    this.#table = { element, inside, lines };
    return lines;
  }

  /** The sentence that announces the list, for the parts of a list that it no longer stands before. */
  #listLead(item: PlacedElement): CountedText | undefined {
    const { elements, text } = this.#revision;
    const known = this.#list;
    let first = item.ordinal;
    while (first > 0 && elements[first - 1]!.kind === "list_item") {
      // All from here to the start of the list was looked at for an earlier item.
      if (known !== undefined && first <= known.last && first > known.first) first = known.first;
      else first--;
    }
    if (known?.first === first) {
      this.#list = { ...known, last: Math.max(known.last, item.ordinal) };
      return known.lead;
    }
    const before = elements[first - 1];
    let lead: CountedText | undefined;
    if (before !== undefined && before.kind === "paragraph" && leadsIn(before)) {
      const starts = sentenceStarts(text, before.charStart, before.charEnd);
      lead = this.#counted(text.slice(starts[starts.length - 1], before.charEnd).trim());
    }
    this.#list = { first, last: item.ordinal, lead };
    return lead;
  }
}

function areEqual(a: readonly string[], b: readonly string[]): boolean {
  return a === b || (a.length === b.length && a.every((part, index) => part === b[index]));
}

function sameWords(a: string, b: string): boolean {
  return a.length === b.length
    ? a.toLowerCase() === b.toLowerCase()
    : a.replace(/\s+/g, " ").trim().toLowerCase() === b.toLowerCase();
}

function startsWithWords(text: string, start: number, words: string): boolean {
  return sameWords(text.slice(start, start + words.length), words);
}

/** The words that fit of a text that does not. */
function cutToTokens(text: string, most: number, count: (text: string) => number): string {
  const ends = [...text.matchAll(/\S+/g)].map((match) => match.index + match[0].length);
  let low = 0;
  let high = ends.length;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (count(text.slice(0, ends[middle - 1])) <= most) low = middle;
    else high = middle - 1;
  }
  return low === 0 ? "" : text.slice(0, ends[low - 1]);
}

/** The caption of a table: the one before it, or the one after it for parts that it no longer stands behind. */
function captionOf(table: PlacedElement, inside: boolean, { elements }: TextRevision): string {
  const before = elements[table.ordinal - 1];
  if (before !== undefined && before.kind === "caption") return before.text;
  const after = elements[table.ordinal + 1];
  return inside && after !== undefined && after.kind === "caption" ? after.text : "";
}

function tableHeader(element: PlacedElement, inside: boolean): string {
  const { table } = element;
  if (table === undefined) return "";
  if (table.continuedHeader !== undefined)
    return table.continuedHeader
      .map((row) => row.join(" | ").replace(/(?: \|)*\s*$/, ""))
      .filter((line) => line !== "")
      .join("\n");
  if (!inside) return "";
  const { headerLines, lineStarts } = tableLayoutOf(element, table);
  const end = lineStarts[Math.min(headerLines, lineStarts.length - 1)]!;
  return headerLines === 0 ? "" : element.text.slice(0, end - 1);
}
