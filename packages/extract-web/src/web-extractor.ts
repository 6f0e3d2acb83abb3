import {
  type CallOptions,
  type ExtractionPart,
  type Extractor,
  GroundworkError,
  type SourceDocument,
  throwIfAborted,
} from "@groundwork/contracts";

export interface WebExtractorOptions {
  /**
   * Leave out navigation, notices, headers and footers of pages. Books and feeds are always read whole.
   * @default true
   */
  readonly mainContent?: boolean;
  /**
   * Text that nobody sees where it stands: `mark` gives it as elements of its own with the attribute `hidden`, which are scanned and
   * not embedded; `drop` leaves it out and tells how much it was.
   * @default "mark"
   */
  readonly hidden?: "mark" | "drop";
}

/** What every reader of a kind of document gets. */
export interface WebInput {
  readonly document: SourceDocument;
  readonly signal: AbortSignal | undefined;
  readonly mainContent: boolean;
  readonly hidden: "mark" | "drop";
}

type Reader = (input: WebInput) => AsyncIterable<ExtractionPart>;
type LoadReader = () => Promise<Reader>;

/** Readers are loaded when a document needs them. */
const html: LoadReader = async () => (await import("./html.ts")).extractHtml;
const feed: LoadReader = async () => (await import("./feed.ts")).extractFeed;

const READERS: Readonly<Record<string, LoadReader>> = {
  "text/html": html,
  "application/xhtml+xml": html,
  "multipart/related": async () => (await import("./mhtml.ts")).extractMhtml,
  "application/epub+zip": async () => (await import("./epub.ts")).extractEpub,
  "application/rss+xml": feed,
  "application/atom+xml": feed,
};

/**
 * Reads pages (HTML, XHTML, MHTML), books (EPUB, chapter by chapter) and feeds (RSS, Atom). Nothing is fetched.
 *
 * Errors: `EMPTY_DOCUMENT` (0 bytes), `CORRUPT_DOCUMENT` (binary, a book whose package or chapters cannot be read),
 * `PASSWORD_REQUIRED` (a book with copy protection), `ARCHIVE_BOMB` (a book that unpacks to more than 512 MB).
 */
export function webExtractor(options: WebExtractorOptions = {}): Extractor {
  const { mainContent = true, hidden = "mark" } = options;
  async function* extract(document: SourceDocument, { signal }: CallOptions = {}): AsyncGenerator<ExtractionPart> {
    const ids = { documentId: document.documentId, stage: "extract", driver: "extract-web" };
    throwIfAborted(signal, ids);
    if (document.content.size === 0) {
      throw new GroundworkError(
        "EMPTY_DOCUMENT",
        "Expected a page or book, found 0 bytes. Check the file at its source.",
        ids,
      );
    }
    try {
      const read = await (READERS[document.mediaType] ?? html)();
      for await (const part of read({ document, signal, mainContent, hidden })) {
        throwIfAborted(signal, ids);
        yield part;
        throwIfAborted(signal, ids);
      }
    } catch (error) {
      throw GroundworkError.from(
        error,
        "CORRUPT_DOCUMENT",
        `Expected ${document.mediaType}, found something that cannot be read as it. Open the file and check it.`,
        ids,
      );
    }
  }
  return {
    identity: { name: "extract-web", revision: "3", options },
    mediaTypes: Object.keys(READERS),
    isolation: "thread",
    reference: {
      module: new URL(import.meta.url.endsWith(".ts") ? "./index.ts" : "./index.js", import.meta.url).href,
      name: "webExtractor",
      options,
    },
    extract,
  };
}
