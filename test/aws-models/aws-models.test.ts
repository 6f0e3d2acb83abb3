import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as bedrockRuntime from "@aws-sdk/client-bedrock-runtime";
import * as comprehend from "@aws-sdk/client-comprehend";
import * as kms from "@aws-sdk/client-kms";
import * as s3 from "@aws-sdk/client-s3";
import * as textract from "@aws-sdk/client-textract";
import { type FakeAws, fakeAws, manualClock, type RecordedAnswer } from "@groundwork/testing/aws";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makePythonEnvironment, runPython } from "./python-environment.ts";
import { makeSampleCalls, SAMPLE_TEXTRACT } from "./sample-calls.ts";

interface Verdict {
  readonly checked: number;
  readonly problems: readonly { readonly line: number; readonly problem: string }[];
}

/** Bytes as the Python side takes and gives them. */
const asBase64 = (_name: string, value: unknown): unknown =>
  value instanceof Uint8Array ? { base64Bytes: Buffer.from(value).toString("base64") } : value;

type Command = new (input: Record<string, unknown>) => never;
interface Client {
  send(command: never): Promise<unknown>;
}

let folder: string;
let recorded: readonly RecordedAnswer[];
let operations: ReadonlyMap<string, readonly string[]>;
const file = (name: string): string => join(folder, name);

async function verdictOf(answers: readonly unknown[]): Promise<Verdict> {
  writeFileSync(file("check.jsonl"), answers.map((answer) => `${JSON.stringify(answer)}\n`).join(""));
  return (await runPython("validate.py", file("check.jsonl"))) as Verdict;
}

function clientsOf({ endpoint, region, credentials }: FakeAws): Record<string, { client: Client; commands: object }> {
  const config = { endpoint, region, credentials, maxAttempts: 1 };
  return {
    "bedrock-runtime": {
      client: new bedrockRuntime.BedrockRuntimeClient(config) as Client,
      commands: bedrockRuntime,
    },
    comprehend: { client: new comprehend.ComprehendClient(config) as Client, commands: comprehend },
    kms: { client: new kms.KMSClient(config) as Client, commands: kms },
    s3: { client: new s3.S3Client({ ...config, forcePathStyle: true }) as Client, commands: s3 },
    textract: { client: new textract.TextractClient(config) as Client, commands: textract },
  };
}

/** Services whose clients speak JSON and CBOR. */
const CBOR: ReadonlySet<string> = new Set(["comprehend", "textract"]);

/** JSON has no bytes: they go to Python as an object that says so. */
function withoutBytes(value: unknown): unknown {
  if (value instanceof Uint8Array) return { $bytes: Buffer.from(value).toString("base64") };
  if (Array.isArray(value)) return value.map(withoutBytes);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, withoutBytes(member)]));
}

