import { afterEach, beforeEach, expect, test } from "vitest";
import { estimatePlan, ingest, type PipelineParts, planIngest } from "../src/index.ts";
import { type TestKnowledge, testKnowledge, textSource } from "./fixtures/knowledge.ts";

const TEXTS = Object.fromEntries(
  Array.from({ length: 12 }, (_, index) => [
    `${String(index).padStart(2, "0")}.txt`,
    `Rule ${index} says how much is paid for case ${index * 7}.`,
  ]),
);
const PRICES = { currency: "EUR", perMillionTokens: { "test-hash": 1_000_000 }, perPage: { "*": 2 } };

let knowledge: TestKnowledge;
let parts: PipelineParts;
beforeEach(async () => {
  knowledge = await testKnowledge();
  parts = { ...knowledge.parts, settings: { publicationDocuments: 2, prices: PRICES } };
});
afterEach(() => knowledge.close());

test("a plan says what it will take, and the report what it took", async () => {
  const source = textSource(TEXTS);
  const estimate = await estimatePlan(await planIngest([source], parts), parts);
  expect(estimate).toMatchObject({ documents: 12, currency: "EUR", measured: false });
  const report = await ingest([source], parts);
  expect(report.spending.tokens).toBeGreaterThan(0);
  expect(report.spending.money).toBeCloseTo(report.spending.tokens);
  expect(estimate.tokens / report.spending.tokens).toBeGreaterThan(0.5);
  expect(estimate.tokens / report.spending.tokens).toBeLessThan(2);
  expect(estimate.money).toBeCloseTo(estimate.tokens);
  expect(await estimatePlan(await planIngest([source], parts), parts)).toMatchObject({
    documents: 0,
    tokens: 0,
    money: 0,
  });
});

test.each([
  ["tokens", { tokens: 60 }],
  ["money", { money: 60 }],
])("a budget of %s ends the run cleanly, is never passed, and the next run goes on", async (_, budget) => {
  const source = textSource(TEXTS);
  let runs = 0;
  let published = 0;
  let paid = 0;
  for (;;) {
    const report = await ingest([source], parts, { budget });
    runs++;
    expect(report.spending.tokens).toBeLessThanOrEqual(60);
    paid += report.spending.tokens;
    expect(await knowledge.parts.catalog.openPublications()).toEqual([]);
    const visible = (await knowledge.visible()).length;
    expect(visible).toBeGreaterThan(published);
    published = visible;
    if (!report.spending.stopped) break;
    expect(report.status).toBe("completed_with_errors");
    expect(report.counts.failed).toBe(0);
  }
  expect(runs).toBeGreaterThan(2);
  expect(published).toBe(12);
  // Nothing was read or embedded twice.
  expect(knowledge.extractor.read).toBe(12);
  expect(knowledge.embedded()).toBe(12);
  expect(paid).toBe((await knowledge.all()).reduce((sum, { tokens }) => sum + tokens, 0));
});

test("deletes wait for a run that is not stopped", async () => {
  const source = textSource(TEXTS);
  await ingest([source], parts);
  source.texts.delete("00.txt");
  source.texts.set("01.txt", "An entirely new rule.");
  const stopped = await ingest([source], parts, { budget: { tokens: 1 } });
  expect(stopped.spending.stopped).toBe(true);
  expect(await knowledge.visible()).toHaveLength(12);
  expect((await ingest([source], parts)).counts).toMatchObject({ deleted: 1, changed: 1 });
});
