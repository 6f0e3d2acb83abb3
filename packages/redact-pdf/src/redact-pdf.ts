import {
  type Box,
  type CallOptions,
  GroundworkError,
  type PiiDetector,
  type PiiFinding,
  throwIfAborted,
} from "@groundwork/contracts";
import { type Area, createPdfium, openPdf, type PdfDocument, PdfiumMemoryError } from "@groundwork/pdfium";
import { checkPolicy, KnownValues, mergeFindings, type PiiPolicy, ruleOf } from "@groundwork/pii-policy";
import { burnPage, PageNotDrawn, savePdf } from "./burn-page.ts";
import { lineBoxes, type PageText, readPageText } from "./page-text.ts";
import { pdfSource } from "./pdf-source.ts";
import { verifyRedaction } from "./verify-redaction.ts";

export interface RedactPdfOptions extends CallOptions {
  readonly detectors: readonly PiiDetector[];
  /** What its rules keep is shown; whatever else they say, all other values are burned out. */
  readonly policy: PiiPolicy;
  /** Stretches of pages to burn out as well, 0..1 from the top left, pages from 1: what was recognised in a scan, or marked by hand. */
  readonly regions?: readonly Pick<Box, "page" | "left" | "top" | "right" | "bottom">[];
  /** Dots an inch of the pictures of pages. @default 150 */
  readonly dpi?: number;
  readonly password?: string;
}

/** One value that was burned out. Where it was, never what. */
export interface Redaction {
  readonly type: string;
  readonly score: number;
  readonly detector: string;
  /** One a line. */
  readonly boxes: readonly Box[];
}

export interface RedactedPdf {
  readonly bytes: Uint8Array;
  readonly pages: number;
  readonly redactions: readonly Redaction[];
}

const LEAST_DPI = 50;
const MOST_DPI = 600;

async function findAll(
  pages: readonly PageText[],
  { detectors, policy, signal }: RedactPdfOptions,
): Promise<PiiFinding[][]> {
  const texts = pages.map(({ text }) => text);
  const call = signal === undefined ? {} : { signal };
  const lists = await Promise.all(detectors.map((detector) => detector.detect(texts, call)));
  const known = new KnownValues();
  const found = texts.map((text, index) => {
    const merged = mergeFindings(...lists.map((list) => list[index] ?? []));
    known.add(text, merged);
    return merged;
  });
  return texts.map((text, index) =>
    mergeFindings(found[index]!, known.find(text)).filter(({ type, score }) => {
      const rule = ruleOf(policy, type);
      return rule.action !== "keep" && score >= rule.minimumScore;
    }),
  );
}

function boxOf(page: number, { frame }: PageText, area: Area): Box {
  const { width, height } = frame;
  const within = (value: number): number => Math.min(1, Math.max(0, value));
  return {
    page,
    left: within(area.left / width),
    top: within(area.top / height),
    right: within(area.right / width),
    bottom: within(area.bottom / height),
  };
}

function checkOptions({ detectors, policy, dpi = 150, regions = [] }: RedactPdfOptions): void {
  const refuse = (message: string): never => {
    throw new GroundworkError("INVALID_ARGUMENT", `redactPdf: ${message}`);
  };
  checkPolicy(policy);
  if (detectors.length === 0 && regions.length === 0) refuse("expected at least one detector or region, found none.");
  if (!(dpi >= LEAST_DPI && dpi <= MOST_DPI)) refuse(`expected dpi of ${LEAST_DPI} to ${MOST_DPI}, found ${dpi}.`);
  for (const { page, left, top, right, bottom } of regions)
    if (
      !(
        Number.isSafeInteger(page) &&
        page >= 1 &&
        left >= 0 &&
        top >= 0 &&
        right <= 1 &&
        bottom <= 1 &&
        left < right &&
        top < bottom
      )
    )
      refuse("expected regions on pages from 1, with 0 <= left < right <= 1 and 0 <= top < bottom <= 1.");
}

async function redact(document: PdfDocument, options: RedactPdfOptions): Promise<RedactedPdf> {
  const { signal, regions = [], dpi = 150 } = options;
  const { pdfium } = document;
  const pages: PageText[] = [];
  for (let index = 0; index < document.pages; index++) {
    throwIfAborted(signal, { stage: "redact" });
    const page = readPageText(document, index);
    if (page === undefined) throw new PageNotDrawn("A page cannot be loaded");
    pages.push(page);
  }
  const findings = await findAll(pages, options);
  const redactions = findings.flatMap((list, index) =>
    list.map(({ type, score, detector, start, end }) => ({
      type,
      score,
      detector,
      boxes: lineBoxes(pages[index]!, start, end).map((area) => boxOf(index + 1, pages[index]!, area)),
    })),
  );
  const boxes = Map.groupBy([...redactions.flatMap((redaction) => redaction.boxes), ...regions], ({ page }) => page);
  const target = pdfium.call("FPDF_CreateNewDocument")();
  if (target === 0) throw new PdfiumMemoryError("PDFium cannot make a document");
  try {
    for (const [index, { frame }] of pages.entries()) {
      throwIfAborted(signal, { stage: "redact" });
      const bars = (boxes.get(index + 1) ?? []).map(({ left, top, right, bottom }) => ({
        left: left * frame.width,
        top: top * frame.height,
        right: right * frame.width,
        bottom: bottom * frame.height,
      }));
      burnPage(document, index, target, { frame, scale: dpi / 72, bars });
    }
    const bytes = savePdf(pdfium, target);
    return { bytes, pages: pages.length, redactions };
  } finally {
    pdfium.call("FPDF_CloseDocument")(target);
  }
}

/**
 * A copy of a PDF for those who may not see what is in it: each page becomes a picture in which the values that detectors find,
 * and given regions, are black bars. Nothing else of the document is taken over: no text, hidden layers, annotations, attachments,
 * form data, metadata or earlier versions. What was found on one page is burned out on all. The copy is read again before it is given.
 *
 * @throws GroundworkError `PASSWORD_REQUIRED`, `CORRUPT_DOCUMENT` and the other errors of opening; `OUT_OF_MEMORY`;
 * `PII_POLICY_VIOLATION` when the copy does not verify; `INVALID_ARGUMENT`; `ABORTED`.
 */
export async function redactPdf(bytes: Uint8Array, options: RedactPdfOptions): Promise<RedactedPdf> {
  checkOptions(options);
  throwIfAborted(options.signal, { stage: "redact" });
  const pdfium = await createPdfium();
  try {
    const document = await openPdf(pdfium, pdfSource(bytes), options.password, options.signal);
    try {
      const redacted = await redact(document, options);
      const boxes = [...redacted.redactions.flatMap((redaction) => redaction.boxes), ...(options.regions ?? [])];
      await verifyRedaction(redacted.bytes, { pages: document.pages, boxes });
      return redacted;
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
