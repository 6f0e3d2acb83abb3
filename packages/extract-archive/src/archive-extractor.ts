import {
  type CallOptions,
  type ExtractionPart,
  type Extractor,
  GroundworkError,
  type SourceDocument,
  throwIfAborted,
} from "@groundwork/contracts";
import { ArchiveBudget } from "./archive-budget.ts";

export interface ArchiveExtractorOptions {
  /** @default 10_000 */
  readonly maxEntries?: number;
  /** Bytes of one member, unpacked. @default 512_000_000 */
  readonly maxEntryBytes?: number;
  /** Bytes of all members, unpacked. @default 4_000_000_000 */
  readonly maxTotalBytes?: number;
  /** Unpacked bytes per packed byte, counted once 10 MB are unpacked. @default 200 */
  readonly maxRatio?: number;
}

/** What every reader of a kind of archive gets. */
export interface ArchiveInput {
  readonly document: SourceDocument;
  readonly signal: AbortSignal | undefined;
  readonly budget: ArchiveBudget;
}

type Reader = (input: ArchiveInput) => AsyncIterable<ExtractionPart>;
type LoadReader = () => Promise<Reader>;

/** Readers are loaded when a document needs them. */
const zip: LoadReader = async () => (await import("./zip.ts")).extractZip;

const tar: LoadReader = async () => {
  const { extractTar } = await import("./tar.ts");
  return (input) => extractTar(input, input.document.content.stream({ signal: input.signal }));
};

const READERS: Readonly<Record<string, LoadReader>> = {
  "application/zip": zip,
  "application/java-archive": zip,
  "application/x-tar": tar,
  "application/gzip": async () => (await import("./gzip.ts")).extractGzip,
};

/**
 * Gives the members of ZIP, tar, gzip and tar.gz files as children, one at a time. Nothing is written to disk. How deep
 * archives in archives are followed is the pipeline's setting.
 *
 * Errors: `EMPTY_DOCUMENT` (0 bytes), `CORRUPT_DOCUMENT`, `PASSWORD_REQUIRED` (all members are encrypted), `ARCHIVE_BOMB` (a
 * limit of the options is passed).
 */
export function archiveExtractor(options: ArchiveExtractorOptions = {}): Extractor {
  const limits = {
    maxEntries: options.maxEntries ?? 10_000,
    maxEntryBytes: options.maxEntryBytes ?? 512_000_000,
    maxTotalBytes: options.maxTotalBytes ?? 4_000_000_000,
    maxRatio: options.maxRatio ?? 200,
  };
  for (const [name, value] of Object.entries(limits)) {
    if (!(value > 0)) {
      throw new GroundworkError(
        "INVALID_CONFIGURATION",
        `Expected ${name} above 0, found ${value}. Set a positive number.`,
      );
    }
  }
  async function* extract(document: SourceDocument, { signal }: CallOptions = {}): AsyncGenerator<ExtractionPart> {
    const ids = { documentId: document.documentId, stage: "extract", driver: "extract-archive" };
    throwIfAborted(signal, ids);
    if (document.content.size === 0) {
      throw new GroundworkError(
        "EMPTY_DOCUMENT",
        "Expected an archive, found 0 bytes. Check the file at its source.",
        ids,
      );
    }
    try {
      const read = await (READERS[document.mediaType] ?? zip)();
      for await (const part of read({ document, signal, budget: new ArchiveBudget(limits, document.content.size) })) {
        throwIfAborted(signal, ids);
        yield part;
        throwIfAborted(signal, ids);
      }
    } catch (error) {
      throwIfAborted(signal, ids);
      throw GroundworkError.from(
        error,
        "CORRUPT_DOCUMENT",
        `Expected ${document.mediaType}, found a damaged or cut archive. Get the file again.`,
        ids,
      );
    }
  }
  return {
    identity: { name: "extract-archive", revision: "1", options },
    mediaTypes: Object.keys(READERS),
    isolation: "thread",
    reference: {
      module: new URL(import.meta.url.endsWith(".ts") ? "./index.ts" : "./index.js", import.meta.url).href,
      name: "archiveExtractor",
      options,
    },
    extract,
  };
}
