import { seededRandom } from "@groundwork/testing/seeded-random";
import { describe, expect, test } from "vitest";
import { blocksOf } from "../src/blocks.ts";
import { PII_TYPES, rulePii } from "../src/index.ts";
import { bankRules, IBAN_RUN } from "../src/rules/bank-rules.ts";
import { ageRules, dateRules } from "../src/rules/date-rules.ts";
import { documentRules } from "../src/rules/document-rules.ts";
import { nationalRules } from "../src/rules/national-rules.ts";
import { applyRule } from "../src/rules/pattern-rule.ts";
import { ruleRecognizers } from "../src/rules/rule-recognizers.ts";
import { secretRules } from "../src/rules/secret-rules.ts";

const rules = [...bankRules, ...dateRules, ...ageRules, ...documentRules, ...nationalRules, ...secretRules];

/** Runs that make careless patterns go back and forth: repeated pieces of what the patterns look for. */
const PIECES = [
  "1",
  "12 ",
  "1-",
  "1.",
  "1 \n",
  "a",
  "A",
  "a.",
  "aB1",
  "@",
  "a@",
  "a@a.",
  "http://",
  "://a:",
  "eyJa",
  "eyJaaaaaaaa.",
  ":",
  "0:",
  "-",
  " ",
  "\n",
  "password ",
  "pin ",
  "account ",
  "account number ",
  "exp ",
  "DE1",
  "A1 ",
  "Mar ",
  "12 Mar ",
  "1/",
  "(",
  "+",
  "x",
  "é",
  "😀",
  "\ud800",
  "de la ",
  "12 Main Street, ",
  "A, A and ",
  "University of ",
  "J. ",
  "Apt. ",
  "<",
  "P<",
  "GB",
  "-----BEGIN ",
  "user name ",
  "driver license no ",
  "O'",
  "a-",
  "bearer ",
  "0x",
  "\u0301",
  "ש",
  "漢",
  "\u200d",
  "the corner of ",
];

const fastest = (run: () => void, times: number): number => {
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < times; round++) {
    const started = process.cpuUsage();
    run();
    const { user, system } = process.cpuUsage(started);
    best = Math.min(best, (user + system) / 1e3);
  }
  return best;
};

describe("linear time", () => {
  test.each([
    ...rules.map(
      (rule, index) => [`${rule.type} ${index}`, (text: string) => Array.from(applyRule(text, rule)).length] as const,
    ),
    ["IBAN", (text: string) => Array.from(text.matchAll(IBAN_RUN)).length] as const,
    ...ruleRecognizers({}).map(
      (recognizer) => [recognizer.name, (text: string) => Array.from(recognizer.find(text, {})).length] as const,
    ),
  ])("%s: twice the text takes about twice the time", (_, run) => {
    for (const piece of PIECES) {
      const text = piece.repeat(Math.ceil(16_000 / piece.length));
      const time = fastest(() => run(text), 1);
      // What is quick enough at this length (that of a block) needs no closer look.
      if (time < 60) continue;
      const half = text.slice(0, text.length / 2);
      expect(fastest(() => run(text), 3) / fastest(() => run(half), 3), JSON.stringify(piece)).toBeLessThan(3);
    }
  });

  test("mixed pieces, whole detector: the time grows with the length", { timeout: 120_000 }, async () => {
    const random = seededRandom(3);
    const detector = rulePii();
    const make = (length: number): string => {
      let text = "";
      while (text.length < length) text += random.pick(PIECES).repeat(random.integer(1, 60));
      return text.slice(0, length);
    };
    await detector.detect([make(20_000)]);
    const time = async (text: string): Promise<number> => {
      const started = process.cpuUsage();
      await detector.detect([text]);
      const { user, system } = process.cpuUsage(started);
      return (user + system) / 1e6;
    };
    const short = await time(make(150_000));
    const long = await time(make(300_000));
    expect(long / short).toBeLessThan(4);
  });
});

describe("large texts", () => {
  test("blocks cover a text without gap or overlap and never cut a pair", () => {
    const text = "😀".repeat(40_000) + "a b\n".repeat(9_000) + "x".repeat(50_000);
    let at = 0;
    for (const block of blocksOf(text)) {
      expect(block.ownStart).toBe(at);
      expect(block.end - block.start).toBeLessThan(20_000);
      for (const cut of [block.start, block.end, block.ownEnd])
        expect(
          cut > 0 && cut < text.length && /[\ud800-\udbff]/.test(text[cut - 1]!) && /[\udc00-\udfff]/.test(text[cut]!),
        ).toBe(false);
      at = block.ownEnd;
    }
    expect(at).toBe(text.length);
  });

  test("values are found wherever a block ends", async () => {
    const value = "4111 1111 1111 1111";
    const detector = rulePii({ types: ["CREDIT_DEBIT_NUMBER"] });
    for (let shift = 0; shift < 60; shift += 3) {
      const text = `${"word ".repeat(3_276)}${"y".repeat(shift)} card ${value} ${"word ".repeat(4_000)}`;
      const [found] = await detector.detect([text]);
      expect(found!.map(({ start, end }) => text.slice(start, end))).toEqual([value]);
    }
  });

  test("10 MB on one line, hundreds of thousands of findings", { timeout: 300_000 }, async () => {
    const piece = "id 219-09-9999 a@b.example.com 10.0.0.1 ";
    const text = piece.repeat(Math.ceil(10_000_000 / piece.length));
    const types = ["SSN", "EMAIL", "IP_ADDRESS"];
    const before = process.memoryUsage.rss();
    const [found] = await rulePii({ types }).detect([text]);
    expect(found!.length).toBe(3 * Math.ceil(10_000_000 / piece.length));
    expect((process.memoryUsage.rss() - before) / 1e6).toBeLessThan(1_500);
  });

  test("500 KB of letters, digits, marks or nothing but capitals on one line", { timeout: 300_000 }, async () => {
    const detector = rulePii();
    expect(PII_TYPES.length).toBeGreaterThan(40);
    for (const piece of ["a", "7", "\u0301", "Aa ", "A1", "\ud83d", "ש ", "@"]) {
      const text = piece.repeat(500_000 / piece.length);
      const started = process.cpuUsage();
      await detector.detect([text]);
      const { user, system } = process.cpuUsage(started);
      expect((user + system) / 1e6, JSON.stringify(piece)).toBeLessThan(10);
    }
  });
});
