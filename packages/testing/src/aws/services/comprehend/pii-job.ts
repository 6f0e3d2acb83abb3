import type { AwsClock } from "../../aws-clock.ts";
import { AwsServiceError } from "../../aws-error.ts";
import { type ObjectStore, parseS3Uri } from "../../object-store.ts";
import { type ComprehendAnalysis, MAX_DOCUMENT_BYTES } from "./analysis.ts";

export type JobStatus = "SUBMITTED" | "IN_PROGRESS" | "COMPLETED" | "FAILED" | "STOP_REQUESTED" | "STOPPED";

/** How long a job takes, by the fake's clock. */
export interface JobPace {
  /** Milliseconds until a job starts. @default 1000 */
  readonly queuedMs?: number;
  /** Milliseconds from its start to its end. @default 5000 */
  readonly runsMs?: number;
}

/** Of one document of a job, bytes of UTF-8. */
const MAX_JOB_DOCUMENT_BYTES = 1_000_000;

export interface JobRequest {
  readonly InputDataConfig: { readonly S3Uri: string; readonly InputFormat?: string };
  readonly OutputDataConfig: { readonly S3Uri: string; readonly KmsKeyId?: string };
  readonly Mode: "ONLY_OFFSETS" | "ONLY_REDACTION";
  readonly RedactionConfig?: {
    readonly PiiEntityTypes?: readonly string[];
    readonly MaskMode?: "MASK" | "REPLACE_WITH_PII_ENTITY_TYPE";
    readonly MaskCharacter?: string;
  };
  readonly DataAccessRoleArn: string;
  readonly JobName?: string;
  readonly LanguageCode: string;
}

/** One asynchronous job. Its state is a matter of the clock; it reads and writes its objects when it is first seen at its end. */
export class PiiJob {
  readonly id: string;
  readonly request: JobRequest;
  readonly submittedAt: number;
  readonly #pace: Required<JobPace>;
  readonly #accountId: string;
  readonly #region: string;
  #stopRequestedAt: number | undefined;
  #outcome: Promise<{ readonly status: "COMPLETED" | "FAILED"; readonly message?: string }> | undefined;

  constructor(
    id: string,
    request: JobRequest,
    context: { readonly clock: AwsClock; readonly accountId: string; readonly region: string },
    pace: JobPace,
  ) {
    this.id = id;
    this.request = request;
    this.submittedAt = context.clock.now();
    this.#accountId = context.accountId;
    this.#region = context.region;
    this.#pace = { queuedMs: pace.queuedMs ?? 1000, runsMs: pace.runsMs ?? 5000 };
  }

  get arn(): string {
    return `arn:aws:comprehend:${this.#region}:${this.#accountId}:pii-entities-detection-job/${this.id}`;
  }

  get outputUri(): string {
    const base = this.request.OutputDataConfig.S3Uri.replace(/\/$/, "");
    return `${base}/${this.#accountId}-PII-${this.id}/output/`;
  }

