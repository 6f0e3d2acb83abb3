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

test("counts and encodes as the reference does: every code unit between letters and beside punctuation", () => {
  const codes: number[] = [];
  // Ideographs, syllables and private use are alike among themselves: some of each.
  for (let code = 0; code < 0x10000; code += code >= 0x3400 && code < 0xf900 ? 13 : 1) codes.push(code);
  for (let from = 0; from < codes.length; from += 512) {
    const units = codes.slice(from, from + 512).map((code) => String.fromCharCode(code));
    expectSame(units.flatMap((unit) => [`a${unit}b1`, `(${unit})`]).join(" "));
  }
});

test("counts and encodes as the reference does: runs of every length, mixed with what ends them", () => {
  const random = seededRandom(23);
  const ends = [" ", "-", "’", "é", "\u00ad", "规", "[", "]", "[SEP]", "\f", "\u00a0", "_", "€", "Σ", "\u0301", "😀"];
  const letters = "etaoinshrdluETAOIN0123456789";
  for (let round = 0; round < 50; round++) {
    const run = (): string =>
      Array.from({ length: random.integer(1, random.pick([6, 12, 24, 130])) }, () => random.pick([...letters])).join(
        "",
      );
    expectSame(Array.from({ length: random.integer(1, 40) }, () => run() + random.pick(ends)).join(""));
  }
});

test("a word longer than what is looked at together", () => {
  expectSame(`start ${"ab-é".repeat(40_000)} middle ${"c".repeat(70_000)} ${"one two ".repeat(20_000)}end`);
});

test("counts add up at blanks", () => {
  const random = seededRandom(31);
  const part = (): string => {
    const most = random.pick([0x7f, 0xff, 0x2fff, 0xffff]);
    return String.fromCharCode(...Array.from({ length: random.integer(0, 12) }, () => random.integer(0, most)));
  };
  expect(counter.isAdditive).toBe(true);
  for (let round = 0; round < 2_000; round++) {
    const [before, after] = [part(), part()];
    const blank = random.pick([" ", "\n", "\t", "\r", "\n\n", " \t "]);
    const joined = reference.encode(`${before}${blank}${after}`, { add_special_tokens: false }).ids.length;
    expect(counter.count(before) + counter.count(after), JSON.stringify([before, blank, after])).toBe(joined);
  }
});

test("counts a part as the slice of it", () => {
  const random = seededRandom(41);
  const texts = [1, 2, 3].map((seed) => `${randomRevision(seed).text} [MASK] x[CLS]y ${"z".repeat(150)} `);
  for (let round = 0; round < 1_500; round++) {
    const text = random.pick(texts);
    const start = random.integer(0, text.length);
    const end = random.integer(start, Math.min(text.length, start + random.pick([5, 30, 400])));
    expect(counter.countRange!(text, start, end), JSON.stringify(text.slice(start, end))).toBe(
      counter.count(text.slice(start, end)),
    );
  }
  const long = "word ".repeat(900_000);
  expect(counter.countRange!(long, 3, 4_499_999)).toBe(counter.count(long.slice(3, 4_499_999)));
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
