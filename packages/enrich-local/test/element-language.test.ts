import type { DocumentElement } from "@groundwork/contracts";
import { expect, test } from "vitest";
import { elementLanguageEnricher } from "../src/index.ts";
import { LANGUAGE_TEXTS } from "./language-texts.ts";

const enrich = (elements: readonly DocumentElement[]) =>
  elementLanguageEnricher().enrich({ mediaType: "text/plain", metadata: {}, elements });

test("every element of a known language is marked, with a score and the stage", async () => {
  const languages = Object.keys(LANGUAGE_TEXTS);
  const elements = languages.map(
    (language): DocumentElement => ({ kind: "paragraph", text: LANGUAGE_TEXTS[language]![0] }),
  );
  const result = await enrich(elements);
  const told = result.elements!.map(({ attributes }) => attributes?.["enrich.language"]);
  const right = languages.filter((language, index) => told[index] === language);
  // The languages of the n-gram tables; those that are nearly written alike may be taken for each other.
  expect(right.length / languages.length).toBeGreaterThan(0.95);
  const scores = result.elements!.map(({ attributes }) => Number(attributes?.["enrich.language.score"] ?? 0.5));
  expect(scores.filter((score) => score > 0.7).length / scores.length).toBeGreaterThan(0.8);
  for (const score of scores) expect(score >= 0 && score <= 1).toBe(true);
  expect(result.elements![0]!.attributes?.["enrich.language.by"]).toMatch(/^element-language@/);
  expect(result.elements!.map(({ text }) => text)).toEqual(elements.map(({ text }) => text));
});

test("short texts, figures, code and running headers are left alone, and the shares add up", async () => {
  const english = LANGUAGE_TEXTS.en![0];
  const result = await enrich([
    { kind: "paragraph", text: english, attributes: { marker: "1." } },
    { kind: "paragraph", text: "Merci" },
    { kind: "paragraph", text: "3.2 (a) 4,200.50 12/31/2024 100 200 300 400" },
    { kind: "code", text: english },
    { kind: "header", text: english },
    { kind: "paragraph", text: LANGUAGE_TEXTS.fr![0] },
  ]);
  expect(result.elements!.map(({ attributes }) => attributes?.["enrich.language"])).toEqual([
    "en",
    undefined,
    undefined,
    undefined,
    undefined,
    "fr",
  ]);
  expect(result.elements![0]!.attributes?.marker).toBe("1.");
  // The field that the pipeline acts on is not set.
  expect(result.elements!.every(({ language }) => language === undefined)).toBe(true);
  const { attributes } = result.metadata!;
  expect(new Set(attributes!["enrich.languages"] as string[])).toEqual(new Set(["en", "fr"]));
  expect(
    (attributes!["enrich.languages.scores"] as string[]).reduce((sum, share) => sum + Number(share), 0),
  ).toBeCloseTo(1, 2);
  expect(await enrich([{ kind: "paragraph", text: "OK" }])).toEqual({});
});
