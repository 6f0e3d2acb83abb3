import { createHash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { Block, GetDocumentAnalysisResponse, Warning } from "@aws-sdk/client-textract";
import { canonicalJson, GroundworkError, type SourceDocument } from "@groundwork/contracts";
import type { TextractCalls } from "./textract-calls.ts";
import { DRIVER, failedJob, textractError } from "./textract-error.ts";
import type { ResolvedTextractOptions, TextractOptions } from "./textract-options.ts";

/** Looks in a row that may fail for a reason that passes. */
const FAILED_LOOKS = 10;
/** Tokens of one document that may have led to jobs which failed before. */
const MOST_TOKENS = 20;

/** Milliseconds that a clean-up may take. */
const CLEAN_UP_MS = 30_000;

const EXTENSIONS: Readonly<Record<string, string>> = {
  "application/pdf": "pdf",
  "image/tiff": "tif",
  "image/png": "png",
  "image/jpeg": "jpg",
};

/** The blocks of one page, or what the service says of pages that it could not read. */
export type JobPart =
  | { readonly type: "page"; readonly page: number; readonly blocks: readonly Block[]; readonly isLate: boolean }
  | { readonly type: "failed-pages"; readonly warnings: readonly Warning[] }
  | { readonly type: "pages"; readonly pages: number };

type JobOptions = Pick<
  TextractOptions,
  "s3" | "notifications" | "onState" | "tokenSalt" | "adapters" | "channel" | "kmsKeyId"
>;

/**
 * Reads documents by asynchronous jobs. Key and token follow from the document and the options, so that a run that is repeated finds its job and pays
 * nothing twice; a token that has led to a job which failed is followed by the next.
 */
export class TextractJob {
  readonly #calls: TextractCalls;
  readonly #resolved: ResolvedTextractOptions;
  readonly #options: JobOptions;

  constructor(calls: TextractCalls, resolved: ResolvedTextractOptions, options: JobOptions) {
    this.#calls = calls;
    this.#resolved = resolved;
    this.#options = options;
  }

  tokenOf({ version }: SourceDocument, attempt: number): string {
    const { features, queries, prefix } = this.#resolved;
    const { s3, adapters = [], channel = {}, kmsKeyId = "", tokenSalt = "" } = this.#options;
    // The service refuses a token that comes with other parameters: all of them are part of it.
    const all = [version, features, queries, s3?.bucket, prefix, adapters, channel, kmsKeyId, tokenSalt, attempt];
    return createHash("sha256").update(canonicalJson(all)).digest("hex");
  }

  async *read(document: SourceDocument, signal: AbortSignal | undefined): AsyncGenerator<JobPart> {
    const { s3 } = this.#options;
    const { cleanUp, prefix } = this.#resolved;
    const object = {
      bucket: s3!.bucket,
      key: `${prefix}${document.version}.${EXTENSIONS[document.mediaType] ?? "bin"}`,
      mediaType: document.mediaType,
    };
    let isPut = false;
    let isDone = false;
    try {
      isPut = true;
      try {
        await s3!.put(object, document.content, { signal });
      } catch (thrown) {
        throw textractError(thrown, "the upload of a document", signal);
      }
      const { jobId, first } = await this.#finished(document, object, signal);
      isDone = true;
      yield* this.#results(jobId, first, signal);
    } catch (thrown) {
      isDone ||= !GroundworkError.isInstance(thrown) || thrown.code !== "ABORTED";
      throw thrown;
    } finally {
      // Without the caller's signal: an abort leaves nothing behind.
      if (isPut && (cleanUp === "always" || isDone)) await this.#delete(object);
    }
  }

  async #delete(object: { readonly bucket: string; readonly key: string }): Promise<void> {
    try {
      await this.#options.s3!.delete(object, { signal: AbortSignal.timeout(CLEAN_UP_MS) });
    } catch {
      // What was read stands; a rule of the bucket's life cycle clears what is left.
    }
  }

  /** Starts the job and waits for its end. */
  async #finished(
    document: SourceDocument,
    object: { readonly bucket: string; readonly key: string },
    signal: AbortSignal | undefined,
  ): Promise<{ readonly jobId: string; readonly first: GetDocumentAnalysisResponse }> {
    let failure: GroundworkError | undefined;
    for (let attempt = 0; attempt < MOST_TOKENS; attempt++) {
      const token = this.tokenOf(document, attempt);
      const jobId = await this.#calls.queue.add(() => this.#calls.start(object, token, signal));
      let waitMs = this.#resolved.firstMs;
      let isTold = this.#options.notifications === undefined;
      for (let looks = 0; ; looks++) {
        let answer: GetDocumentAnalysisResponse;
        try {
          answer = await this.#look(jobId, undefined, signal);
        } catch (thrown) {
          // Its results are gone: it was started long ago.
          if (looks === 0 && GroundworkError.isInstance(thrown) && thrown.code === "NOT_FOUND") break;
          throw thrown;
        }
        const status = answer.JobStatus ?? "";
        this.#options.onState?.({ jobId, token, status });
        if (status === "SUCCEEDED" || status === "PARTIAL_SUCCESS") return { jobId, first: answer };
        if (status === "FAILED") {
          // At the first look: a job of an earlier run. Its token would lead to it for days.
          failure = failedJob(status, answer.StatusMessage);
          if (looks === 0) break;
          throw failure;
        }
        if (isTold) {
          await this.#sleep(waitMs, signal);
          waitMs = Math.min(this.#resolved.mostMs, waitMs * 1.5);
          continue;
        }
        isTold = true;
        try {
          await this.#options.notifications!({ jobId, token, status }, { signal });
        } catch (thrown) {
          throw textractError(thrown, "the wait for a job", signal);
        }
      }
    }
    throw (
      failure ??
      new GroundworkError(
        "UNAVAILABLE",
        `Expected a job for the document, found ${MOST_TOKENS} whose results are gone. Set tokenSalt to another value.`,
        { driver: DRIVER },
      )
    );
  }

  async #sleep(ms: number, signal: AbortSignal | undefined): Promise<void> {
    try {
      await sleep(ms, undefined, signal === undefined ? {} : { signal });
    } catch (thrown) {
      throw textractError(thrown, "the wait for a job", signal);
    }
  }

  /** A look that is repeated when it fails for a reason that passes: the job is paid for. */
  async #look(
    jobId: string,
    nextToken: string | undefined,
    signal: AbortSignal | undefined,
  ): Promise<GetDocumentAnalysisResponse> {
    for (let failures = 0; ; ) {
      try {
        return await this.#calls.get(jobId, nextToken, signal);
      } catch (thrown) {
        if (!GroundworkError.isInstance(thrown) || !thrown.retryable || ++failures > FAILED_LOOKS) throw thrown;
        await this.#sleep(Math.min(this.#resolved.mostMs, this.#resolved.firstMs * 1.5 ** failures), signal);
      }
    }
  }

  /** Results page by page of the document: blocks come in its order, so a page is whole once blocks of later ones have come. */
  async *#results(
    jobId: string,
    first: GetDocumentAnalysisResponse,
    signal: AbortSignal | undefined,
  ): AsyncGenerator<JobPart> {
    const waiting = new Map<number, Block[]>();
    const warnings: Warning[] = [];
    const given = new Set<number>();
    const pages = first.DocumentMetadata?.Pages ?? 0;
    this.#calls.countPages(pages);
    yield { type: "pages", pages };
    let answer = first;
    const give = (page: number): JobPart => {
      const blocks = waiting.get(page)!;
      waiting.delete(page);
      const isLate = given.has(page);
      given.add(page);
      return { type: "page", page, blocks, isLate };
    };
    for (;;) {
      if (answer.Warnings != null) for (const warning of answer.Warnings) warnings.push(warning);
      let earliest = Number.POSITIVE_INFINITY;
      for (const block of answer.Blocks ?? []) {
        const page = block.Page ?? 1;
        earliest = Math.min(earliest, page);
        const own = waiting.get(page);
        if (own === undefined) waiting.set(page, [block]);
        else own.push(block);
      }
      for (const page of [...waiting.keys()].sort((a, b) => a - b)) if (page < earliest) yield give(page);
      const { NextToken: next } = answer;
      if (next === undefined || next === null || next === "") break;
      answer = await this.#look(jobId, next, signal);
    }
    for (const page of [...waiting.keys()].sort((a, b) => a - b)) yield give(page);
    if (warnings.length > 0) yield { type: "failed-pages", warnings: unique(warnings) };
  }
}

/** Each page of the results repeats the warnings. */
function unique(warnings: readonly Warning[]): Warning[] {
  return [...new Map(warnings.map((warning) => [canonicalJson(warning), warning])).values()];
}
