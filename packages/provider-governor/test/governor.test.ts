import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { getEventListeners } from "node:events";
import { GroundworkError, withProviderHints } from "@groundwork/contracts";
import { expectError } from "@groundwork/testing";
import { type VirtualClock, virtualClock } from "@groundwork/testing/virtual-clock";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  createGovernor,
  GOVERNOR_CHANNEL,
  type Governor,
  type GovernorEvent,
  type GovernorOptions,
} from "../src/index.ts";

let clock: VirtualClock;
let governor: Governor;
let events: GovernorEvent[];

function make(options: GovernorOptions = {}): Governor {
  governor = createGovernor({ clock, random: () => 0.5, onEvent: (event) => events.push(event), ...options });
  return governor;
}

beforeEach(() => {
  clock = virtualClock();
  events = [];
});

afterEach(async () => {
  await clock.run(governor.close());
  expect(clock.pending, "timers left behind").toBe(0);
});

const throttled = (retryAfterMs?: number): GroundworkError =>
  withProviderHints(
    new GroundworkError("THROTTLED", "Too many calls.", { retryable: true }),
    retryAfterMs === undefined ? {} : { retryAfterMs },
  );
const unavailable = (): GroundworkError => new GroundworkError("UNAVAILABLE", "Away.", { retryable: true });

/** A call that takes `ms` and records when it began. */
const takes =
  (ms: number, log: number[] = []) =>
  async ({ signal }: { readonly signal: AbortSignal }): Promise<number> => {
    log.push(clock.now());
    await clock.sleep(ms, signal);
    return log.length;
  };

describe("order and concurrency", () => {
  test("calls start in the order in which they came, whoever asks", async () => {
    make({ concurrency: { initial: 1, max: 1 } });
    const order: string[] = [];
    const work = ["a", "b", "a", "c", "b"].map((caller, index) =>
      governor.run({}, async (context) => {
        order.push(`${caller}${index}`);
        await takes(10)(context);
      }),
    );
    await clock.run(Promise.all(work));
    expect(order).toEqual(["a0", "b1", "a2", "c3", "b4"]);
  });

  test("callers who name themselves take turns: one call does not wait for a thousand of another", async () => {
    make({ concurrency: { initial: 1, max: 1 } });
    const order: string[] = [];
    const call = (caller: string, name: string) =>
      governor.run(
        {},
        async (context) => {
          order.push(name);
          await takes(1)(context);
        },
        { caller },
      );
    const work = [1, 2, 3, 4, 5].map((number) => call("ingestion", `i${number}`));
    await clock.advance(1);
    work.push(call("question", "q1"), call("question", "q2"));
    await clock.run(Promise.all(work));
    expect(order).toEqual(["i1", "i2", "q1", "i3", "q2", "i4", "i5"]);
  });

  test("a throttled call keeps its place: nobody who came later overtakes it", async () => {
    make({ concurrency: { initial: 1, max: 1 } });
    const order: number[] = [];
    const work = [0, 1, 2].map((number) =>
      governor.run({}, async ({ attempt }) => {
        order.push(number);
        if (number === 0 && attempt < 3) throw throttled(100);
      }),
    );
    await clock.run(Promise.all(work));
    expect(order).toEqual([0, 0, 0, 1, 2]);
  });

  test("a call that waits to be repeated does not hold up the others", async () => {
    make({ concurrency: { initial: 1, max: 1 } });
    const order: number[] = [];
    const work = [0, 1, 2].map((number) =>
      governor.run({}, async ({ attempt }) => {
        order.push(number);
        if (number === 0 && attempt === 1) throw unavailable();
      }),
    );
    await clock.run(Promise.all(work));
    expect(order).toEqual([0, 1, 2, 0]);
  });

  test("concurrency grows by one per window of successes, halves at a throttling, never below one, never over the ceiling", async () => {
    make({ concurrency: { initial: 2, max: 6 } });
    await clock.run(Promise.all(Array.from({ length: 200 }, () => governor.run({}, takes(10)))));
    expect(governor.statistics().concurrency).toBe(6);
    let refusals = 0;
    const wave = Array.from({ length: 6 }, () =>
      governor.run({}, async (context) => {
        await takes(10)(context);
        if (context.attempt === 1 && refusals++ < 6) throw throttled(50);
      }),
    );
    await clock.run(Promise.all(wave));
    const lowered = events.filter((event) => event.type === "concurrency" && event.to < event.from);
    expect(lowered, "six throttlings of one wave count once").toEqual([
      { type: "concurrency", governor: "provider", from: 6, to: 3 },
    ]);
    for (let wavesLeft = 5; wavesLeft > 0; wavesLeft--) {
      await clock.run(
        governor.run({}, async ({ attempt }) => {
          if (attempt === 1) throw throttled(50);
        }),
      );
    }
    const values = events.filter((event) => event.type === "concurrency").map(({ to }) => to);
    expect([Math.min(...values), Math.max(...values)]).toEqual([1, 6]);
  });

  test("idle callers teach nothing: a limit that was not reached does not grow", async () => {
    make({ concurrency: { initial: 4 } });
    for (let call = 0; call < 50; call++) await clock.run(governor.run({}, takes(5)));
    expect(governor.statistics().concurrency).toBe(4);
  });

  test("the queue makes producers wait, or rejects when asked to", async () => {
    make({ concurrency: { initial: 1, max: 1 }, maxQueued: 3 });
    const work = Array.from({ length: 4 }, () => governor.run({}, takes(100)));
    expect(governor.statistics()).toMatchObject({ inFlight: 1, queued: 3 });
    await expectError(() => governor.run({}, takes(1), { onFull: "reject" }), "THROTTLED");
    const before = clock.now();
    await clock.run(governor.ready());
    expect(clock.now() - before).toBe(100);
    const stopped = new AbortController();
    work.push(governor.run({}, takes(100)));
    const waiting = governor.ready({ signal: stopped.signal });
    stopped.abort();
    await expectError(() => waiting, "ABORTED");
    await clock.run(Promise.all(work));
  });
});

