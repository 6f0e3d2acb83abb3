import {
  acceptsMediaType,
  type CallOptions,
  documentIdOf,
  GroundworkError,
  type Source,
  throwIfAborted,
} from "@groundwork/contracts";
import { childItems } from "./child-items.ts";
import { defaultConcurrency } from "./default-concurrency.ts";
import { extractDocument } from "./extract-document.ts";
import { DEFAULT_EXTRACTION_LIMITS } from "./extraction-limits.ts";
import { ExtractionPool } from "./extraction-pool.ts";
import type { ExtractedDocument } from "./gather-extraction.ts";
import type { PipelineParts } from "./pipeline-parts.ts";
import type { WorkItem } from "./work-item.ts";

export interface ReadDocument {
  readonly documentId: string;
  readonly key: string;
  readonly mediaType: string;
  readonly extracted: ExtractedDocument;
}

/** A document that could not be read. The others are read. */
export interface UnreadDocument {
  readonly documentId: string;
  readonly key: string;
  readonly error: GroundworkError;
}

const DEFAULT_DEPTH = 5;
const DEFAULT_CHILDREN = 10_000;

/**
 * Reads all documents of sources, and what they bring along, one after another, and keeps nothing: for those who look at documents as
 * they are before anything is done to them. Nothing is stored and no permission is asked: it gives what the sources give.
 *
 * @throws GroundworkError what a source throws when it cannot be listed, `ABORTED`.
 */
export async function* readSources(
  sources: readonly Source[],
  { extractors, detectMediaType, settings = {} }: Pick<PipelineParts, "extractors" | "detectMediaType" | "settings">,
  options: CallOptions = {},
): AsyncGenerator<ReadDocument | UnreadDocument> {
  const limits = { ...DEFAULT_EXTRACTION_LIMITS, ...settings.limits };
  const pool = new ExtractionPool({ size: settings.concurrency ?? defaultConcurrency(), limits });
  const recognizer = extractors.find(({ recognizePage }) => recognizePage !== undefined);
  const { maxChildren = DEFAULT_CHILDREN, maxDepth = DEFAULT_DEPTH, password } = settings;

  const readOne = async (item: WorkItem): Promise<ReadDocument> => {
    const { documentId, key, fileName, claimedMediaType } = item;
    const content = await item.open(options);
    const claim = claimedMediaType === undefined ? {} : { claimed: claimedMediaType };
    const { mediaType } = await detectMediaType(content, { ...options, fileName, ...claim });
    const extractor = extractors.find((candidate) => acceptsMediaType(candidate.mediaTypes, mediaType));
    if (extractor === undefined)
      throw new GroundworkError("UNSUPPORTED_MEDIA_TYPE", `No configured extractor reads "${mediaType}".`);
    const secret = password?.(key);
    const document = {
      documentId,
      version: "",
      mediaType,
      fileName,
      content,
      ...(secret === undefined ? {} : { password: secret }),
    };
    const extracted = await extractDocument(pool, extractor, recognizer, document, { ...options, maxChildren });
    return { documentId, key, mediaType, extracted };
  };

  async function* read(item: WorkItem): AsyncGenerator<ReadDocument | UnreadDocument> {
    const { documentId, key } = item;
    let known: ReadDocument;
    try {
      known = await readOne(item);
    } catch (error) {
      throwIfAborted(options.signal, { stage: "extract" });
      yield {
        documentId,
        key,
        error: GroundworkError.from(error, "INTERNAL", "The document could not be read.", { documentId, key }),
      };
      return;
    }
    yield known;
    if (item.depth < maxDepth) for (const child of childItems(item, known.extracted.children)) yield* read(child);
  }

  try {
    for (const source of sources)
      for await (const item of source.list(options)) {
        if ("end" in item) continue;
        const { object } = item;
        if (object.state !== undefined && object.state !== "readable") continue;
        yield* read({
          sourceId: source.sourceId,
          documentId: documentIdOf(source.sourceId, object.key),
          key: object.key,
          uri: object.uri,
          fileName: object.key.split("/").at(-1) ?? object.key,
          permissions: { allow: [] },
          depth: 0,
          open: (call) => source.open(object, call),
        });
      }
  } finally {
    await pool.close();
  }
}
