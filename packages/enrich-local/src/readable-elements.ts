import { type DocumentElement, isBody } from "@groundwork/contracts";

/** Kinds whose text is no prose. */
const SKIPPED: ReadonlySet<DocumentElement["kind"]> = new Set(["code", "formula", "page_number", "form_field"]);

/** An element with its place in the document. */
export interface ReadableElement {
  readonly index: number;
  readonly element: DocumentElement;
  readonly text: string;
}

/**
 * Elements of the body that are written to be read, up to `length` UTF-16 units of text, the last one cut.
 *
 * @param tables Whether the text of tables counts.
 */
export function readableElements(
  elements: readonly DocumentElement[],
  length: number,
  tables: boolean,
): ReadableElement[] {
  const readable: ReadableElement[] = [];
  let left = length;
  for (let index = 0; index < elements.length && left > 0; index++) {
    const element = elements[index]!;
    if (!isBody(element) || SKIPPED.has(element.kind) || (!tables && element.kind === "table")) continue;
    const text = element.text.length > left ? element.text.slice(0, left) : element.text;
    left -= text.length;
    readable.push({ index, element, text });
  }
  return readable;
}
