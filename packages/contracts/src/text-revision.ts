import type { DocumentMetadata } from "./document.ts";
import { type DocumentElement, FURNITURE_KINDS, isUnseen } from "./element.ts";

/** An element with its place in the canonical text: `text.slice(charStart, charEnd) === element.text`. */
export interface PlacedElement extends DocumentElement {
  readonly ordinal: number;
  readonly charStart: number;
  readonly charEnd: number;
  readonly sectionPath: readonly string[];
  /** Name of the extractor. */
  readonly extractor: string;
}

/** Personal data in a text revision: what was found where in the protected text, never the value. */
export interface RevisionFinding {
  readonly type: string;
  /** UTF-16 offsets in the canonical text. */
  readonly charStart: number;
  readonly charEnd: number;
  /** 0..1 */
  readonly score: number;
  readonly detector: string;
  readonly action: PiiActionName;
}

/** What the PII stage did with a value. */
export type PiiActionName = "keep" | "mask" | "redact" | "hash" | "pseudonymize" | "generalize";

/**
 * A text revision: the protected elements of one version of a document under one configuration of extraction, enrichment
 * and PII. Immutable. Chunk ids, findings, offsets and citations name it.
 */
export interface TextRevision {
  /** `rev_` + 24 hex digits. */
  readonly revisionId: string;
  readonly documentId: string;
  readonly version: string;
  readonly mediaType: string;
  readonly metadata: DocumentMetadata;
  /** The canonical text: the elements' texts joined by a blank line. Offsets count UTF-16 code units. */
  readonly text: string;
  readonly elements: readonly PlacedElement[];
  /** In order, apart. Absent when nothing was found. */
  readonly findings?: readonly RevisionFinding[];
}

export const ELEMENT_SEPARATOR = "\n\n";

/**
 * Puts elements in their places: joins the texts by a blank line and derives section paths from headings (an element's own
 * `sectionPath` wins). Elements without text are dropped. A heading belongs to its parents' section, not to its own.
 */
export function placeElements(
  elements: Iterable<DocumentElement & { readonly extractor?: string }>,
  extractor = "",
): { text: string; elements: PlacedElement[] } {
  const placed: PlacedElement[] = [];
  const texts: string[] = [];
  const open: { level: number; title: string }[] = [];
  let offset = 0;
  for (const element of elements) {
    if (element.text === "") continue;
    if (placed.length > 0) offset += ELEMENT_SEPARATOR.length;
    const isHeading = element.kind === "heading" || element.kind === "title";
    const level = element.level ?? (element.kind === "title" ? 0 : 1);
    if (isHeading) while (open.length > 0 && open[open.length - 1]!.level >= level) open.pop();
    placed.push({
      ...element,
      ordinal: placed.length,
      charStart: offset,
      charEnd: offset + element.text.length,
      sectionPath: element.sectionPath ?? open.map((section) => section.title),
      extractor: element.extractor ?? extractor,
    });
    if (isHeading) open.push({ level, title: element.text.replace(/\s+/g, " ") });
    texts.push(element.text);
    offset += element.text.length;
  }
  return { text: texts.join(ELEMENT_SEPARATOR), elements: placed };
}

/** Whether an element is part of what is embedded by default: no page furniture, and nothing that nobody can see. */
export function isBody(element: DocumentElement): boolean {
  return !FURNITURE_KINDS.has(element.kind) && !isUnseen(element);
}
