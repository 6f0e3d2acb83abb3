/** What an element is. Extractors choose the closest; the list grows, so readers must treat an unknown kind as a paragraph. */
export type ElementKind =
  | "title"
  | "heading"
  | "paragraph"
  | "list_item"
  | "table"
  | "code"
  | "formula"
  | "caption"
  | "quote"
  | "header"
  | "footer"
  | "page_number"
  | "footnote"
  | "figure"
  | "form_field"
  | "note"
  | "comment"
  | "utterance";

/**
 * One line run on a page, 0..1 from the top left corner of the page as it is shown (after its rotation). `start` and
 * `end` are the UTF-16 offsets of the run's characters inside the element's text, so the box of a quote can be found;
 * an extractor that cannot tell leaves them out.
 */
export interface Box {
  /** 1-based. */
  readonly page: number;
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
  readonly start?: number;
  readonly end?: number;
}

/** When a stretch of an utterance's text (usually a word) was spoken. Milliseconds from the start of the recording. */
export interface TimeRun {
  readonly start: number;
  readonly end: number;
  readonly startMs: number;
  readonly endMs: number;
}

export type TextMarkKind = "strong" | "emphasis" | "code" | "strikethrough" | "link" | "superscript" | "subscript";

/**
 * Inline markup of a stretch of an element's text. The marks stand beside the text and never in it: they change no offset
 * and no chunk. They come in order (by `start`, the longer first), begin and end at visible characters, and two of one kind
 * do not overlap; marks of different kinds may nest and cross.
 */
export interface TextMark {
  /** UTF-16 offsets inside the element's text. */
  readonly start: number;
  readonly end: number;
  readonly kind: TextMarkKind;
  /** Where a link goes, as the document writes it. Only of links, and of every link. */
  readonly href?: string;
}

export interface TableCell {
  /** 0-based, of the cell's top left corner. */
  readonly row: number;
  readonly column: number;
  /** @default 1 */
  readonly rowSpan?: number;
  /** @default 1 */
  readonly columnSpan?: number;
  readonly text: string;
  /** A row, column or section heading. @default false */
  readonly header?: boolean;
}

/** Cells in reading order (by row, then column); no two cells cover the same place; empty cells may be left out. */
export interface TableData {
  readonly rows: number;
  readonly columns: number;
  readonly cells: readonly TableCell[];
  /**
   * Set when this element is a later slice of a table too long for one element: the header rows of the first slice,
   * which chunkers put into `context` and never into the text.
   */
  readonly continuedHeader?: readonly (readonly string[])[];
}

/** Where an element lies when the medium has no pages. */
export interface ElementLocation {
  readonly sheet?: string;
  /** A1 notation, for example `B2:F40`. */
  readonly range?: string;
  /** 1-based. */
  readonly slide?: number;
  /** Fragment identifier inside the document. */
  readonly anchor?: string;
  /** File inside a package, for example a chapter of an EPUB. */
  readonly part?: string;
  /** 1-based line of a line-oriented file. */
  readonly line?: number;
}

/**
 * A piece of a document as an extractor gives it. Elements come in reading order. `text` is what a person reads, in
 * Unicode NFC, lines inside it parted by `\n`, without trailing blanks; the text of a table is {@link renderTableText}.
 */
export interface DocumentElement {
  readonly kind: ElementKind;
  readonly text: string;
  /** Depth of a heading (1 = top) or of a list item (0 = outermost). */
  readonly level?: number;
  /** Titles of the enclosing sections. Leave it out: it is derived from the headings unless the format says otherwise. */
  readonly sectionPath?: readonly string[];
  readonly boxes?: readonly Box[];
  readonly startMs?: number;
  readonly endMs?: number;
  readonly times?: readonly TimeRun[];
  /** Bold, italic, links and the like. Not of tables and code. */
  readonly marks?: readonly TextMark[];
  readonly speaker?: string;
  readonly table?: TableData;
  readonly location?: ElementLocation;
  /** 0..1, of the recognition (OCR, speech). Absent where text was read, not recognised. */
  readonly confidence?: number;
  /** BCP 47, where it differs from the document's. */
  readonly language?: string;
  /** Marker of a list item ("1.", "•"), alt text's source, code language and the like. */
  readonly attributes?: Readonly<Record<string, string>>;
}

/** Kinds that are page furniture: kept in the canonical text (they can be cited) but not embedded by default. */
export const FURNITURE_KINDS: ReadonlySet<ElementKind> = new Set(["header", "footer", "page_number"]);

/**
 * Attribute of an element that is not shown to a reader of the document: `true` where its author hid a sheet, a slide, rows or columns
 * that a reader can show again, otherwise one of {@link UNSEEN_REASONS}. An extractor that can tell gives such text as elements of
 * their own, never inside the text of a visible element, or leaves it out.
 */
export const HIDDEN_ATTRIBUTE = "hidden";

/**
 * Why nobody reads a text where it stands: in the colour of its background, in letters too small to read, outside of the page or slide,
 * drawn without ink or without opacity, beneath something that covers it.
 */
export const UNSEEN_REASONS: ReadonlySet<string> = new Set(["color", "size", "off_page", "invisible", "covered"]);

/** Whether nobody reads the element's text where it stands. Such text stays in the text revision and is not embedded. */
export function isUnseen(element: DocumentElement): boolean {
  const reason = element.attributes?.[HIDDEN_ATTRIBUTE];
  return reason !== undefined && UNSEEN_REASONS.has(reason);
}

/** Attributes under this prefix are stated by enrichers that judge a document, never by the document. */
export const SAFETY_PREFIX = "safety.";

/** Attribute of an element that is kept in the text revision and never cut into chunks, with the value `true`. */
export const QUARANTINE_ATTRIBUTE = "safety.quarantine";

/** Whether an element is kept out of the index. */
export function isQuarantined(element: DocumentElement): boolean {
  return element.attributes?.[QUARANTINE_ATTRIBUTE] === "true";
}
