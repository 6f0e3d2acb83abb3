import { bedrockEmbedder } from "@groundwork/embed-bedrock";
import { governedEmbedder, sharedGovernor } from "@groundwork/provider-governor";
import { type FakeAws, fakeAws, type LoggedRequest } from "@groundwork/testing/aws";
import { seededRandom } from "@groundwork/testing/seeded-random";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import { expect, test } from "vitest";

interface Trouble {
  readonly name: string;
  /** @param requests of a run without trouble */
  readonly plant: (aws: FakeAws, requests: number) => void;
  /** Answers that were lost on a broken connection after the service had made them. */
  readonly lost: number;
  /** A connection of HTTP/2 takes along every answer that is open on it when it breaks. */
  readonly http1?: boolean;
}

const MODELS = ["amazon.titan-embed-text-v2:0", "cohere.embed-multilingual-v3"] as const;
const TEXTS = Array.from({ length: 200 }, (_, index) => `policy ${index} of ${index % 7} pages`);

/** The same order of trouble each time, spread over the requests. */
function scattered(aws: FakeAws, faults: readonly Parameters<FakeAws["faults"]["plant"]>[0]["fault"][], times: number) {
  const random = seededRandom(17);
  for (let at = 0; at < times; at++) aws.faults.plant({ skip: random.integer(0, 2), fault: random.pick(faults) });
}

const TROUBLES: readonly Trouble[] = [
  { name: "none", plant: () => {}, lost: 0 },
  {
    name: "a storm of throttling",
    plant: (aws) => aws.faults.plant({ skip: 2, times: 12, fault: { kind: "throttle" } }),
    lost: 0,
  },
  {
    name: "a quota that nobody was told",
    plant: (aws, requests) =>
      aws.faults.limitRate({
        operation: "InvokeModel",
        perSecond: requests > 100 ? 60 : 4,
        burst: requests > 100 ? 3 : 1,
      }),
    lost: 0,
  },
  {
    name: "5xx, models that fail or load, broken connections before the request was served",
    plant: (aws) =>
      scattered(
        aws,
        [
          { kind: "error", code: "InternalServerException", status: 500 },
          { kind: "error", code: "ServiceUnavailableException", status: 503 },
          { kind: "error", code: "ModelErrorException", status: 424 },
          { kind: "error", code: "ModelNotReadyException", status: 429 },
          { kind: "reset", when: "before" },
          { kind: "throttle" },
        ],
        10,
      ),
    lost: 0,
    http1: true,
  },
  {
    name: "answers lost after they were made",
    plant: (aws) => {
      aws.faults.plant({ skip: 1, fault: { kind: "reset", when: "after" } });
      aws.faults.plant({ skip: 1, fault: { kind: "truncate" } });
    },
    lost: 2,
    http1: true,
  },
];

/** Texts of the requests that the service served, and so billed: by text, how often. */
function billed(requests: Iterable<LoggedRequest>): Map<string, number> {
  const times = new Map<string, number>();
  for (const { input, errorCode } of requests) {
    // A request that was refused or broke off before has no input in the log.
    if (input === undefined || errorCode !== undefined) continue;
    const { inputText, texts } = JSON.parse(Buffer.from(input.body as Uint8Array).toString("utf8")) as {
      readonly inputText?: string;
      readonly texts?: readonly string[];
    };
    for (const text of texts ?? [inputText!]) times.set(text, (times.get(text) ?? 0) + 1);
  }
  return times;
}

for (const model of MODELS) {
  test.each(TROUBLES)(
    `${model}: every text is embedded once and none is paid twice: $name`,
    async (trouble) => {
      await using aws = await fakeAws({ keepInputs: true });
      const { endpoint, region, credentials } = aws;
      await using plain = bedrockEmbedder({ model, endpoint, region, credentials });
      const expected = await plain.doEmbed(TEXTS);
      const ideal = aws.requests.length;
      aws.requests.clear();
      trouble.plant(aws, ideal);
      await using governor = sharedGovernor(
        { provider: "bedrock", model, region: `${region} ${trouble.name}` },
        { retry: { baseMs: 5, maxMs: 40 }, breaker: { openMs: 20 } },
      );
      const embedder = governedEmbedder(
        bedrockEmbedder({
          model,
          endpoint,
          region,
          credentials,
          ...(trouble.http1 === true ? { requestHandler: new NodeHttpHandler() } : {}),
        }),
        governor,
      );
      const began = performance.now();
      const { vectors, tokens } = await embedder.doEmbed(TEXTS);
      const took = performance.now() - began;
      await embedder.close?.();

      expect(Buffer.from(vectors.buffer).equals(Buffer.from(expected.vectors.buffer))).toBe(true);
      expect(tokens).toBe(expected.tokens);
      const times = billed(aws.requests);
      expect(times.size).toBe(TEXTS.length);
      const textsPerRequest = embedder.maxTextsPerCall;
      const twice = [...times.values()].filter((count) => count > 1).length;
      // Nobody can know of an answer that was lost: those texts are asked for again, and no other.
      if (trouble.lost === 0) expect(twice).toBe(0);
      else {
        expect(twice).toBeGreaterThan(0);
        expect(twice).toBeLessThanOrEqual(trouble.lost * textsPerRequest);
      }
      const requests = aws.requests.of();
      const refused = requests.filter(({ status }) => status !== 200).length;
      if (trouble.name !== "none") expect(refused + trouble.lost).toBeGreaterThan(0);
      console.info(
        `${model}, ${trouble.name}: ${TEXTS.length} texts, ${requests.length} requests, ${refused} not answered, ` +
          `${twice} texts paid twice, ${tokens} tokens, ${Math.round(took)} ms`,
      );
    },
    60_000,
  );
}
