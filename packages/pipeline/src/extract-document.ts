import {
  type CallOptions,
  type ChildDocument,
  type DocumentElement,
  type DocumentMetadata,
  type ErrorIds,
  type ExtractionPart,
  type ExtractionWarning,
  type Extractor,
  GroundworkError,
  type SourceDocument,
} from "@groundwork/contracts";
import type { ExtractionPool } from "./extraction-pool.ts";

/** Pictures of pages under recognition at once, per document. */
const PAGES_AT_ONCE = 2;

export interface ExtractedDocument {
  readonly elements: readonly DocumentElement[];
  readonly metadata: DocumentMetadata;
  readonly children: readonly ChildDocument[];
  readonly warnings: readonly ExtractionWarning[];
}

export interface ExtractDocumentOptions extends CallOptions {
  readonly maxChildren: number;
  readonly onProgress?: (part: Extract<ExtractionPart, { type: "progress" }>) => void;
}

/**
 * Runs an extractor to its end and gathers what it gives; pictures of pages go to the recognizer and its elements into their
 * place. A page that cannot be recognised is a warning as long as another gives text, else its error is the document's.
 */
export async function extractDocument(
  pool: ExtractionPool,
  extractor: Extractor,
  recognizer: Extractor | undefined,
  document: SourceDocument,
  options: ExtractDocumentOptions,
): Promise<ExtractedDocument> {
  const ids: ErrorIds = { documentId: document.documentId, stage: "extract" };
  const slots: (readonly DocumentElement[] | Promise<readonly DocumentElement[]>)[] = [];
  const running = new Set<Promise<unknown>>();
  const children: ChildDocument[] = [];
  const warnings: ExtractionWarning[] = [];
  let metadata: DocumentMetadata = {};
  let pageError: GroundworkError | undefined;

  const recognize = async (
    part: Extract<ExtractionPart, { type: "page-image" }>,
  ): Promise<readonly DocumentElement[]> => {
    const { page } = part.image;
    if (recognizer === undefined) {
      warnings.push({
        code: "no-recognizer",
        message: "The page is a picture and no extractor that reads pictures is configured.",
        page,
      });
      return [];
    }
    try {
      return await pool.recognizePage(recognizer, part.image, ids, options);
    } catch (error) {
      const typed = GroundworkError.from(error, "CORRUPT_DOCUMENT", "The picture of a page could not be read.", ids);
      if (typed.code === "ABORTED") throw typed;
      pageError ??= typed;
      warnings.push({
        code: "page-not-recognized",
        message: `The picture of the page could not be read (${typed.code}).`,
        page,
      });
      return [];
    }
  };

  for await (const part of pool.extract(extractor, document, options)) {
    switch (part.type) {
      case "elements":
        slots.push(part.elements);
        break;
      case "metadata":
        metadata = { ...metadata, ...part.metadata };
        break;
      case "child":
        if (children.length >= options.maxChildren) {
          throw new GroundworkError(
            "ARCHIVE_BOMB",
            `The document brings more than ${options.maxChildren} others along. Raise settings.maxChildren or unpack it.`,
            ids,
          );
        }
        children.push(part.child);
        break;
      case "warning":
        warnings.push(part.warning);
        break;
      case "progress":
        options.onProgress?.(part);
        break;
      case "page-image": {
        while (running.size >= PAGES_AT_ONCE) await Promise.race(running);
        const recognized = recognize(part);
        // An abort may reject before the slot is awaited; the slot's own await reports it.
        recognized.catch(() => {});
        slots.push(recognized);
        const settled: Promise<unknown> = recognized.then(
          () => running.delete(settled),
          () => running.delete(settled),
        );
        running.add(settled);
        break;
      }
    }
  }
  const elements = (await Promise.all(slots)).flat();
  if (pageError !== undefined && !elements.some((element) => /[\p{L}\p{N}]/u.test(element.text))) throw pageError;
  return { elements, metadata, children, warnings };
}
