import type { Extractor } from "@groundwork/contracts";
import { type PdfExtractorOptions, resolvePdfOptions } from "./pdf-options.ts";
import type { PdfReader } from "./pdf-reader.ts";

/** Bumped whenever the same bytes may give other parts. */
const REVISION = "4";

/**
 * Extracts PDF documents on PDFium compiled to WebAssembly: text in reading order with boxes, headings, lists, tables,
 * form fields, running heads and feet; pictures of pages whose text layer is absent or lies.
 *
 * Fails with `EMPTY_DOCUMENT`, `CORRUPT_DOCUMENT`, `PASSWORD_REQUIRED`, `PASSWORD_INCORRECT`, `UNSUPPORTED_OPERATION`
 * (unknown protection) or `OUT_OF_MEMORY`. The signal is looked at between pages: one page is never interrupted.
 */
export function pdfExtractor(options: PdfExtractorOptions = {}): Extractor {
  const resolved = resolvePdfOptions(options);
  const { password: _kept, ...identityOptions } = resolved;
  let reader: Promise<PdfReader> | undefined;
  // PDFium is loaded with the first document only.
  const readerOf = (): Promise<PdfReader> => {
    reader ??= import("./pdf-reader.ts").then((module) => new module.PdfReader(resolved));
    return reader;
  };
  return {
    identity: { name: "extract-pdf", revision: REVISION, options: identityOptions, artifacts: ["pdfium-wasm-2.15.1"] },
    mediaTypes: ["application/pdf"],
    isolation: "process",
    reference: {
      module: new URL(import.meta.url.endsWith(".ts") ? "./index.ts" : "./index.js", import.meta.url).href,
      name: "pdfExtractor",
      options,
    },
    async *extract(document, callOptions = {}) {
      yield* (await readerOf()).extract(document, callOptions);
    },
    close: async () => (await reader)?.close(),
  };
}
