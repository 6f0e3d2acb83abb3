import { buildReference, type DocumentElement, type Enricher } from "@groundwork/contracts";
import { expectError } from "@groundwork/testing";
import { describe, expect, test } from "vitest";
import {
  documentClassEnricher,
  elementLanguageEnricher,
  enricher,
  identifiersEnricher,
  keyPhrasesEnricher,
  summaryEnricher,
  type VectorsOf,
} from "../src/index.ts";
import { rankSentences } from "../src/rank-sentences.ts";

const paragraph = (text: string): DocumentElement => ({ kind: "paragraph", text });
const input = (elements: readonly DocumentElement[]) => ({ mediaType: "text/plain", metadata: {}, elements });

/** Counts of topics: a text is a point in three dimensions. */
const topics: VectorsOf = (texts) =>
  texts.map((text) =>
    [/travel|trip|hotel/gi, /salary|payroll|wage/gi, /server|password|network/gi].map(
      (word) => (text.match(word) ?? []).length + 1e-6,
    ),
  );

describe("document class", () => {
  const labels = {
    travel: "Rules about travel, trips and hotels",
    payroll: "Rules about salary, payroll and wages",
    security: "Rules about servers, passwords and the network",
  };
  const classify = async (text: string, options = {}) =>
    (
      await documentClassEnricher({ labels, vectorsOf: topics, vectorsId: "topics", ...options }).enrich(
        input([paragraph(text)]),
      )
    ).metadata?.attributes;

  test("the label whose description is nearest, with probabilities of all", async () => {
    const attributes = await classify("Book the hotel before the trip. Travel by train.");
    expect(attributes).toMatchObject({
      "enrich.class": "travel",
      "enrich.class.score": 1,
      "enrich.class.similarity": 1,
      "enrich.class.labels": ["travel", "payroll", "security"],
      "enrich.class.scores": ["1", "0", "0"],
    });
    expect(attributes!["enrich.class.by"]).toMatch(/^document-class@/);
  });

  test("probabilities are those of the softmax of the cosines", async () => {
    // One word of each of two topics: cosines of 1/√2 with both.
    const attributes = await classify("A trip, and a wage and a wage.", { temperature: 0.5 });
    const cosines = [1 / Math.sqrt(5), 2 / Math.sqrt(5), 0].map((value) => Math.exp(value / 0.5));
    const sum = cosines.reduce((total, value) => total + value);
    expect(attributes!["enrich.class.labels"]).toEqual(["payroll", "travel", "security"]);
    expect((attributes!["enrich.class.scores"] as string[]).map(Number)).toEqual(
      [cosines[1]!, cosines[0]!, cosines[2]!].map((value) => Number((value / sum).toFixed(3))),
    );
  });

  test("a draw, and a document like none of them, are none", async () => {
    expect(await classify("A trip and a wage.", { threshold: 0.6 })).toMatchObject({ "enrich.class": "none" });
    const far: VectorsOf = (texts) => texts.map((text) => (text.includes("Rules") ? [1, 0.1] : [0.05, 1]));
    expect(await classify("Cooking with herbs.", { vectorsOf: far, threshold: 0 })).toMatchObject({
      "enrich.class": "none",
    });
  });

  test("descriptions are embedded once, and again after a failure", async () => {
    let described = 0;
    let fail = true;
    const vectorsOf: VectorsOf = (texts) => {
      if (texts.length === 3 && ++described === 1 && fail) throw new Error("busy");
      return topics(texts);
    };
    const own = documentClassEnricher({ labels, vectorsOf, vectorsId: "topics" });
    await expect(own.enrich(input([paragraph("trip")]))).rejects.toThrow("busy");
    fail = false;
    for (const text of ["trip", "wage", "server"]) await own.enrich(input([paragraph(text)]));
    expect(described).toBe(2);
  });

  test("what cannot work is refused", async () => {
    expect(() => documentClassEnricher({ labels: { one: "x" }, vectorsOf: topics, vectorsId: "t" })).toThrow(
      "two or more",
    );
    const own = documentClassEnricher({ labels, vectorsOf: () => [[1, 0]], vectorsId: "t" });
    await expectError(() => own.enrich(input([paragraph("a".repeat(2_000))])), "INVALID_CONFIGURATION");
    expect(await documentClassEnricher({ labels, vectorsOf: topics, vectorsId: "t" }).enrich(input([]))).toEqual({});
  });
});

