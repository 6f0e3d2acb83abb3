import type { AdaptersConfig, NotificationChannel, Query } from "@aws-sdk/client-textract";
import { type CallOptions, type DocumentContent, type Extractor, GroundworkError } from "@groundwork/contracts";
import { SERVICE_MEDIA_TYPES } from "./document-format.ts";
import type { TextractConnectionOptions } from "./textract-client.ts";
import { DRIVER } from "./textract-error.ts";

/** What is asked of the service beside lines and words. */
export type TextractFeature = "TABLES" | "FORMS" | "LAYOUT" | "QUERIES" | "SIGNATURES";
export const TEXTRACT_FEATURES: readonly TextractFeature[] = ["FORMS", "LAYOUT", "QUERIES", "SIGNATURES", "TABLES"];

/** A question to the document. `Pages` counts from 1; `*` is all. @default the first page, as the service has it */
export type TextractQuery = Query;

/** The two things that a job needs of S3. Both throw typed errors, or those of their SDK. */
export interface TextractObjects {
  readonly bucket: string;
  /** Of the keys. @default "groundwork/textract/" */
  readonly prefix?: string;
  put(
    object: { readonly bucket: string; readonly key: string; readonly mediaType: string },
    content: DocumentContent,
    options: CallOptions,
  ): Promise<void>;
  delete(object: { readonly bucket: string; readonly key: string }, options: CallOptions): Promise<void>;
}

/** What is known of a job while it is waited for. */
export interface TextractJobState {
  readonly jobId: string;
  readonly token: string;
  readonly status: string;
}

/** What stands between the extractor and the service: `Governor` of `@groundwork/provider-governor` fits. */
export interface RequestGovernor {
  /** `tokens` are pages. */
  run<T>(
    cost: { readonly tokens: number },
    call: (context: { readonly signal: AbortSignal }) => Promise<T>,
    options?: { readonly signal?: AbortSignal | undefined },
  ): Promise<T>;
}

export interface TextractOptions extends TextractConnectionOptions {
  /**
   * Documents that go to the service, beside those that `local` reads: name the pictures alone where another extractor has the PDFs.
   * @default application/pdf, image/png, image/jpeg, image/tiff
   */
  readonly mediaTypes?: readonly string[];
  /** Each is billed for every page. @default ["LAYOUT", "TABLES"]; an empty list detects lines and words alone */
  readonly features?: readonly TextractFeature[];
  /** Questions; they switch the feature QUERIES on. At most 15, with `async` 30. */
  readonly queries?: readonly TextractQuery[];
  /** Adapters of one's own for queries. */
  readonly adapters?: AdaptersConfig["Adapters"];
  /**
   * How documents are sent: in the request (pictures, PDF and TIFF of one page, 10 MB), or as an object to an asynchronous job. `auto` sends
   * pictures at once, PDF and TIFF by a job where `s3` is given and at once where not. @default "auto"
   */
  readonly mode?: "sync" | "async" | "auto";
  /** Where documents of jobs are put. Needed for `async`. */
  readonly s3?: TextractObjects;
  /** When the object of a job is deleted: in any case, or not before the job has ended (an abort leaves it). @default "always" */
  readonly cleanUp?: "always" | "finished";
  /** Reads what it can on this machine; only the pages of which it gives a picture go to the service. */
  readonly local?: Extractor;
  /**
   * Fields of which the service is less sure stay plain text, 0..1. It is careful: pairs that are right are often stated with 0.3. @default 0.2
   */
  readonly minimumFieldConfidence?: number;
  /**
   * How the end of a job is learnt: by looking at it, at longer and longer intervals, or by a function that comes back once it was told (a queue behind
   * the topic of `channel`). @default looks
   */
  readonly notifications?: (job: TextractJobState, options: CallOptions) => Promise<void>;
  /** The topic that the service tells when a job ends. */
  readonly channel?: NotificationChannel;
  /** Milliseconds between looks at a job: from the first, half as much again each time, up to the most. @default 2,000 and 30,000 */
  readonly poll?: { readonly firstMs?: number; readonly mostMs?: number };
  /** Told at each look. */
  readonly onState?: (state: TextractJobState) => void;
  /** Key for results that the service keeps. */
  readonly kmsKeyId?: string;
  /** Goes into job tokens: change it to have a document read anew within 7 days. */
  readonly tokenSalt?: string;
  /** Requests and jobs at once. @default 4 */
  readonly concurrency?: number;
  /** Paces and repeats requests; without one a request is made once (looks at a job are repeated always). */
  readonly governor?: RequestGovernor;
  /** Price of a page with these features in this region, for metadata and `usage()`. @default no costs are told */
  readonly costPerPage?: number;
}

