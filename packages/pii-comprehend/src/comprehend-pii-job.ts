import { setTimeout as sleep } from "node:timers/promises";
import {
  type ComprehendClient,
  DescribePiiEntitiesDetectionJobCommand,
  ListPiiEntitiesDetectionJobsCommand,
  type PiiEntitiesDetectionJobProperties,
  StartPiiEntitiesDetectionJobCommand,
  StopPiiEntitiesDetectionJobCommand,
} from "@aws-sdk/client-comprehend";
import { type CallOptions, GroundworkError, type PiiFinding, throwIfAborted } from "@groundwork/contracts";
import PQueue from "p-queue";
import { billedUnits } from "./billed-units.ts";
import { combinePieces, type PieceFindings } from "./combine-pieces.ts";
import { type ComprehendConnectionOptions, comprehendClientOf } from "./comprehend-client.ts";
import { comprehendError } from "./comprehend-error.ts";
import { type ComprehendFindingOptions, resolveFindingOptions } from "./comprehend-pii-options.ts";
import { DETECTOR, findingsOf } from "./entity-findings.ts";
import { type JobFormat, type JobInput, type JobLimits, jobInput } from "./job-documents.ts";
import { type DocumentOutput, documentError, parseJobOutput } from "./job-output.ts";
import { languageFor } from "./languages.ts";

/** The two things that a job needs of S3. Both throw typed errors, or those of their SDK. */
export interface JobObjects {
  /** @param uri `s3://bucket/key` */
  put(uri: string, body: Uint8Array, options: CallOptions): Promise<void>;
  get(uri: string, options: CallOptions): Promise<Uint8Array>;
}

export interface ComprehendPiiJobOptions extends ComprehendConnectionOptions, ComprehendFindingOptions {
  readonly objects: JobObjects;
  /** Where the texts are written for the service to read, `s3://bucket/prefix`, in the region of the endpoint. */
  readonly input: string;
  /** Where the service writes, `s3://bucket/prefix`. */
  readonly output: string;
  /** ARN of the role by which the service reads and writes there. */
  readonly role: string;
  /** One file with a document a line (line ends within a text are sent as blanks), or one file a document. @default "ONE_DOC_PER_LINE" */
  readonly format?: JobFormat;
  /** Limits of the input; those of the service are the default. */
  readonly limits?: JobLimits;
  /** Key for what the service writes. */
  readonly kmsKeyId?: string;
  /** Milliseconds between looks at a job: from the first, half as much again each time, up to the most. @default 5,000 and 60,000 */
  readonly poll?: { readonly firstMs?: number; readonly mostMs?: number };
  /** Told at each look. */
  readonly onState?: (state: { readonly jobId: string; readonly status: string }) => void;
}

export interface ComprehendPiiJobResult {
  /** `undefined` when there was nothing to ask. */
  readonly jobId: string | undefined;
  /** By text. `undefined` where the service could not read the text: never take that for "nothing found". */
  readonly findings: readonly (readonly PiiFinding[] | undefined)[];
  readonly failures: readonly { readonly index: number; readonly error: GroundworkError }[];
  /** Units of 100 characters that the job is billed, if it was not paid for before. */
  readonly units: number;
  /** Whether a job of the same texts and options was there already. */
  readonly resumed: boolean;
}