describe("summary", () => {
  const CENTRAL = [
    "Employees submit travel receipts to the finance department within thirty days.",
    "The finance department reviews the travel receipts that employees submit.",
    "Late travel receipts are returned to employees by the finance department.",
  ];
  const ASIDE = [
    "The cafeteria on the ground floor opens at eight in the morning.",
    "Bicycles may be parked behind the northern gate of the building.",
    "Lost keys should be reported to the porter without any delay.",
    "Plants in the lobby are watered by volunteers every second week.",
  ];

  test("sentences that say what the others say, in the order of the document", async () => {
    const elements = [ASIDE[0]!, CENTRAL[0]!, ASIDE[1]!, CENTRAL[1]!, ASIDE[2]!, CENTRAL[2]!, ASIDE[3]!].map(paragraph);
    const { attributes } = (await summaryEnricher({ sentences: 2 }).enrich(input(elements))).metadata ?? {};
    const summary = attributes!["enrich.summary"] as readonly string[];
    expect(summary).toHaveLength(2);
    for (const sentence of summary) expect(CENTRAL).toContain(sentence);
    const places = (attributes!["enrich.summary.elements"] as readonly string[]).map(Number);
    expect(places).toEqual([...places].sort((a, b) => a - b));
    expect(places.map((place) => elements[place]!.text)).toEqual(summary);
    expect((attributes!["enrich.summary.scores"] as readonly string[]).map(Number)).toContain(1);
  });

  test("vectors can take the place of words", async () => {
    const elements = [...CENTRAL, ...ASIDE].map(paragraph);
    // By these vectors the asides are alike, and the rest is alone.
    const vectorsOf: VectorsOf = (texts) =>
      texts.map((text, index) => {
        const vector = new Array<number>(10).fill(0);
        if (ASIDE.includes(text)) [vector[0], vector[index + 1]] = [1, 1];
        else vector[9 - index] = 1;
        return vector;
      });
    const own = summaryEnricher({ sentences: 1, vectorsOf, vectorsId: "asides" });
    const { attributes } = (await own.enrich(input(elements))).metadata ?? {};
    expect(ASIDE).toContain((attributes!["enrich.summary"] as string[])[0]);
    expect(own.reference).toBeUndefined();
    expect(summaryEnricher().reference).toBeDefined();
    expect(() => summaryEnricher({ vectorsOf })).toThrow("vectorsId");
  });

  test("a sentence that repeats another is not taken twice; short documents have no summary", async () => {
    const repeated = [CENTRAL[0]!, CENTRAL[0]!, `${CENTRAL[0]!.slice(0, -1)} of travel.`, CENTRAL[1]!, ...ASIDE];
    const { attributes } =
      (await summaryEnricher({ sentences: 2 }).enrich(input(repeated.map(paragraph)))).metadata ?? {};
    const starts = (attributes!["enrich.summary"] as string[]).map((sentence) => sentence.slice(0, 40));
    expect(new Set(starts).size).toBe(2);
    expect(await summaryEnricher().enrich(input(CENTRAL.map(paragraph)))).toEqual({});
  });

  test("a long document takes no longer than a bound", async () => {
    const elements = Array.from({ length: 20_000 }, (_, index) =>
      paragraph(`Sentence number ${index} speaks of item ${index % 97} and of item ${index % 31} again.`),
    );
    const started = performance.now();
    await summaryEnricher().enrich(input(elements));
    expect(performance.now() - started).toBeLessThan(5_000);
  });

  test("the walk over a graph whose answer is known", () => {
    // A path of three: the middle one is reached from both ends. Without jumps it has half of the walk.
    const path = Float64Array.from([0, 1, 0, 1, 0, 1, 0, 1, 0]);
    const [left, middle, right] = rankSentences(path, 3, 0.85);
    expect(left).toBeCloseTo(right!, 6);
    // x = .05 + .85 * m / 2 and m = .05 + .85 * 2x.
    expect(middle).toBeCloseTo((0.05 + 1.7 * 0.05) / (1 - 0.85 * 0.85), 3);
    expect(Array.from(rankSentences(new Float64Array(9), 3))).toEqual(
      [1 / 3, 1 / 3, 1 / 3].map((x) => expect.closeTo(x, 9)),
    );
  });
});

test("what can be built again in another thread is the same there", async () => {
  for (const own of [
    keyPhrasesEnricher({ most: 3 }),
    identifiersEnricher({ most: 2 }),
    summaryEnricher({ sentences: 1 }),
    elementLanguageEnricher({ leastLetters: 50 }),
  ]) {
    const again = await buildReference<Enricher>(JSON.parse(JSON.stringify(own.reference)));
    expect(again.identity).toEqual(own.identity);
  }
});

describe("an enricher of one function", () => {
  const elements = [paragraph("one two"), paragraph("three")];
  const words = enricher({
    name: "word-count",
    revision: "1",
    enrich: ({ elements: own }) => ({ attributes: { words: own.flatMap(({ text }) => text.split(" ")).length } }),
  });

  test("adds what the function finds and keeps what is stated", async () => {
    expect(words.identity).toEqual({ name: "word-count", revision: "1" });
    expect(await words.enrich(input(elements))).toEqual({ metadata: { attributes: { words: 3 } } });
    const stated = { mediaType: "text/plain", metadata: { title: "Mine", attributes: { words: 9 } }, elements };
    expect(await words.enrich(stated)).toEqual({});
    const titled = enricher({
      name: "t",
      revision: "1",
      enrich: async () => ({ metadata: { title: "X", author: "Y" } }),
    });
    expect(await titled.enrich(stated)).toEqual({ metadata: { author: "Y" } });
    expect(await enricher({ name: "n", revision: "1", enrich: () => undefined }).enrich(stated)).toEqual({});
  });

  test("may mark elements, never change or drop them", async () => {
    const mark = enricher({
      name: "m",
      revision: "1",
      enrich: ({ elements: own }) => ({
        elements: own.map((element) => ({ ...element, attributes: { seen: "yes" } })),
      }),
    });
    expect((await mark.enrich(input(elements))).elements?.map(({ attributes }) => attributes)).toEqual([
      { seen: "yes" },
      { seen: "yes" },
    ]);
    for (const change of [
      (own: readonly DocumentElement[]) => own.slice(1),
      (own: readonly DocumentElement[]) => own.map((element) => ({ ...element, text: element.text.toUpperCase() })),
    ]) {
      const bad = enricher({ name: "bad", revision: "1", enrich: ({ elements: own }) => ({ elements: change(own) }) });
      const error = await expectError(() => bad.enrich(input(elements)), "INVALID_CONFIGURATION");
      expect(error.message).not.toContain("three");
    }
  });

  test("an abort is seen before the function", async () => {
    await expectError(() => words.enrich(input(elements), { signal: AbortSignal.abort() }), "ABORTED");
  });
});
