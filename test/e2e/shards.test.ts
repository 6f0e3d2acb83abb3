import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Shard } from "@groundwork/contracts";
import { ingest, ingestSharded, type ShardReport } from "@groundwork/pipeline";
import { folder } from "@groundwork/source-files";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Corpus } from "../chaos/corpus.ts";
import { openChaos } from "../chaos/knowledge-base.ts";
import { seededRandom } from "../chaos/random.ts";
import { readState } from "../chaos/state.ts";

let scratch: string;
beforeEach(async () => {
  scratch = await mkdtemp(join(tmpdir(), "groundwork-shards-"));
});
afterEach(() => rm(scratch, { recursive: true, force: true }));

/** Runs shards in a process; each of several gets the next when it is free. */
class Worker {
  readonly #child: ChildProcess;

  constructor(path: string, root: string) {
    this.#child = fork(fileURLToPath(new URL("./shard-process.ts", import.meta.url)), [path, root], {
      execArgv: ["--conditions=@groundwork/source"],
    });
  }

  async ready(): Promise<this> {
    await once(this.#child, "message");
    return this;
  }

  async run(shard: Shard, startedAt: number): Promise<ShardReport> {
    this.#child.send({ shard, startedAt });
    const [answer] = (await once(this.#child, "message")) as [{ report?: ShardReport; error?: string }];
    if (answer.report === undefined) throw new Error(answer.error);
    return answer.report;
  }

  async close(): Promise<void> {
    this.#child.disconnect();
    await once(this.#child, "exit");
  }
}

test("two processes that ingest different shards at once end in the state of one", { timeout: 300_000 }, async () => {
  const corpus = new Corpus(join(scratch, "corpus"), seededRandom(7));
  await corpus.create(60);
  const shared = await openChaos(join(scratch, "shared"));
  const alone = await openChaos(join(scratch, "alone"));
  const workers = await Promise.all([1, 2].map(() => new Worker(join(scratch, "shared"), corpus.root).ready()));
  try {
    for (let round = 0; round < 4; round++) {
      const free = [...workers];
      const busy = new Set<Worker>();
      let together = 0;
      const report = await ingestSharded(
        [folder(corpus.root)],
        shared.parts,
        async (shard, { startedAt }) => {
          expect(JSON.parse(JSON.stringify(shard))).toEqual(shard);
          const worker = free.pop()!;
          busy.add(worker);
          together = Math.max(together, busy.size);
          try {
            // Twice now and then: a shard that an engine repeats changes nothing.
            const first = await worker.run(shard, startedAt);
            return shard.shardId.endsWith("1") ? { ...(await worker.run(shard, startedAt)), work: first.work } : first;
          } finally {
            busy.delete(worker);
            free.push(worker);
          }
        },
        { concurrency: 2, documentsPerShard: 7, allowMassDelete: true },
      );
      expect(report.status).toBe("completed");
      if (round === 0) expect(together).toBe(2);
      const single = await ingest([folder(corpus.root)], alone.parts, { allowMassDelete: true });
      expect(report.work.rowsWritten).toBe(single.work.rowsWritten);
      expect(report.counts.deleted).toBe(single.counts.deleted);
      const state = await readState(shared);
      expect(state).toEqual(await readState(alone));
      expect(state.documents).toHaveLength(corpus.keys.length);
      expect(await shared.parts.catalog.openPublications()).toEqual([]);
      const moves = async (base: typeof shared): Promise<number> =>
        (await Array.fromAsync(base.parts.catalog.listDocuments({ states: ["live"] }))).filter(
          ({ movedFrom }) => movedFrom !== undefined,
        ).length;
      expect(await moves(shared)).toBe(await moves(alone));
      await corpus.change();
    }
  } finally {
    for (const worker of workers) await worker.close();
    await shared.close();
    await alone.close();
  }
});