describe("quotas", () => {
  test("requests per minute are kept after the burst", async () => {
    make({ quotas: { requestsPerMinute: 60, burstSeconds: 5 }, concurrency: { initial: 32, max: 32 } });
    const starts: number[] = [];
    const began = clock.now();
    await clock.run(Promise.all(Array.from({ length: 65 }, () => governor.run({}, takes(20, starts)))));
    expect(starts.filter((at) => at === began)).toHaveLength(5);
    expect(clock.now() - began).toBeGreaterThanOrEqual(60_000);
    expect(clock.now() - began).toBeLessThan(61_500);
  });

  test("tokens per minute are kept, corrected by what was really billed", async () => {
    make({ quotas: { tokensPerMinute: 6_000, burstSeconds: 1 }, concurrency: { initial: 8, max: 8 } });
    const began = clock.now();
    // Estimated 100, billed 50 each: 2,000 tokens in all at 100 a second.
    const work = Array.from({ length: 40 }, () =>
      governor.run({ tokens: 100 }, async (context) => {
        await takes(1)(context);
        context.report({ tokens: 50 });
      }),
    );
    await clock.run(Promise.all(work));
    expect(clock.now() - began).toBeGreaterThan(18_000);
    expect(clock.now() - began).toBeLessThan(21_000);
    expect(governor.statistics().tokens).toBe(2_000);
  });

  test("a call larger than the burst goes when the bucket is full, and the next ones pay for it", async () => {
    make({ quotas: { tokensPerMinute: 60_000, burstSeconds: 1 } });
    const starts: number[] = [];
    const began = clock.now();
    await clock.run(
      Promise.all([governor.run({ tokens: 5_000 }, takes(1, starts)), governor.run({ tokens: 10 }, takes(1, starts))]),
    );
    expect(starts[0]).toBe(began);
    expect(starts[1]! - began).toBeGreaterThanOrEqual(4_000);
  });

  test("a quota is learned from headers and kept", async () => {
    make({ concurrency: { initial: 16, max: 16 }, quotas: { burstSeconds: 1 } });
    const headers = new Headers({ "x-ratelimit-limit-requests": "600", "x-ratelimit-remaining-requests": "590" });
    await clock.run(governor.run({}, async ({ report }) => report({ headers })));
    expect(events).toContainEqual({ type: "limits", governor: "provider", requestsPerMinute: 600 });
    const began = clock.now();
    await clock.run(Promise.all(Array.from({ length: 110 }, () => governor.run({}, takes(1)))));
    expect(clock.now() - began).toBeGreaterThanOrEqual(9_900);
  });
});

