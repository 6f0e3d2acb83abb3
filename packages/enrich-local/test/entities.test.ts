import { buildReference, type DocumentElement, type Enricher, type PiiDetector } from "@groundwork/contracts";
import { localPii } from "@groundwork/pii-local";
import { expectError } from "@groundwork/testing";
import { describe, expect, test } from "vitest";
import { entitiesEnricher } from "../src/index.ts";

const KNOWN: Readonly<Record<string, readonly [type: string, score: number]>> = {
  "Treasury Department": ["ORGANIZATION", 0.9],
  "the Treasury Department": ["ORGANIZATION", 0.7],
  "TREASURY DEPARTMENT": ["ORGANIZATION", 0.8],
  "Maria Gonzalez": ["NAME", 0.95],
  Geneva: ["LOCATION", 0.9],
  Turin: ["LOCATION", 0.3],
  "x@y.org": ["EMAIL", 1],
};

const detector: PiiDetector = {
  identity: { name: "known", revision: "1" },
  detect: async (texts) =>
    texts.map((text) =>
      Object.entries(KNOWN)
        .flatMap(([value, [type, score]]) =>
          Array.from(text.matchAll(new RegExp(value, "g")), ({ index }) => ({
            type,
            start: index,
            end: index + value.length,
            score,
            detector: "known",
          })),
        )
        .sort((a, b) => a.start - b.start || b.end - a.end)
        .filter((finding, index, all) => index === 0 || finding.start >= all[index - 1]!.end),
    ),
};

const paragraphs = (...texts: readonly string[]): DocumentElement[] =>
  texts.map((text) => ({ kind: "paragraph", text }));
const enrich = async (enricher: Enricher, elements: readonly DocumentElement[], attributes = {}) =>
  (await enricher.enrich({ mediaType: "text/plain", metadata: { attributes }, elements })).metadata?.attributes ?? {};

const TEXTS = paragraphs(
  "Maria Gonzalez wrote to the Treasury Department. The office in Geneva and that in Turin answered.",
  "TREASURY DEPARTMENT NOTICE: the Treasury Department moves to Geneva. Write to x@y.org.",
);

describe("entities", () => {
  test("each once, in its usual form, the most frequent first", async () => {
    const attributes = await enrich(entitiesEnricher({ detector }), TEXTS);
    expect(attributes).toMatchObject({
      "enrich.entities": ["the Treasury Department", "Geneva", "Maria Gonzalez"],
      "enrich.entities.types": ["ORGANIZATION", "LOCATION", "PERSON"],
      "enrich.entities.counts": ["3", "2", "1"],
      "enrich.entities.scores": ["0.8", "0.9", "0.95"],
      "enrich.entities.elements": ["0", "0", "0"],
    });
    expect(attributes["enrich.entities.by"]).toMatch(/^entities@[0-9a-f]{16}$/);
  });

  test("types, the number and the least score are the caller's; what the document states stays", async () => {
    const types = { EMAIL: "CONTACT", LOCATION: "LOCATION" };
    expect(await enrich(entitiesEnricher({ detector, types, minimumScore: 0, most: 2 }), TEXTS)).toMatchObject({
      "enrich.entities": ["Geneva", "Turin"],
    });
    expect(await enrich(entitiesEnricher({ detector }), TEXTS, { "enrich.entities": ["mine"] })).not.toHaveProperty([
      "enrich.entities",
    ]);
    expect(await enrich(entitiesEnricher({ detector }), paragraphs("Nobody is here."))).toEqual({});
    await expectError(async () => entitiesEnricher({ detector, most: 0 }), "INVALID_ARGUMENT");
    await expectError(
      () =>
        entitiesEnricher({ detector }).enrich(
          { mediaType: "text/plain", metadata: {}, elements: TEXTS },
          { signal: AbortSignal.abort() },
        ),
      "ABORTED",
    );
  });

  test("with the detector of this library, in a worker too", async () => {
    const own = entitiesEnricher({ detector: localPii({ types: ["NAME", "ORGANIZATION", "LOCATION"] }) });
    const again = await buildReference<Enricher>(structuredClone(own.reference!));
    expect(again.identity).toEqual(own.identity);
    const texts = paragraphs("Maria Gonzalez of the World Health Organization met Tom Becker in Geneva.");
    const { "enrich.entities": entities } = await enrich(again, texts);
    expect(entities).toContain("Maria Gonzalez");
    expect(entities).toContain("Tom Becker");
  });
});
