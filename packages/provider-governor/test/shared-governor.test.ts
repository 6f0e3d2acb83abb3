import { expectError } from "@groundwork/testing";
import { virtualClock } from "@groundwork/testing/virtual-clock";
import { expect, test } from "vitest";
import { type GovernorEvent, sharedGovernor } from "../src/index.ts";

const key = { provider: "bedrock", model: "titan", region: "eu-west-1", account: "123" };

test("callers with one key share concurrency and pauses, others do not", async () => {
  const clock = virtualClock();
  const options = { clock, concurrency: { initial: 1, max: 1 } };
  const a = sharedGovernor(key, options);
  const b = sharedGovernor({ ...key }, options);
  const other = sharedGovernor({ ...key, region: "us-east-1" }, options);
  let running = 0;
  let most = 0;
  const call = async ({ signal }: { readonly signal: AbortSignal }): Promise<void> => {
    most = Math.max(most, ++running);
    await clock.sleep(10, signal);
    running--;
  };
  await clock.run(Promise.all([a.run({}, call), b.run({}, call), a.run({}, call)]));
  expect(most).toBe(1);
  await clock.run(Promise.all([a.run({}, call), other.run({}, call)]));
  expect(most).toBe(2);
  expect(a.statistics()).toEqual(b.statistics());
  expect(a.name).toBe("bedrock/titan/eu-west-1");
  await Promise.all([a.close(), b.close(), other.close()]);
  expect(clock.pending).toBe(0);
});

test("closing a share ends its own calls alone; the last one ends the governor", async () => {
  const clock = virtualClock();
  const a = sharedGovernor(key, { clock });
  const b = sharedGovernor(key);
  const never = a.run({}, () => new Promise(() => {}));
  const done = b.run({}, async ({ signal }) => {
    await clock.sleep(100, signal);
    return "done";
  });
  const refused = expectError(() => never, "ABORTED");
  await a.close();
  await a.close();
  await refused;
  await expectError(() => a.run({}, async () => 1), "INVALID_ARGUMENT");
  await expectError(() => a.ready(), "INVALID_ARGUMENT");
  expect(await clock.run(done)).toBe("done");
  await b.close();
  const fresh = sharedGovernor(key, { clock });
  expect(fresh.statistics().attempts).toBe(0);
  await fresh.close();
});

test("options that differ from the first ones are refused; each listener hears everything", async () => {
  const clock = virtualClock();
  const heard: GovernorEvent[][] = [[], []];
  const a = sharedGovernor(key, {
    clock,
    quotas: { requestsPerMinute: 60 },
    onEvent: (event) => heard[0]!.push(event),
  });
  const b = sharedGovernor(key, {
    clock,
    quotas: { requestsPerMinute: 60 },
    onEvent: (event) => heard[1]!.push(event),
  });
  expect(() => sharedGovernor(key, { quotas: { requestsPerMinute: 90 } })).toThrow(/others/);
  await clock.run(a.run({}, async () => 1));
  expect(heard[0]).toHaveLength(1);
  expect(heard[1]).toEqual(heard[0]);
  await b.close();
  await clock.run(a.run({}, async () => 1));
  expect([heard[0]!.length, heard[1]!.length]).toEqual([2, 1]);
  await a.close();
});