describe("throttling", () => {
  test("Retry-After stops every caller, not only the one that was told", async () => {
    make({ concurrency: { initial: 4 } });
    const starts: number[] = [];
    let told = false;
    const began = clock.now();
    const first = governor.run({}, async () => {
      if (told) return;
      told = true;
      throw throttled(5_000);
    });
    await clock.advance(1);
    const others = Array.from({ length: 6 }, () => governor.run({}, takes(1, starts)));
    await clock.run(Promise.all([first, ...others]));
    expect(Math.min(...starts) - began).toBeGreaterThanOrEqual(5_000);
    expect(events).toContainEqual(expect.objectContaining({ type: "pause", reason: "retry-after" }));
  });

  test("throttlings are never counted as tries: a long storm ends in success", async () => {
    make({ retry: { maxAttempts: 2 } });
    const until = clock.now() + 600_000;
    const result = governor.run({}, async () => {
      if (clock.now() < until) throw throttled();
      return "through";
    });
    expect(await clock.run(result)).toBe("through");
    // Waiting grows to 30 s at most, so that ten minutes cost some dozens of calls and not thousands.
    expect(governor.statistics().throttled).toBeLessThan(80);
  });

  test("after a throttling one call goes ahead, the others follow its success", async () => {
    make({ concurrency: { initial: 8, max: 8 } });
    const storm = clock.now() + 1_500;
    const work = Array.from({ length: 24 }, () =>
      governor.run({}, async (context) => {
        if (clock.now() < storm) throw throttled(1_000);
        await takes(10)(context);
      }),
    );
    await clock.run(Promise.all(work));
    const outcomes = events.filter((event) => event.type === "attempt").map(({ outcome }) => outcome);
    // Eight find the storm, one finds that it is still there, one that it is over.
    expect(outcomes.lastIndexOf("throttled")).toBe(8);
    expect(outcomes).toHaveLength(8 + 1 + 24);
    const second = events.findIndex((event) => event.type === "attempt" && event.outcome === "succeeded");
    expect(events[second]).toMatchObject({ inFlight: 1 });
  });

  test("a provider that asks to wait longer than allowed ends every waiting call at once", async () => {
    make({ concurrency: { initial: 1, max: 1 }, retry: { maxPauseMs: 60_000 } });
    const work = Array.from({ length: 3 }, () =>
      governor.run({}, async () => {
        throw throttled(86_400_000);
      }),
    );
    const settled = await clock.run(Promise.allSettled(work));
    for (const result of settled)
      expect(result).toMatchObject({ reason: { code: "QUOTA_EXCEEDED", retryable: false } });
    expect(governor.statistics().attempts).toBe(1);
  });

  test("a provider that names no time, or none worth the name, is not hammered", async () => {
    make();
    const until = clock.now() + 300_000;
    const result = governor.run({}, async () => {
      if (clock.now() < until) throw throttled(0);
    });
    await clock.run(result);
    expect(governor.statistics().throttled).toBeLessThan(50);
  });

  test("two throttlings with hours of silence between them are not hours of throttling", async () => {
    make();
    const stop = new AbortController();
    const abandoned = governor.run(
      {},
      async () => {
        throw throttled(1_000);
      },
      { signal: stop.signal },
    );
    await clock.advance(500);
    stop.abort();
    await expectError(() => abandoned, "ABORTED");
    await clock.advance(7_200_000);
    const later = governor.run({}, async ({ attempt }) => {
      if (attempt === 1) throw throttled(1_000);
      return attempt;
    });
    expect(await clock.run(later)).toBe(2);
  });

  test("an account without any quota does not hang for ever", async () => {
    make({ retry: { giveUpAfterMs: 300_000 } });
    const began = clock.now();
    const error = await expectError(
      () =>
        clock.run(
          governor.run({}, async () => {
            throw throttled();
          }),
        ),
      "QUOTA_EXCEEDED",
    );
    expect(error.message).toContain("5 minutes");
    expect(clock.now() - began).toBeLessThan(400_000);
  });
});

