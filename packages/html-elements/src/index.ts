export { createElementBatch, type ElementBatch } from "./batch-elements.ts";
export { convertHtml } from "./convert-html.ts";
export { hiddenTextWarning } from "./hidden-text-warning.ts";
export { createHtmlConverter, type HtmlConverter, type HtmlConverterOptions } from "./html-converter.ts";
