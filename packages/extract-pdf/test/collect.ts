import type { DocumentElement, DocumentMetadata, ExtractionPart } from "@groundwork/contracts";
import { documentOfBytes } from "@groundwork/testing/extractor-suite";
import type { PdfExtractorOptions } from "../src/index.ts";
import { pdfExtractor } from "../src/index.ts";

export interface Collected {
  readonly parts: readonly ExtractionPart[];
  readonly elements: readonly DocumentElement[];
  readonly metadata: DocumentMetadata;
}

/** Extracts a whole PDF. */
export async function collect(bytes: Uint8Array, options: PdfExtractorOptions = {}): Promise<Collected> {
  const extractor = pdfExtractor(options);
  const parts: ExtractionPart[] = [];
  try {
    for await (const part of extractor.extract(documentOfBytes(bytes, "application/pdf"))) parts.push(part);
  } finally {
    await extractor.close?.();
  }
  const elements = parts.flatMap((part) => (part.type === "elements" ? part.elements : []));
  const metadata = parts.reduce<DocumentMetadata>(
    (last, part) => (part.type === "metadata" ? part.metadata : last),
    {},
  );
  return { parts, elements, metadata };
}