export interface ResolvedTextractOptions {
  readonly mediaTypes: readonly string[];
  readonly features: readonly TextractFeature[];
  readonly queries: readonly TextractQuery[];
  readonly mode: "sync" | "async" | "auto";
  readonly cleanUp: "always" | "finished";
  readonly prefix: string;
  readonly minimumFieldConfidence: number;
  readonly firstMs: number;
  readonly mostMs: number;
  readonly concurrency: number;
}

const DEFAULT_FEATURES: readonly TextractFeature[] = ["LAYOUT", "TABLES"];
const DEFAULT_PREFIX = "groundwork/textract/";
/** Of one page, as documented. */
const MAX_SYNC_QUERIES = 15;
const MAX_QUERIES = 30;

function refuse(message: string): never {
  throw new GroundworkError("INVALID_CONFIGURATION", message, { driver: DRIVER });
}

/** Errors: `INVALID_CONFIGURATION` for features, queries and numbers that cannot be. */
export function resolveOptions(options: TextractOptions): ResolvedTextractOptions {
  const { queries = [], mode = "auto", cleanUp = "always", concurrency = 4, minimumFieldConfidence = 0.2 } = options;
  const { mediaTypes = SERVICE_MEDIA_TYPES } = options;
  for (const type of mediaTypes)
    if (!SERVICE_MEDIA_TYPES.includes(type))
      refuse(`Expected media types of ${SERVICE_MEDIA_TYPES.join(", ")}, found "${type}".`);
  const { firstMs = 2_000, mostMs = 30_000 } = options.poll ?? {};
  for (const feature of options.features ?? [])
    if (!TEXTRACT_FEATURES.includes(feature)) refuse(`Expected a feature of Textract, found "${feature}".`);
  const features = new Set(options.features ?? DEFAULT_FEATURES);
  if (queries.length > 0) features.add("QUERIES");
  if (features.has("QUERIES") && queries.length === 0) refuse("Expected queries with the feature QUERIES, found none.");
  const mostQueries = mode === "async" && options.local === undefined ? MAX_QUERIES : MAX_SYNC_QUERIES;
  if (queries.length > mostQueries)
    refuse(
      `Expected at most ${mostQueries} queries, found ${queries.length}. Requests take ${MAX_SYNC_QUERIES}, jobs (mode async) ${MAX_QUERIES}.`,
    );
  for (const { Text = "" } of queries)
    if (Text === "" || Text.length > 200) refuse("Expected queries of 1 to 200 characters, found another.");
  if (!["sync", "async", "auto"].includes(mode)) refuse(`Expected mode as sync, async or auto, found "${mode}".`);
  if (mode === "async" && options.s3 === undefined) refuse("Expected s3 for asynchronous jobs, found none.");
  if (!Number.isInteger(concurrency) || concurrency < 1)
    refuse(`Expected concurrency as a whole number from 1, found ${concurrency}.`);
  if (!(minimumFieldConfidence >= 0 && minimumFieldConfidence <= 1))
    refuse(`Expected minimumFieldConfidence from 0 to 1, found ${minimumFieldConfidence}.`);
  if (!(firstMs >= 0 && mostMs >= firstMs)) refuse("Expected poll.firstMs from 0 to poll.mostMs, found another order.");
  const prefix = options.s3?.prefix ?? DEFAULT_PREFIX;
  return {
    mediaTypes,
    features: [...features].sort(),
    queries,
    mode,
    cleanUp,
    prefix: prefix === "" || prefix.endsWith("/") ? prefix : `${prefix}/`,
    minimumFieldConfidence,
    firstMs,
    mostMs,
    concurrency,
  };
}
