import type { DocumentElement, EnricherResult } from "@groundwork/contracts";
import { describe, expect, test } from "vitest";
import { languageEnricher } from "../src/index.ts";
import { LABEL_WORDS } from "../src/label-words.ts";
import { LanguageEvidence } from "../src/language-evidence.ts";
import { wordHashes } from "../src/stop-word-table.ts";
import { STOP_WORDS } from "../src/stop-words.ts";
import { LANGUAGE_TEXTS } from "./language-texts.ts";

const LANGUAGES = Object.keys(LANGUAGE_TEXTS);

function enrich(texts: readonly string[], language?: string): Promise<EnricherResult> {
  const elements = texts.map((text): DocumentElement => ({ kind: "paragraph", text }));
  return languageEnricher().enrich({
    mediaType: "text/plain",
    metadata: language === undefined ? {} : { language },
    elements,
  });
}

const languagesOf = (result: EnricherResult): (string | undefined)[] =>
  result.elements?.map((element) => element.language) ?? [];

test("the main language of a long and of a short text", async () => {
  for (const language of LANGUAGES) {
    const [long, short] = LANGUAGE_TEXTS[language]!;
    for (const texts of [[long], [short], [long, short]])
      expect((await enrich(texts)).metadata, `${language}: ${texts[0]}`).toEqual({ language });
  }
});

/** Languages between which a short paragraph may go unnoticed: one is nearly written as the other. */
const CLOSE: readonly (readonly string[])[] = [
  ["da", "no"],
  ["bg", "ru", "uk"],
  ["ja", "zh"],
];

test("a paragraph in another language is found, and only that", async () => {
  let found = 0;
  let all = 0;
  for (const main of LANGUAGES)
    for (const other of LANGUAGES) {
      if (main === other || CLOSE.some((group) => group.includes(main) && group.includes(other))) continue;
      const own = LANGUAGE_TEXTS[main]!;
      const result = await enrich([...own, ...own, LANGUAGE_TEXTS[other]![0], ...own]);
      expect(result.metadata).toEqual({ language: main });
      const languages = languagesOf(result);
      const marked = languages[4];
      expect(languages.filter((language, index) => index !== 4 && language !== undefined)).toEqual([]);
      expect([undefined, other]).toContain(marked);
      all++;
      if (marked === other) found++;
    }
  expect(found / all).toBeGreaterThan(0.99);
});

test("a short German, French or Spanish paragraph in English, and the other way round", async () => {
  const english = LANGUAGE_TEXTS.en!;
  for (const other of ["de", "fr", "es", "it", "nl", "pt", "pl"]) {
    const texts = LANGUAGE_TEXTS[other]!;
    expect(languagesOf(await enrich([...english, texts[1], ...english]))[2]).toBe(other);
    expect(languagesOf(await enrich([...texts, english[1], ...texts]))[2]).toBe("en");
  }
});

describe("what is no other language", () => {
  const english = LANGUAGE_TEXTS.en!;
  const texts: Readonly<Record<string, string>> = {
    names:
      "Jan van der Berg, Société Générale de Banque, Universidad de Buenos Aires, Karl-Heinz Müller-Lüdenscheidt, María José de la Cruz, Chiara dell'Acqua",
    places:
      "Argentina, Belize, Brazil, Chile, Costa Rica, El Salvador, Guatemala, Honduras, Nicaragua, Panama, Paraguay",
    address: "51 avenue des Ternes, 51 avenue des Ternes, 51 avenue des Ternes, 51 avenue des Ternes, 75017 Paris",
    codes: "lNSkLF22OtIFtEZG7dv910x60LyRa59cWKqzn7XWOOSM7ekOKEETaxOzjXUMmgg9aG7wSNqfHZZwAbCdEfGhIjKlMnOpQrSt".repeat(3),
    figures:
      "Q1 | 4,200.50 | EBITDA | 12/31/2024\nQ2 | 4,300.75 | EBITDA | 03/31/2025\nQ3 | 4,400.00 | EBITDA | 06/30/2025",
  };
  for (const [name, text] of Object.entries(texts))
    test(name, async () => expect((await enrich([...english, text, ...english])).elements).toBeUndefined());
});

test("a document of labels is told by what its columns are called", async () => {
  const table =
    "Jahr | Monat | Umsatz | Kosten\n2025 | Januar | 134 | 162\n2025 | Februar | 150 | 155\n2025 | März | 160 | 143";
  expect((await enrich([table])).metadata).toEqual({ language: "de" });
  expect(
    (await enrich(["Year | Month | Revenue | Cost\n2025 | January | 134 | 162\n2025 | March | 1 | 2"])).metadata,
  ).toEqual({
    language: "en",
  });
});

test("a text of one line is told by two words of one language, a line of names is not", async () => {
  for (const [text, language] of [
    ["The quick brown fox jumps over the lazy dog", "en"],
    ["Dies ist eine kurze Anleitung", "de"],
    ["Ceci est une note pour vous", "fr"],
    ["Jan van der Berg, Anna de Vries, Piet van Dam", undefined],
    ["Arial, Calibri, Courier New, Helvetica", undefined],
    ["lNSkLF22OtIFtEZG7dv910x60LyRa59cWKqzn7XWOOSM7ekOKEETaxOzjXUMmgg9aG7wSNqfHZZw", undefined],
  ] as const)
    expect((await enrich([text])).metadata?.language, text).toBe(language);
});

test("half and half has no main language", async () => {
  expect(
    (await enrich([LANGUAGE_TEXTS.en![0], LANGUAGE_TEXTS.de![0], LANGUAGE_TEXTS.fr![0]])).metadata,
  ).toBeUndefined();
});

test("a stated language is compared by what it is, however it is written", async () => {
  const norwegian = LANGUAGE_TEXTS.no!;
  expect(await enrich(norwegian, "nb-NO")).toEqual({});
  expect(await enrich(LANGUAGE_TEXTS.he!, "iw")).toEqual({});
  expect(languagesOf(await enrich([...norwegian, LANGUAGE_TEXTS.en![0]], "nn"))[2]).toBe("en");
});

test("a text in the expected language is not read to its end", () => {
  const evidence = new LanguageEvidence();
  const [text] = LANGUAGE_TEXTS.en!;
  evidence.clear();
  expect(evidence.read(text, 0, text.length, "en")).toBe(true);
  evidence.clear();
  expect(evidence.read(LANGUAGE_TEXTS.de![0], 0, LANGUAGE_TEXTS.de![0].length, "en")).toBe(false);
});

test("no two different words share a hash, no language lists a word twice", () => {
  const wordOf = new Map<number, string>();
  for (const words of [...Object.values(STOP_WORDS), ...Object.values(LABEL_WORDS)]) {
    const list = words.split(" ");
    expect(new Set(list).size).toBe(list.length);
    for (const word of list) {
      const hashes = wordHashes(word);
      if (hashes.length !== 1) continue;
      expect(wordOf.get(hashes[0]!) ?? word).toBe(word);
      wordOf.set(hashes[0]!, word);
    }
  }
  expect(wordOf.size).toBeGreaterThan(2_000);
});
