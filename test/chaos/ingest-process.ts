import { setTimeout as delay } from "node:timers/promises";
import type { VectorStore } from "@groundwork/contracts";
import { ingest } from "@groundwork/pipeline";
import { folder } from "@groundwork/source-files";
import { openChaos } from "./knowledge-base.ts";

/**
 * One ingestion in a process of its own, to be killed. `CHAOS_POINT=NAME:N` kills it at the N-th time of a named fault point;
 * `CHAOS_PLANT=publish-before-write` plants the fault that the test must catch: rows are written only after the commit.
 */
const [path, root] = process.argv.slice(2) as [string, string];
const [point, nth] = (process.env.CHAOS_POINT ?? "").split(":");
const planted = process.env.CHAOS_PLANT === "publish-before-write";

let flush: () => Promise<void> = async () => {};

/** Keeps what it is given and claims that it is there. */
function forgetful(store: VectorStore): VectorStore {
  let held: Parameters<VectorStore["write"]>[0][] = [];
  let rows = 0;
  flush = async () => {
    for (const batch of held) await store.write(batch);
    held = [];
    rows = 0;
  };
  return new Proxy(store, {
    get(target, name) {
      if (name === "write")
        return async (batch: Parameters<VectorStore["write"]>[0]) => {
          held.push(batch);
          rows += batch.numRows;
          return { rows: batch.numRows };
        };
      if (name === "count")
        return async (...given: Parameters<VectorStore["count"]>) => (rows > 0 ? rows : target.count(...given));
      const value = Reflect.get(target, name) as unknown;
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

const knowledgeBase = await openChaos(path, planted ? forgetful : undefined);
process.send?.("open");
let seen = 0;
await ingest([folder(root)], knowledgeBase.parts, {
  allowMassDelete: true,
  onFaultPoint: async (name) => {
    if (name === point && ++seen === Number(nth)) {
      process.kill(process.pid, "SIGKILL");
      await delay(10_000);
    }
    if (planted && name === "committed") {
      await delay(30);
      await flush();
    }
  },
});
await knowledgeBase.close();
process.exit(0);
