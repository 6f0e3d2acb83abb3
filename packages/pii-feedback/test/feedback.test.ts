import { randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildReference, type PiiDetector, type PiiFinding } from "@groundwork/contracts";
import { rulePii } from "@groundwork/pii-local";
import { PiiKey } from "@groundwork/pii-policy";
import { expectError, piiDetectorCases } from "@groundwork/testing";
import { afterAll, describe, expect, test } from "vitest";
import {
  buildCorrections,
  type Corrections,
  correctedPii,
  evaluateDetector,
  labelCategories,
  type ManifestEntry,
  manifestLine,
  type ReviewCase,
  type ReviewedCase,
  readManifest,
  uncertainTexts,
} from "../src/index.ts";

const keyBytes = randomBytes(32);
const key = new PiiKey(keyBytes);

/** Finds each of some words, with a score of its own. */
function wordDetector(words: Readonly<Record<string, readonly [type: string, score: number]>>): PiiDetector {
  return {
    identity: { name: "words", revision: "1", options: words },
    detect: async (texts) =>
      texts.map((text) =>
        Object.entries(words)
          .flatMap(([word, [type, score]]) =>
            Array.from(
              text.matchAll(new RegExp(word, "g")),
              ({ index }): PiiFinding => ({ type, start: index, end: index + word.length, score, detector: "words" }),
            ),
          )
          .sort((a, b) => a.start - b.start),
      ),
  };
}

async function casesOf(
  detectors: readonly PiiDetector[],
  texts: readonly string[],
  options = {},
): Promise<ReviewCase[]> {
  const cases: ReviewCase[] = [];
  const detector = uncertainTexts({ detectors, onCase: (one) => void cases.push(one), ...options });
  await detector.detect(texts);
  return cases;
}

async function entriesOf(lines: readonly string[], options = {}): Promise<ManifestEntry[]> {
  const entries: ManifestEntry[] = [];
  for await (const entry of readManifest(lines, options)) entries.push(entry);
  return entries;
}

/** The line as a labeling job gives it back. */
function answered(line: string, entities: readonly (readonly [label: string, start: number, end: number])[]): string {
  return JSON.stringify({
    ...JSON.parse(line),
    "review-1": {
      annotations: {
        entities: entities.map(([label, startOffset, endOffset]) => ({ endOffset, startOffset, label })),
        labels: [...new Set(entities.map(([label]) => label))].map((label) => ({ label })),
      },
    },
    "review-1-metadata": {
      entities: entities.map(() => ({ confidence: 0.08 })),
      "job-name": "labeling-job/review-1",
      type: "groundtruth/text-span",
      "creation-date": "2026-02-03T10:00:00.000000",
      "human-annotated": "yes",
    },
  });
}

function reviewedCase(
  text: string,
  proposed: readonly PiiFinding[],
  labels: readonly [string, string][],
): ReviewedCase {
  return {
    id: text.slice(0, 8),
    text,
    proposed,
    labelled: labels.map(([type, value]) => {
      const start = text.indexOf(value);
      return { type, start, end: start + value.length };
    }),
  };
}

async function corrected(
  detector: PiiDetector,
  cases: readonly ReviewedCase[],
  options = {},
): Promise<{ detector: PiiDetector; corrections: Corrections }> {
  const { corrections } = await buildCorrections(cases, { key });
  const stored = JSON.parse(JSON.stringify(corrections)) as Corrections;
  return {
    corrections,
    detector: correctedPii({ detectors: [detector], corrections: stored, key: keyBytes, ...options }),
  };
}

async function found(detector: PiiDetector, text: string): Promise<string[]> {
  const [findings] = await detector.detect([text]);
  return findings!.map(({ type, start, end }) => `${type}=${text.slice(start, end)}`);
}

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

