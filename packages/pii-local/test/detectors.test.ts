import { expectError, piiDetectorCases } from "@groundwork/testing";
import { afterAll, describe, expect, test } from "vitest";
import { type LocalPiiDetector, localPii, rulePii } from "../src/index.ts";
import { LABELLED_TEXTS, PLAIN_TEXTS } from "./labelled-texts.ts";

for (const { name, run } of [
  ...piiDetectorCases({ name: "rules", create: () => rulePii() }),
  ...piiDetectorCases({ name: "rules and classifier", create: () => localPii() }),
])
  test(name, run);

/** Typed precision and recall: equal type, characters in both at least half of those in either. */
async function measure(detector: LocalPiiDetector): Promise<{ precision: number; recall: number }> {
  const found = await detector.detect(LABELLED_TEXTS.map(({ text }) => text));
  let right = 0;
  let predicted = 0;
  let expected = 0;
  LABELLED_TEXTS.forEach(({ spans }, index) => {
    expected += spans.length;
    predicted += found[index]!.length;
    for (const span of spans)
      if (
        found[index]!.some((finding) => {
          const both = Math.min(span.end, finding.end) - Math.max(span.start, finding.start);
          const either = Math.max(span.end, finding.end) - Math.min(span.start, finding.start);
          return finding.type === span.type && both / either >= 0.5;
        })
      )
        right++;
  });
  return { precision: right / predicted, recall: right / expected };
}

describe("texts of many kinds", () => {
  const detectors = { rules: rulePii(), classifier: localPii() };
  afterAll(() => detectors.classifier.close());

  test("rules alone", async () => {
    const { precision, recall } = await measure(detectors.rules);
    expect(precision).toBeGreaterThan(0.9);
    expect(recall).toBeGreaterThan(0.85);
  });

  test("with the classifier", async () => {
    const { precision, recall } = await measure(detectors.classifier);
    expect(precision).toBeGreaterThan(0.92);
    expect(recall).toBeGreaterThan(0.92);
  });

  test("policy prose, headings and figures hold next to nothing", async () => {
    for (const detector of Object.values(detectors)) {
      const found = await detector.detect(PLAIN_TEXTS);
      expect(found.flat().length).toBeLessThanOrEqual(1);
    }
  });

  test("scripts without capitals: no name without a reason", async () => {
    const texts = [
      "本规定适用于公司全体员工。员工出差必须事先获得经理批准。",
      "田中太郎さんに連絡してください。",
      "社員は出張前に上司の承認を得なければならない。",
    ];
    const found = await detectors.classifier.detect(texts);
    expect(found.map((list, index) => list.map(({ start, end }) => texts[index]!.slice(start, end)))).toEqual([
      [],
      ["田中太郎"],
      [],
    ]);
  });

  test("only the types that are asked for, from the score that is asked for", async () => {
    const text = "Maria Gonzalez, maria@example.com, card 4111 1111 1111 1111";
    const types = ["EMAIL"];
    expect((await localPii({ types }).detect([text]))[0]!.map(({ type }) => type)).toEqual(types);
    const sure = await rulePii({ minimumScore: 0.97 }).detect([text]);
    expect(sure[0]!.map(({ type }) => type)).toEqual(["EMAIL", "CREDIT_DEBIT_NUMBER"]);
  });

  test("without names there is no need of a model", async () => {
    const detector = localPii({ types: ["EMAIL", "SSN"], modelFolder: "/nowhere" });
    expect((await detector.detect(["Maria Gonzalez, maria@example.com"]))[0]).toHaveLength(1);
  });

  test("a missing model is a typed error", async () => {
    const detector = localPii({ modelFolder: "/nowhere" });
    const error = await expectError(() => detector.detect(["Maria Gonzalez lives in Graz."]), "MODEL_NOT_FOUND");
    expect(error.message).not.toContain("Maria");
    // Everyday words never reach the model.
    expect(await detector.detect(["The order was sent in the morning and paid."])).toEqual([[]]);
  });

  test("a detector is built again from its reference", async () => {
    const text = "Badge EN-4471 of Maria Gonzalez";
    const own = { type: "EMPLOYEE_NUMBER", pattern: "EN-\\d{4}" };
    for (const detector of [rulePii({ recognizers: [own] }), localPii({ recognizers: [own] })]) {
      const reference = structuredClone(detector.reference!);
      const module = (await import(reference.module)) as Record<string, (options: unknown) => LocalPiiDetector>;
      const again = module[reference.name]!(reference.options);
      expect(again.identity).toEqual(detector.identity);
      expect(await again.detect([text])).toEqual(await detector.detect([text]));
      await Promise.all([again.close(), detector.close()]);
    }
  });

  test("other options, other identity", () => {
    const identities = [
      rulePii(),
      rulePii({ types: ["EMAIL"] }),
      rulePii({ countries: ["DE"] }),
      rulePii({ minimumScore: 0.5 }),
    ];
    expect(new Set(identities.map(({ identity }) => JSON.stringify(identity))).size).toBe(identities.length);
  });

  test.each([
    { types: ["E_MAIL"] },
    { countries: ["Germany"] },
    { minimumScore: 1.5 },
    { recognizers: [{ type: "lower", pattern: "x" }] },
    { recognizers: [{ type: "BROKEN", pattern: "(" }] },
    { recognizers: [{ type: "SCORE", words: ["x"], score: 7 }] },
  ])("refuses %j", async (options) => {
    await expectError(async () => rulePii(options), "INVALID_ARGUMENT");
  });
});

describe("own recognisers", () => {
  test("a pattern with context, a list of words, a function", async () => {
    const detector = rulePii({
      types: ["CASE_NUMBER", "PROJECT", "SHOUT"],
      recognizers: [
        { type: "CASE_NUMBER", pattern: "\\b[A-Z]\\d{5}\\b", context: ["case", "file"], score: 0.3 },
        { type: "PROJECT", words: ["Blue Heron", "Üllő", "C++ rewrite"] },
        {
          name: "shout",
          types: ["SHOUT"],
          *find(text) {
            for (const match of text.matchAll(/\p{Lu}{5,20}!/gu))
              yield { type: "SHOUT", start: match.index, end: match.index + match[0].length, score: 0.9 };
          },
        },
      ],
    });
    const text = "Case A12345 is about BLUE\n heron and üllő and the c++ rewrite. ALARM!";
    const [found, without] = await detector.detect([text, "size B54321"]);
    expect(without).toEqual([]);
    expect(found!.map(({ type, start, end }) => [type, text.slice(start, end)])).toEqual([
      ["CASE_NUMBER", "A12345"],
      ["PROJECT", "BLUE\n heron"],
      ["PROJECT", "üllő"],
      ["PROJECT", "c++ rewrite"],
      ["SHOUT", "ALARM!"],
    ]);
    // A function cannot go to another thread.
    expect(detector.reference).toBeUndefined();
  });

  test("a surer own type wins over one of ours", async () => {
    const detector = rulePii({
      recognizers: [{ type: "STAFF_MAIL", pattern: "[a-z.]{1,64}@corp\\.example", score: 1 }],
    });
    expect((await detector.detect(["ask ana.b@corp.example now"]))[0]!.map(({ type }) => type)).toEqual(["STAFF_MAIL"]);
  });
});
