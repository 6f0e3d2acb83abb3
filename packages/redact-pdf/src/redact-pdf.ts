import {
  type CallOptions,
  type Extractor,
  GroundworkError,
  type PiiDetector,
  throwIfAborted,
} from "@groundwork/contracts";
import { createPdfium, openPdf, type PdfDocument, PdfiumMemoryError } from "@groundwork/pdfium";
import type { PiiPolicy } from "@groundwork/pii-policy";
import {
  type Bar,
  checkRegions,
  type PageReading,
  policyViolation,
  type Redaction,
  type Region,
  recognizePicture,
  redactUntilClean,
  ValueFinder,
} from "@groundwork/redaction";
import { burnPage, PageNotDrawn, savePdf } from "./burn-page.ts";
import { flattenAnnotations } from "./flatten-annotations.ts";
import { drawPageImage, isBlank } from "./page-image.ts";
import { type PageText, readPageText, textLayerReading } from "./page-text.ts";
import { pdfSource } from "./pdf-source.ts";
import { verifyRedaction } from "./verify-redaction.ts";

export interface RedactPdfOptions extends CallOptions {
  readonly detectors: readonly PiiDetector[];
  /** What its rules keep is shown; whatever else they say, all other values are burned out. */
  readonly policy: PiiPolicy;
  /**
   * Reads scans, pages whose text layer lies, and pages with pictures that may hold letters: an extractor with `recognizePage`.
   * Its findings are burned out beside those of the text layer.
   */
  readonly recognizer?: Extractor;
  /**
   * What becomes of a document with pages that are pictures when there is no recognizer: refused, or given out with these pages
   * as they are. Pages with a region of `regions` count as read. @default "refuse"
   */
  readonly unread?: "refuse" | "allow";
  /** Stretches of pages to burn out as well, 0..1 from the top left of the page as it is shown, pages from 1. */
  readonly regions?: readonly Region[];
  /** Dots an inch of the pictures of pages. @default 150 */
  readonly dpi?: number;
  readonly password?: string;
}

export interface RedactedPdf {
  readonly bytes: Uint8Array;
  readonly pages: number;
  readonly redactions: readonly Redaction[];
  /** Pages with pictures that may hold letters and that nobody read, from 1: look at them before the copy is given away. */
  readonly unread: readonly number[];
}

const LEAST_DPI = 50;
const MOST_DPI = 600;
/** Share of a page that pictures cover from which on it is a scan. Few letters beside them are a stamp or a page number. */
const SCAN_COVER = 0.55;
/** Share of characters without a letter from which on a text layer does not say what is shown. */
const MOST_UNMAPPED = 0.25;
/** Pages that a message names. */
const MOST_NAMED = 10;

function checkOptions({ detectors, dpi = 150, regions = [], recognizer, unread = "refuse" }: RedactPdfOptions): void {
  const refuse = (message: string): never => {
    throw new GroundworkError("INVALID_ARGUMENT", `redactPdf: ${message}`, { stage: "redact" });
  };
  if (detectors.length === 0 && regions.length === 0) refuse("expected at least one detector or region, found none.");
  if (!(dpi >= LEAST_DPI && dpi <= MOST_DPI)) refuse(`expected dpi of ${LEAST_DPI} to ${MOST_DPI}, found ${dpi}.`);
  if (recognizer !== undefined && recognizer.recognizePage === undefined)
    refuse(
      "expected a recognizer with recognizePage, such as imageExtractor(), found an extractor that reads no pictures.",
    );
  if (unread !== "refuse" && unread !== "allow") refuse(`expected unread of "refuse" or "allow", found "${unread}".`);
  checkRegions(regions);
}

/** Whether the text layer of a page says nothing, or not what is shown. */
function isPicture({ glyphs, unmapped, pictures }: PageText): boolean {
  if (glyphs === 0) return pictures.objects > 0;
  return pictures.cover >= SCAN_COVER || unmapped > MOST_UNMAPPED * glyphs;
}

function readPages(document: PdfDocument, { regions = [], signal }: RedactPdfOptions): PageText[] {
  for (const { page } of regions)
    if (page > document.pages)
      throw new GroundworkError(
        "INVALID_ARGUMENT",
        `redactPdf: expected regions on pages 1 to ${document.pages}, found page ${page}.`,
        { stage: "redact" },
      );
  return Array.from({ length: document.pages }, (_, index) => {
    throwIfAborted(signal, { stage: "redact" });
    const page = readPageText(document, index);
    if (page === undefined) throw new PageNotDrawn("A page cannot be loaded");
    return page;
  });
}

function refuseUnread(document: PdfDocument, pages: readonly PageText[], options: RedactPdfOptions): void {
  const { detectors, regions = [], unread = "refuse" } = options;
  if (detectors.length === 0 || unread === "allow") return;
  const marked = new Set(regions.map(({ page }) => page));
  const refused = pages.flatMap((page, index) => {
    const isRead = !isPicture(page) || marked.has(index + 1);
    // Lines and fills alone may draw letters, or nothing that is to be seen.
    return isRead || (page.pictures.count === 0 && isBlank(drawPageImage(document, index))) ? [] : [index + 1];
  });
  if (refused.length === 0) return;
  const named = `${refused.slice(0, MOST_NAMED).join(", ")}${refused.length > MOST_NAMED ? ", ..." : ""}`;
  throw policyViolation(
    `${refused.length} of ${pages.length} pages are pictures whose letters nobody has read (${named}). Give a recognizer, or regions of these pages, or set unread to "allow".`,
  );
}

