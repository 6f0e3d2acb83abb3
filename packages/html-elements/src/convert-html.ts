import type { DocumentElement, DocumentMetadata } from "@groundwork/contracts";
import { createHtmlConverter, type HtmlConverterOptions } from "./html-converter.ts";

/** The elements of a page, a fragment or the body of a mail that is in memory. */
export function convertHtml(
  html: string,
  options: HtmlConverterOptions = {},
): {
  readonly elements: readonly DocumentElement[];
  readonly metadata: DocumentMetadata;
  readonly hiddenCharacters: number;
} {
  const converter = createHtmlConverter(options);
  converter.write(html);
  converter.end();
  return { elements: converter.take(), metadata: converter.metadata(), hiddenCharacters: converter.hiddenCharacters() };
}