export interface ComprehendPiiJob {
  /** Runs a job to its end, or goes on with the one that was started before for the same texts and options. An abort leaves the job running. */
  run(
    texts: readonly string[],
    options?: CallOptions & { readonly language?: string },
  ): Promise<ComprehendPiiJobResult>;
  stop(jobId: string, options?: CallOptions): Promise<void>;
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

const OBJECTS_AT_ONCE = 8;
/** Looks in a row that may fail for a reason that passes. */
const FAILED_LOOKS = 10;

const folder = (uri: string): string => (uri.endsWith("/") ? uri : `${uri}/`);

/**
 * Finds personal data in many texts at once by asynchronous jobs (`StartPiiEntitiesDetectionJob`). The job's name and token follow from texts and options:
 * a run that is repeated after a crash finds its job and pays nothing twice.
 *
 * Errors: `INVALID_ARGUMENT`, `PERMISSION_DENIED` (role, buckets), `UNAVAILABLE` (the job failed or was stopped), those of `comprehendError`, `ABORTED`.
 */
export function comprehendPiiJob(options: ComprehendPiiJobOptions): ComprehendPiiJob {
  const resolved = resolveFindingOptions(options);
  const { objects, role, format = "ONE_DOC_PER_LINE", kmsKeyId, onState } = options;
  const { firstMs = 5_000, mostMs = 60_000 } = options.poll ?? {};
  for (const [name, uri] of Object.entries({ input: options.input, output: options.output }))
    if (!/^s3:\/\/[a-z0-9][.\-a-z0-9]{1,61}[a-z0-9](\/.*)?$/.test(uri))
      throw new GroundworkError("INVALID_ARGUMENT", `Expected ${name} as s3://bucket/prefix, found something else.`, {
        driver: DETECTOR,
      });
  const { client, isOurs } = comprehendClientOf(options);

  async function call<T>(
    operation: string,
    signal: AbortSignal | undefined,
    send: (client: ComprehendClient) => Promise<T>,
  ) {
    throwIfAborted(signal, { driver: DETECTOR });
    try {
      return await send(client);
    } catch (thrown) {
      throw comprehendError(thrown, operation, signal);
    }
  }
  const abortable = (signal: AbortSignal | undefined) => (signal === undefined ? {} : { abortSignal: signal });

  /** The job of this name that is worth waiting for, and how many are not. */
  async function known(name: string, signal: AbortSignal | undefined) {
    let failed = 0;
    let NextToken: string | undefined;
    do {
      const page = await call("ListPiiEntitiesDetectionJobs", signal, (to) =>
        to.send(
          new ListPiiEntitiesDetectionJobsCommand({
            Filter: { JobName: name },
            ...(NextToken === undefined ? {} : { NextToken }),
          }),
          abortable(signal),
        ),
      );
      for (const job of page.PiiEntitiesDetectionJobPropertiesList ?? []) {
        if (["SUBMITTED", "IN_PROGRESS", "COMPLETED"].includes(job.JobStatus ?? "")) return { job, failed };
        failed++;
      }
      NextToken = page.NextToken;
    } while (NextToken !== undefined);
    return { job: undefined, failed };
  }

  async function start(
    input: JobInput,
    { name, language, failed }: { readonly name: string; readonly language: "en" | "es"; readonly failed: number },
    signal: AbortSignal | undefined,
  ): Promise<string> {
    const at = `${folder(options.input)}${input.digest}/`;
    const uploads = new PQueue({ concurrency: OBJECTS_AT_ONCE });
    let failure: unknown;
    for (const file of input.files) {
      await uploads.onSizeLessThan(OBJECTS_AT_ONCE);
      if (failure !== undefined || signal?.aborted) break;
      const upload = uploads.add(() => objects.put(at + file.name, input.bodyOf(file), { signal }));
      upload.catch((thrown: unknown) => {
        failure ??= thrown;
        uploads.clear();
      });
    }
    await uploads.onIdle();
    throwIfAborted(signal, { driver: DETECTOR });
    if (failure !== undefined) throw comprehendError(failure, "the upload of a job's input", signal);
    const { JobId } = await call("StartPiiEntitiesDetectionJob", signal, (to) =>
      to.send(
        new StartPiiEntitiesDetectionJobCommand({
          JobName: name,
          // A token that has led to a failed job would lead there again.
          ClientRequestToken: failed === 0 ? input.digest : `${input.digest.slice(0, 48)}-${failed}`,
          Mode: "ONLY_OFFSETS",
          LanguageCode: language,
          DataAccessRoleArn: role,
          InputDataConfig: { S3Uri: at, InputFormat: format },
          OutputDataConfig: { S3Uri: options.output, ...(kmsKeyId === undefined ? {} : { KmsKeyId: kmsKeyId }) },
        }),
        abortable(signal),
      ),
    );
    return JobId!;
  }

  async function finished(jobId: string, signal: AbortSignal | undefined): Promise<PiiEntitiesDetectionJobProperties> {
    let waitMs = firstMs;
    for (let failures = 0; ; ) {
      try {
        const { PiiEntitiesDetectionJobProperties: job } = await call("DescribePiiEntitiesDetectionJob", signal, (to) =>
          to.send(new DescribePiiEntitiesDetectionJobCommand({ JobId: jobId }), abortable(signal)),
        );
        failures = 0;
        const status = job?.JobStatus ?? "";
        onState?.({ jobId, status });
        if (status === "COMPLETED") return job!;
        if (status === "FAILED" || status === "STOPPED") throw jobError(status, job?.Message);
      } catch (thrown) {
        if (!GroundworkError.isInstance(thrown) || !thrown.retryable || ++failures > FAILED_LOOKS) throw thrown;
      }
      try {
        await sleep(waitMs, undefined, signal === undefined ? {} : { signal });
      } catch (thrown) {
        throw comprehendError(thrown, "DescribePiiEntitiesDetectionJob", signal);
      }
      waitMs = Math.min(mostMs, waitMs * 1.5);
    }
  }

  async function outputs(
    input: JobInput,
    at: string,
    signal: AbortSignal | undefined,
  ): Promise<(DocumentOutput | undefined)[]> {
    const read = async (file: string): Promise<Map<number, DocumentOutput>> => {
      throwIfAborted(signal, { driver: DETECTOR });
      let body: Uint8Array;
      try {
        body = await objects.get(`${folder(at)}${file}.out`, { signal });
      } catch (thrown) {
        throw comprehendError(thrown, "the reading of a job's output", signal);
      }
      return parseJobOutput(body);
    };
    const found: (DocumentOutput | undefined)[] = input.documents.map(() => undefined);
    const queue = new PQueue({ concurrency: OBJECTS_AT_ONCE });
    const readFile = async ({ name, from, to }: JobInput["files"][number]): Promise<void> => {
      const lines = await read(name);
      for (let index = from; index < to; index++) found[index] = lines.get(index - from);
    };
    await queue.addAll(input.files.map((file) => () => readFile(file)));
    return found;
  }

  async function run(
    texts: readonly string[],
    { signal, language }: CallOptions & { readonly language?: string } = {},
  ): Promise<ComprehendPiiJobResult> {
    throwIfAborted(signal, { driver: DETECTOR });
    const found: (readonly PiiFinding[] | undefined)[] = texts.map(() => []);
    const asked = languageFor(language, resolved.languages);
    const input = jobInput(
      texts,
      format,
      resolved.maxBytes,
      [asked ?? "", options.input, options.output, role, kmsKeyId ?? ""],
      options.limits,
    );
    if (asked === undefined || input.documents.length === 0)
      return { jobId: undefined, findings: found, failures: [], units: 0, resumed: false };
    const name = `groundwork-pii-${input.digest}`;
    const before = await known(name, signal);
    const jobId = before.job?.JobId ?? (await start(input, { name, language: asked, failed: before.failed }, signal));
    const job = await finished(jobId, signal);
    const results = await outputs(input, job.OutputDataConfig?.S3Uri ?? "", signal);

    const parts = input.places.map((): PieceFindings[] => []);
    const errors = new Map<number, GroundworkError>();
    let units = 0;
    for (const [index, { sent, text, piece }] of input.documents.entries()) {
      units += billedUnits(sent);
      const output = results[index];
      if (output === undefined || "errorCode" in output) errors.set(text, documentError(output?.errorCode));
      else parts[text]!.push({ piece, findings: findingsOf(sent, output.entities, piece.start, resolved) });
    }
    const failures: { index: number; error: GroundworkError }[] = [];
    for (const [text, places] of input.places.entries()) {
      const error = errors.get(text);
      const findings = error === undefined ? combinePieces(parts[text]!) : undefined;
      for (const place of places) {
        found[place] = findings;
        if (error !== undefined) failures.push({ index: place, error });
      }
    }
    failures.sort((a, b) => a.index - b.index);
    return { jobId, findings: found, failures, units, resumed: before.job !== undefined };
  }

  const close = async (): Promise<void> => {
    if (isOurs) client.destroy();
  };
  return {
    run,
    async stop(jobId, { signal } = {}) {
      await call("StopPiiEntitiesDetectionJob", signal, (to) =>
        to.send(new StopPiiEntitiesDetectionJobCommand({ JobId: jobId }), abortable(signal)),
      );
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** Why a job gave nothing. Its message begins with a code; the rest may name objects and is left out. */
function jobError(status: string, message = ""): GroundworkError {
  const reason = /^[A-Z][A-Z_]+/.exec(message)?.[0];
  const isAccess = reason?.includes("ACCESS") === true;
  return new GroundworkError(
    isAccess ? "PERMISSION_DENIED" : "UNAVAILABLE",
    `Expected a job to complete, found ${status}${reason === undefined ? "" : ` (${reason})`}. ${
      isAccess ? "Check the role and the buckets." : "Look at the job; the next run starts another."
    }`,
    { driver: DETECTOR },
  );
}
