import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { basename } from "node:path";
import {
  canonicalJson,
  type DocumentContent,
  type ErrorCode,
  type ExtractionPart,
  type Extractor,
  GroundworkError,
  type SourceDocument,
} from "@groundwork/contracts";
import { extractionPartFaults, isTextPart } from "./extraction-part-faults.ts";
import type { SuiteCase } from "./suite-case.ts";

/** A document of the kind that the extractor reads. Give `bytes` or `path`. */
export interface ExtractorSample {
  /** File name, for the case's name and as `SourceDocument.fileName`. */
  readonly name: string;
  readonly mediaType: string;
  readonly bytes?: Uint8Array;
  readonly path?: string;
  readonly password?: string;
  /** Strings that the texts of the elements contain (white space counts as one blank). */
  readonly expectText?: readonly string[];
  /** The extraction ends in this typed error. */
  readonly expectError?: ErrorCode;
}

export interface ExtractorCasesOptions {
  readonly name: string;
  readonly create: () => Extractor | Promise<Extractor>;
  readonly samples: readonly ExtractorSample[];
  /** Bytes that a hostile document is made of; the same each time. @default 20 seeds of up to 64 KiB */
  readonly randomDocuments?: number;
}

/** Content over bytes or a file that counts what is open. */
export interface CountingContent extends DocumentContent {
  /** Streams that were started and neither ended nor returned. */
  readonly openStreams: () => number;
}

const PIECE_BYTES = 65_536;

/** Bytes as the content of a document; with `path` they are read from that file. */
export function countingContent(source: { readonly bytes: Uint8Array; readonly path?: string }): CountingContent {
  let open = 0;
  async function* pieces(signal: AbortSignal | undefined): AsyncGenerator<Uint8Array> {
    open++;
    try {
      if (source.path !== undefined) {
        for await (const piece of createReadStream(source.path, { highWaterMark: PIECE_BYTES })) {
          if (signal?.aborted) throw new GroundworkError("ABORTED", "The call was aborted by its signal.");
          yield piece as Uint8Array;
        }
        return;
      }
      for (let start = 0; start < source.bytes.length; start += PIECE_BYTES) {
        if (signal?.aborted) throw new GroundworkError("ABORTED", "The call was aborted by its signal.");
        yield source.bytes.subarray(start, start + PIECE_BYTES);
      }
    } finally {
      open--;
    }
  }
  return {
    size: source.bytes.length,
    ...(source.path === undefined ? {} : { path: source.path }),
    bytes: async () => source.bytes.slice(),
    stream: (options) => pieces(options?.signal),
    openStreams: () => open,
  };
}

/** A document over bytes, for tests of extractors. */
export function documentOfBytes(
  bytes: Uint8Array,
  mediaType: string,
  fileName = "document",
): SourceDocument & { readonly content: CountingContent } {
  return {
    documentId: "doc_000000000000000000000000",
    version: createHash("sha256").update(bytes).digest("hex"),
    mediaType,
    fileName,
    content: countingContent({ bytes }),
  };
}

async function documentOf(sample: ExtractorSample): Promise<SourceDocument & { readonly content: CountingContent }> {
  if ((sample.bytes === undefined) === (sample.path === undefined)) {
    throw new Error(`sample ${sample.name}: give either bytes or a path`);
  }
  const bytes = sample.bytes ?? (await readFile(sample.path!));
  if (sample.path !== undefined && !(await stat(sample.path)).isFile()) throw new Error(`${sample.path} is not a file`);
  return {
    ...documentOfBytes(bytes, sample.mediaType, basename(sample.name)),
    content: countingContent({ bytes, ...(sample.path === undefined ? {} : { path: sample.path }) }),
    ...(sample.password === undefined ? {} : { password: sample.password }),
  };
}

interface Outcome {
  readonly parts: readonly ExtractionPart[];
  readonly error?: unknown;
}

async function run(extractor: Extractor, document: SourceDocument, signal?: AbortSignal): Promise<Outcome> {
  const parts: ExtractionPart[] = [];
  try {
    for await (const part of extractor.extract(document, { signal })) parts.push(part);
  } catch (error) {
    return { parts, error };
  }
  return { parts };
}

async function withExtractor<T>(
  options: ExtractorCasesOptions,
  work: (extractor: Extractor) => Promise<T>,
): Promise<T> {
  const extractor = await options.create();
  try {
    return await work(extractor);
  } finally {
    await extractor.close?.();
  }
}

function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new Error(message);
}

function assertTyped(error: unknown, codes?: readonly ErrorCode[]): void {
  if (!GroundworkError.isInstance(error)) {
    throw new Error(`expected a GroundworkError, found ${String(error)}`, { cause: error });
  }
  if (codes !== undefined && !codes.includes(error.code)) {
    throw new Error(`expected code ${codes.join(" or ")}, found ${error.code}: ${error.message}`, { cause: error });
  }
}

