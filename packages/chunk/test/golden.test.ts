import {
  type Chunker,
  type DocumentElement,
  renderTableText,
  stableHash,
  type TextRevision,
} from "@groundwork/contracts";
import { createTokenCounter } from "@groundwork/embed-local";
import { testTokenCounter } from "@groundwork/testing/hash-embedder";
import { revisionOf } from "@groundwork/testing/random-revision";
import { type SeededRandom, seededRandom } from "@groundwork/testing/seeded-random";
import { expect, test } from "vitest";
import { fixedSizeChunker, sentenceChunker, structureChunker } from "../src/index.ts";

const WORDS =
  "the policy of travel and/or approval manager's request (receipt) within 30 days; don't re-use Sec. 3.2 e.g. U.S. “quoted” — l’été naïve 50€ 規程 出張旅費 ไทย का snake_case a.b.c x1y2 +1-202-555-0100 https://example.org/a?b=c&d [MASK] zero\u200bwidth non\u00a0breaking e\u0301tage 👩‍👩‍👧 CamelCase".split(
    " ",
  );

function sentence(random: SeededRandom, most: number): string {
  return `${Array.from({ length: random.integer(2, most) }, () => random.pick(WORDS)).join(" ")}${random.pick([".", ".", "?", "。", ":"])}`;
}

const prose = (random: SeededRandom, sentences: number, most = 20): string =>
  Array.from({ length: sentences }, () => sentence(random, most)).join(random.pick([" ", " ", "\n", " \f "]));

function tableElement(random: SeededRandom): DocumentElement {
  const rows = random.integer(2, 60);
  const cells = Array.from({ length: rows * 3 }, (_, place) => ({
    row: Math.floor(place / 3),
    column: place % 3,
    text: random.chance(0.1) ? " " : sentence(random, random.chance(0.02) ? 150 : 6),
    ...(place < 3 ? { header: true } : {}),
  }));
  const table = { rows, columns: 3, cells };
  return { kind: "table", text: renderTableText(table), table, location: { sheet: "Rates", range: `B3:D${rows + 2}` } };
}

function elementsOf(random: SeededRandom): DocumentElement[] {
  const makers: (() => DocumentElement[])[] = [
    () => [{ kind: "heading", text: sentence(random, 5), level: random.integer(1, 3) }],
    () => [{ kind: "paragraph", text: prose(random, random.integer(1, 12)) }],
    () => [{ kind: "paragraph", text: ` ${prose(random, 1, 500)}\n ` }],
    () => [{ kind: "paragraph", text: random.pick(["x", "字", "ab-", "e\u0301"]).repeat(700) }],
    () => [
      { kind: "paragraph", text: `${prose(random, 2)} As follows:` },
      ...Array.from(
        { length: random.integer(1, 30) },
        (_, item): DocumentElement => ({ kind: "list_item", level: item % 3, text: prose(random, 1, 30) }),
      ),
    ],
    () => [{ kind: "caption", text: sentence(random, 9) }, tableElement(random)],
    () => [
      {
        kind: "code",
        text: Array.from({ length: 50 }, (_, line) => (line % 9 === 0 ? "" : sentence(random, 9))).join("\n"),
      },
    ],
    () => [{ kind: "page_number", text: "7" }],
  ];
  return Array.from({ length: random.integer(5, 25) }, () => random.pick(makers)()).flat();
}

const revisions: readonly TextRevision[] = Array.from({ length: 12 }, (_, index) => {
  const random = seededRandom(900 + index);
  const title = index % 3 === 0 ? {} : { title: sentence(random, index % 3 === 1 ? 6 : 200) };
  return revisionOf(elementsOf(random), title, `rev_${index}`);
});

const fingerprintOfChunks = (chunker: Chunker): string =>
  stableHash(
    revisions.flatMap((revision) => [...chunker.chunk(revision)].map((chunk) => JSON.stringify(chunk))),
    16,
  );

const wordPiece = createTokenCounter();
const notAdditive = testTokenCounter();

/**
 * What these chunkers have always given. A difference is a change of their output: bump the revision in the identity of the
 * chunker, so that stored chunks are made anew.
 */
test.each([
  ["structure", structureChunker({ tokenCounter: wordPiece }), "b4f27e0a20778bdd"],
  ["structure, small", structureChunker({ tokenCounter: wordPiece, maxTokens: 48 }), "17f75bb852eabc60"],
  [
    "parents",
    structureChunker({ tokenCounter: wordPiece, maxTokens: 64, parents: { maxTokens: 300 } }),
    "4db8fe53364699dd",
  ],
  ["sentences", sentenceChunker({ tokenCounter: wordPiece, maxTokens: 64, maxSentences: 3 }), "ba49353dbaf0904c"],
  ["fixed size", fixedSizeChunker({ tokenCounter: wordPiece, maxTokens: 64, overlapTokens: 12 }), "5976de724f233980"],
  [
    "structure, counts that do not add up",
    structureChunker({ tokenCounter: notAdditive, maxTokens: 64 }),
    "a59ac866dc9cd483",
  ],
  [
    "sentences, counts that do not add up",
    sentenceChunker({ tokenCounter: notAdditive, maxTokens: 64, maxSentences: 3 }),
    "6d7afb0b8f67dc0b",
  ],
  [
    "fixed size, counts that do not add up",
    fixedSizeChunker({ tokenCounter: notAdditive, maxTokens: 64, overlapTokens: 12 }),
    "591e2087f4ac4c9d",
  ],
])("chunks are what they were: %s", (_name, chunker, expected) => {
  expect(fingerprintOfChunks(chunker)).toBe(expected);
});
