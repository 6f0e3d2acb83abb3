import type { DocumentElement, DocumentMetadata, EnricherResult } from "@groundwork/contracts";
import { expectError } from "@groundwork/testing";
import { describe, expect, test } from "vitest";
import { effectiveDatesEnricher, languageEnricher, titleEnricher } from "../src/index.ts";

const ENGLISH =
  "Employees must submit their receipts to the finance department within thirty days after the end of the trip.";
const FRENCH =
  "Les employés doivent soumettre leurs reçus au service financier dans les trente jours suivant la fin du voyage.";
const GERMAN = "Die Mitarbeiter müssen ihre Belege innerhalb von dreißig Tagen nach dem Ende der Reise einreichen.";
const JAPANESE = "従業員は出張の終了後三十日以内に領収書を経理部に提出しなければなりません。";

const paragraphs = (...texts: readonly string[]): DocumentElement[] =>
  texts.map((text) => ({ kind: "paragraph", text }));

function enrich(
  enricher: ReturnType<typeof languageEnricher>,
  elements: readonly DocumentElement[],
  metadata: DocumentMetadata = {},
): Promise<EnricherResult> {
  return enricher.enrich({ mediaType: "text/plain", metadata, elements });
}

describe("language", () => {
  for (const [language, text] of Object.entries({ en: ENGLISH, fr: FRENCH, de: GERMAN, ja: JAPANESE }))
    test(`${language} is told`, async () => {
      expect((await enrich(languageEnricher(), paragraphs(text))).metadata).toEqual({ language });
    });

  test("elements in another language are marked, the others are left alone", async () => {
    const elements = paragraphs(ENGLISH, ENGLISH, FRENCH, ENGLISH, JAPANESE, "Merci");
    const result = await enrich(languageEnricher(), elements);
    expect(result.metadata).toEqual({ language: "en" });
    expect(result.elements?.map((element) => element.language)).toEqual([
      undefined,
      undefined,
      "fr",
      undefined,
      "ja",
      undefined,
    ]);
    expect(result.elements?.map((element) => element.text)).toEqual(elements.map((element) => element.text));
    expect(await enrich(languageEnricher({ perElement: false }), elements)).toEqual({ metadata: { language: "en" } });
  });

  test("what is stated stays", async () => {
    expect(await enrich(languageEnricher(), paragraphs(ENGLISH), { language: "en-GB" })).toEqual({});
    const marked: DocumentElement = { kind: "paragraph", text: FRENCH, language: "oc" };
    expect(
      (await enrich(languageEnricher(), [...paragraphs(ENGLISH, ENGLISH, ENGLISH), marked])).elements,
    ).toBeUndefined();
  });

  test("too little text, figures and code say nothing", async () => {
    expect(await enrich(languageEnricher(), [])).toEqual({});
    expect(await enrich(languageEnricher(), paragraphs("3.2 (a) 4,200.50 12/31/2024 100 200 300 400"))).toEqual({});
    expect(await enrich(languageEnricher(), [{ kind: "code", text: ENGLISH }])).toEqual({});
  });
});

describe("title", () => {
  const heading = (text: string): DocumentElement => ({ kind: "heading", level: 1, text });
  const cases: readonly (readonly [string, readonly DocumentElement[], string | undefined])[] = [
    [
      "a title wins over a heading before it",
      [heading("Finance"), { kind: "title", text: "Travel\npolicy" }],
      "Travel policy",
    ],
    ["else the first heading", [...paragraphs("FIN-7"), heading("Travel policy"), heading("Scope")], "Travel policy"],
    ["never a table of contents", [heading("Table of Contents"), heading("Travel policy")], "Travel policy"],
    ["never a running header", [{ kind: "header", text: "Confidential" }, ...paragraphs(ENGLISH)], undefined],
    [
      "never a heading far from the start",
      [...paragraphs(...Array<string>(20).fill(ENGLISH)), heading("Annex")],
      undefined,
    ],
    ["never a heading as long as a paragraph", [heading("word ".repeat(80))], undefined],
  ];
  for (const [name, elements, title] of cases)
    test(name, async () => {
      expect(await enrich(titleEnricher(), elements)).toEqual(title === undefined ? {} : { metadata: { title } });
    });

  test("what the metadata states stays", async () => {
    expect(await enrich(titleEnricher(), [heading("Other")], { title: "Stated" })).toEqual({});
  });
});

test("every enricher honours a signal that has fired and does not touch its input", async () => {
  for (const enricher of [languageEnricher(), titleEnricher(), effectiveDatesEnricher()]) {
    const elements = Object.freeze(paragraphs(ENGLISH, FRENCH).map((element) => Object.freeze(element)));
    const input = Object.freeze({ mediaType: "text/plain", metadata: Object.freeze({}), elements });
    await enricher.enrich(input);
    await expectError(() => enricher.enrich(input, { signal: AbortSignal.abort() }), "ABORTED");
  }
});