beforeAll(async () => {
  await makePythonEnvironment();
  folder = mkdtempSync(join(tmpdir(), "groundwork-aws-models-"));
  const clock = manualClock();
  await using aws = await fakeAws({ clock, record: file("recorded.jsonl"), textract: SAMPLE_TEXTRACT });
  const clients = clientsOf(aws);
  const codes: string[] = [];
  await makeSampleCalls(clock, async ({ service, operation, input }) => {
    const { client, commands } = clients[service]!;
    const Command = (commands as Record<string, Command>)[`${operation}Command`]!;
    try {
      return await client.send(new Command(input));
    } catch (error) {
      codes.push((error as Error).name);
      return undefined;
    }
  });
  expect(codes).not.toContain("FakeAwsFailure");
  recorded = readFileSync(file("recorded.jsonl"), "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as RecordedAnswer);
  operations = new Map(aws.services.map((service) => [service.name, Object.keys(service.operations)]));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("answers of the fake", () => {
  test("every operation was answered, and most were refused too", () => {
    const answered = new Set(
      recorded
        .filter(({ errorCode }) => errorCode === undefined)
        .map((answer) => `${answer.service} ${answer.operation}`),
    );
    const all = [...operations].flatMap(([service, names]) => names.map((name) => `${service} ${name}`));
    expect(all.filter((name) => !answered.has(name))).toEqual([]);
    expect(recorded.filter(({ errorCode }) => errorCode !== undefined).length).toBeGreaterThan(12);
  });

  test("are those of the services' models", async () => {
    const verdict = await verdictOf(recorded);
    expect(verdict.problems).toEqual([]);
    expect(verdict.checked).toBe(recorded.length);
  });
});

describe("the check finds", () => {
  const answerOf = (operation: string): RecordedAnswer =>
    structuredClone(recorded.find((answer) => answer.operation === operation && answer.errorCode === undefined)!);
  type Body = Record<string, Record<string, unknown> & Record<string, unknown>[]>;

  test.each<[fault: string, operation: string, plant: (body: Body) => void, problem: RegExp]>([
    [
      "an unknown key",
      "DetectPiiEntities",
      (body) => {
        body.Entities![0]!.Text = "ana";
      },
      /Unknown parameter.*Text/,
    ],
    [
      "an unknown key at the top",
      "ContainsPiiEntities",
      (body) => {
        Object.assign(body, { X: 1 });
      },
      /Unknown parameter.*X/,
    ],
    [
      "a wrong type",
      "DetectPiiEntities",
      (body) => {
        body.Entities![0]!.BeginOffset = "3";
      },
      /Invalid type.*BeginOffset/,
    ],
    [
      "a missing required member",
      "DescribePiiEntitiesDetectionJob",
      (body) => void delete (body.PiiEntitiesDetectionJobProperties!.OutputDataConfig as { S3Uri?: string }).S3Uri,
      /Missing required parameter.*S3Uri/,
    ],
    [
      "a value of no enumeration",
      "DetectPiiEntities",
      (body) => {
        body.Entities![0]!.Type = "PERSON";
      },
      /enumeration PiiEntityType/,
    ],
    [
      "a timestamp in words",
      "DescribePiiEntitiesDetectionJob",
      (body) => {
        body.PiiEntitiesDetectionJobProperties!.SubmitTime = "2026-01-01T00:00:00Z";
      },
      /no number of seconds/,
    ],
    [
      "what does not match its pattern",
      "DescribePiiEntitiesDetectionJob",
      (body) => {
        body.PiiEntitiesDetectionJobProperties!.DataAccessRoleArn = "arn:aws:iam::1:user/somebody";
      },
      /does not match/,
    ],
  ])("%s", async (_, operation, plant, problem) => {
    const answer = answerOf(operation);
    plant(answer.body as Body);
    const { problems } = await verdictOf([answerOf(operation), answer]);
    expect(problems.map(({ line }) => line)).toEqual([1]);
    expect(problems[0]!.problem).toMatch(problem);
  });

  test.each<[fault: string, change: Partial<RecordedAnswer>, problem: RegExp]>([
    ["an error of another operation", { errorCode: "JobNotFoundException", status: 400 }, /no error of/],
    ["an error that nobody knows", { errorCode: "SomethingException", status: 400 }, /no error of/],
    ["a status that is not the error's", { errorCode: "InternalServerException", status: 400 }, /has status 500/],
    ["a status without a code", { status: 500 }, /without its code/],
    ["an operation that the service lacks", { operation: "DetectEverything" }, /unknown operation/],
    ["a service that does not exist", { service: "comprehends" }, /unknown service/],
  ])("%s", async (_, change, problem) => {
    const { problems } = await verdictOf([{ ...answerOf("DetectPiiEntities"), body: {}, ...change }]);
    expect(problems.map((one) => one.problem).join()).toMatch(problem);
  });
});

test.each([
  ["json", "json-1.1"],
  ["smithy-rpc-v2-cbor", "rpc-v2-cbor"],
])("botocore reads the same answers over %s", async (protocol, loggedAs) => {
  const clock = manualClock();
  const calls: [string, string, Record<string, unknown>][] = [];
  const record: RecordedAnswer[] = [];
  await using aws = await fakeAws({ clock, record: (answer) => record.push(answer), textract: SAMPLE_TEXTRACT });
  await makeSampleCalls(clock, async (call) => {
    // Ids of jobs are not known before; those calls are the JSON clients' to make.
    if (Object.values(call.input).every((value) => value !== undefined))
      calls.push([call.service, call.operation, withoutBytes(call.input) as Record<string, unknown>]);
    return undefined;
  });
  const { endpoint, region, credentials } = aws;
  writeFileSync(file("calls.json"), JSON.stringify({ endpoint, region, ...credentials, protocol, calls }, asBase64));
  const answers = (await runPython("botocore_client.py", file("calls.json"))) as Record<string, unknown>[];
  const logged = aws.requests.of();
  expect(logged).toHaveLength(calls.length);
  expect(new Set(logged.filter(({ service }) => CBOR.has(service)).map(({ protocol }) => protocol))).toEqual(
    new Set([loggedAs]),
  );
  for (const [index, [service, operation]] of calls.entries()) {
    const { errorCode, body } = record[index]!;
    const answer = answers[index]!;
    if (errorCode !== undefined) expect(answer.error, operation).toBe(operation === "HeadObject" ? "404" : errorCode);
    else if (CBOR.has(service)) expect(answer, operation).toEqual(body);
    else expect(answer.error, operation).toBeUndefined();
  }
  expect((await verdictOf(record)).problems).toEqual([]);
});
