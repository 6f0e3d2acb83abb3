import { GroundworkError } from "@groundwork/contracts";
import { expectError } from "@groundwork/testing";
import { expect, onTestFinished, test } from "vitest";
import { EmbedPool } from "../src/embed-pool.ts";
import type { EmbeddedTexts } from "../src/embedding-run.ts";

function poolOf(threads: number): EmbedPool {
  const pool = new EmbedPool({
    threads,
    setup: async () => ({ modelPath: "", tokenizerJson: "" }),
    workerUrl: new URL("./fixtures/faulty.worker.ts", import.meta.url),
  });
  onTestFinished(() => pool.close());
  return pool;
}

async function lengthsOf(
  pool: EmbedPool,
  jobs: readonly (readonly string[])[],
  options: { readonly signal?: AbortSignal; readonly urgent?: boolean } = {},
): Promise<number[][]> {
  const results: number[][] = [];
  const accept = (job: number, result: EmbeddedTexts): void => {
    results[job] = [...result.lengths];
  };
  await pool.run(jobs, accept, { output: "pooled", ...options });
  return results;
}

test("each job gets its own result, on as many threads as allowed", async () => {
  const pool = poolOf(2);
  expect(pool.size).toBe(0);
  const jobs = Array.from({ length: 20 }, (_, index) => ["x".repeat(index + 1), "y"]);
  expect(await lengthsOf(pool, jobs)).toEqual(jobs.map(([x]) => [x!.length, 1]));
  expect(pool.size).toBe(2);
});

test("no job starts no thread", async () => {
  const pool = poolOf(2);
  expect(await lengthsOf(pool, [])).toEqual([]);
  expect(pool.size).toBe(0);
});

for (const fault of ["throw", "exit"])
  test(`a thread that dies by ${fault} rejects its calls only and is replaced`, async () => {
    const pool = poolOf(2);
    const error = expectError(() => lengthsOf(pool, [[fault]]), "WORKER_CRASHED");
    const other = lengthsOf(pool, [["fine"], ["fine too"]]);
    expect((await error).retryable).toBe(true);
    await other.catch((reason: unknown) => {
      // It had a job on the same thread, if the first thread was quicker to die than the second to start.
      expect(GroundworkError.isInstance(reason) && reason.code).toBe("WORKER_CRASHED");
    });
    for (let round = 0; round < 3; round++)
      expect(await lengthsOf(pool, [["again"], ["and again"]])).toEqual([[5], [9]]);
    expect(pool.size).toBeLessThanOrEqual(2);
  });

test("an abort drops what is queued and leaves the thread usable", async () => {
  const pool = poolOf(1);
  const stuck = new AbortController();
  const hanging = expectError(() => lengthsOf(pool, [["hang"]], { signal: stuck.signal }), "ABORTED");
  const controller = new AbortController();
  const many = expectError(
    () =>
      lengthsOf(
        pool,
        Array.from({ length: 50 }, () => ["hang"]),
        { signal: controller.signal },
      ),
    "ABORTED",
  );
  await new Promise((resolve) => setTimeout(resolve, 20));
  controller.abort();
  stuck.abort();
  await Promise.all([hanging, many]);
});

test("urgent jobs go first", async () => {
  const pool = poolOf(1);
  const done: string[] = [];
  const slow = lengthsOf(
    pool,
    Array.from({ length: 200 }, () => ["slow"]),
  ).then(() => done.push("slow"));
  const urgent = lengthsOf(pool, [["urgent"]], { urgent: true }).then(() => done.push("urgent"));
  await Promise.all([slow, urgent]);
  expect(done).toEqual(["urgent", "slow"]);
});

test("close rejects what is open, ends the threads and refuses further calls", async () => {
  const pool = poolOf(1);
  const open = expectError(() => lengthsOf(pool, [["hang"], ["hang"], ["hang"]]), "ABORTED");
  await new Promise((resolve) => setTimeout(resolve, 50));
  await Promise.all([pool.close(), pool.close()]);
  await open;
  expect(pool.size).toBe(0);
  await expectError(() => lengthsOf(pool, [["text"]]), "INVALID_ARGUMENT");
});
