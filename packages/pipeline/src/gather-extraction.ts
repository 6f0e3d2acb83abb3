import {
  type CallOptions,
  type ChildDocument,
  type DocumentElement,
  type DocumentMetadata,
  type ErrorIds,
  type ExtractionPart,
  type ExtractionWarning,
  GroundworkError,
  type PageImage,
} from "@groundwork/contracts";
import { TablePacker } from "./table-packer.ts";

/** Pictures of pages under recognition at once, per document. */
const PAGES_AT_ONCE = 2;

export interface ExtractedDocument {
  readonly elements: readonly DocumentElement[];
  readonly metadata: DocumentMetadata;
  readonly children: readonly ChildDocument[];
  readonly warnings: readonly ExtractionWarning[];
}

export type ProgressPart = Extract<ExtractionPart, { type: "progress" }>;

/** Reads the picture of a page elsewhere; `undefined` when no extractor that reads pictures is configured. */
export type RecognizePage = (image: PageImage) => Promise<readonly DocumentElement[]>;

export interface GatherOptions extends CallOptions {
  readonly maxChildren: number;
  readonly onProgress?: (part: ProgressPart) => void;
}

/**
 * Gathers what an extractor gives; pictures of pages go to the recognizer and its elements into their place. A page that
 * cannot be recognised is a warning as long as another gives text, else its error is the document's.
 */
export async function gatherExtraction(
  parts: AsyncIterable<ExtractionPart>,
  recognizePage: RecognizePage | undefined,
  ids: ErrorIds,
  options: GatherOptions,
): Promise<ExtractedDocument> {
  const packer = new TablePacker();
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
    if (recognizePage === undefined) {
      warnings.push({
        code: "no-recognizer",
        message: "The page is a picture and no extractor that reads pictures is configured.",
        page,
      });
      return [];
    }
    try {
      return await recognizePage(part.image);
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

  for await (const part of parts) {
    switch (part.type) {
      case "elements":
        slots.push(packer.pack(part.elements));
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