function burn(
  document: PdfDocument,
  pages: readonly PageText[],
  bars: readonly Bar[],
  options: RedactPdfOptions,
): Uint8Array {
  const { dpi = 150, signal } = options;
  const { pdfium } = document;
  const byPage = Map.groupBy(bars, ({ page }) => page);
  const target = pdfium.call("FPDF_CreateNewDocument")();
  if (target === 0) throw new PdfiumMemoryError("PDFium cannot make a document");
  try {
    for (const [index, { frame }] of pages.entries()) {
      throwIfAborted(signal, { stage: "redact" });
      const areas = (byPage.get(index + 1) ?? []).map(({ left, top, right, bottom }) => ({
        left: left * frame.width,
        top: top * frame.height,
        right: right * frame.width,
        bottom: bottom * frame.height,
      }));
      burnPage(document, index, target, { frame, scale: dpi / 72, bars: areas });
    }
    return savePdf(pdfium, target);
  } finally {
    pdfium.call("FPDF_CloseDocument")(target);
  }
}

/** Reads pages of a document through the recogniser. */
async function recognizePages(
  document: PdfDocument,
  pages: readonly number[],
  recognizer: Extractor,
  signal: AbortSignal | undefined,
): Promise<PageReading[]> {
  const readings: PageReading[] = [];
  for (const page of pages) {
    throwIfAborted(signal, { stage: "redact" });
    const image = drawPageImage(document, page - 1);
    if (!isBlank(image)) readings.push(await recognizePicture(recognizer, image, { signal }));
  }
  return readings;
}

async function redact(document: PdfDocument, options: RedactPdfOptions, finder: ValueFinder): Promise<RedactedPdf> {
  const { signal, regions = [], detectors } = options;
  const recognizer = detectors.length === 0 ? undefined : options.recognizer;
  flattenAnnotations(document, signal);
  const pages = readPages(document, options);
  const pictured = pages.flatMap((page, index) => (isPicture(page) || page.pictures.count > 0 ? [index + 1] : []));
  if (recognizer === undefined) refuseUnread(document, pages, options);
  const recognized = recognizer === undefined ? [] : await recognizePages(document, pictured, recognizer, signal);
  const { copy, redactions } = await redactUntilClean<Uint8Array>({
    readings: [...pages.map((page, index) => textLayerReading(index + 1, page)), ...recognized],
    finder,
    regions,
    signal,
    burn: async (bars) => burn(document, pages, bars, options),
    check: (bytes, bars) => verifyRedaction(bytes, { pages: pages.length, boxes: bars }),
    async read(bytes, changed) {
      const again = pictured.filter((page) => changed.includes(page));
      if (recognizer === undefined || again.length === 0) return [];
      const made = await openPdf(await createPdfium(), pdfSource(bytes), undefined, signal);
      try {
        return await recognizePages(made, again, recognizer, signal);
      } finally {
        made.close();
      }
    },
  });
  return { bytes: copy, pages: pages.length, redactions, unread: recognizer === undefined ? pictured : [] };
}

/**
 * A copy of a PDF for those who may not see what is in it: each page becomes a picture in which the values that detectors find,
 * and given regions, are black bars. Nothing else of the document is taken over: no text, hidden layers, annotations, attachments,
 * form data, metadata or earlier versions. What was found on one page is burned out on all. The copy is read again before it is given.
 * What annotations and form fields show is a part of the page. Pages that are pictures are read through the `recognizer`.
 *
 * @throws GroundworkError `PASSWORD_REQUIRED`, `CORRUPT_DOCUMENT` and the other errors of opening; `OUT_OF_MEMORY`;
 * `PII_POLICY_VIOLATION` when pages are pictures that nobody can read, when the copy does not verify or still shows a value;
 * `INVALID_ARGUMENT`; `INVALID_CONFIGURATION`; `ABORTED`; what the recognizer and the detectors throw.
 */
export async function redactPdf(bytes: Uint8Array, options: RedactPdfOptions): Promise<RedactedPdf> {
  checkOptions(options);
  const finder = new ValueFinder(options);
  throwIfAborted(options.signal, { stage: "redact" });
  const pdfium = await createPdfium();
  try {
    const document = await openPdf(pdfium, pdfSource(bytes), options.password, options.signal);
    try {
      return await redact(document, options, finder);
    } finally {
      document.close();
    }
  } catch (error) {
    if (error instanceof PdfiumMemoryError)
      throw new GroundworkError(
        "OUT_OF_MEMORY",
        "The document is too large to be redacted at this resolution. Lower dpi, or divide it.",
        {
          stage: "redact",
          cause: error,
        },
      );
    if (error instanceof PageNotDrawn)
      throw new GroundworkError(
        "CORRUPT_DOCUMENT",
        "A page of the PDF cannot be drawn, so that no whole copy can be made. Repair the file.",
        {
          stage: "redact",
          cause: error,
        },
      );
    throw error;
  }
}