/** Handles of the process that a forgotten file or stream leaves behind. */
function handles(): number {
  return process
    .getActiveResourcesInfo()
    .filter((name) =>
      /^(?:FSReqPromise|FSReqCallback|FileHandle|FILEHANDLE|ReadStream|Timeout|Worker|MessagePort)/i.test(name),
    ).length;
}

async function settledHandles(limit: number): Promise<number> {
  let count = handles();
  for (let wait = 1; count > limit && wait <= 64; wait *= 2) {
    await new Promise((resolve) => setTimeout(resolve, wait));
    count = handles();
  }
  return count;
}

/** Bytes that are the same each time: a xorshift generator, after a start that the format's readers take for their own. */
function randomBytes(seed: number, prefix: Uint8Array): Uint8Array {
  let state = (seed * 2_654_435_761 + 1) >>> 0;
  const bytes = new Uint8Array(1 + ((seed * 7_919) % PIECE_BYTES));
  for (let index = 0; index < bytes.length; index++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    bytes[index] = state & 0xff;
  }
  bytes.set(prefix.subarray(0, Math.min(prefix.length, bytes.length)));
  return bytes;
}

const collapse = (text: string): string => text.replace(/\s+/g, " ");

function sampleCases(options: ExtractorCasesOptions, sample: ExtractorSample): SuiteCase[] {
  const named = (name: string, work: (extractor: Extractor) => Promise<void>): SuiteCase => ({
    name: `${options.name}: ${sample.name}: ${name}`,
    run: () => withExtractor(options, work),
  });
  if (sample.expectError !== undefined) {
    return [
      named(`ends in ${sample.expectError}`, async (extractor) => {
        const document = await documentOf(sample);
        const { error } = await run(extractor, document);
        assert(error !== undefined, `expected ${sample.expectError}, but the extraction succeeded`);
        assertTyped(error, [sample.expectError!]);
        assert(document.content.openStreams() === 0, "a stream of the content is still open after the error");
      }),
    ];
  }
  return [
    named("gives valid parts with the text it holds", async (extractor) => {
      const document = await documentOf(sample);
      const { parts, error } = await run(extractor, document);
      if (error !== undefined) throw new Error(`the extraction failed: ${String(error)}`, { cause: error });
      const faults = parts.flatMap((part, index) =>
        extractionPartFaults(part).map((fault) => `part ${index}: ${fault}`),
      );
      assert(faults.length === 0, faults.slice(0, 10).join("\n"));
      const names = parts.flatMap((part) => (part.type === "child" ? [part.child.name] : []));
      assert(new Set(names).size === names.length, "two children have the same name");
      const text = collapse(
        parts.flatMap((part) => (isTextPart(part) ? part.elements.map((element) => element.text) : [])).join("\n"),
      );
      for (const expected of sample.expectText ?? []) {
        assert(text.includes(collapse(expected)), `the text ${JSON.stringify(expected)} is missing`);
      }
      assert(document.content.openStreams() === 0, "a stream of the content is still open at the end");
    }),
    named("gives the same parts twice", async (extractor) => {
      const [first, second] = [
        await run(extractor, await documentOf(sample)),
        await run(extractor, await documentOf(sample)),
      ];
      assert(canonicalJson(first.parts) === canonicalJson(second.parts), "two extractions of the same bytes differ");
      const fresh = await withExtractor(options, async (other) => run(other, await documentOf(sample)));
      assert(canonicalJson(first.parts) === canonicalJson(fresh.parts), "a new extractor gives other parts");
    }),
    named("stops before work when the signal has fired", async (extractor) => {
      const document = await documentOf(sample);
      const { parts, error } = await run(extractor, document, AbortSignal.abort());
      assert(parts.length === 0, "parts were given after the abort");
      assertTyped(error, ["ABORTED"]);
      assert(document.content.openStreams() === 0, "a stream of the content is still open after the abort");
    }),
    named("stops when the signal fires during the extraction", async (extractor) => {
      const total = (await run(extractor, await documentOf(sample))).parts.length;
      const document = await documentOf(sample);
      const controller = new AbortController();
      let given = 0;
      let failure: unknown;
      try {
        for await (const _part of extractor.extract(document, { signal: controller.signal })) {
          given++;
          controller.abort();
        }
      } catch (error) {
        failure = error;
      }
      // The last part may already have been on its way when the signal fired.
      if (failure === undefined)
        assert(given === total && given <= 1, `${given} parts were given, the abort was ignored`);
      else assertTyped(failure, ["ABORTED"]);
      assert(document.content.openStreams() === 0, "a stream of the content is still open after the abort");
    }),
    named("frees everything on break", async (extractor) => {
      await run(extractor, await documentOf(sample));
      const before = await settledHandles(0);
      for (let round = 0; round < 3; round++) {
        const document = await documentOf(sample);
        for await (const _part of extractor.extract(document)) break;
        assert(document.content.openStreams() === 0, "a stream of the content is still open after break");
      }
      const after = await settledHandles(before);
      assert(after <= before, `${after - before} handles are still open after break`);
    }),
  ];
}

