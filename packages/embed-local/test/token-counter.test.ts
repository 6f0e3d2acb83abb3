import { readFileSync } from "node:fs";
import { tokenizerPath } from "@groundwork/model-minilm-l6-v2";
import { expectError } from "@groundwork/testing";
import { randomRevision } from "@groundwork/testing/random-revision";
import { seededRandom } from "@groundwork/testing/seeded-random";
import { Tokenizer } from "@huggingface/tokenizers";
import { expect, test } from "vitest";
import { createTokenCounter } from "../src/index.ts";
import { WordPiece } from "../src/word-piece.ts";

const json = readFileSync(tokenizerPath, "utf8");
const reference = new Tokenizer(JSON.parse(json), {});
const counter = createTokenCounter();
const wordPiece = new WordPiece(json);

function expectSame(text: string): void {
  const ids = reference.encode(text).ids;
  expect(counter.count(text) + counter.specialTokens, JSON.stringify(text.slice(0, 80))).toBe(ids.length);
  expect(wordPiece.encode(text, 1_000_000)).toEqual(ids);
  expect(wordPiece.encode(text, 8)).toEqual(ids.length <= 8 ? ids : [...ids.slice(0, 7), ids[ids.length - 1]]);
}

test("counts and encodes as the reference does: odd inputs", () => {
  const odd = [
    "",
    " ",
    "\n\t\r\n",
    "Hello, World!",
    "don't re-use e.g. U.S.-based 3,000.50€ (a)(1)",
    "naïve café Ångström Straße İstanbul ΣΟΦΟΣ ΣΑΣ Σ",
    "e\u0301tage o\u0308 a\u0300\u0316\u0301",
    "規程 出張旅費 これはペンです 한국어 ภาษาไทย",
    "abc規def程",
    "👩‍👩‍👧‍👦🇩🇪😀x😀",
    "lone \ud800 surrogate \udc00",
    "zero\u200bwidth\u00adsoft\ufeffmark\u2060",
    "non\u00a0breaking\u2003em\u3000ideographic\u2028line\u0085next\u000cform\u000bvertical",
    "nul\u0000 bell\u0007 del\u007f \ufffd replacement",
    "[CLS] [SEP] [MASK] [UNK] [PAD] x[MASK]y [mask] [CLS",
    "x".repeat(99),
    "x".repeat(100),
    "x".repeat(101),
    "X".repeat(5_000),
    `${"ab-".repeat(200)} end`,
    "supercalifragilisticexpialidocious antidisestablishmentarianism qwrtzpsdfg",
    "$^`~+=<>|_§¶©®°±×÷¿¡“”‘’«»–—…",
    "ﬁ ﬂ Ⅷ ① ½ ™ ㎏ Ａ１",
    "tab\tseparated\tvalues\r\nnext",
  ];
  for (const text of odd) expectSame(text);
  expectSame(odd.join(" "));
  expectSame(odd.join(""));
});

test("counts and encodes as the reference does: made-up documents and code units", () => {
  for (let seed = 1; seed <= 12; seed++) expectSame(randomRevision(seed).text);
  const random = seededRandom(17);
  for (let round = 0; round < 300; round++) {
    const most = random.pick([0x7f, 0xff, 0x2fff, 0xffff]);
    expectSame(String.fromCharCode(...Array.from({ length: random.integer(1, 60) }, () => random.integer(0, most))));
  }
});

test("forgets words without forgetting how to count them", () => {
  const words = Array.from({ length: 100_000 }, (_, index) => `w${index.toString(36)}`);
  const first = wordPiece.count(words.join(" "));
  expect(wordPiece.count(words.join("\n"))).toBe(first);
});

test("a folder without the vocabulary is MODEL_NOT_FOUND at the first count", async () => {
  const lost = createTokenCounter({ modelFolder: "/nowhere" });
  const error = await expectError(async () => lost.count("text"), "MODEL_NOT_FOUND");
  expect(error.message).toContain("tokenizer.json");
});
