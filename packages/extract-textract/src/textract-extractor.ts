import type { Block } from "@aws-sdk/client-textract";
import {
  type Attributes,
  acceptsMediaType,
  type CallOptions,
  type DocumentElement,
  type DocumentMetadata,
  type ExtractionPart,
  type Extractor,
  GroundworkError,
  type PageImage,
  type SourceDocument,
  throwIfAborted,
} from "@groundwork/contracts";
import { checkFormat } from "./document-format.ts";
import { pageElements } from "./page-elements.ts";
import { MAX_SYNC_BYTES, pagePicture } from "./page-picture.ts";
import type { QueryAnswer } from "./query-answers.ts";
import { readPageImages } from "./read-page-images.ts";
import { TextractCalls, type TextractUsage } from "./textract-calls.ts";
import { textractClientOf } from "./textract-client.ts";
import { DRIVER } from "./textract-error.ts";
import { TextractJob } from "./textract-job.ts";
import { resolveOptions, type TextractOptions } from "./textract-options.ts";

/** Bumped whenever the same answers of the service would give other parts. */
const REVISION = "1";
/** Bounds of one part. */
const MOST_ELEMENTS = 1_000;
const MOST_CHARACTERS = 1_000_000;
/** Faults of one page that leave the others readable. */
const PAGE_FAULTS: readonly string[] = ["CORRUPT_DOCUMENT", "DOCUMENT_TOO_LARGE", "UNSUPPORTED_MEDIA_TYPE"];

export interface TextractExtractor extends Extractor {
  recognizePage(image: PageImage, options?: CallOptions): Promise<readonly DocumentElement[]>;
  /** What was asked of the service since the extractor was made. */
  usage(): TextractUsage;
  /** Stops what runs, closes the connections of a client that was not given, and the local extractor. Closing twice is allowed. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

function* elementParts(elements: readonly DocumentElement[]): Generator<ExtractionPart> {
  let part: DocumentElement[] = [];
  let characters = 0;
  for (const element of elements) {
    if (part.length >= MOST_ELEMENTS || (part.length > 0 && characters + element.text.length > MOST_CHARACTERS)) {
      yield { type: "elements", elements: part };
      part = [];
      characters = 0;
    }
    part.push(element);
    characters += element.text.length;
  }
  if (part.length > 0) yield { type: "elements", elements: part };
}

/** What one document was told of by the service. */
class Reading {
  readonly #answers = new Map<string, QueryAnswer>();
  pages = 0;