describe("failures", () => {
  test("transient failures are repeated with growing, jittered waits, then the last error is given", async () => {
    make({ retry: { maxAttempts: 4, baseMs: 100 }, breaker: { failures: 50 } });
    const starts: number[] = [];
    const call = governor.run({}, async () => {
      starts.push(clock.now());
      throw unavailable();
    });
    await expectError(() => clock.run(call), "UNAVAILABLE");
    expect(starts.map((at) => at - starts[0]!)).toEqual([0, 100, 300, 700]);
  });

  test.each([
    [
      "wrong credentials",
      Object.assign(new Error("x"), { name: "UnrecognizedClientException", $metadata: { httpStatusCode: 400 } }),
      "UNAUTHENTICATED",
    ],
    [
      "no permission",
      Object.assign(new Error("x"), { name: "AccessDeniedException", $metadata: { httpStatusCode: 403 } }),
      "PERMISSION_DENIED",
    ],
    [
      "a wrong request",
      Object.assign(new Error("x"), { name: "ValidationException", $metadata: { httpStatusCode: 400 } }),
      "INVALID_ARGUMENT",
    ],
    ["no such model", { status: 404, headers: new Headers() }, "MODEL_NOT_FOUND"],
    ["a bug", new TypeError("undefined is not a function"), "UNAVAILABLE"],
  ] as const)("%s fails at once and is not repeated", async (_title, thrown, code) => {
    make();
    const error = await expectError(
      () =>
        clock.run(
          governor.run({}, async () => {
            throw thrown;
          }),
        ),
      code,
    );
    expect(error.retryable).toBe(false);
    expect(governor.statistics().attempts).toBe(1);
  });

  test("an attempt without an answer is timed out, aborted and repeated", async () => {
    make({ attemptTimeoutMs: 1_000 });
    const signals: AbortSignal[] = [];
    const result = governor.run({}, async ({ signal, attempt }) => {
      signals.push(signal);
      if (attempt === 1) await new Promise(() => {});
      return attempt;
    });
    expect(await clock.run(result)).toBe(2);
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, false]);
  });

  test("a call ends at its deadline, in the queue, in a pause or on the way", async () => {
    make({ concurrency: { initial: 1, max: 1 } });
    const began = clock.now();
    const long = governor.run({}, takes(10_000), { deadlineMs: 700 });
    const queued = governor.run({}, takes(1), { deadlineMs: 500 });
    const settled = await clock.run(Promise.allSettled([queued, long]));
    for (const result of settled) expect(result).toMatchObject({ reason: { code: "TIMED_OUT" } });
    expect(clock.now() - began).toBe(700);
    const told = governor.run({}, async ({ attempt }) => {
      if (attempt === 1) throw throttled(60_000);
    });
    await clock.advance(1);
    const at = clock.now();
    await expectError(() => clock.run(governor.run({}, takes(1), { deadlineMs: 1_000 })), "TIMED_OUT");
    expect(clock.now(), "no sense in waiting for a deadline that cannot be kept").toBe(at);
    await clock.run(told);
  });

  test("the breaker opens after failures in a row, lets one probe through, and closes when it succeeds", async () => {
    make({
      breaker: { failures: 3, openMs: 10_000 },
      retry: { maxAttempts: 20, baseMs: 1, maxMs: 1 },
      concurrency: { initial: 4, max: 4 },
    });
    const back = clock.now() + 25_000;
    const starts: number[] = [];
    const began = clock.now();
    const work = Array.from({ length: 6 }, () =>
      governor.run({}, async () => {
        starts.push(clock.now() - began);
        if (clock.now() < back) throw unavailable();
      }),
    );
    await clock.advance(5);
    expect(governor.statistics().breaker).toBe("open");
    await expectError(() => governor.run({}, takes(1), { onOpen: "fail" }), "UNAVAILABLE");
    await clock.run(Promise.all(work));
    const whileOpen = starts.filter((at) => at > 1_000 && at < 25_000);
    expect(whileOpen, "one probe at 10 s; the next one 20 s later").toHaveLength(1);
    expect(events.filter((event) => event.type === "breaker").map(({ to }) => to)).toEqual([
      "open",
      "half-open",
      "open",
      "half-open",
      "closed",
    ]);
  });

  test("an attempt that did part of its work neither opens the breaker nor uses up the tries", async () => {
    make({ breaker: { failures: 2 }, retry: { maxAttempts: 2 } });
    const result = governor.run({}, async ({ attempt, progress }) => {
      if (attempt === 10) return attempt;
      progress();
      throw unavailable();
    });
    expect(await clock.run(result)).toBe(10);
    expect(events.some((event) => event.type === "breaker")).toBe(false);
  });

  test("throttlings do not open the breaker", async () => {
    make({ breaker: { failures: 2 } });
    const result = governor.run({}, async ({ attempt }) => {
      if (attempt < 12) throw throttled();
      return attempt;
    });
    expect(await clock.run(result)).toBe(12);
    expect(events.some((event) => event.type === "breaker")).toBe(false);
  });
});

