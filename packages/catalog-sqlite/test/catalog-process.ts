import { setTimeout as sleep } from "node:timers/promises";
import { Connection } from "@groundwork/sqlite-file";
import { commitOf, documentOf } from "@groundwork/testing/catalog-fixtures";
import { sqliteCatalog } from "../src/index.ts";

/** A process of its own on a catalog: `catalog-process.ts TASK PATH NAME`. Prints a line of JSON when it holds or writes, and when it is done. */
const [task, path, name] = process.argv.slice(2) as [string, string, string];

const tell = (value: unknown): boolean => process.stdout.write(`${JSON.stringify(value)}\n`);
const forever = (): Promise<void> => sleep(2 ** 30);

const tasks: Readonly<Record<string, () => Promise<void>>> = {
  /** 25 publications of 40 documents, every fifth aborted; the watermark must never fall. */
  async publish() {
    const catalog = sqliteCatalog({ path });
    await catalog.open();
    const sequences: number[] = [];
    let committed = 0;
    let last = 0;
    for (let round = 0; round < 25; round++) {
      const sequence = await catalog.beginPublication(name);
      sequences.push(sequence);
      await sleep(Math.random() * 4);
      if (round % 5 === 4) {
        await catalog.abortPublication(sequence);
      } else {
        const documents = Array.from({ length: 40 }, (_, index) => documentOf(`${name}/${round}/${index}`));
        await catalog.commitPublication(sequence, commitOf({ documents }));
        committed++;
      }
      const watermark = await catalog.watermark();
      if (watermark < last) throw new Error(`the watermark fell from ${last} to ${watermark}`);
      last = watermark;
    }
    await catalog.close();
    tell({ sequences, committed });
  },

  /** 20 times: adds one to a counter that only the lease guards. */
  async count() {
    const catalog = sqliteCatalog({ path });
    await catalog.open();
    const tokens: number[] = [];
    for (let round = 0; round < 20; round++) {
      await using lease = await catalog.acquireLease("counter", { waitMs: 60_000, ttlMs: 20_000 });
      tokens.push(lease.token);
      const value = Number((await catalog.getSetting("counter")) ?? 0);
      await sleep(Math.random() * 3);
      await catalog.setSetting("counter", String(value + 1));
    }
    await catalog.close();
    tell({ tokens });
  },

  /** Stands in the midst of a write transaction. */
  async "hold-transaction"() {
    const connection = new Connection(path);
    connection.exec("BEGIN IMMEDIATE");
    connection.exec("UPDATE documents SET state = 'deleted'");
    connection.exec("INSERT INTO settings (name, value) VALUES ('half', 'written')");
    tell("holds");
    await forever();
  },

  /** Holds a lease and an open publication that end by themselves. */
  async "hold-lease"() {
    const catalog = sqliteCatalog({ path });
    await catalog.open();
    const lease = await catalog.acquireLease("maintenance", { ttlMs: 1_000 });
    const sequence = await catalog.beginPublication(name, { ttlMs: 1_000 });
    tell({ token: lease.token, sequence });
    await forever();
  },

  /** Replaces all documents by one commit each time, until it is told to stop. */
  async rewrite() {
    const catalog = sqliteCatalog({ path });
    await catalog.open();
    let rounds = 0;
    while ((await catalog.getSetting("stop")) === undefined) {
      rounds++;
      const documents = Array.from({ length: 400 }, (_, index) =>
        documentOf(`d/${index}`, { chunks: rounds, state: "live" }),
      );
      await catalog.commitPublication(await catalog.beginPublication(name), commitOf({ documents }));
      if (rounds === 1) tell("writes");
    }
    await catalog.close();
    tell({ rounds });
  },

  async open() {
    const catalog = sqliteCatalog({ path });
    await catalog.open();
    const sequence = await catalog.beginPublication(name);
    await catalog.close();
    tell(sequence);
  },
};

await tasks[task]!();
