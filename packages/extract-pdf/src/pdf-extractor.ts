import type { CallOptions, ExtractionPart, Extractor, SourceDocument } from "@groundwork/contracts";
import { GroundworkError, throwIfAborted } from "@groundwork/contracts";
import { extractDocument } from "./document-stream.ts";
import { lockedFacts } from "./locked-facts.ts";
import { openPdf, type PdfDocument } from "./pdf-document.ts";
import { type PdfExtractorOptions, resolvePdfOptions } from "./pdf-options.ts";
import { PdfiumMemoryError } from "./pdfium-module.ts";
import { PdfiumPool } from "./pdfium-pool.ts";

/** Bumped whenever the same bytes may give other parts. */
const REVISION = "3";

/**
 * Extracts PDF documents on PDFium compiled to WebAssembly: text in reading order with boxes, headings, lists, tables,
 * form fields, running heads and feet; pictures of pages whose text layer is absent or lies.
 *
 * Fails with `EMPTY_DOCUMENT`, `CORRUPT_DOCUMENT`, `PASSWORD_REQUIRED`, `PASSWORD_INCORRECT`, `UNSUPPORTED_OPERATION`
 * (unknown protection) or `OUT_OF_MEMORY`. The signal is looked at between pages: one page is never interrupted.
 */
export function pdfExtractor(options: PdfExtractorOptions = {}): Extractor {
  const resolved = resolvePdfOptions(options);
  const { password, ...identityOptions } = resolved;
  const pool = new PdfiumPool();
  return {
    identity: { name: "extract-pdf", revision: REVISION, options: identityOptions, artifacts: ["pdfium-wasm-2.15.1"] },
    mediaTypes: ["application/pdf"],
    isolation: "process",
    reference: {
      module: new URL(import.meta.url.endsWith(".ts") ? "./index.ts" : "./index.js", import.meta.url).href,
      name: "pdfExtractor",
      options,
    },
    extract: (document, callOptions = {}) => extract(pool, document, password, resolved, callOptions),
    async close() {
      pool.close();
    },
  };
}

async function* extract(
  pool: PdfiumPool,
  source: SourceDocument,
  password: string | undefined,
  options: ReturnType<typeof resolvePdfOptions>,
  { signal }: CallOptions,
): AsyncGenerator<ExtractionPart> {
  throwIfAborted(signal);
  const { documentId } = source;
  const pdfium = await pool.acquire();
  let failed = false;
  try {
    let document: PdfDocument;
    try {
      document = await openPdf(pdfium, source, source.password ?? password, signal);
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