describe("manifests of Ground Truth", () => {
  const one: ReviewCase = {
    id: "a".repeat(24),
    text: "Line one\nMercury 😀 met Ada.",
    proposed: [{ type: "NAME", start: 9, end: 16, score: 0.4, detector: "words" }],
  };

  test("a line has the text, and the proposals as an earlier job's labels", () => {
    const line = manifestLine(one, { at: 0 });
    expect(line).not.toContain("\n");
    expect(JSON.parse(line)).toMatchObject({
      source: one.text,
      "groundwork-pii": {
        annotations: { entities: [{ label: "NAME", startOffset: 9, endOffset: 16 }], labels: [{ label: "NAME" }] },
      },
      "groundwork-pii-metadata": {
        entities: [{ confidence: 0.4 }],
        type: "groundtruth/text-span",
        "creation-date": "1970-01-01T00:00:00.000Z",
        "human-annotated": "no",
        "job-name": "labeling-job/groundwork-pii",
      },
    });
  });

  test("an answered line comes back with both", async () => {
    const [entry] = await entriesOf([answered(manifestLine(one), [["NAME", 24, 27]])]);
    expect(entry).toMatchObject({
      line: 1,
      outcome: "reviewed",
      reviewed: { text: one.text, proposed: one.proposed, labelled: [{ type: "NAME", start: 24, end: 27 }] },
    });
  });

  test("offsets that count code points are told and can be read", async () => {
    const line = answered(manifestLine(one), [["NAME", 23, 26]]);
    const [entry] = await entriesOf([line], { offsets: "code-points" });
    expect(entry).toMatchObject({ reviewed: { labelled: [{ start: 24, end: 27 }] } });
    const inside = answered(manifestLine(one), [["NAME", 18, 23]]);
    await expectError(() => entriesOf([inside]), "INVALID_ARGUMENT");
  });

  test("a line of a job of somebody else's: labels become types", async () => {
    const line =
      '{"source":"Kofi is an engineer.","Jobs":{"annotations":{"entities":[{"endOffset":4,"startOffset":0,"label":"Person name"}],"labels":[{"label":"Person name"}]}},' +
      '"Jobs-metadata":{"entities":[{"confidence":0.92}],"job-name":"labeling-job/jobs","type":"groundtruth/text-span","creation-date":"2020-05-14T21:45:27.175903","human-annotated":"yes"}}';
    expect(await entriesOf([line])).toMatchObject([
      { reviewed: { proposed: [], labelled: [{ type: "PERSON_NAME", start: 0, end: 4 }] } },
    ]);
    expect(await entriesOf([line], { typeOf: () => "NAME" })).toMatchObject([
      { reviewed: { labelled: [{ type: "NAME" }] } },
    ]);
    expect(await entriesOf([line], { attribute: "Other" })).toEqual([{ line: 1, outcome: "unreviewed" }]);
  });

  test("the last answer of people counts; unanswered and failed lines are told", async () => {
    const first = answered(manifestLine(one), [["NAME", 9, 16]]);
    const twice = JSON.parse(first);
    twice["review-2"] = { annotations: { entities: [], labels: [] } };
    twice["review-2-metadata"] = { ...twice["review-1-metadata"], "creation-date": "2026-03-01T00:00:00" };
    const failed = JSON.parse(first);
    failed["review-1-metadata"]["failure-reason"] = "ClientError";
    const entries = await entriesOf([JSON.stringify(twice), manifestLine(one), "", JSON.stringify(failed)]);
    expect(entries).toMatchObject([
      { line: 1, outcome: "reviewed", reviewed: { labelled: [] } },
      { line: 2, outcome: "unreviewed" },
      { line: 4, outcome: "failed" },
    ]);
  });

  test("texts in objects are loaded", async () => {
    const line = JSON.stringify({
      ...JSON.parse(answered(manifestLine(one), [])),
      source: undefined,
      "source-ref": "s3://b/k",
    });
    expect(await entriesOf([line], { load: async (reference: string) => `of ${reference}` })).toMatchObject([
      { reviewed: { text: "of s3://b/k" } },
    ]);
    await expectError(() => entriesOf([line]), "INVALID_ARGUMENT");
  });

  test.each([
    ["no JSON", "{Mercury"],
    ["no object", "[1]"],
    ["no text", answered(manifestLine(one), []).replace('"source"', '"sauce"')],
    ["no entities", answered(manifestLine(one), []).replaceAll('"annotations"', '"notes"')],
    ["offsets outside", answered(manifestLine(one), [["NAME", 20, 900]])],
    ["offsets the wrong way round", answered(manifestLine(one), [["NAME", 20, 10]])],
  ])("a line with %s is refused by its number, without its text", async (_, line) => {
    const error = await expectError(() => entriesOf(["", line]), "INVALID_ARGUMENT");
    expect(error.message).toContain("Line 2");
    expect(`${error.message} ${error.stack}`).not.toContain("Mercury");
  });

  test("categories are unique and have instructions", async () => {
    expect(labelCategories(["NAME", "EMAIL", "NAME"])).toMatchObject({
      "document-version": "2018-11-28",
      labels: [{ label: "EMAIL" }, { label: "NAME" }],
      instructions: {
        shortInstruction: expect.stringContaining("<p>"),
        fullInstruction: expect.stringContaining("<p>"),
      },
    });
    await expectError(async () => labelCategories([]), "INVALID_ARGUMENT");
    await expectError(async () => manifestLine(one, { attribute: "x-metadata" }), "INVALID_ARGUMENT");
  });
});

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
