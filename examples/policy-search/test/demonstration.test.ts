import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Writable } from "node:stream";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type DemoResult, demonstrate } from "../src/main.ts";

const squeeze = (text: string): string => text.replace(/[\s*_]+/g, " ").toLowerCase();

let work: string;
let result: DemoResult;
let printed = "";

beforeAll(async () => {
  work = await mkdtemp(join(tmpdir(), "groundwork-demo-"));
  const sink = new Writable({
    write(chunk: Buffer, _encoding, done) {
      printed += chunk.toString();
      done();
    },
  });
  result = await demonstrate(join(work, "run"), { out: sink, err: sink, columns: undefined, colors: false });
}, 240_000);
afterAll(() => rm(work, { recursive: true, force: true }));

describe("the policy-search example", () => {
  test("reads every document in every format", () => {
    expect(result.first.counts).toMatchObject({ failed: 0, empty: 0, skipped: 0 });
    expect(result.first.outcomes.filter(({ error }) => error !== undefined)).toEqual([]);
    expect(result.first.counts.added).toBeGreaterThanOrEqual(17);
    expect(new Set(result.first.outcomes.map(({ key }) => key.split(".").at(-1)))).toEqual(
      new Set(["csv", "docx", "eml", "html", "md", "pdf", "png", "pptx", "wav", "xlsx"]),
    );
  });

  test.each([0, 1, 2, 3, 4])("question %i is answered from the right document, with its words", (index) => {
    const { question, documents, quotes, claims } = result.answers[index]!;
    const holds = (text: string): boolean => squeeze(text).includes(squeeze(question.quote));
    expect(documents, question.question).toContain(question.document);
    expect(quotes.some(holds), `${question.question}\n${quotes.join("\n---\n")}`).toBe(true);
    expect(claims.some(holds), `${question.question}\n${claims.join("\n---\n")}`).toBe(true);
  });

  test("the second ingestion does nothing", () => {
    expect(result.second.work).toEqual({
      extractions: 0,
      embeddings: 0,
      embeddingsReused: 0,
      rowsWritten: 0,
      rowsRetired: 0,
      publications: 0,
    });
    expect(result.second.counts.unchanged).toBeGreaterThanOrEqual(16);
  });

  test("the third does exactly what changed", () => {
    expect(result.third.counts).toMatchObject({ added: 0, changed: 1, deleted: 1 });
    expect(result.third.work.extractions).toBe(1);
    expect(result.third.work.embeddings).toBeGreaterThanOrEqual(1);
    expect(result.third.work.embeddings).toBeLessThanOrEqual(2);
  });

  test("says what it does", () => {
    expect(printed).toContain("Five questions of a finance analyst");
    expect(printed).toContain("0 extractions, 0 embeddings, 0 rows written");
  });
});
