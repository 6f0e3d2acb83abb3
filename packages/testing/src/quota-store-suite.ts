import type { QuotaStore } from "@groundwork/contracts";
import { expectError } from "./expect-error.ts";
import type { SuiteCase } from "./suite-case.ts";

export interface QuotaStoreCasesOptions {
  readonly name: string;
  /** Opens one more handle of the same, at first empty, store. */
  readonly open: () => QuotaStore | Promise<QuotaStore>;
  /** Makes the next case start empty. */
  readonly reset: () => void | Promise<void>;
}

function check(holds: boolean, message: string): asserts holds {
  if (!holds) throw new Error(message);
}

/** Checks of any quota store. */
export function quotaStoreCases(options: QuotaStoreCasesOptions): SuiteCase[] {
  const { name, open, reset } = options;
  const withStores = (title: string, run: (a: QuotaStore, b: QuotaStore) => Promise<void>): SuiteCase => ({
    name: `${name}: ${title}`,
    async run(): Promise<void> {
      await reset();
      const [a, b] = [await open(), await open()];
      try {
        await run(a, b);
      } finally {
        await a.close?.();
        await b.close?.();
      }
    },
  });

  return [
    withStores("a key without a record reads as undefined", async (a) => {
      check((await a.read("none")) === undefined, "expected no record");
    }),
    withStores("a write is seen by every handle, and keys are apart", async (a, b) => {
      check(await a.compareAndSet("k", undefined, "one"), "expected the first write to succeed");
      const seen = await b.read("k");
      check(seen?.value === "one" && Number.isInteger(seen.version), `found ${JSON.stringify(seen)}`);
      check((await b.read("other")) === undefined, "another key has the record too");
      check(await b.compareAndSet("k", seen.version, 'two "é" 規'), "expected the write with the current version");
      const next = await a.read("k");
      check(next?.value === 'two "é" 規', `found ${JSON.stringify(next)}`);
      check(next.version > seen.version, `expected a version above ${seen.version}, found ${next.version}`);
    }),
    withStores("a write with an old version, or as the first where there is one, changes nothing", async (a, b) => {
      await a.compareAndSet("k", undefined, "one");
      const { version } = (await a.read("k"))!;
      await a.compareAndSet("k", version, "two");
      check(!(await b.compareAndSet("k", version, "lost")), "an old version was accepted");
      check(!(await b.compareAndSet("k", undefined, "lost")), "a second first write was accepted");
      check(!(await b.compareAndSet("new", 7, "lost")), "a version of nothing was accepted");
      check(
        (await a.read("k"))?.value === "two" && (await a.read("new")) === undefined,
        "a refused write left a trace",
      );
    }),
    withStores("of writers with the same version exactly one wins", async (a, b) => {
      await a.compareAndSet("k", undefined, "0");
      for (let round = 1; round <= 20; round++) {
        const { version } = (await a.read("k"))!;
        const won = await Promise.all(
          Array.from({ length: 8 }, (_, writer) =>
            (writer % 2 ? a : b).compareAndSet("k", version, `${round}/${writer}`),
          ),
        );
        check(won.filter(Boolean).length === 1, `${won.filter(Boolean).length} of 8 writers won`);
        const winner = won.indexOf(true);
        check((await b.read("k"))?.value === `${round}/${winner}`, "the value is not the winner's");
      }
    }),
    withStores("nothing is lost when handles count together", async (a, b) => {
      const add = async (store: QuotaStore): Promise<void> => {
        for (let done = 0; done < 25; ) {
          const record = await store.read("count");
          const value = String(Number(record?.value ?? 0) + 1);
          if (await store.compareAndSet("count", record?.version, value)) done++;
        }
      };
      await Promise.all([add(a), add(b), add(a), add(b)]);
      check((await a.read("count"))?.value === "100", `expected 100, found ${(await a.read("count"))?.value}`);
    }),
    withStores("a signal that has fired stops a call before it does anything", async (a) => {
      const signal = AbortSignal.abort();
      await expectError(() => a.compareAndSet("k", undefined, "one", { signal }), "ABORTED");
      await expectError(() => a.read("k", { signal }), "ABORTED");
      check((await a.read("k")) === undefined, "the aborted write was done");
    }),
    withStores("closing twice is allowed, a call after it is INVALID_ARGUMENT", async (a) => {
      if (a.close === undefined) return;
      await a.close();
      await a.close();
      await expectError(() => a.read("k"), "INVALID_ARGUMENT");
    }),
  ];
}
