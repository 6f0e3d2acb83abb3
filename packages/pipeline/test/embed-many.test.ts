import { GroundworkError, withPartialEmbedding } from "@groundwork/contracts";
import { hashEmbedder } from "@groundwork/testing/hash-embedder";
import { expect, test } from "vitest";
import { embedMany } from "../src/index.ts";

test("what a failed call embedded is kept and not asked for again", async () => {
  const inner = hashEmbedder();
  const asked: string[] = [];
  let calls = 0;
  const embedder: typeof inner = {
    ...inner,
    doEmbed: async (texts, options) => {
      asked.push(...texts);
      if (++calls > 1) return inner.doEmbed(texts, options);
      const { vectors } = await inner.doEmbed([texts[0]!, texts[2]!], options);
      const error = new GroundworkError("THROTTLED", "Half of it.", { retryable: true });
      throw withPartialEmbedding(error, {
        embedded: [0, 2],
        vectors,
        failures: [1, 3].map((index) => ({ index, error })),
      });
    },
  };
  const texts = ["alpha one", "beta two", "gamma three", "delta four"];
  const kept: number[] = [];
  const vectors = await embedMany(embedder, texts, { onVectors: (indices) => kept.push(...indices) });
  expect(vectors).toEqual(await embedMany(hashEmbedder(), texts));
  expect([...kept].sort()).toEqual([0, 1, 2, 3]);
  expect(asked).toHaveLength(6);
});
