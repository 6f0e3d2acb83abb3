import type { DocumentElement, ExtractionPart } from "@groundwork/contracts";
import { documentOfBytes } from "@groundwork/testing/extractor-suite";
import { type OfficeExtractorOptions, officeExtractor } from "../src/index.ts";

/** All parts of a document given as bytes. */
export async function readParts(
  bytes: Uint8Array,
  options: OfficeExtractorOptions & { readonly password?: string } = {},
): Promise<ExtractionPart[]> {
  const { password, ...rest } = options;
  const document = documentOfBytes(bytes, "application/octet-stream");
  const parts: ExtractionPart[] = [];
  const given = password === undefined ? document : { ...document, password };
  for await (const part of officeExtractor(rest).extract(given)) parts.push(part);
  return parts;
}

/** All elements of a document given as bytes. */
export async function readElements(
  bytes: Uint8Array,
  options: OfficeExtractorOptions & { readonly password?: string } = {},
): Promise<DocumentElement[]> {
  return (await readParts(bytes, options)).flatMap((part) => (part.type === "elements" ? part.elements : []));
}

/** `kind: text` lines, for comparing at a glance. */
export function outline(elements: readonly DocumentElement[]): string[] {
  return elements.map(({ kind, level, text }) => `${kind}${level === undefined ? "" : ` ${level}`}: ${text}`);
}