/**
 * The suite of the `Extractor` contract. Each sample is read whole, twice, aborted and broken off; then come the
 * documents that no extractor may fall over: 0 bytes, random bytes and the samples with a flipped, cut or random tail.
 */
export function extractorCases(options: ExtractorCasesOptions): SuiteCase[] {
  const named = (name: string, work: (extractor: Extractor) => Promise<void>): SuiteCase => ({
    name: `${options.name}: ${name}`,
    run: () => withExtractor(options, work),
  });
  const mediaTypes = [...new Set(options.samples.map((sample) => sample.mediaType))];
  const survives = async (extractor: Extractor, bytes: Uint8Array, mediaType: string, what: string): Promise<void> => {
    const document = documentOfBytes(bytes, mediaType);
    const { parts, error } = await run(extractor, document);
    try {
      if (error !== undefined) assertTyped(error);
      if (error !== undefined && GroundworkError.isInstance(error)) {
        assert(error.code !== "INTERNAL", "the error is INTERNAL: the code that knows must name the fault");
      }
      const faults = parts.flatMap(extractionPartFaults);
      assert(faults.length === 0, faults.slice(0, 5).join("\n"));
      assert(document.content.openStreams() === 0, "a stream of the content is still open");
    } catch (fault) {
      throw new Error(`${what} as ${mediaType}: ${(fault as Error).message}`, { cause: fault });
    }
  };
  return [
    named("names itself, its media types and how to build it again", async (extractor) => {
      const { identity, mediaTypes: accepted, isolation = "none", reference } = extractor;
      assert(/^[a-z][a-z0-9-]*$/.test(identity.name), `the name ${identity.name} is not kebab-case`);
      assert(identity.revision !== "", "the revision is empty");
      assert(accepted.length > 0, "no media type is accepted");
      for (const type of accepted)
        assert(/^[a-z0-9.+-]+\/(?:[a-z0-9.+-]+|\*)$|^\*\/\*$/.test(type), `${type} is no media type`);
      assert(isolation === "none" || reference !== undefined, `isolation ${isolation} needs a reference`);
      if (reference !== undefined) {
        assert(
          canonicalJson(JSON.parse(JSON.stringify(reference))) === canonicalJson(reference),
          "the reference is not JSON",
        );
        const module = (await import(reference.module)) as Record<string, unknown>;
        const factory = module[reference.name];
        assert(typeof factory === "function", `${reference.module} does not export the factory ${reference.name}`);
        const rebuilt = (await factory(reference.options)) as Extractor;
        assert(
          canonicalJson(rebuilt.identity) === canonicalJson(identity),
          "the extractor built again has another identity",
        );
        await rebuilt.close?.();
      }
    }),
    ...options.samples.flatMap((sample) => sampleCases(options, sample)),
    ...mediaTypes.map((mediaType) =>
      named(`0 bytes of ${mediaType} are EMPTY_DOCUMENT`, async (extractor) => {
        const { error } = await run(extractor, documentOfBytes(new Uint8Array(), mediaType));
        assert(error !== undefined, "expected EMPTY_DOCUMENT, but the extraction succeeded");
        assertTyped(error, ["EMPTY_DOCUMENT"]);
      }),
    ),
    ...mediaTypes.map((mediaType) =>
      named(`random bytes as ${mediaType} never end in an untyped error`, async (extractor) => {
        for (let seed = 0; seed < (options.randomDocuments ?? 20); seed++) {
          await survives(extractor, randomBytes(seed, new Uint8Array()), mediaType, `random bytes ${seed}`);
        }
      }),
    ),
    ...options.samples.map((sample) =>
      named(`${sample.name}: damaged copies never end in an untyped error`, async (extractor) => {
        const bytes = new Uint8Array(await (await documentOf(sample)).content.bytes());
        for (let part = 1; part <= 4; part++) {
          await survives(
            extractor,
            bytes.slice(0, Math.floor((bytes.length * part) / 5)),
            sample.mediaType,
            `cut ${part}/5`,
          );
          const flipped = bytes.slice();
          for (let at = part; at < flipped.length; at += 97 * part) flipped[at] = flipped[at]! ^ 0x55;
          await survives(extractor, flipped, sample.mediaType, `flipped ${part}`);
          const start = bytes.subarray(0, Math.min(4_096, bytes.length >> 1));
          await survives(extractor, randomBytes(part + 8, start), sample.mediaType, `random tail ${part}`);
        }
      }),
    ),
    {
      name: `${options.name}: closing twice is allowed`,
      run: async () => {
        const extractor = await options.create();
        await extractor.close?.();
        await extractor.close?.();
      },
    },
  ];
}