describe("abort and close", () => {
  test("an abort removes a waiting call at once and reaches a running one", async () => {
    make({ concurrency: { initial: 1, max: 1 } });
    const first = new AbortController();
    const second = new AbortController();
    let seen: AbortSignal | undefined;
    const running = governor.run(
      {},
      async ({ signal }) => {
        seen = signal;
        await new Promise(() => {});
      },
      { signal: first.signal },
    );
    const waiting = governor.run({}, takes(1), { signal: second.signal });
    second.abort();
    await expectError(() => waiting, "ABORTED");
    expect(governor.statistics()).toMatchObject({ inFlight: 1, queued: 0 });
    first.abort();
    await expectError(() => running, "ABORTED");
    expect(seen?.aborted).toBe(true);
    expect(governor.statistics().inFlight).toBe(0);
    await expectError(() => governor.run({}, takes(1), { signal: AbortSignal.abort() }), "ABORTED");
  });

  test("a wait signal removes what waits and lets what runs come to its end, but not be repeated", async () => {
    make({ concurrency: { initial: 2, max: 2 } });
    const enough = new AbortController();
    const options = { waitSignal: enough.signal };
    const served = governor.run({}, takes(50), options);
    const failing = governor.run(
      {},
      async (context) => {
        await takes(20)(context);
        throw throttled(60_000);
      },
      options,
    );
    const waiting = governor.run({}, takes(1), options);
    const settled = Promise.allSettled([served, failing, waiting]);
    await clock.advance(1);
    enough.abort();
    expect(await clock.run(settled, { limitMs: 100 })).toMatchObject([
      { value: 1 },
      { reason: { code: "ABORTED" } },
      { reason: { code: "ABORTED" } },
    ]);
    expect(governor.statistics()).toMatchObject({ attempts: 2, queued: 0 });
    await expectError(() => governor.run({}, takes(1), options), "ABORTED");
  });

  test("an abort during a pause or a back-off ends the call at once", async () => {
    make();
    const stop = new AbortController();
    const began = clock.now();
    const call = governor.run(
      {},
      async () => {
        throw throttled(60_000);
      },
      { signal: stop.signal },
    );
    await clock.advance(10);
    stop.abort();
    await expectError(() => call, "ABORTED");
    expect(clock.now() - began).toBe(10);
    expect(governor.statistics().queued).toBe(0);
  });

  test("a signal that outlives its calls keeps nothing of them", async () => {
    make({ hedgeAfterMs: 1, maxQueued: 1, concurrency: { max: 1 } });
    const { signal } = new AbortController();
    const full = [governor.run({}, takes(10)), governor.run({}, takes(10))];
    await clock.run(governor.ready({ signal }));
    await clock.run(Promise.all(full));
    for (let call = 0; call < 5; call++) await clock.run(governor.run({}, takes(10), { signal, waitSignal: signal }));
    await clock.run(governor.ready({ signal }));
    expect(getEventListeners(signal, "abort")).toEqual([]);
  });

  test("close ends what waits and what runs; afterwards nothing is taken", async () => {
    make({ concurrency: { initial: 1, max: 1 } });
    const work = [governor.run({}, () => new Promise(() => {})), governor.run({}, takes(1))];
    const settled = Promise.allSettled(work);
    await governor.close();
    await governor.close();
    for (const result of await settled) expect(result).toMatchObject({ reason: { code: "ABORTED" } });
    await expectError(() => governor.run({}, takes(1)), "INVALID_ARGUMENT");
    await expectError(() => governor.ready(), "INVALID_ARGUMENT");
  });

  test("a process whose governor is idle can end: no timer is set", async () => {
    make();
    await clock.run(governor.run({}, takes(1)));
    expect(clock.pending).toBe(0);
  });
});

