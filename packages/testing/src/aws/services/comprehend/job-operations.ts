import { createHash, randomBytes } from "node:crypto";
import { AwsServiceError } from "../../aws-error.ts";
import { PageTokens } from "../../page-token.ts";
import type { AwsOperation } from "../../service.ts";
import type { ComprehendAnalysis } from "./analysis.ts";
import * as shapes from "./comprehend-shapes.ts";
import { checkJobRequest, type JobPace, type JobRequest, PiiJob } from "./pii-job.ts";

/** Jobs that a region runs at once. */
const MAX_ACTIVE_JOBS = 10;
const DEFAULT_PAGE = 100;

type Input = Record<string, unknown>;

const timeOf = (value: unknown): number | undefined => (value as Date | undefined)?.getTime();

/** The operations of asynchronous jobs that find personal data in objects of S3. */
export function jobOperations(analysis: ComprehendAnalysis, pace: JobPace): Record<string, AwsOperation> {
  const jobs = new Map<string, PiiJob>();
  const byToken = new Map<string, { readonly job: PiiJob; readonly request: string }>();
  const tokens = new PageTokens();

  const jobOf = (input: Input): PiiJob => {
    const job = jobs.get(input.JobId as string);
    if (job === undefined)
      throw new AwsServiceError("JobNotFoundException", "The specified job was not found.", { status: 404 });
    return job;
  };
  const describe = (input: Input): Record<string, string> => ({ jobId: input.JobId as string });

  return {
    StartPiiEntitiesDetectionJob: {
      input: shapes.startJob,
      describe: ({ JobName = "", ClientRequestToken = "" }) => ({
        jobName: JobName as string,
        clientRequestToken: ClientRequestToken as string,
      }),
      async handle(input, context) {
        const { ClientRequestToken, Tags, ...rest } = input;
        const request = rest as unknown as JobRequest;
        const token = ClientRequestToken as string | undefined;
        const digest = createHash("sha256").update(JSON.stringify(request)).digest("hex");
        const known = token === undefined ? undefined : byToken.get(token);
        const now = context.clock.now();
        if (known !== undefined && known.request !== digest)
          throw new AwsServiceError("InvalidRequestException", "The token was used for another request.");
        if (known !== undefined) {
          const { status } = await known.job.status(now, context.objects, analysis);
          return { JobId: known.job.id, JobArn: known.job.arn, JobStatus: status };
        }
        checkJobRequest(request);
        let active = 0;
        for (const job of jobs.values()) {
          const { status } = await job.status(now, context.objects, analysis);
          if (status === "SUBMITTED" || status === "IN_PROGRESS") active++;
        }
        if (active >= MAX_ACTIVE_JOBS)
          throw new AwsServiceError("TooManyRequestsException", "Too many jobs are active.", { status: 429 });
        const job = new PiiJob(randomBytes(16).toString("hex"), request, context, pace);
        jobs.set(job.id, job);
        if (token !== undefined) byToken.set(token, { job, request: digest });
        return { JobId: job.id, JobArn: job.arn, JobStatus: "SUBMITTED" };
      },
    },
    DescribePiiEntitiesDetectionJob: {
      input: shapes.jobById,
      describe,
      async handle(input, { clock, objects }) {
        return { PiiEntitiesDetectionJobProperties: await jobOf(input).properties(clock.now(), objects, analysis) };
      },
    },
    StopPiiEntitiesDetectionJob: {
      input: shapes.jobById,
      describe,
      async handle(input, { clock, objects }) {
        const job = jobOf(input);
        const before = await job.status(clock.now(), objects, analysis);
        if (before.endedAt === undefined) job.stop(clock.now());
        const { status } = await job.status(clock.now(), objects, analysis);
        return { JobId: job.id, JobStatus: status };
      },
    },
    ListPiiEntitiesDetectionJobs: {
      input: shapes.listJobs,
      async handle(input, { clock, objects }) {
        const filter = (input.Filter ?? {}) as Input;
        if (Object.values(filter).filter((value) => value !== undefined).length > 1)
          throw new AwsServiceError("InvalidFilterException", "Only one filter can be given.");
        const [before, after] = [timeOf(filter.SubmitTimeBefore), timeOf(filter.SubmitTimeAfter)];
        const all: Record<string, unknown>[] = [];
        for (const job of [...jobs.values()].reverse()) {
          const properties = await job.properties(clock.now(), objects, analysis);
          if (
            (filter.JobName === undefined || properties.JobName === filter.JobName) &&
            (filter.JobStatus === undefined || properties.JobStatus === filter.JobStatus) &&
            (before === undefined || job.submittedAt < before) &&
            (after === undefined || job.submittedAt > after)
          )
            all.push(properties);
        }
        const question = JSON.stringify(filter);
        let from = 0;
        if (input.NextToken !== undefined) {
          const last = tokens.read(question, input.NextToken as string);
          if (last === undefined) throw new AwsServiceError("InvalidRequestException", "The token is not valid.");
          from = all.findIndex(({ JobId }) => JobId === last) + 1;
        }
        const page = all.slice(from, from + ((input.MaxResults as number | undefined) ?? DEFAULT_PAGE));
        return {
          PiiEntitiesDetectionJobPropertiesList: page,
          NextToken: from + page.length < all.length ? tokens.make(question, page.at(-1)!.JobId as string) : undefined,
        };
      },
    },
  };
}
