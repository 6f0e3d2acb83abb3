import type { DocumentElement, ExtractionPart } from "@groundwork/contracts";

/** What the readers of the formats yield: single elements, or parts that pass through as they are. */
export type OfficePart = DocumentElement | ExtractionPart;

/** Bounds of one `elements` part; the contract allows about 1,000 elements or 1 MB of text. */
const MAX_ELEMENTS = 256;
const MAX_CHARACTERS = 256 * 1024;

/** Gathers elements into parts of bounded size and keeps everything in its place. */
export async function* batchElements(parts: AsyncIterable<OfficePart>): AsyncGenerator<ExtractionPart> {
  let elements: DocumentElement[] = [];
  let characters = 0;
  for await (const part of parts) {
    if ("kind" in part) {
      if (part.text === "" && part.table === undefined) continue;
      elements.push(part);
      characters += part.text.length;
      if (elements.length < MAX_ELEMENTS && characters < MAX_CHARACTERS) continue;
    }
    if (elements.length > 0) yield { type: "elements", elements };
    elements = [];
    characters = 0;
    if (!("kind" in part)) yield part;
  }
  if (elements.length > 0) yield { type: "elements", elements };
}