  add(answers: readonly QueryAnswer[]): void {
    for (const answer of answers)
      if (answer.confidence > (this.#answers.get(answer.name)?.confidence ?? -1))
        this.#answers.set(answer.name, answer);
  }

  attributes(costPerPage: number | undefined): Attributes {
    const attributes: Record<string, string | number> = { textractPages: this.pages };
    if (costPerPage !== undefined) attributes.textractCost = this.pages * costPerPage;
    for (const { name, text, confidence, page } of this.#answers.values()) {
      attributes[`query.${name}`] = text;
      attributes[`query.${name}.confidence`] = confidence;
      attributes[`query.${name}.page`] = page;
    }
    return attributes;
  }
}

/**
 * Reads documents with Amazon Textract: at once, by asynchronous jobs over S3, or only the pages of which a local extractor gives a picture. Text in reading
 * order, tables, fields, layout, signatures; answers to queries are attributes of the metadata and of the elements that hold them. Boxes lie on the page as
 * it was sent, whichever way its text stands.
 *
 * Without `client`, `credentials`, `requestHandler`, `governor`, `s3` and functions the options come back as `reference`, if the local extractor has one too.
 *
 * Errors: `INVALID_CONFIGURATION`, `INVALID_ARGUMENT` (closed), `EMPTY_DOCUMENT`, `CORRUPT_DOCUMENT`, `UNSUPPORTED_MEDIA_TYPE`, `DOCUMENT_TOO_LARGE`,
 * those of `textractError`, `ABORTED`. Warnings: `page-unreadable`, `late-blocks`.
 */
export function textract(options: TextractOptions = {}): TextractExtractor {
  const resolved = resolveOptions(options);
  const { local, s3, costPerPage } = options;
  const { client, isOurs } = textractClientOf(options);
  const calls = new TextractCalls(client, resolved, options);
  const job = new TextractJob(calls, resolved, options);
  const closing = new AbortController();

  const signalOf = (signal: AbortSignal | undefined): AbortSignal => {
    throwIfAborted(signal, { driver: DRIVER });
    if (closing.signal.aborted)
      throw new GroundworkError("INVALID_ARGUMENT", "Expected an open extractor, found a closed one.", {
        driver: DRIVER,
      });
    return signal === undefined ? closing.signal : AbortSignal.any([signal, closing.signal]);
  };
  const pageOf = (blocks: readonly Block[], page: number, reading?: Reading): readonly DocumentElement[] => {
    const { elements, answers } = pageElements(blocks, page, resolved.minimumFieldConfidence);
    reading?.add(answers);
    return elements;
  };
  const metadataPart = (reading: Reading, more: DocumentMetadata = {}): ExtractionPart => ({
    type: "metadata",
    metadata: { ...more, attributes: { ...more.attributes, ...reading.attributes(costPerPage) } },
  });

  async function* atOnce(document: SourceDocument, signal: AbortSignal): AsyncGenerator<ExtractionPart> {
    if (document.content.size > MAX_SYNC_BYTES)
      throw new GroundworkError(
        "DOCUMENT_TOO_LARGE",
        `Expected at most ${MAX_SYNC_BYTES} bytes in one request, found ${document.content.size}. Shrink the picture; PDF and TIFF can go by a job: give the option s3.`,
        { driver: DRIVER },
      );
    const reading = new Reading();
    const { blocks, pages } = await calls.read(await document.content.bytes({ signal }), signal);
    reading.pages = pages;
    yield* elementParts(pageOf(blocks, 1, reading));
    yield { type: "progress", unit: "page", done: 1, total: 1 };
    yield metadataPart(reading, { pages });
  }

  async function* byJob(document: SourceDocument, signal: AbortSignal): AsyncGenerator<ExtractionPart> {
    const reading = new Reading();
    let done = 0;
    for await (const part of job.read(document, signal)) {
      if (part.type === "pages") reading.pages = part.pages;
      else if (part.type === "failed-pages") {
        for (const { ErrorCode: code = "", Pages: failed = [] } of part.warnings) {
          const named = /^\w{1,64}$/.test(code) ? ` (${code})` : "";
          const message = `The service could not read this page${named}.`;
          for (const page of failed.length > 0 ? failed : [undefined])
            yield {
              type: "warning",
              warning: { code: "page-unreadable", message, ...(page === undefined ? {} : { page }) },
            };
        }
      } else {
        yield* elementParts(pageOf(part.blocks, part.page, reading));
        if (part.isLate)
          yield {
            type: "warning",
            warning: {
              code: "late-blocks",
              message: "A part of this page came after later pages: its order may be wrong.",
              page: part.page,
            },
          };
        else done++;
        yield { type: "progress", unit: "page", done, total: Math.max(done, reading.pages) };
      }
    }
    yield metadataPart(reading, { pages: reading.pages });
  }

  async function* localFirst(document: SourceDocument, signal: AbortSignal): AsyncGenerator<ExtractionPart> {
    const reading = new Reading();
    let metadata: DocumentMetadata = {};
    const read = async (image: PageImage, leaving: AbortSignal): Promise<readonly ExtractionPart[]> => {
      try {
        const own = AbortSignal.any([signal, leaving]);
        const { blocks } = await calls.read(pagePicture(image), own);
        reading.pages++;
        return [...elementParts(pageOf(blocks, image.page, reading))];
      } catch (thrown) {
        if (!GroundworkError.isInstance(thrown) || !PAGE_FAULTS.includes(thrown.code)) throw thrown;
        const message = `The service could not read this page (${thrown.code}).`;
        return [{ type: "warning", warning: { code: "page-unreadable", message, page: image.page } }];
      }
    };
    for await (const part of readPageImages(local!.extract(document, { signal }), read, resolved.concurrency)) {
      if (part.type === "metadata") metadata = { ...metadata, ...part.metadata };
      yield part;
    }
    if (reading.pages > 0) yield metadataPart(reading, { attributes: metadata.attributes ?? {} });
  }

  async function* extract(
    document: SourceDocument,
    { signal: given }: CallOptions = {},
  ): AsyncGenerator<ExtractionPart> {
    const signal = signalOf(given);
    const isLocal = local !== undefined && acceptsMediaType(local.mediaTypes, document.mediaType);
    if (!isLocal) await checkFormat(document, { signal });
    const isPicture = document.mediaType === "image/png" || document.mediaType === "image/jpeg";
    const isJob = resolved.mode === "async" || (resolved.mode === "auto" && s3 !== undefined && !isPicture);
    const parts = isLocal ? localFirst(document, signal) : isJob ? byJob(document, signal) : atOnce(document, signal);
    for await (const part of parts) {
      yield part;
      throwIfAborted(signal, { driver: DRIVER });
    }
  }

  async function recognizePage(
    image: PageImage,
    { signal: given }: CallOptions = {},
  ): Promise<readonly DocumentElement[]> {
    const signal = signalOf(given);
    const { blocks } = await calls.read(pagePicture(image), signal);
    return pageOf(blocks, image.page);
  }

  const close = async (): Promise<void> => {
    if (closing.signal.aborted) return;
    closing.abort();
    await calls.queue.onIdle();
    if (isOurs) client.destroy();
    await local?.close?.();
  };
  const reference = referenceOf(options);
  return {
    identity: {
      name: DRIVER,
      revision: REVISION,
      options: {
        features: resolved.features,
        queries: resolved.queries,
        adapters: options.adapters ?? [],
        minimumFieldConfidence: resolved.minimumFieldConfidence,
        tokenSalt: options.tokenSalt ?? "",
        local: local?.identity ?? null,
      },
    },
    mediaTypes: [...new Set([...resolved.mediaTypes, ...(local?.mediaTypes ?? [])])],
    ...(reference === undefined ? {} : { reference, isolation: local?.isolation ?? "none" }),
    extract,
    recognizePage,
    usage: () => calls.usage,
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** How to build the extractor elsewhere, where its options are plain data. */
function referenceOf(options: TextractOptions): Extractor["reference"] {
  const { client, requestHandler, credentials, governor, s3, notifications, onState, local, ...plain } = options;
  const others = [client, requestHandler, credentials, governor, s3, notifications, onState];
  if (others.some((one) => one !== undefined)) return undefined;
  if (local !== undefined && local.reference === undefined) return undefined;
  return {
    module: new URL(import.meta.url.endsWith(".ts") ? "./index.ts" : "./index.js", import.meta.url).href,
    name: "textract",
    options: { ...plain, ...(local === undefined ? {} : { local: { reference: local.reference } }) },
  };
}
