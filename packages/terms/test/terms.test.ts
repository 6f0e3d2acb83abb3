import { expect, test } from "vitest";
import { contentWords, indexedTerms, queryTerms, terms, words } from "../src/index.ts";

test("terms fold case and accents, leave stop words out, stem", () => {
  expect(terms("The Résumés of travelling employees aren't approved")).toEqual([
    "resum",
    "travel",
    "employe",
    "approv",
  ]);
});

test("an index keeps more words than a question", () => {
  expect(terms("What we do with it")).toEqual([]);
  expect(indexedTerms("What we do with it")).toEqual(["what", "we", "do"]);
});

test("a question of stop words alone keeps them", () => {
  expect(queryTerms("Who are you?")).toEqual(["who", "are", "you"]);
  expect(contentWords("Who are you?")).toBe("Who are you?");
  expect(contentWords("Who approves the travel?")).toBe("approves travel");
});

test("words are letters and digits of any script, up to forty of them", () => {
  expect(words("C3PO's Größe: 12,5 км — 出張")).toEqual(["c3po", "s", "große", "12", "5", "км", "出張"]);
  expect(words(`${"x".repeat(40)} ${"y".repeat(41)}`)).toEqual(["x".repeat(40)]);
  expect(words("tab\tline\nend")).toEqual(["tab", "line", "end"]);
});
