import type { DocumentElement, ExtractionPart, PageImage } from "@groundwork/contracts";
import { GroundworkError, throwIfAborted } from "@groundwork/contracts";
import { type PdfDocument, withPage } from "@groundwork/pdfium";
import { type PageAnnotations, readAnnotations } from "./annotations.ts";
import { readAttachments } from "./attachments.ts";
import { DocumentAssembler } from "./document-assembler.ts";
import { GlyphTable } from "./glyph-table.ts";
import { HiddenTextReport } from "./hidden-text-report.ts";
import { type PageCounts, readMetadata, withCounts } from "./metadata.ts";
import { readOutline } from "./outline.ts";
import type { PageContent } from "./page-content.ts";
import { linesOfPage, type PageLines } from "./page-lines.ts";
import { readPageContent } from "./page-reader.ts";
import { isBlank, renderPage } from "./page-render.ts";
import type { ResolvedPdfOptions } from "./pdf-options.ts";
import type { FontCache } from "./text-objects.ts";
import { judgeText } from "./text-verdict.ts";

/** Pages read ahead of the one that is given out: their margins and fonts decide what is furniture and what a heading. */
const LOOK_AHEAD = 12;
const NONE_UNSEEN: PageContent["unseen"] = new Map();

/** A page on its way: as lines, or as what cannot be laid out. */
type ReadPage =
  | { readonly kind: "lines"; readonly lines: PageLines; readonly annotations: PageAnnotations }
  | {
      readonly kind: "image";
      readonly number: number;
      /** Where the page has text that its picture does not show. */
      readonly lines: PageLines | undefined;
      readonly annotations: PageAnnotations;
    }
  | { readonly kind: "broken"; readonly number: number };

/** The parts of an open document, page by page. Holds at most {@link LOOK_AHEAD} pages as lines; pictures one at a time. */
export async function* extractDocument(
  document: PdfDocument,
  options: ResolvedPdfOptions,
  documentId: string,
  signal: AbortSignal | undefined,
): AsyncGenerator<ExtractionPart> {
  const metadata = readMetadata(document);
  yield { type: "metadata", metadata };
  const assembler = new DocumentAssembler(readOutline(document));
  const tagged = document.pdfium.call("FPDFCatalog_IsTagged")(document.handle) !== 0;
  const fonts: FontCache = new Map();
  const glyphs = new GlyphTable(4096);
  const counts: PageCounts = { images: 0, annotations: 0 };
  const hidden = new HiddenTextReport();
  const ahead: ReadPage[] = [];
  let broken = 0;
  for (let next = 0, done = 0; done < document.pages; ) {
    throwIfAborted(signal, { documentId });
    if (next < document.pages && ahead.length < LOOK_AHEAD) {
      const read = readPage(document, next++, { fonts, tagged, options, counts, hidden, glyphs });
      if (read.kind === "lines") assembler.observe(read.lines);
      ahead.push(read);
      continue;
    }
    const page = ahead.shift()!;
    done++;
    if (page.kind === "broken") {
      broken++;
      const message = "A page could not be loaded and was passed over.";
      yield { type: "warning", warning: { code: "page-unreadable", message, page: page.number } };
    } else {
      yield* giveOut(document, assembler, page, options);
    }
    yield { type: "progress", unit: "page", done, total: document.pages };
  }
  const last = assembler.finish();
  if (last.length > 0) yield { type: "elements", elements: last };
  if (broken > 0 && broken === document.pages) {
    throw new GroundworkError(
      "CORRUPT_DOCUMENT",
      "None of the PDF's pages could be loaded. Repair or replace the file.",
      { documentId },
    );
  }
  const warning = hidden.warning();
  if (warning !== undefined) yield { type: "warning", warning };
  if (options.attachments) yield* giveAttachments(document, signal);
  yield { type: "metadata", metadata: withCounts(metadata, counts, assembler.title) };
}

/** What the pages of a document share while they are read. */
interface Reading {
  readonly fonts: FontCache;
  readonly tagged: boolean;
  readonly options: ResolvedPdfOptions;
  readonly counts: PageCounts;
  readonly hidden: HiddenTextReport;
  readonly glyphs: GlyphTable;
}

function readPage(document: PdfDocument, index: number, reading: Reading): ReadPage {
  const { fonts, tagged, options, counts, hidden, glyphs } = reading;
  const number = index + 1;
  const read = withPage(document, index, (page): ReadPage => {
    // First: reading the content may change the page.
    const annotations = readAnnotations(document, page, options.annotations);
    const content = readPageContent(document, page, number, fonts, tagged, glyphs);
    counts.images += content.differentImages;
    counts.annotations += annotations.count;
    hidden.add(content);
    const lines = linesOfPage(options.hidden === "mark" ? content : { ...content, unseen: NONE_UNSEEN });
    return judgeText(lines) === "image"
      ? { kind: "image", number, lines: lines.unseen.size > 0 ? lines : undefined, annotations }
      : { kind: "lines", lines, annotations };
  });
  return read ?? { kind: "broken", number };
}

function* giveOut(
  document: PdfDocument,
  assembler: DocumentAssembler,
  page: Exclude<ReadPage, { kind: "broken" }>,
  options: ResolvedPdfOptions,
): Generator<ExtractionPart> {
  const number = page.kind === "lines" ? page.lines.page : page.number;
  const elements: DocumentElement[] = [];
  if (page.kind === "lines") {
    elements.push(...assembler.take(page.lines));
  } else {
    const image = renderImage(document, number, options);
    if (image !== undefined) {
      const before = assembler.flush();
      if (before.length > 0) yield { type: "elements", elements: before };
      yield { type: "page-image", image };
    }
    if (page.lines !== undefined) elements.push(...assembler.takeUnseen(page.lines));
  }
  elements.push(...assembler.annotationElements(document, number, page.annotations));
  for (let from = 0; from < elements.length; from += 500) {
    yield { type: "elements", elements: elements.slice(from, from + 500) };
  }
}

/** The picture of a page, unless nothing is to be seen on it. */
function renderImage(document: PdfDocument, number: number, options: ResolvedPdfOptions): PageImage | undefined {
  const limits = { dpi: options.imageDpi, maxPixels: options.maxImagePixels };
  const image = withPage(document, number - 1, (page) => renderPage(document, page, number, limits));
  return image === undefined || isBlank(image) ? undefined : image;
}

async function* giveAttachments(
  document: PdfDocument,
  signal: AbortSignal | undefined,
): AsyncGenerator<ExtractionPart> {
  for (const child of readAttachments(document)) {
    throwIfAborted(signal);
    if ("skipped" in child)
      yield { type: "warning", warning: { code: "attachment-unreadable", message: child.skipped } };
    else yield { type: "child", child };
  }
}
