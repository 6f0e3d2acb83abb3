import { expect, test } from "vitest";
import { askedPart } from "../src/asked-part.ts";

test.each([
  ["The hotel costs more than the rate. Whose approval do we need?", "Whose approval do we need?"],
  ["Who approves a purchase?", undefined],
  ["purchase approval", undefined],
  ["A trip was cancelled. Who pays? And who tells the hotel?", "Who pays? And who tells the hotel?"],
  ["The fee was paid. Is it refunded? Thank you.", "Is it refunded?"],
  ["", undefined],
])("%s", (query, expected) => {
  expect(askedPart(query)).toBe(expected);
});
