import type { ChunkRow } from "@groundwork/contracts";
import { describe, expect, test } from "vitest";
import { duplication, fingerprintOfPassage } from "../src/collapse.ts";

const RULE =
  "Employees book travel through the agency of the company and keep each receipt for ten years, because auditors of the tax office may ask for any of them long after the journey.";

function row(text: string, values: Partial<ChunkRow> = {}): ChunkRow {
  return { text, contentHash: text, revision: text, charStart: 0, charEnd: text.length, ...values } as ChunkRow;
}

const similarity = (a: ChunkRow, b: ChunkRow): number => duplication(fingerprintOfPassage(a), fingerprintOfPassage(b));

describe("near-duplicates", () => {
  test("equal words in other dress are one", () => {
    expect(similarity(row(RULE), row(`  ${RULE.toUpperCase()} `))).toBe(1);
  });

  test("a word added to a long rule leaves it the same", () => {
    expect(similarity(row(RULE), row(`${RULE} Thanks`))).toBeGreaterThanOrEqual(0.85);
  });

  test("another number or a negation makes another rule", () => {
    expect(similarity(row(`${RULE} Keep 10.`), row(`${RULE} Keep 12.`))).toBe(0);
    expect(similarity(row(`${RULE} You may.`), row(`${RULE} You may not.`))).toBe(0);
  });

  test("short texts are the same only in the same context", () => {
    const text = "Ask the director.";
    const first = row(text, { contentHash: "a", revision: "r" });
    expect(similarity(first, row(text, { contentHash: "b", revision: "s" }))).toBe(0);
    expect(similarity(first, row(text, { contentHash: "a", revision: "s" }))).toBe(1);
  });

  test("passages of one document that overlap by half are one", () => {
    const first = row("a", { revision: "r", charStart: 0, charEnd: 100 });
    expect(similarity(first, row("b", { revision: "r", charStart: 40, charEnd: 140 }))).toBeCloseTo(0.6);
    expect(similarity(first, row("b", { revision: "r", charStart: 80, charEnd: 180 }))).toBe(0);
    expect(similarity(first, row("b", { revision: "s", charStart: 40, charEnd: 140 }))).toBe(0);
  });
});