describe("hedging", () => {
  test("is off by default", async () => {
    make();
    let calls = 0;
    await clock.run(
      governor.run({}, async (context) => {
        calls++;
        await takes(50_000)(context);
      }),
    );
    expect(calls).toBe(1);
  });

  test("asks a second time when the first is slow, takes the first answer and aborts the other", async () => {
    make({ hedgeAfterMs: 100 });
    const signals: AbortSignal[] = [];
    const began = clock.now();
    const result = await clock.run(
      governor.run({ tokens: 10 }, async ({ signal }) => {
        const number = signals.push(signal);
        await clock.sleep(number === 1 ? 5_000 : 50, signal);
        return number;
      }),
    );
    expect(result).toBe(2);
    expect(clock.now() - began).toBe(150);
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, false]);
    expect(governor.statistics()).toMatchObject({ inFlight: 0, tokens: 20 });
  });

  test("does not ask a second time without a free place", async () => {
    make({ hedgeAfterMs: 10, concurrency: { initial: 1, max: 1 } });
    let calls = 0;
    await clock.run(
      governor.run({}, async (context) => {
        calls++;
        await takes(100)(context);
      }),
    );
    expect(calls).toBe(1);
  });
});

describe("telemetry", () => {
  test("every attempt is told to the listener and the channel, with wait, tokens and cost", async () => {
    const heard: unknown[] = [];
    const listen = (message: unknown): void => void heard.push(message);
    subscribe(GOVERNOR_CHANNEL, listen);
    try {
      make({ name: "bedrock/titan", price: { perMillionTokens: 20, perRequest: 0.001 } });
      await clock.run(
        governor.run({ tokens: 900 }, async ({ attempt, report }) => {
          if (attempt === 1) throw throttled(200);
          report({ tokens: 1_000 });
        }),
      );
    } finally {
      unsubscribe(GOVERNOR_CHANNEL, listen);
    }
    expect(heard).toEqual(events);
    const attempts = events.filter((event) => event.type === "attempt");
    expect(attempts[0]).toMatchObject({
      governor: "bedrock/titan",
      outcome: "throttled",
      code: "THROTTLED",
      tokens: 0,
    });
    expect(attempts[1]).toMatchObject({ outcome: "succeeded", attempt: 2, tokens: 1_000 });
    expect(attempts[1]?.cost).toBeCloseTo(0.021);
    expect(attempts[1]?.waitedMs).toBeGreaterThanOrEqual(200);
    expect(governor.statistics().cost).toBeCloseTo(0.021);
  });

  test("a listener that throws disturbs nothing", async () => {
    make({
      onEvent: () => {
        throw new Error("listener");
      },
    });
    expect(await clock.run(governor.run({}, takes(1)))).toBe(1);
  });
});

describe("functions of the caller that throw", () => {
  test("an estimate that throws ends its own call and no other", async () => {
    make({ concurrency: { initial: 1, max: 1 } });
    const first = governor.run({}, takes(10));
    const bad = governor.run(() => {
      throw new RangeError("estimate");
    }, takes(1));
    const last = governor.run({}, takes(10));
    expect(await clock.run(Promise.allSettled([first, bad, last]))).toMatchObject([
      { status: "fulfilled" },
      { reason: { message: "estimate" } },
      { status: "fulfilled" },
    ]);
  });

  test("a classification that throws ends the call with a typed error", async () => {
    make({
      classify: () => {
        throw new RangeError("classify");
      },
    });
    const call = governor.run({}, async () => {
      throw throttled();
    });
    const error = await expectError(() => clock.run(call), "INTERNAL");
    expect((error.cause as Error).message).toBe("classify");
    expect(governor.statistics().inFlight).toBe(0);
    expect(await clock.run(governor.run({}, takes(1)))).toBe(1);
  });

  test("a classification of one's own is asked first", async () => {
    make({
      classify: (thrown) =>
        thrown === "later"
          ? { kind: "throttled", error: new GroundworkError("THROTTLED", "Later."), retryAfterMs: 5 }
          : undefined,
    });
    const result = governor.run({}, async ({ attempt }) => {
      if (attempt === 1) throw "later";
      return attempt;
    });
    expect(await clock.run(result)).toBe(2);
  });
});

test("wrong options are refused by name", () => {
  make();
  expect(() => createGovernor({ concurrency: { max: 0 } })).toThrow(/concurrency\.max/);
  expect(() => createGovernor({ retry: { maxAttempts: 1.5 } })).toThrow(/retry\.maxAttempts/);
  expect(() => createGovernor({ quotas: { tokensPerMinute: Number.NaN } })).toThrow(/quotas\.tokensPerMinute/);
});
