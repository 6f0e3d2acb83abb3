import type { DocumentElement, DocumentMetadata, EnricherResult } from "@groundwork/contracts";
import { describe, expect, test } from "vitest";
import { keyPhrasesEnricher } from "../src/index.ts";
import { splitSentences } from "../src/split-sentences.ts";

const paragraphs = (...texts: readonly string[]): DocumentElement[] =>
  texts.map((text) => ({ kind: "paragraph", text }));

function enrich(
  elements: readonly DocumentElement[],
  metadata: DocumentMetadata = {},
  most?: number,
): Promise<EnricherResult> {
  const enricher = keyPhrasesEnricher(most === undefined ? {} : { most });
  return enricher.enrich({ mediaType: "text/plain", metadata, elements });
}

const phrases = ({ metadata }: EnricherResult): readonly string[] =>
  (metadata?.attributes?.["enrich.keyPhrases"] ?? []) as readonly string[];

const TRAVEL = paragraphs(
  "Travel card policy",
  "The travel card is issued to employees who travel for the agency. The travel card is not a personal credit card.",
  "A cardholder must submit a travel voucher within five days. The approving official reviews each travel voucher.",
  "The approving official may suspend the travel card of a cardholder who does not submit a travel voucher in time.",
  "Questions about the letter of credit go to the treasury. A letter of credit is rare. No letter of credit is issued twice.",
);

describe("key phrases", () => {
  test("phrases of a policy, the best first, whole and in the form that is usual", async () => {
    const found = phrases(await enrich(TRAVEL));
    expect(found.slice(0, 3)).toContain("travel card");
    expect(found).toEqual(expect.arrayContaining(["travel voucher", "approving official", "letter of credit"]));
    // Parts of a phrase that stand nowhere else, and words that only join, are none.
    for (const other of ["letter", "credit", "approving", "official", "voucher", "the", "must submit"])
      expect(found).not.toContain(other);
  });

  test("scores, places and the stage stand beside them", async () => {
    const { attributes = {} } = (await enrich(TRAVEL, {}, 4)).metadata ?? {};
    const scores = (attributes["enrich.keyPhrases.scores"] as readonly string[]).map(Number);
    expect(scores).toHaveLength(4);
    expect(scores[0]).toBe(1);
    expect(scores).toEqual([...scores].sort((a, b) => b - a));
    const places = attributes["enrich.keyPhrases.elements"] as readonly string[];
    phrases({ metadata: { attributes } }).forEach((phrase, index) => {
      const texts = TRAVEL.map(({ text }) => text.toLowerCase());
      expect(Number(places[index])).toBe(texts.findIndex((text) => text.includes(phrase.toLowerCase())));
    });
    expect(attributes["enrich.keyPhrases.by"]).toMatch(/^key-phrases@[0-9a-f]{16}$/);
  });

  test("a phrase does not run over a comma, a stop or the end of an element", async () => {
    const found = phrases(await enrich(paragraphs("Red apples, green pears. Blue plums", "Old cherries")));
    for (const phrase of found) expect(phrase).not.toMatch(/apples green|pears Blue|plums Old/i);
    expect(found).toContain("green pears");
  });

  test("other languages by their own function words; those without any get nothing", async () => {
    const german = paragraphs(
      "Die Reisekostenabrechnung ist innerhalb von dreißig Tagen einzureichen.",
      "Die Abteilung prüft die Reisekostenabrechnung und die Belege der Reise.",
    );
    const found = phrases(await enrich(german, { language: "de" }));
    expect(found).toContain("Reisekostenabrechnung");
    for (const phrase of found) expect(phrase).not.toMatch(/^(?:die|von|und|der)\b|\b(?:die|von|und|der)$/i);
    expect(await enrich(paragraphs("従業員は領収書を経理部に提出する。"), { language: "ja" })).toEqual({});
  });

  test("code, page numbers and running headers say nothing; an attribute that is stated stays", async () => {
    expect(
      await enrich([
        { kind: "code", text: "alpha beta" },
        { kind: "header", text: "Agency manual" },
      ]),
    ).toEqual({});
    const stated = { attributes: { "enrich.keyPhrases": ["mine"] } };
    expect((await enrich(TRAVEL, stated)).metadata?.attributes?.["enrich.keyPhrases"]).toBeUndefined();
  });

  test("time is linear in the text, whatever the text", async () => {
    const words = [
      "alpha",
      "Beta",
      "gamma",
      "of",
      "the",
      "delta-epsilon",
      "X1",
      "…",
      "a.b",
      "\n",
      "(",
      "Zürich",
      "1234",
    ];
    let state = 11;
    const random = (): number => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
      return state >> 16;
    };
    const noise = (length: number): string => Array.from({ length }, () => words[random() % words.length]!).join(" ");
    const time = async (texts: readonly string[]): Promise<number> => {
      const started = performance.now();
      await enrich(paragraphs(...texts));
      return performance.now() - started;
    };
    await time([noise(2_000)]);
    for (const make of [
      noise,
      (length: number) => "a".repeat(length * 5),
      (length: number) => "x. ".repeat(length),
      (length: number) => "Aa'".repeat(length),
      (length: number) => "A. ".repeat(length),
      (length: number) => "no. 1. ".repeat(length),
      (length: number) => "a ".repeat(length),
      (length: number) => "Red of Blue ".repeat(length),
      (length: number) => Array.from({ length }, (_, index) => `w${index}`).join(" "),
    ]) {
      const short = await time([make(5_000)]);
      const long = await time([make(40_000)]);
      expect(long).toBeLessThan(Math.max(short, 15) * 8 * 4);
    }
  });
});

describe("sentences", () => {
  for (const [text, ...sentences] of [
    ["One here. Two here! Three?", "One here.", "Two here!", "Three?"],
    ["See Sec. 4 and No. 5. Then go.", "See Sec. 4 and No. 5.", "Then go."],
    ["3.2. Scope of it. More.", "3.2. Scope of it.", "More."],
    ["A line that goes\non here. Next.", "A line that goes on here.", "Next."],
    ["Head\n\nBody text.", "Head", "Body text."],
    ["従業員は提出する。経理部が確認する。", "従業員は提出する。", "経理部が確認する。"],
    ["J. Smith signs. Done.", "J. Smith signs.", "Done."],
    ["", ...[]],
  ] as const)
    test(text === "" ? "nothing" : text, () => expect(splitSentences(text)).toEqual(sentences));

  test("an unknown language tag is no error", () => {
    expect(splitSentences("One. Two.", "not a tag")).toEqual(["One.", "Two."]);
  });
});
