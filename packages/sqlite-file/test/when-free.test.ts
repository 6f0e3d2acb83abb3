import { expectError } from "@groundwork/testing";
import { expect, test } from "vitest";
import { pause, whenFree } from "../src/index.ts";
import { NOTE_DATABASE } from "./fixtures/note-database.ts";

const busy = (): Error => Object.assign(new Error("database is locked"), { errcode: 5 });

test("work is repeated until nobody is in its way", async () => {
  let attempts = 0;
  const work = (): number => {
    if (++attempts < 4) throw busy();
    return attempts;
  };
  expect(await whenFree(work, { kind: NOTE_DATABASE, timeoutMs: 10_000 })).toBe(4);
});

test("the time is bounded, and its end is retryable", async () => {
  let attempts = 0;
  const work = (): never => {
    attempts++;
    throw busy();
  };
  const error = await expectError(() => whenFree(work, { kind: NOTE_DATABASE, timeoutMs: 60 }), "UNAVAILABLE");
  expect(error.retryable).toBe(true);
  expect(attempts).toBeGreaterThan(1);
  attempts = 0;
  await expectError(() => whenFree(work, { kind: NOTE_DATABASE, timeoutMs: 0 }), "UNAVAILABLE");
  expect(attempts).toBe(1);
});

test("what no waiting mends is not repeated", async () => {
  let attempts = 0;
  const work = (): never => {
    attempts++;
    throw Object.assign(new Error("database disk image is malformed"), { errcode: 11 });
  };
  await expectError(() => whenFree(work, { kind: NOTE_DATABASE, timeoutMs: 10_000 }), "STORE_CORRUPT");
  expect(attempts).toBe(1);
});

test("an abort ends the wait", async () => {
  const controller = new AbortController();
  const options = { kind: NOTE_DATABASE, timeoutMs: 60_000, signal: controller.signal };
  const work = (): never => {
    throw busy();
  };
  setTimeout(() => controller.abort(), 20);
  await expectError(() => whenFree(work, options), "ABORTED");
  await expectError(() => pause(60_000, options), "ABORTED");
});
