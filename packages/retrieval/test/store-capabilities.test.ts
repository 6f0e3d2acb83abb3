import type { LexicalIndex, VectorStore } from "@groundwork/contracts";
import { expectError } from "@groundwork/testing";
import { createRetrieverFixture } from "@groundwork/testing/retriever-fixtures";
import { describe, expect, test } from "vitest";
import { createRetriever } from "../src/index.ts";

const TEXTS = [
  "A hotel room may cost at most 180 dollars a night.",
  "Business class needs the approval of the head of the unit.",
  "Meals with customers need the names of all guests.",
];

function withCapabilities(store: VectorStore, capabilities: Partial<VectorStore["capabilities"]>): VectorStore {
  return new Proxy(store, {
    get(target, name) {
      if (name === "capabilities") return { ...target.capabilities, ...capabilities };
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

describe("a store that can less", () => {
  test("without scoring the same cosines come from the vectors", async () => {
    const fixture = await createRetrieverFixture();
    await fixture.publish({ key: "rules.txt", elements: TEXTS });
    const request = { query: "hotel room approval", explain: true, candidates: 1, limit: 1 };
    const full = await createRetriever(fixture).retrieve(request);
    const store = withCapabilities(fixture.store, { scoring: false });
    const less = await createRetriever({ ...fixture, store }).retrieve(request);
    expect(less.passages.map(({ chunkId }) => chunkId)).toEqual(full.passages.map(({ chunkId }) => chunkId));
    expect(less.passages[0]!.explanation!.dense!.score).toBeCloseTo(full.passages[0]!.explanation!.dense!.score, 5);
  });

  test("without word search, hybrid asks the index beside it, else the vectors alone", async () => {
    const fixture = await createRetrieverFixture();
    await fixture.publish({ key: "rules.txt", elements: TEXTS });
    const store = withCapabilities(fixture.store, { lexical: "none" });
    const request = { query: "hotel room", explain: true } as const;
    const alone = await createRetriever({ ...fixture, store }).retrieve(request);
    expect(alone.explanation!.lists.lexical).toBeUndefined();
    expect(alone.passages[0]!.text).toBe(TEXTS[0]);
    const retriever = createRetriever({ ...fixture, store });
    await expectError(() => retriever.retrieve({ ...request, mode: "lexical" }), "UNSUPPORTED_OPERATION");
    const lexicalIndex = fixture.store as LexicalIndex;
    const beside = await createRetriever({ ...fixture, store, lexicalIndex }).retrieve({ ...request, mode: "lexical" });
    expect(beside.passages[0]!.text).toBe(TEXTS[0]);
    expect(beside.explanation!.lists).toEqual({ lexical: 1, union: 1 });
  });

  test("a dense-only request never asks for words", async () => {
    const fixture = await createRetrieverFixture();
    await fixture.publish({ key: "rules.txt", elements: TEXTS });
    const { passages, explanation } = await createRetriever(fixture).retrieve({
      query: "hotel room",
      mode: "dense",
      explain: true,
    });
    expect(explanation!.denseWeight).toBe(1);
    expect(passages[0]!.explanation!.lexical).toBeUndefined();
  });
});
