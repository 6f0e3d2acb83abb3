import assert from "node:assert/strict";
import type { Catalog } from "@groundwork/contracts";
import {
  type CatalogSuiteOptions,
  catalogCase,
  collect,
  commitOf,
  documentOf,
  revisionOf,
  twoCatalogsCase,
} from "./catalog-fixtures.ts";
import { expectError } from "./expect-error.ts";
import { type SeededRandom, seededRandom } from "./seeded-random.ts";
import type { SuiteCase } from "./suite-case.ts";

export function publicationCases(options: CatalogSuiteOptions): SuiteCase[] {
  return [
    catalogCase(options, "a new catalog has watermark 0 and nothing open", async (catalog) => {
      assert.equal(await catalog.watermark(), 0);
      assert.deepEqual(await catalog.openPublications(), []);
    }),
    twoCatalogsCase(options, "sequences only grow, over handles and after an abort", async (first, second) => {
      const sequences: number[] = [];
      for (const catalog of [first, second, first, second]) {
        const sequence = await catalog.beginPublication("run_1");
        sequences.push(sequence);
        if (sequences.length % 2 === 0) await first.abortPublication(sequence);
      }
      assert.ok(
        sequences.every((sequence, index) => sequence > (sequences[index - 1] ?? 0)),
        `found ${sequences}`,
      );
      assert.ok(sequences.every(Number.isInteger));
    }),
    catalogCase(options, "an open publication names its run and its end, and can be extended", async (catalog) => {
      const before = Date.now();
      const sequence = await catalog.beginPublication("run_7", { ttlMs: 5_000 });
      const [open] = await catalog.openPublications();
      assert.equal(open?.sequence, sequence);
      assert.equal(open?.runId, "run_7");
      assert.ok(open.startedAt >= before - 1_000 && open.startedAt <= Date.now() + 1_000);
      assert.equal(open.expiresAt, open.startedAt + 5_000);
      await catalog.touchPublication(sequence, 60_000);
      const [touched] = await catalog.openPublications();
      assert.ok((touched?.expiresAt ?? 0) >= before + 59_000);
      assert.equal(touched?.startedAt, open.startedAt);
    }),
    catalogCase(options, "the watermark waits for every sequence below it", async (catalog) => {
      const [one, two, three] = [
        await catalog.beginPublication("r"),
        await catalog.beginPublication("r"),
        await catalog.beginPublication("r"),
      ];
      assert.equal(await catalog.watermark(), 0);
      await catalog.commitPublication(two, commitOf());
      assert.equal(await catalog.watermark(), 0, "a lower sequence is open");
      await catalog.commitPublication(one, commitOf());
      assert.equal(await catalog.watermark(), two);
      const four = await catalog.beginPublication("r");
      assert.equal(await catalog.watermark(), two, "beginning must not move it");
      await catalog.abortPublication(three);
      assert.equal(await catalog.watermark(), three, "an aborted sequence is closed");
      await catalog.commitPublication(four, commitOf());
      assert.equal(await catalog.watermark(), four);
    }),
    catalogCase(options, "what is not open is neither committed, aborted nor touched", async (catalog) => {
      const committed = await catalog.beginPublication("r");
      await catalog.commitPublication(committed, commitOf());
      const aborted = await catalog.beginPublication("r");
      await catalog.abortPublication(aborted);
      for (const sequence of [committed, aborted, aborted + 100, 0]) {
        await expectError(
          () => catalog.commitPublication(sequence, commitOf({ documents: [documentOf("late.md")] })),
          "STORE_CONFLICT",
        );
        await expectError(() => catalog.abortPublication(sequence), "STORE_CONFLICT");
        await expectError(() => catalog.touchPublication(sequence, 1_000), "STORE_CONFLICT");
      }
      assert.deepEqual(await collect(catalog.listDocuments()), [], "a refused commit must write nothing");
      assert.equal(await catalog.watermark(), aborted);
    }),
    catalogCase(options, "a publication past its time can be committed until somebody aborts it", async (catalog) => {
      const sequence = await catalog.beginPublication("r", { ttlMs: 1 });
      await new Promise((done) => setTimeout(done, 5));
      assert.equal((await catalog.openPublications()).length, 1);
      await catalog.commitPublication(sequence, commitOf());
      assert.equal(await catalog.watermark(), sequence);
    }),
    catalogCase(options, "a commit writes documents, revisions, outcomes, edges and dead letters", async (catalog) => {
      const first = await catalog.beginPublication("run_1");
      const error = { code: "TIMED_OUT", message: "Too slow.", retryable: true, ids: {} } as const;
      const letter = {
        documentId: "doc_2",
        sourceId: "s",
        key: "b",
        error,
        stage: "extract",
        attempts: 1,
        firstAt: 1,
        lastAt: 1,
        runId: "run_1",
      };
      const document = documentOf("a.md", { documentId: "doc_1", liveRevision: "rev_1" });
      const outcome = { documentId: "doc_1", key: "a.md", status: "added" } as const;
      const edge = { fromKind: "document", fromId: "doc_1", toKind: "revision", toId: "rev_1", runId: "run_1" };
      await catalog.commitPublication(
        first,
        commitOf({
          documents: [document],
          revisions: [revisionOf("rev_1", first)],
          outcomes: [outcome],
          edges: [edge],
          deadLetters: [letter],
        }),
      );
      assert.deepEqual(await catalog.getDocument("doc_1"), document);
      assert.deepEqual(await catalog.getRevision("rev_1"), revisionOf("rev_1", first));
      assert.deepEqual(await collect(catalog.listOutcomes("run_1")), [outcome]);
      assert.deepEqual(await collect(catalog.listEdges({ fromId: "doc_1" })), [edge]);
      assert.deepEqual(await collect(catalog.listDeadLetters()), [letter]);
      const second = await catalog.beginPublication("run_2");
      await catalog.commitPublication(
        second,
        commitOf({ revisions: [revisionOf("rev_2", second)], retired: ["rev_1"], settled: ["doc_2"] }),
      );
      assert.deepEqual(await catalog.listRevisions("doc_1"), [
        revisionOf("rev_1", first, { publishedTo: second }),
        revisionOf("rev_2", second),
      ]);
      assert.deepEqual(await collect(catalog.listDeadLetters()), []);
      const third = await catalog.beginPublication("run_3");
      await catalog.commitPublication(third, commitOf({ purged: ["rev_1"], retired: ["rev_2", "rev_absent"] }));
      assert.equal(await catalog.getRevision("rev_1"), undefined);
      assert.deepEqual(await catalog.listRevisions("doc_1"), [revisionOf("rev_2", second, { publishedTo: third })]);
      assert.equal(await catalog.getRevision("rev_absent"), undefined);
    }),
    catalogCase(options, "findings are those of the revisions that answer", async (catalog) => {
      const sequence = await catalog.beginPublication("run_1");
      const names = { type: "NAME", action: "pseudonymize", count: 3 } as const;
      const numbers = { type: "SSN", action: "redact", count: 1 } as const;
      const kept = { type: "NAME", action: "keep", count: 2 } as const;
      const live = { state: "live", liveRevision: "" } as const;
      await catalog.commitPublication(
        sequence,
        commitOf({
          documents: [
            documentOf("b.md", { ...live, documentId: "doc_b", liveRevision: "rev_b" }),
            documentOf("a.md", { ...live, documentId: "doc_a", liveRevision: "rev_a", state: "stale" }),
            documentOf("c.md", { ...live, documentId: "doc_c", liveRevision: "rev_c", state: "hidden" }),
            documentOf("d.md", { ...live, documentId: "doc_d", liveRevision: "rev_d" }),
          ],
          revisions: [
            revisionOf("rev_b", sequence, { documentId: "doc_b", findings: [numbers, names] }),
            revisionOf("rev_a", sequence, { documentId: "doc_a", findings: [kept, names] }),
            revisionOf("rev_a_old", sequence, { documentId: "doc_a", findings: [numbers] }),
            revisionOf("rev_c", sequence, { documentId: "doc_c", findings: [names] }),
            revisionOf("rev_d", sequence, { documentId: "doc_d" }),
          ],
        }),
      );
      assert.deepEqual((await catalog.getRevision("rev_b"))?.findings, [numbers, names]);
      const a = { documentId: "doc_a", revisionId: "rev_a" };
      const b = { documentId: "doc_b", revisionId: "rev_b" };
      assert.deepEqual(await collect(catalog.listFindings()), [
        { ...kept, ...a },
        { ...names, ...a },
        { ...names, ...b },
        { ...numbers, ...b },
      ]);
      assert.deepEqual(await collect(catalog.listFindings({ types: ["SSN"] })), [{ ...numbers, ...b }]);
      assert.deepEqual(await collect(catalog.listFindings({ documentId: "doc_a", types: ["SSN"] })), []);
      assert.deepEqual(await collect(catalog.listFindings({ sourceId: "nowhere" })), []);
    }),
    catalogCase(options, "a retired revision that is published again is no longer retired", async (catalog) => {
      for (const retired of [[], ["rev_1"]]) {
        const sequence = await catalog.beginPublication("r");
        await catalog.commitPublication(
          sequence,
          commitOf({ revisions: retired.length === 0 ? [revisionOf("rev_1", sequence)] : [], retired }),
        );
      }
      const sequence = await catalog.beginPublication("r");
      await catalog.commitPublication(sequence, commitOf({ revisions: [revisionOf("rev_1", sequence)] }));
      assert.deepEqual(await catalog.getRevision("rev_1"), revisionOf("rev_1", sequence));
    }),
    twoCatalogsCase(options, "a reader sees all of a commit or nothing", async (writer, reader) => {
      const size = 300;
      let writing = true;
      const write = async (): Promise<void> => {
        for (let round = 1; round <= 10; round++) {
          const sequence = await writer.beginPublication("r");
          const documents = Array.from({ length: size }, (_, index) =>
            documentOf(`d${String(index).padStart(4, "0")}`, { chunks: round }),
          );
          await writer.commitPublication(sequence, commitOf({ documents }));
          await new Promise((done) => setTimeout(done, 1));
        }
        writing = false;
      };
      const read = async (): Promise<void> => {
        while (writing) {
          const rounds = new Map<number, number>();
          for await (const { chunks } of reader.listDocuments()) rounds.set(chunks, (rounds.get(chunks) ?? 0) + 1);
          assert.ok(rounds.size <= 1, `found documents of ${rounds.size} commits at once`);
          for (const count of rounds.values()) assert.equal(count, size);
          await new Promise((done) => setTimeout(done, 0));
        }
      };
      await Promise.all([write(), read()]);
    }),
    twoCatalogsCase(options, "the watermark of any schedule is that of the model", async (first, second) => {
      for (const seed of [1, 2, 3]) await checkSchedule([first, second], seededRandom(seed));
    }),
  ];
}

/** Begins, commits and aborts at random over both handles, and compares the watermark with the rule of the contract. */
async function checkSchedule(catalogs: readonly Catalog[], random: SeededRandom): Promise<void> {
  const open = new Set<number>();
  let closed = [await catalogs[0]!.watermark()];
  let highest = closed[0]!;
  for (let step = 0; step < 60; step++) {
    const catalog = random.pick(catalogs);
    if (open.size === 0 || random.chance(0.4)) {
      const sequence = await catalog.beginPublication("r");
      assert.ok(sequence > highest, `sequence ${sequence} was given out before`);
      highest = sequence;
      open.add(sequence);
    } else {
      const sequence = random.pick([...open]);
      if (random.chance(0.3)) await catalog.abortPublication(sequence);
      else await catalog.commitPublication(sequence, commitOf());
      open.delete(sequence);
      closed = [...closed, sequence];
    }
    const below = closed.filter((sequence) => ![...open].some((other) => other < sequence));
    assert.equal(await random.pick(catalogs).watermark(), Math.max(...below), `with ${[...open]} open`);
  }
  for (const sequence of open) await catalogs[0]!.abortPublication(sequence);
}
