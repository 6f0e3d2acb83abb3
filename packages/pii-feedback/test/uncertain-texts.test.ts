import { expectError } from "@groundwork/testing";
import { describe, expect, test } from "vitest";
import { uncertainTexts } from "../src/index.ts";
import { casesOf, wordDetector } from "./feedback-fixtures.ts";

describe("texts in doubt", () => {
  const detector = wordDetector({ "Ada Lovelace": ["NAME", 0.95], Mercury: ["NAME", 0.45] });

  test("only texts with a doubtful finding are asked about, each once, with all that was found", async () => {
    const texts = ["Ada Lovelace wrote it.", "Mercury met Ada Lovelace.", "Mercury met Ada Lovelace.", "Nothing here."];
    const cases = await casesOf([detector], texts);
    expect(cases.map(({ text }) => text)).toEqual(["Mercury met Ada Lovelace."]);
    expect(cases[0]!.proposed.map(({ type, score }) => [type, score])).toEqual([
      ["NAME", 0.45],
      ["NAME", 0.95],
    ]);
    expect(await casesOf([detector], texts, { types: ["EMAIL"] })).toEqual([]);
    expect(await casesOf([detector], texts, { maximumScore: 1 })).toHaveLength(2);
  });

  test("finds what its detectors find", async () => {
    const text = "Mercury met Ada Lovelace.";
    const wrapped = uncertainTexts({ detectors: [detector], onCase: () => {} });
    expect(await wrapped.detect([text])).toEqual(await detector.detect([text]));
  });

  test("a sample of the other texts follows from the texts alone", async () => {
    const texts = Array.from({ length: 2_000 }, (_, index) => `Paragraph number ${index} says nothing of anybody.`);
    const first = await casesOf([detector], texts, { sampleShare: 0.1 });
    const again = await casesOf([detector], texts.toReversed(), { sampleShare: 0.1 });
    expect(first.length).toBeGreaterThan(150);
    expect(first.length).toBeLessThan(250);
    expect(new Set(again.map(({ id }) => id))).toEqual(new Set(first.map(({ id }) => id)));
  });

  test("of a long text the parts in doubt are given, cut between sentences and never inside a finding", async () => {
    const filler = "The committee met and went on with its work as before. ";
    const text = `${filler.repeat(40)}Here Mercury appears. ${filler.repeat(40)}`;
    const cases = await casesOf([detector], [text], { maximumLength: 500 });
    expect(cases).toHaveLength(1);
    const [one] = cases;
    expect(one!.text.length).toBeLessThanOrEqual(500);
    expect(one!.text.slice(one!.proposed[0]!.start, one!.proposed[0]!.end)).toBe("Mercury");
    expect(one).toMatchObject({ cutBefore: true, cutAfter: true });
    const unbroken = `${"x".repeat(490)}Mercury${"x".repeat(490)}`;
    const [inside] = await casesOf([detector], [unbroken], { maximumLength: 493 });
    expect(inside!.text.slice(inside!.proposed[0]!.start, inside!.proposed[0]!.end)).toBe("Mercury");
  });

  test("half surrogates become replacement characters, offsets stay", async () => {
    const [one] = await casesOf([detector], ["\ud83d Mercury \udc00"]);
    expect(one!.text.isWellFormed()).toBe(true);
    expect(one!.text.slice(one!.proposed[0]!.start, one!.proposed[0]!.end)).toBe("Mercury");
  });

  test.each([[{ maximumScore: 2 }], [{ sampleShare: -1 }], [{ maximumLength: 50_000 }], [{ detectors: [] }]])(
    "refuses %j",
    async (options) => {
      await expectError(
        async () => uncertainTexts({ detectors: [detector], onCase: () => {}, ...options }),
        "INVALID_ARGUMENT",
      );
    },
  );
});
