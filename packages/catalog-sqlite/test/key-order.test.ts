import { seededRandom } from "@groundwork/testing/seeded-random";
import { expect, test } from "vitest";
import { keyOrder, prefixBounds } from "../src/key-order.ts";

const ALPHABET = [
  "",
  "/",
  "a",
  "b",
  "~",
  "\u00E9",
  "\uD7FF",
  "\uE000",
  "\uE001",
  "\uE002",
  "\uF8FF",
  "\uFB01",
  "\uFFFD",
  "\u{10000}",
  "\u{1F600}",
  "\u{10FFFF}",
];

const random = seededRandom(7);
const keys = Array.from({ length: 400 }, () =>
  Array.from({ length: random.integer(0, 4) }, () => random.pick(ALPHABET)).join(""),
);
const orderOf = (key: string): Buffer => Buffer.from(keyOrder(key) ?? key);

test("the order in UTF-8 is that of the keys' code units", () => {
  const orders = keys.map((key) => ({ key, order: orderOf(key) }));
  const wrong = orders.flatMap((a) =>
    orders
      .filter((b) => Math.sign(Buffer.compare(a.order, b.order)) !== (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
      .map((b) => [a.key, b.key]),
  );
  expect(wrong).toEqual([]);
});

test("the bounds of a prefix hold the keys that begin with it, and no others", () => {
  for (const prefix of keys) {
    const [from, to] = prefixBounds(prefix).map((bound) => Buffer.from(bound)) as [Buffer, Buffer];
    for (const key of keys) {
      const inside = Buffer.compare(orderOf(key), from) >= 0 && Buffer.compare(orderOf(key), to) < 0;
      if (inside !== key.startsWith(prefix)) expect([prefix, key, inside]).toBe(undefined);
    }
  }
});

test("an ordinary key needs no order of its own", () => {
  expect(keyOrder("policies/Reise-Richtlinie \u00E4\u00F6\u00FC \u4E00.pdf")).toBeNull();
});
