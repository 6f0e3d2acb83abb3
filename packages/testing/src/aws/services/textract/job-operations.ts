import { createHash, randomBytes } from "node:crypto";
import { AwsServiceError } from "../../aws-error.ts";
import { PageTokens } from "../../page-token.ts";
import type { AwsOperation } from "../../service.ts";
import { MODEL_VERSION, objectBytes, requestOf, type S3Location } from "./document-operations.ts";
import { checkDocument, MAX_PAGES, type TextractReader, type TextractRecording } from "./textract-reader.ts";
import * as shapes from "./textract-shapes.ts";

/** How long jobs take, by the fake's clock, and how many may run. */
export interface TextractJobPace {
  /** Milliseconds from start to end. @default 5000 */
  readonly runsMs?: number;
  /** Jobs that an account has at once; more are refused with `LimitExceededException`. @default 100 */
  readonly atOnce?: number;
  /** Milliseconds for which results and request tokens are known. @default 7 days */
  readonly keptMs?: number;
}

interface Job {
  readonly id: string;
  readonly kind: string;
  readonly endsAt: number;
  readonly answer: TextractRecording & { readonly pages: number };
}

type Input = Record<string, unknown>;

const DAY_MS = 86_400_000;
const DEFAULT_RESULTS = 1_000;
/** Of one page. */
const MAX_QUERIES = 30;

/** The operations of asynchronous jobs over objects of S3. */
export function jobOperations(reader: TextractReader, pace: TextractJobPace): Record<string, AwsOperation> {
  const { runsMs = 5_000, atOnce = 100, keptMs = 7 * DAY_MS } = pace;
  const jobs = new Map<string, Job>();
  const byToken = new Map<string, { readonly job: Job; readonly request: string }>();
  const tokens = new PageTokens();

  const isKept = (job: Job, now: number): boolean => now < job.endsAt + keptMs;

  const start = (kind: string, input: AwsOperation["input"]): AwsOperation => ({
    ...(input === undefined ? {} : { input }),
    describe: (given) => ({
      key: (given.DocumentLocation as { S3Object?: S3Location } | undefined)?.S3Object?.Name ?? "",
      features: ((given.FeatureTypes ?? []) as readonly string[]).join(" "),
      clientRequestToken: (given.ClientRequestToken as string | undefined) ?? "",
      jobTag: (given.JobTag as string | undefined) ?? "",
    }),
    async handle(given, { clock, objects }) {
      const { ClientRequestToken, ...rest } = given;
      const now = clock.now();
      const token = ClientRequestToken === undefined ? undefined : `${kind} ${ClientRequestToken as string}`;
      const digest = createHash("sha256").update(JSON.stringify(rest)).digest("hex");
      const known = token === undefined ? undefined : byToken.get(token);
      if (known !== undefined && isKept(known.job, now)) {
        if (known.request === digest) return { JobId: known.job.id };
        throw new AwsServiceError("IdempotentParameterMismatchException", "The token was used with other parameters.");
      }
      if (given.FeatureTypes !== undefined && (given.FeatureTypes as readonly string[]).length === 0)
        throw new AwsServiceError("InvalidParameterException", "At least one feature is required.");
      const location = (given.DocumentLocation as { S3Object?: S3Location }).S3Object;
      const bytes = objectBytes(objects, location);
      const request = requestOf(given, location?.Name, MAX_QUERIES);
      const output = given.OutputConfig as { S3Bucket: string } | undefined;
      if (output !== undefined && !objects.hasBucket(output.S3Bucket))
        throw new AwsServiceError("InvalidS3ObjectException", "The output bucket cannot be written.");
      checkDocument(bytes, { isJob: true });
      if ([...jobs.values()].filter(({ endsAt }) => endsAt > now).length >= atOnce)
        throw new AwsServiceError("LimitExceededException", "Too many jobs are open.");
      const read = await reader.answer(bytes, request);
      const answer =
        read.pages > MAX_PAGES
          ? { JobStatus: "FAILED", StatusMessage: "DOCUMENT_HAS_TOO_MANY_PAGES", pages: read.pages }
          : read;
      const id = randomBytes(32).toString("hex");
      const job: Job = { id, kind, endsAt: now + runsMs, answer };
      jobs.set(id, job);
      if (token !== undefined) byToken.set(token, { job, request: digest });
      return { JobId: id };
    },
  });

  const get = (kind: string, version: string): AwsOperation => ({
    input: shapes.getJob,
    describe: ({ JobId, MaxResults, NextToken }) => ({
      jobId: JobId as string,
      maxResults: (MaxResults as number | undefined) ?? DEFAULT_RESULTS,
      nextToken: NextToken === undefined ? 0 : 1,
    }),
    handle(given: Input, { clock }) {
      const job = jobs.get(given.JobId as string);
      const now = clock.now();
      if (job === undefined || job.kind !== kind || !isKept(job, now))
        throw new AwsServiceError("InvalidJobIdException", "Request has invalid Job Id");
      if (now < job.endsAt) return { JobStatus: "IN_PROGRESS", [version]: MODEL_VERSION };
      const { Blocks = [], JobStatus = "SUCCEEDED", StatusMessage, Warnings, pages } = job.answer;
      if (JobStatus === "FAILED")
        return { JobStatus, StatusMessage: StatusMessage ?? "INTERNAL_ERROR", [version]: MODEL_VERSION };
      const size = Math.min(DEFAULT_RESULTS, (given.MaxResults as number | undefined) ?? DEFAULT_RESULTS);
      let from = 0;
      if (given.NextToken !== undefined) {
        const at = tokens.read(job.id, given.NextToken as string);
        if (at === undefined) throw new AwsServiceError("InvalidParameterException", "Request has invalid Next Token");
        from = Number(at);
      }
      const page = Blocks.slice(from, from + size);
      return {
        DocumentMetadata: { Pages: pages },
        JobStatus,
        StatusMessage,
        Warnings,
        Blocks: page.map((block) => ({ ...block, Page: block.Page ?? 1 })),
        NextToken: from + size < Blocks.length ? tokens.make(job.id, String(from + size)) : undefined,
        [version]: MODEL_VERSION,
      };
    },
  });

  return {
    StartDocumentTextDetection: start("detection", shapes.startTextDetection),
    GetDocumentTextDetection: get("detection", "DetectDocumentTextModelVersion"),
    StartDocumentAnalysis: start("analysis", shapes.startAnalysis),
    GetDocumentAnalysis: get("analysis", "AnalyzeDocumentModelVersion"),
  };
}
