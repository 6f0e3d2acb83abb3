import {
  AnalyzeDocumentCommand,
  type Block,
  DetectDocumentTextCommand,
  GetDocumentAnalysisCommand,
  type GetDocumentAnalysisResponse,
  GetDocumentTextDetectionCommand,
  StartDocumentAnalysisCommand,
  StartDocumentTextDetectionCommand,
  type TextractClient,
} from "@aws-sdk/client-textract";
import { throwIfAborted } from "@groundwork/contracts";
import PQueue from "p-queue";
import { DRIVER, textractError } from "./textract-error.ts";
import type { ResolvedTextractOptions, TextractOptions } from "./textract-options.ts";

/** What was asked of the service so far. */
export interface TextractUsage {
  /** Pages that were read; each is billed for every feature. A job that was found finished counts too. */
  readonly pages: number;
  /** Requests of all kinds that were answered. */
  readonly requests: number;
  /** Jobs that were started or found. */
  readonly jobs: number;
  /** Pages times `costPerPage`; absent without a price. */
  readonly cost?: number;
}

type GivenOptions = Pick<TextractOptions, "adapters" | "channel" | "kmsKeyId" | "governor" | "costPerPage">;

/** Makes the requests and counts them. Each is made once, unless a governor repeats it. */
export class TextractCalls {
  readonly #client: TextractClient;
  readonly #resolved: ResolvedTextractOptions;
  readonly #options: GivenOptions;
  /** Requests that read pages; looks at jobs do not wait behind them. */
  readonly queue: PQueue;
  readonly #usage = { pages: 0, requests: 0, jobs: 0 };

  constructor(client: TextractClient, resolved: ResolvedTextractOptions, options: GivenOptions) {
    this.#client = client;
    this.#resolved = resolved;
    this.#options = options;
    this.queue = new PQueue({ concurrency: resolved.concurrency });
  }

  get usage(): TextractUsage {
    const { costPerPage } = this.#options;
    return { ...this.#usage, ...(costPerPage === undefined ? {} : { cost: this.#usage.pages * costPerPage }) };
  }

  countPages(pages: number): void {
    this.#usage.pages += pages;
  }

  async #once<T>(
    operation: string,
    pages: number,
    signal: AbortSignal | undefined,
    call: (options: { readonly abortSignal?: AbortSignal }) => Promise<T>,
  ): Promise<T> {
    throwIfAborted(signal, { driver: DRIVER });
    const attempt = async (own: AbortSignal | undefined): Promise<T> => {
      try {
        const answer = await call(own === undefined ? {} : { abortSignal: own });
        this.#usage.requests++;
        return answer;
      } catch (thrown) {
        throw textractError(thrown, operation, own);
      }
    };
    const { governor } = this.#options;
    if (governor === undefined) return attempt(signal);
    return governor.run({ tokens: pages }, (context) => attempt(context.signal), { signal });
  }

  get #analysis() {
    const { features, queries } = this.#resolved;
    const { adapters } = this.#options;
    return {
      FeatureTypes: [...features],
      ...(queries.length === 0 ? {} : { QueriesConfig: { Queries: [...queries] } }),
      ...(adapters === undefined ? {} : { AdaptersConfig: { Adapters: adapters } }),
    };
  }

  get #isDetection(): boolean {
    return this.#resolved.features.length === 0;
  }

  /** Blocks of a document of one page. */
  async read(
    bytes: Uint8Array,
    signal: AbortSignal | undefined,
  ): Promise<{ readonly blocks: readonly Block[]; readonly pages: number }> {
    const Document = { Bytes: bytes };
    const answer = await this.queue.add(() =>
      this.#isDetection
        ? this.#once("DetectDocumentText", 1, signal, (options) =>
            this.#client.send(new DetectDocumentTextCommand({ Document }), options),
          )
        : this.#once("AnalyzeDocument", 1, signal, (options) =>
            this.#client.send(new AnalyzeDocumentCommand({ Document, ...this.#analysis }), options),
          ),
    );
    const pages = Math.max(1, answer.DocumentMetadata?.Pages ?? 1);
    this.#usage.pages += pages;
    return { blocks: answer.Blocks ?? [], pages };
  }

  /** Starts a job over an object, or finds the one that this token started. */
  async start(
    object: { readonly bucket: string; readonly key: string },
    token: string,
    signal: AbortSignal | undefined,
  ): Promise<string> {
    const { channel, kmsKeyId } = this.#options;
    const input = {
      DocumentLocation: { S3Object: { Bucket: object.bucket, Name: object.key } },
      ClientRequestToken: token,
      JobTag: "groundwork",
      ...(channel === undefined ? {} : { NotificationChannel: channel }),
      ...(kmsKeyId === undefined ? {} : { KMSKeyId: kmsKeyId }),
    };
    const { JobId = "" } = this.#isDetection
      ? await this.#once("StartDocumentTextDetection", 1, signal, (options) =>
          this.#client.send(new StartDocumentTextDetectionCommand(input), options),
        )
      : await this.#once("StartDocumentAnalysis", 1, signal, (options) =>
          this.#client.send(new StartDocumentAnalysisCommand({ ...input, ...this.#analysis }), options),
        );
    this.#usage.jobs++;
    return JobId;
  }

  /** A page of a job's results, or its state while it runs. */
  async get(
    jobId: string,
    nextToken: string | undefined,
    signal: AbortSignal | undefined,
  ): Promise<GetDocumentAnalysisResponse> {
    const input = { JobId: jobId, ...(nextToken === undefined ? {} : { NextToken: nextToken }) };
    return this.#isDetection
      ? this.#once("GetDocumentTextDetection", 0, signal, (options) =>
          this.#client.send(new GetDocumentTextDetectionCommand(input), options),
        )
      : this.#once("GetDocumentAnalysis", 0, signal, (options) =>
          this.#client.send(new GetDocumentAnalysisCommand(input), options),
        );
  }
}
