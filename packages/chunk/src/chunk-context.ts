import type { PlacedElement, TextRevision } from "@groundwork/contracts";
import { leadsIn } from "./element-spans.ts";
import { sentenceStarts } from "./sentences.ts";
import type { Span } from "./span.ts";
import { type CountTokens, headerLineCount } from "./split-span.ts";

/** Share of the budget that title and section path may take, and that caption, table header and lead-in may take. */
const CONTEXT_SHARE = 1 / 4;

const PATH_SEPARATOR = " > ";

export interface ChunkContext {
  readonly text: string;
  /** Set when the context holds for one table only: the chunk must end with it. */
  readonly until?: number;
}

export interface ContextOptions {
  readonly revision: TextRevision;
  readonly maxTokens: number;
  readonly count: CountTokens;
}

/** What stands before the text of a chunk that begins with this span. */
export function contextOf(first: Span, { revision, maxTokens, count }: ContextOptions): ChunkContext {
  const most = Math.floor(maxTokens * CONTEXT_SHARE);
  const lines = [pathLine(first.element, first.start, revision, most, count)];
  const { element } = first;
  const inside = first.start > element.charStart;
  let until: number | undefined;
  if (element.kind === "table") {
    const header = cutToTokens(tableHeader(element, inside, revision).join("\n"), most, count);
    const caption = cutToTokens(captionOf(element, inside, revision), most - count(header), count);
    if (header !== "" || caption !== "") {
      lines.push(caption, header);
      until = element.charEnd;
    }
  } else if (element.kind === "list_item") {
    const lead = listLead(element, revision);
    if (lead !== undefined && count(lead) <= most) lines.push(lead);
  }
  const text = lines.filter((line) => line !== "").join("\n");
  return until === undefined ? { text } : { text, until };
}

function pathLine(
  element: PlacedElement,
  start: number,
  revision: TextRevision,
  most: number,
  count: CountTokens,
): string {
  const title = revision.metadata.title?.replace(/\s+/g, " ").trim() ?? "";
  const path = element.sectionPath.filter((part) => part !== "");
  const titled =
    title === "" || path.some((part) => sameWords(part, title)) || startsWithWords(revision.text, start, title)
      ? path
      : [title, ...path];
  const parts = titled.filter((part, index) => index === 0 || !sameWords(part, titled[index - 1]!));
  // The nearest heading says most, then the title; what lies between goes first.
  while (parts.length > 2 && count(parts.join(PATH_SEPARATOR)) > most) parts.splice(1, 1);
  if (parts.length === 2 && count(parts.join(PATH_SEPARATOR)) > most)
    parts[0] = cutToTokens(parts[0]!, Math.max(0, most - count(parts[1]!) - 2), count);
  return cutToTokens(parts.filter((part) => part !== "").join(PATH_SEPARATOR), most, count);
}

function sameWords(a: string, b: string): boolean {
  return a.length === b.length
    ? a.toLowerCase() === b.toLowerCase()
    : a.replace(/\s+/g, " ").trim().toLowerCase() === b.toLowerCase();
}

function startsWithWords(text: string, start: number, words: string): boolean {
  return sameWords(text.slice(start, start + words.length), words);
}

/** The words of `text` that fit. */
function cutToTokens(text: string, most: number, count: CountTokens): string {
  if (count(text) <= most) return text;
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

function tableHeader(element: PlacedElement, inside: boolean, revision: TextRevision): string[] {
  const { table } = element;
  if (table === undefined) return [];
  if (table.continuedHeader !== undefined)
    return table.continuedHeader
      .map((row) => row.join(" | ").replace(/(?: \|)*\s*$/, ""))
      .filter((line) => line !== "");
  const headerLines = headerLineCount(table);
  if (!inside || headerLines === 0) return [];
  return revision.text.slice(element.charStart, element.charEnd).split("\n").slice(0, headerLines);
}

/** The sentence that announces the list, for the parts of a list that it no longer stands before. */
function listLead(item: PlacedElement, { elements, text }: TextRevision): string | undefined {
  let first = item.ordinal;
  while (first > 0 && elements[first - 1]!.kind === "list_item") first--;
  const lead = elements[first - 1];
  if (lead === undefined || lead.kind !== "paragraph" || !leadsIn(lead)) return undefined;
  const starts = sentenceStarts(text, lead.charStart, lead.charEnd);
  return text.slice(starts[starts.length - 1], lead.charEnd).trim();
}
