import { seededRandom } from "@groundwork/testing/seeded-random";
import { expect, test } from "vitest";
import { CallQueue, type Turn } from "../src/call-queue.ts";

interface Call {
  readonly turn: Turn;
  readonly notBefore: number;
}

function bring(queue: CallQueue<Call>, caller: string): Call {
  const call = { turn: queue.turnOf(caller), notBefore: 0 };
  queue.add(call);
  return call;
}

function serve(queue: CallQueue<Call>): string | undefined {
  const call = queue.next(0);
  if (call === undefined) return undefined;
  queue.start(call);
  return call.turn.caller as string;
}

test("one caller is served in the order in which it came", () => {
  const queue = new CallQueue<Call>();
  const calls = Array.from({ length: 50 }, () => bring(queue, "a"));
  for (const call of calls) {
    expect(queue.next(0)).toBe(call);
    queue.start(call);
  }
  expect(queue.length).toBe(0);
});

test("a stream of new callers does not keep out one who brought many calls before", () => {
  const queue = new CallQueue<Call>();
  for (let call = 0; call < 100; call++) bring(queue, "big");
  let served = 0;
  for (let newcomer = 0; newcomer < 200; newcomer++) {
    bring(queue, `new ${newcomer}`);
    if (serve(queue) === "big") served++;
  }
  expect(served).toBeGreaterThanOrEqual(50);
});

test("random arrivals: nobody waits for more than its share of the others, and nothing is lost", () => {
  const random = seededRandom(9);
  for (let round = 0; round < 20; round++) {
    const queue = new CallQueue<Call>();
    let brought = 0;
    let served = 0;
    for (let step = 0; step < 300; step++) {
      if (random.chance(0.55)) {
        bring(queue, random.pick(["a", "b", "c"]));
        brought++;
      } else if (serve(queue) !== undefined) served++;
    }
    // A caller with a single call is served within a round of the others and the calls that go by arrival.
    bring(queue, "single");
    let waited = 0;
    while (serve(queue) !== "single") waited++;
    expect(waited).toBeLessThanOrEqual(6);
    while (serve(queue) !== undefined) served++;
    expect(served + waited).toBe(brought);
  }
});
