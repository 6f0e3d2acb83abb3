import { setTimeout as delay } from "node:timers/promises";
import { expectError } from "@groundwork/testing";
import { expect, test } from "vitest";
import { commit, read } from "../src/native-calls.ts";

/** Work that throws the given errors one after the other, then answers. */
function failing(...texts: readonly string[]): { calls: number; run(): Promise<string> } {
  const work = {
    calls: 0,
    async run(): Promise<string> {
      const text = texts[work.calls++];
      if (text !== undefined) throw new Error(text);
      return "answer";
    },
  };
  return work;
}

const CONFLICT = "Retryable commit conflict for version 4";
const MISSING = "Not found: chunks.lance/data/1.lance";

test("a commit that loses is repeated, and gives up as a retryable conflict", async () => {
  const some = failing(CONFLICT, CONFLICT, CONFLICT);
  expect(await commit("write", undefined, some.run)).toBe("answer");
  expect(some.calls).toBe(4);
  const all = failing(...Array.from({ length: 50 }, () => CONFLICT));
  const error = await expectError(() => commit("write", undefined, all.run), "STORE_CONFLICT");
  expect([error.retryable, all.calls]).toEqual([true, 10]);
});

test("a commit that fails otherwise is not repeated", async () => {
  const work = failing("No space left on device", "No space left on device");
  await expectError(() => commit("write", undefined, work.run), "DISK_FULL");
  expect(work.calls).toBe(1);
});

test("a commit is not repeated after an abort", async () => {
  const controller = new AbortController();
  const work = failing(...Array.from({ length: 50 }, () => CONFLICT));
  const running = expectError(() => commit("write", { signal: controller.signal }, work.run), "ABORTED");
  await delay(20);
  controller.abort();
  await running;
  expect(work.calls).toBeLessThan(10);
});

test("a read that misses a file is done once more, and no oftener", async () => {
  const once = failing(MISSING);
  expect(await read("search", undefined, once.run)).toBe("answer");
  const always = failing(MISSING, MISSING, MISSING);
  await expectError(() => read("search", undefined, always.run), "STORE_CORRUPT");
  expect(always.calls).toBe(2);
});

test("an abort ends a read at once, whatever the native work does", async () => {
  const controller = new AbortController();
  const started = performance.now();
  const running = expectError(
    () => read("search", { signal: controller.signal }, () => delay(5_000, "late", { ref: false })),
    "ABORTED",
  );
  controller.abort();
  await running;
  expect(performance.now() - started).toBeLessThan(1_000);
});
