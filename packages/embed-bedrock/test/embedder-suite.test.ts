import type { Embedder } from "@groundwork/contracts";
import { bedrockEmbedder } from "@groundwork/embed-bedrock";
import { localEmbedder } from "@groundwork/embed-local";
import { type FakeAws, fakeAws } from "@groundwork/testing/aws";
import { embedderCases } from "@groundwork/testing/embedder-suite";
import { afterAll, beforeAll, describe, test } from "vitest";

/** The service with real vectors: those of the local model, which the fake pads to the dimensions asked for. */
let aws: FakeAws;
let local: Embedder;

beforeAll(async () => {
  local = localEmbedder({ threads: 1 });
  aws = await fakeAws({
    bedrock: {
      async embed(texts, purpose) {
        // Both ends, so that the cut of a long text shows without minutes of arithmetic.
        const ends = texts.map((text) => (text.length > 120 ? `${text.slice(0, 60)} ${text.slice(-60)}` : text));
        const { vectors } = await local.doEmbed(ends, purpose === undefined ? {} : { purpose });
        return texts.map((_, row) => vectors.slice(row * local.dimensions, (row + 1) * local.dimensions));
      },
    },
  });
});
afterAll(async () => {
  await aws.close();
  await local.close?.();
});

describe.each([
  ["amazon.titan-embed-text-v2:0", 512],
  ["amazon.titan-embed-text-v1", 1_536],
  ["cohere.embed-multilingual-v3", 1_024],
  ["eu.cohere.embed-v4:0", 1_536],
])("%s", (model, dimensions) => {
  const cases = embedderCases({
    name: model,
    create() {
      const { endpoint, region, credentials } = aws;
      return bedrockEmbedder({ model, dimensions, endpoint, region, credentials });
    },
    texts: 12,
  });
  for (const { name, run } of cases) test(name, run, 60_000);
});
