import { indexedTerms } from "@groundwork/terms";
import { randomNumbers } from "@groundwork/testing/vector-store-fixtures";
import { expect, test } from "vitest";
import { tokenOf, tokensOf } from "../src/word-tokens.ts";

/** By the words of `terms`, the slow way. */
function expected(text: string): { tokens: string; length: number } {
  const counts = new Map<string, number>();
  const terms = indexedTerms(text);
  const tokens = terms.map((term) => {
    counts.set(term, (counts.get(term) ?? 0) + 1);
    return tokenOf(term, counts.get(term)!);
  });
  return { tokens: tokens.join(" "), length: terms.length };
}

test.each([
  "",
  "The manager, the MANAGERS and managing: e-mail x2 (C3PO)",
  "Room 12 of 345, 12 and 12a (007)",
  "Größe der Café-Rechnungen, naïve größen",
  `${"x".repeat(40)} ${"y".repeat(41)} end`,
  "hotel ".repeat(50),
  "\u0000tab\tand\u007fdelete\nline",
  "“Quoted” words — with dashes…and bullets • £5 © 2026 §3 a\u00a0b soft\u00adhyphen zero\u200bwidth",
  "x² and 1½ µm, No.º 5 ™ naïve",
  "│ boxes ■ and ─ lines │ 日本",
  "出張 の 費用 и расходы на отели",
])("%j", (text) => {
  expect(tokensOf(text)).toEqual(expected(text));
});

test("random texts, with more words than are remembered", () => {
  const random = randomNumbers(5);
  const letters = "abcdefghijklmnopqrstuvwxyz0123456789ABCXYZ";
  for (let round = 0; round < 300; round++) {
    const words = Array.from({ length: 600 }, () =>
      Array.from({ length: 1 + Math.floor(random() * 9) }, () => letters[Math.floor(random() * letters.length)]).join(
        "",
      ),
    );
    const text = words.join([" é ", "—", " “ ", " ", "\u00a0", "™"][Math.floor(random() * 6)]);
    if (round % 10 === 0) expect(tokensOf(text)).toEqual(expected(text));
    else tokensOf(text);
  }
});
