import { describe, expect, test } from "vitest";
import { findHiddenText, findNearDuplicateFloods, scorePromptInjection } from "../src/index.ts";

const LENGTH = 150_000;

/** Pieces that repeat without the blanks, stops or lines at which texts are cut. */
const PIECES: readonly (readonly [string, string])[] = [
  ["letters", "a"],
  ["letters with accents", "\u00e9"],
  ["letters one by one", "i g n "],
  ["stops", "."],
  ["stops in words", "a."],
  ["quotes", '"'],
  ["addresses", "a@b.c-"],
  ["addresses without an end", "https://a?b={"],
  ["pictures", "![x](https:"],
  ["Base64", "QUJD"],
  ["bars", "| "],
  ["tabs", "\t"],
  ["lines", "\n"],
  ["lines that go on", "word\n"],
  ["tag characters", "\u{e0061}"],
  ["variation selectors", "\u{e0100}"],
  ["characters of no width in words", "a\u200b"],
  ["isolates", "\u2066"],
  ["templates", "<|im"],
  ["orders", "ignore all previous "],
  ["wishes", "i want i want "],
  ["mixed scripts", "p\u0430"],
  ["ideographs", "\u5ffd\u7565"],
  ["half a surrogate pair", "\ud800"],
];

function milliseconds(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}

describe("time is linear in the text, whatever is in it", () => {
  test.each(PIECES)(
    "%s",
    (_, piece) => {
      const text = piece.repeat(Math.ceil(LENGTH / piece.length));
      const run = (part: string): number =>
        milliseconds(() => {
          scorePromptInjection([{ text: part }]);
          findHiddenText({ text: part });
        });
      run(text.slice(0, LENGTH / 10));
      const once = Math.min(run(text), run(text));
      const four = run(text.repeat(4));
      // Four times the text, with room for a garbage collector and a busy computer; quadratic would be sixteen times.
      expect(four).toBeLessThan(10 * Math.max(once, 30));
      expect(once).toBeLessThan(3_000);
    },
    60_000,
  );

  test("ten megabytes in one line", async () => {
    const words = "The firm shall keep records of each client for six years and give them to the authority on request ";
    const text = words.repeat(Math.ceil(1e7 / words.length));
    const spent = milliseconds(() => {
      scorePromptInjection([{ text }]);
      findHiddenText({ text });
    });
    expect(spent).toBeLessThan(30_000);
    const floods = findNearDuplicateFloods(
      [
        { documentId: "a", sourceId: "s", text },
        { documentId: "b", sourceId: "s", text },
      ],
      { floodSize: 2 },
    );
    expect((await floods.next()).value).toMatchObject({ documents: 2 });
  }, 90_000);
});
