import { randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildReference, type PiiDetector } from "@groundwork/contracts";
import { rulePii } from "@groundwork/pii-local";
import { PiiKey } from "@groundwork/pii-policy";
import { expectError, piiDetectorCases } from "@groundwork/testing";
import { afterAll, describe, expect, test } from "vitest";
import { buildCorrections, correctedPii, evaluateDetector, type ReviewedCase } from "../src/index.ts";
import { corrected, found, key, keyBytes, reviewedCase, wordDetector } from "./feedback-fixtures.ts";

describe("corrections", () => {
  const detector = wordDetector({ Mercury: ["NAME", 0.5], "12-345": ["PHONE", 0.5], "Ada Lovelace,": ["NAME", 0.6] });
  const review = async (text: string, labels: readonly [string, string][]): Promise<ReviewedCase> =>
    reviewedCase(text, (await detector.detect([text]))[0]!, labels);

  test("a rejected finding is left out at its place, in an edited text too, and stays elsewhere", async () => {
    const text = "We ordered forty tons of Mercury from the mine last year.";
    const { detector: better } = await corrected(detector, [await review(text, [])]);
    expect(await found(better, text)).toEqual([]);
    expect(await found(better, `New first sentence. ${text.replace("last year", "in May")} And more.`)).toEqual([]);
    expect(await found(better, "Mercury Jones signed.")).toEqual(["NAME=Mercury"]);
  });

  test("a missed value is found at its place; blanks and punctuation around do not matter", async () => {
    const text = "The keys are with Old Tom (cell block) and nobody else.";
    const { detector: better } = await corrected(detector, [await review(text, [["NAME", "Old Tom"]])]);
    expect(await found(better, text)).toEqual(["NAME=Old Tom"]);
    expect(await found(better, text.replace("with Old", "with  Old").replace("Tom (cell", "Tom, cell"))).toEqual([
      "NAME=Old Tom",
    ]);
    expect(await found(better, "Old Tom said so.")).toEqual([]);
  });

  test("another type and other bounds take the place of what was found", async () => {
    const text = "Refer to case 12-345 when you write to Ada Lovelace, please.";
    const { detector: better } = await corrected(detector, [
      await review(text, [
        ["CASE_NUMBER", "case 12-345"],
        ["NAME", "Ada Lovelace"],
      ]),
    ]);
    expect(await found(better, text)).toEqual(["CASE_NUMBER=case 12-345", "NAME=Ada Lovelace"]);
  });

  test("what people agree on holds everywhere: a rejection always, a label when it is no everyday word", async () => {
    const cases = [
      await review("Ships carry Mercury to the coast.", []),
      await review("Plants need no Mercury at all.", []),
      await review("Ask for Old Tom at the gate.", [["NAME", "Old Tom"]]),
      await review("Everyone knows Old Tom around here.", [["NAME", "Old Tom"]]),
      await review("Then Will went away.", [["NAME", "Will"]]),
      await review("Later Will came back.", [["NAME", "Will"]]),
    ];
    const { detector: better } = await corrected(detector, cases);
    expect(await found(better, "Mercury rises. Old Tom waits. Will it rain?")).toEqual(["NAME=Old Tom"]);
    const { detector: cautious } = await corrected(detector, cases, { agreement: 0 });
    expect(await found(cautious, "Mercury rises. Old Tom waits.")).toEqual(["NAME=Mercury"]);
    const { detector: strict } = await corrected(detector, cases, { agreement: 3 });
    expect(await found(strict, "Mercury rises. Old Tom waits.")).toEqual(["NAME=Mercury"]);
  });

  test("people who disagree decide nothing beyond the place", async () => {
    const cases = [
      await review("Ships carry Mercury to the coast.", []),
      await review("Plants need no Mercury at all.", []),
      await review("Signed by Mercury in person.", [["NAME", "Mercury"]]),
    ];
    const { detector: better } = await corrected(detector, cases);
    expect(await found(better, "Mercury rises.")).toEqual(["NAME=Mercury"]);
    expect(await found(better, cases[0]!.text)).toEqual([]);
    expect(await found(better, cases[2]!.text)).toEqual(["NAME=Mercury"]);
  });

  test("a later answer takes an earlier one's place", async () => {
    const text = "Signed by Mercury in person.";
    const first = await buildCorrections([await review(text, [])], { key });
    const second = await buildCorrections([await review(text, [["NAME", "Mercury"]])], {
      key,
      earlier: first.corrections,
    });
    expect([first.rejected, second.confirmed, second.corrections.verdicts.length]).toEqual([1, 1, 1]);
    const better = correctedPii({ detectors: [detector], corrections: second.corrections, key: keyBytes });
    expect((await better.detect([text]))[0]).toMatchObject([{ score: 1, detector: "review" }]);
  });

  test("no text is in them, and none can be told without the key", async () => {
    const { corrections } = await corrected(detector, [
      await review("The keys are with Old Tom and Mercury.", [["NAME", "Old Tom"]]),
    ]);
    expect(JSON.stringify(corrections)).not.toMatch(/Tom|tom|Mercury|mercury|keys/);
    const other = await buildCorrections([await review("The keys are with Old Tom and Mercury.", [])], {
      key: new PiiKey(randomBytes(32)),
    });
    const shown = new Set(other.corrections.verdicts.flatMap(({ place, value }) => [place, value]));
    for (const { place, value } of corrections.verdicts) expect(shown.has(place) || shown.has(value)).toBe(false);
    await expectError(
      async () => correctedPii({ detectors: [detector], corrections: other.corrections, key: keyBytes }),
      "INVALID_ARGUMENT",
    );
  });

  test("answers at the cut edge of a long text, and about no word, are counted as of no use", async () => {
    const text = "Mercury rises over the hill and --- falls again after a while.";
    const built = await buildCorrections(
      [
        {
          ...(await review(text, [
            ["NAME", "Mercury"],
            ["PIN", "---"],
          ])),
          cutBefore: true,
        },
      ],
      { key },
    );
    expect(built).toMatchObject({ unusable: 2, confirmed: 0, added: 0, corrections: { verdicts: [] } });
  });

  test("the fingerprint changes with the corrections, the detector is built again from a file", async () => {
    const folder = await mkdtemp(join(tmpdir(), "feedback-"));
    try {
      const text = "Write to ada@example.com about the Mercury project.";
      const proposed = (await rulePii().detect([text]))[0]!;
      const { corrections } = await buildCorrections([reviewedCase(text, proposed, [])], { key });
      const file = join(folder, "corrections.json");
      await writeFile(file, JSON.stringify(corrections));
      await writeFile(join(folder, "key"), keyBytes.toString("hex"));
      const options = { corrections: { file }, key: { file: join(folder, "key") } };
      const better = correctedPii({ detectors: [rulePii()], ...options });
      expect(await found(better, text)).toEqual([]);
      expect(better.reference).toBeDefined();
      const again = await buildReference<PiiDetector>(structuredClone(better.reference!));
      expect(await found(again, text)).toEqual([]);
      expect(again.identity).toEqual(better.identity);
      const none = correctedPii({
        detectors: [rulePii()],
        corrections: { ...corrections, verdicts: [] },
        key: keyBytes,
      });
      expect(JSON.stringify(none.identity)).not.toBe(JSON.stringify(better.identity));
      await expectError(
        async () => correctedPii({ detectors: [rulePii()], ...options, corrections: { file: join(folder, "no") } }),
        "INVALID_CONFIGURATION",
      );
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  test("ten thousand corrections and a text of a megabyte take no long time", async () => {
    const cases = await Promise.all(
      Array.from({ length: 5_000 }, (_, index) =>
        review(`Case ${index} went to Person${index} Surname${index} of the Mercury office.`, [
          ["NAME", `Person${index} Surname${index}`],
        ]),
      ),
    );
    const { detector: better } = await corrected(detector, cases);
    const text = cases
      .map((one) => one.text)
      .join("\n")
      .repeat(3);
    const started = performance.now();
    const [findings] = await better.detect([text]);
    expect(findings!.length).toBe(15_000);
    expect(performance.now() - started).toBeLessThan(20_000);
  });
});

describe("regression cases", () => {
  test("a detector is measured by what people said; the corrected one is right", async () => {
    const detector = wordDetector({ Mercury: ["NAME", 0.5], Ada: ["NAME", 0.9] });
    const texts = ["Ships carry Mercury to Ada.", "Old Tom met Ada."];
    const lists = await detector.detect(texts);
    const cases = [
      reviewedCase(texts[0]!, lists[0]!, [["NAME", "Ada"]]),
      reviewedCase(texts[1]!, lists[1]!, [
        ["NAME", "Old Tom"],
        ["NAME", "Ada"],
      ]),
    ];
    const figures = await evaluateDetector(detector, cases);
    expect(figures).toMatchObject({ cases: 2, types: [{ type: "NAME", found: 2, missed: 1, wrong: 1 }] });
    expect(figures.precision).toBeCloseTo(2 / 3);
    expect(figures.differences.map(({ kind, start, end }) => [kind, start, end])).toEqual([
      ["wrong", 12, 19],
      ["missed", 0, 7],
    ]);
    const { detector: better } = await corrected(detector, cases);
    expect(await evaluateDetector(better, cases)).toMatchObject({ precision: 1, recall: 1, f2: 1, differences: [] });
  });
});

describe("as a detector", () => {
  const open: { close(): Promise<void> }[] = [];
  afterAll(async () => {
    for (const one of open) await one.close();
  });
  const create = async (): Promise<PiiDetector> => {
    const text = "A line about Maria Gonzalez, who called yesterday.";
    const { corrections } = await buildCorrections([reviewedCase(text, [], [["NAME", "Maria Gonzalez"]])], { key });
    return correctedPii({ detectors: [rulePii()], corrections, key: keyBytes });
  };
  for (const { name, run } of piiDetectorCases({ name: "corrected rules", create })) test(name, run);
});
