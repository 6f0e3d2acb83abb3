import { setTimeout as sleep } from "node:timers/promises";
import { Connection } from "@groundwork/sqlite-file";
import { sqliteArtifacts } from "../src/index.ts";

/** A process of its own on an artifact store: `artifact-process.ts TASK PATH NAME`. Prints a line of JSON for each thing it did. */
const [task, path, name] = process.argv.slice(2) as [string, string, string];

const tell = (value: unknown): boolean => process.stdout.write(`${JSON.stringify(value)}\n`);

const tasks: Readonly<Record<string, () => Promise<void>>> = {
  /** Puts until it is killed, some at a time, and tells the key of each that was put. Each is filled with one number. */
  async "put-forever"() {
    const store = sqliteArtifacts({ path });
    for (let round = 0; ; round++) {
      const puts = Array.from({ length: 6 }, async (_, index) => {
        const key = `${name}/${round}/${index}`;
        await store.put(key, new Uint8Array(3_000 + 40_000 * index).fill(round % 251));
        tell(key);
      });
      await Promise.all(puts);
    }
  },

  /** 150 artifacts, every third deleted again. */
  async "put-and-delete"() {
    const store = sqliteArtifacts({ path, busyTimeoutMs: 60_000 });
    for (let round = 0; round < 50; round++) {
      await Promise.all(
        [0, 1, 2].map((index) => store.put(`${name}/${round}/${index}`, new Uint8Array(6_000).fill(round))),
      );
      const deleted = await store.deletePrefix(`${name}/${round}/1`);
      if (deleted !== 1) throw new Error(`deleted ${deleted}`);
    }
    await store.close();
    tell("done");
  },

  /** Puts once, and tells what came of it. */
  async "try-put"() {
    const store = sqliteArtifacts({ path, busyTimeoutMs: 200 });
    const outcome = store.put(name, new Uint8Array([1])).then(
      () => "written",
      (error: { readonly code: string }) => error.code,
    );
    tell(await outcome);
    await store.close();
  },

  /** Stands in the midst of a write transaction. */
  async "hold-transaction"() {
    const connection = new Connection(path);
    connection.exec("BEGIN IMMEDIATE");
    connection.exec("INSERT INTO artifacts (key, bytes) VALUES ('half', x'00')");
    tell("holds");
    await sleep(2 ** 30);
  },
};

await tasks[task]!();
