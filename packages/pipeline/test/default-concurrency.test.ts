import { expect, test } from "vitest";
import { defaultConcurrency } from "../src/default-concurrency.ts";

const GIB = 1024 ** 3;

test.each([
  ["a core each where there is memory", 2, 8 * GIB, 2],
  ["as many as fit into a small container", 64, 2 * GIB, 2],
  ["one in the smallest", 8, GIB / 4, 1],
  ["no limit of memory known", 4, Number.POSITIVE_INFINITY, 4],
])("%s", (_, cores, bytes, expected) => {
  expect(defaultConcurrency(cores, bytes)).toBe(expected);
});

test("this machine has room for one document at least", () => {
  expect(defaultConcurrency()).toBeGreaterThanOrEqual(1);
});