  get #endsAt(): number {
    return this.submittedAt + this.#pace.queuedMs + this.#pace.runsMs;
  }

  /** When a stop takes effect: what is queued stops at once, what runs a little later. */
  get #stopsAt(): number {
    if (this.#stopRequestedAt === undefined) return Number.POSITIVE_INFINITY;
    const queued = this.#stopRequestedAt < this.submittedAt + this.#pace.queuedMs;
    return this.#stopRequestedAt + (queued ? 0 : 1000);
  }

  async status(
    now: number,
    objects: ObjectStore,
    analysis: ComprehendAnalysis,
  ): Promise<{ readonly status: JobStatus; readonly message?: string; readonly endedAt?: number }> {
    if (this.#stopsAt <= now && this.#stopsAt < this.#endsAt) return { status: "STOPPED", endedAt: this.#stopsAt };
    if (now >= this.#endsAt) {
      this.#outcome ??= this.#work(objects, analysis);
      return { ...(await this.#outcome), endedAt: this.#endsAt };
    }
    if (this.#stopRequestedAt !== undefined) return { status: "STOP_REQUESTED" };
    return { status: now < this.submittedAt + this.#pace.queuedMs ? "SUBMITTED" : "IN_PROGRESS" };
  }

  stop(now: number): void {
    this.#stopRequestedAt ??= now;
  }

  async #work(
    objects: ObjectStore,
    analysis: ComprehendAnalysis,
  ): Promise<{ readonly status: "COMPLETED" | "FAILED"; readonly message?: string }> {
    const from = parseS3Uri(this.request.InputDataConfig.S3Uri);
    const to = parseS3Uri(this.outputUri);
    const inputs = objects.list(from.bucket, from.key);
    if (inputs.length === 0) return { status: "FAILED", message: "NO_INPUT_OBJECTS: no input objects were found" };
    if (!objects.hasBucket(to.bucket))
      return { status: "FAILED", message: "NO_WRITE_ACCESS_TO_OUTPUT: the output location cannot be written" };
    for (const { key, body } of inputs) {
      const file = key.split("/").at(-1)!;
      const text = Buffer.from(body).toString("utf8");
      const perLine = this.request.InputDataConfig.InputFormat !== "ONE_DOC_PER_FILE";
      const documents = perLine ? text.split(/\r\n|[\n\r\u2028\u2029\u0085]/) : [text];
      if (perLine && documents.at(-1) === "") documents.pop();
      const lines: string[] = [];
      for (const [Line, document] of documents.entries())
        lines.push(await this.#resultOf(document, { File: file, ...(perLine ? { Line } : {}) }, analysis));
      objects.put(to.bucket, `${to.key}${file}.out`, `${lines.join("\n")}\n`);
    }
    return { status: "COMPLETED" };
  }

  async #resultOf(
    document: string,
    place: Readonly<Record<string, unknown>>,
    analysis: ComprehendAnalysis,
  ): Promise<string> {
    const { Mode, LanguageCode, InputDataConfig } = this.request;
    const bytes = Buffer.byteLength(document);
    const limit = InputDataConfig.InputFormat === "ONE_DOC_PER_FILE" ? MAX_JOB_DOCUMENT_BYTES : MAX_DOCUMENT_BYTES * 10;
    const failure = (ErrorCode: string, ErrorMessage: string): string =>
      JSON.stringify({ ...place, ErrorCode, ErrorMessage });
    if (bytes > limit) return failure("DOCUMENT_SIZE_EXCEEDED", "Document size exceeds the limit.");
    if (document.trim() === "") return failure("INVALID_DOCUMENT", "The document is empty.");
    if (Mode === "ONLY_REDACTION") return this.#redacted(document, analysis);
    return JSON.stringify({ Entities: await analysis.pii(document, LanguageCode), ...place });
  }

  async #redacted(document: string, analysis: ComprehendAnalysis): Promise<string> {
    const { PiiEntityTypes = [], MaskMode = "MASK", MaskCharacter = "*" } = this.request.RedactionConfig ?? {};
    let redacted = "";
    let end = 0;
    for (const span of await analysis.piiSpans(document, this.request.LanguageCode)) {
      if (!PiiEntityTypes.includes("ALL") && !PiiEntityTypes.includes(span.type)) continue;
      const mask =
        MaskMode === "MASK" ? MaskCharacter.repeat([...document.slice(span.start, span.end)].length) : `[${span.type}]`;
      redacted += document.slice(end, span.start) + mask;
      end = span.end;
    }
    return redacted + document.slice(end);
  }

  /** What `Describe` and `List` say of the job. */
  async properties(now: number, objects: ObjectStore, analysis: ComprehendAnalysis): Promise<Record<string, unknown>> {
    const { status, message, endedAt } = await this.status(now, objects, analysis);
    const { JobName, InputDataConfig, RedactionConfig, LanguageCode, DataAccessRoleArn, Mode, OutputDataConfig } =
      this.request;
    return {
      JobId: this.id,
      JobArn: this.arn,
      JobName,
      JobStatus: status,
      Message: message,
      SubmitTime: new Date(this.submittedAt),
      EndTime: endedAt === undefined ? undefined : new Date(endedAt),
      InputDataConfig: { S3Uri: InputDataConfig.S3Uri, InputFormat: InputDataConfig.InputFormat ?? "ONE_DOC_PER_LINE" },
      OutputDataConfig: { S3Uri: this.outputUri, KmsKeyId: OutputDataConfig.KmsKeyId },
      RedactionConfig,
      LanguageCode,
      DataAccessRoleArn,
      Mode,
    };
  }
}

/** Requests that break rules between members. */
export function checkJobRequest(request: JobRequest): void {
  if (request.LanguageCode !== "en" && request.LanguageCode !== "es")
    throw new AwsServiceError("InvalidRequestException", "Only English and Spanish are supported.", {
      members: { Reason: "INVALID_DOCUMENT" },
    });
  if (request.Mode === "ONLY_REDACTION" && (request.RedactionConfig?.PiiEntityTypes ?? []).length === 0)
    throw new AwsServiceError("InvalidRequestException", "A redaction needs the types that are redacted.");
}
