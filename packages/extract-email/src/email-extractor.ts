import {
  type CallOptions,
  type ExtractionPart,
  type Extractor,
  GroundworkError,
  type SourceDocument,
  throwIfAborted,
} from "@groundwork/contracts";

export interface EmailExtractorOptions {
  /**
   * Largest message, in bytes. A message is held in memory while it is read; an mbox is not.
   * @default 256_000_000
   */
  readonly maxMessageBytes?: number;
}

/** What every reader of a kind of mail gets. */
export interface MailInput {
  readonly document: SourceDocument;
  readonly signal: AbortSignal | undefined;
  readonly maxMessageBytes: number;
}

type Reader = (input: MailInput) => AsyncIterable<ExtractionPart>;
type LoadReader = () => Promise<Reader>;

const MBOX = "application/mbox";

/** Readers are loaded when a document needs them. */
const mime: LoadReader = async () => (await import("./mime.ts")).extractMime;

const READERS: Readonly<Record<string, LoadReader>> = {
  "message/rfc822": mime,
  "application/vnd.ms-outlook": async () => (await import("./outlook.ts")).extractOutlook,
  [MBOX]: async () => (await import("./mbox.ts")).extractMbox,
  "application/pkcs7-mime": async () => (await import("./secured.ts")).extractSecured,
};

/**
 * Reads mail: EML (MIME), Outlook MSG, mbox, signed S/MIME. Attachments and forwarded messages come as children.
 *
 * Errors: `EMPTY_DOCUMENT` (0 bytes), `CORRUPT_DOCUMENT` (no mail, or a damaged one), `PASSWORD_REQUIRED` (encrypted by S/MIME,
 * PGP or rights management), `DOCUMENT_TOO_LARGE`.
 */
export function emailExtractor(options: EmailExtractorOptions = {}): Extractor {
  const maxMessageBytes = options.maxMessageBytes ?? 256_000_000;
  async function* extract(document: SourceDocument, { signal }: CallOptions = {}): AsyncGenerator<ExtractionPart> {
    const ids = { documentId: document.documentId, stage: "extract", driver: "extract-email" };
    throwIfAborted(signal, ids);
    if (document.content.size === 0) {
      throw new GroundworkError("EMPTY_DOCUMENT", "Expected a mail, found 0 bytes. Check the file at its source.", ids);
    }
    try {
      if (document.mediaType !== MBOX && document.content.size > maxMessageBytes) {
        throw new GroundworkError(
          "DOCUMENT_TOO_LARGE",
          `Expected a message of at most ${maxMessageBytes} bytes, found ${document.content.size}. Raise maxMessageBytes.`,
          ids,
        );
      }
      const read = await (READERS[document.mediaType] ?? mime)();
      for await (const part of read({ document, signal, maxMessageBytes })) {
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
    identity: { name: "extract-email", revision: "3", options },
    mediaTypes: Object.keys(READERS),
    isolation: "thread",
    reference: {
      module: new URL(import.meta.url.endsWith(".ts") ? "./index.ts" : "./index.js", import.meta.url).href,
      name: "emailExtractor",
      options,
    },
    extract,
  };
}
