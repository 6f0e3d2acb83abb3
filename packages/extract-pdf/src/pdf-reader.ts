import type { CallOptions, ExtractionPart, SourceDocument } from "@groundwork/contracts";
import { GroundworkError, throwIfAborted } from "@groundwork/contracts";
import { openPdf, type PdfDocument, PdfiumMemoryError, PdfiumPool } from "@groundwork/pdfium";
import { extractDocument } from "./document-stream.ts";
import { lockedFacts } from "./locked-facts.ts";
import type { ResolvedPdfOptions } from "./pdf-options.ts";

/** Reads PDF documents with instances of PDFium that it makes for the first and holds until it is closed. */
export class PdfReader {
  readonly #pool = new PdfiumPool();
  readonly #options: ResolvedPdfOptions;

  constructor(options: ResolvedPdfOptions) {
    this.#options = options;
  }

  extract(document: SourceDocument, call: CallOptions): AsyncGenerator<ExtractionPart> {
    return extract(this.#pool, document, this.#options, call);
  }

  close(): void {
    this.#pool.close();
  }
}

async function* extract(
  pool: PdfiumPool,
  source: SourceDocument,
  options: ResolvedPdfOptions,
  { signal }: CallOptions,
): AsyncGenerator<ExtractionPart> {
  throwIfAborted(signal);
  const { documentId } = source;
  const pdfium = await pool.acquire();
  let failed = false;
  try {
    let document: PdfDocument;
    try {
      document = await openPdf(pdfium, source, source.password ?? options.password, signal);
    } catch (error) {
      // The facts are told before the refusal: a report may name them, and they stand for nothing else.
      if (isPasswordError(error)) yield { type: "metadata", metadata: await lockedFacts(pdfium, source) };
      throw error;
    }
    try {
      yield* extractDocument(document, options, documentId, signal);
    } catch (error) {
      failed = !GroundworkError.isInstance(error);
      throw error;
    } finally {
      // After a trap inside WebAssembly closing may trap again; the instance is dropped either way.
      if (failed) quietly(() => document.close());
      else document.close();
    }
  } catch (error) {
    failed ||= !GroundworkError.isInstance(error);
    throw typedError(error, documentId);
  } finally {
    pool.release(pdfium, !failed);
  }
}

function isPasswordError(error: unknown): boolean {
  return (
    GroundworkError.isInstance(error) && (error.code === "PASSWORD_REQUIRED" || error.code === "PASSWORD_INCORRECT")
  );
}

function quietly(action: () => void): void {
  try {
    action();
  } catch {
    // The first failure is the one to report.
  }
}

function typedError(error: unknown, documentId: string): GroundworkError {
  if (error instanceof PdfiumMemoryError) {
    return new GroundworkError("OUT_OF_MEMORY", "PDFium needs more memory for this PDF than WebAssembly can give.", {
      documentId,
      cause: error,
    });
  }
  return GroundworkError.from(
    error,
    "CORRUPT_DOCUMENT",
    "PDFium failed while it read this PDF. Repair or replace the file.",
    {
      documentId,
    },
  );
}
