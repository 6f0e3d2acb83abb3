import assert from "node:assert/strict";
import { CHUNKS_SCHEMA, type StoreHit } from "@groundwork/contracts";
import { expectError } from "./expect-error.ts";
import type { SuiteCase } from "./suite-case.ts";
import {
  cosineOf,
  DIMENSIONS,
  idOf,
  rowOf,
  scanIds,
  storeCase,
  type VectorStoreSuiteOptions,
  vectorOf,
  write,
} from "./vector-store-fixtures.ts";

const range = (count: number) => Array.from({ length: count }, (_, index) => rowOf(index));
const idsOf = (hits: readonly StoreHit[] | undefined): string[] => hits?.map((hit) => hit.chunkId) ?? ["no list"];

/** Float32 arithmetic of another order of summation. */
const TOLERANCE = 2e-6;

function assertOrdered(hits: readonly StoreHit[]): void {
  hits.forEach((hit, index) => {
    const before = hits[index - 1];
    if (before === undefined) return;
    const ordered = before.score > hit.score || (before.score === hit.score && before.chunkId < hit.chunkId);
    assert.ok(ordered, `hit ${index}: expected best first, equal scores by chunk id`);
  });
}

function denseCases(options: VectorStoreSuiteOptions): SuiteCase[] {
  return [
    storeCase(options, "dense: order and scores are those of the exact cosine", async (store) => {
      await write(store, range(700));
      for (const query of [9_001, 9_002, 9_003].map((seed) => vectorOf(seed))) {
        const exact = range(700)
          .map((row) => ({ chunkId: row.chunkId, score: cosineOf(query, vectorOf(row.ordinal)) }))
          .sort((a, b) => b.score - a.score);
        const { dense = [], lexical } = await store.search({ vector: query, limit: 40, exact: true });
        assert.equal(lexical, undefined, "a list that was not asked for");
        assert.equal(dense.length, 40);
        assertOrdered(dense);
        dense.forEach((hit, index) => {
          const own = exact.find((other) => other.chunkId === hit.chunkId)!;
          assert.ok(Math.abs(own.score - hit.score) < TOLERANCE, "score of a hit");
          assert.ok(Math.abs(exact[index]!.score - hit.score) < TOLERANCE, `place ${index}`);
        });
      }
    }),
    storeCase(options, "dense: the limit is kept, and may be larger than the table", async (store) => {
      await write(store, range(30));
      for (const limit of [0, 1, 29, 30, 31, 1_000]) {
        const { dense } = await store.search({ vector: vectorOf(3), limit });
        assert.equal(dense?.length, Math.min(limit, 30), `limit ${limit}`);
      }
      assert.deepEqual(await store.search({ limit: 5 }), {}, "no list was asked for");
    }),
    storeCase(options, "dense: equal scores come by chunk id, also at the limit", async (store) => {
      const rows = range(120).map((row, index) => ({ ...row, chunkId: idOf((index * 7) % 120) }));
      await write(
        store,
        rows,
        rows.map(() => vectorOf(77)),
      );
      for (const limit of [1, 10, 50]) {
        const hits = await store.search({ vector: vectorOf(77), limit });
        assert.deepEqual(
          idsOf(hits.dense),
          Array.from({ length: limit }, (_, index) => idOf(index)),
        );
      }
    }),
    storeCase(options, "dense: an empty store gives an empty list", async (store) => {
      assert.deepEqual(await store.search({ vector: vectorOf(1), limit: 3 }), { dense: [] });
    }),
    storeCase(
      options,
      "dense: a vector of other length, or with what is not a number, is INVALID_ARGUMENT",
      async (store) => {
        await write(store, range(3));
        const broken = vectorOf(1);
        broken[2] = Number.NaN;
        for (const vector of [vectorOf(1, DIMENSIONS + 1), new Float32Array(0), broken])
          await expectError(() => store.search({ vector, limit: 3 }), "INVALID_ARGUMENT");
        for (const limit of [-1, 1.5, Number.NaN])
          await expectError(() => store.search({ vector: vectorOf(1), limit }), "INVALID_ARGUMENT");
      },
    ),
    storeCase(options, "search: parents and rows without a vector are kept and never searched", async (store) => {
      const rows = [
        rowOf(0, { text: "heron" }),
        rowOf(1, { text: "heron", role: "parent" }),
        rowOf(2, { text: "heron" }),
        rowOf(3, { text: "heron", role: "parent" }),
      ];
      await write(store, rows, [vectorOf(0), null, null, vectorOf(3)]);
      assert.equal(await store.count(), 4);
      assert.equal((await store.get(rows.map((row) => row.chunkId))).numRows, 4);
      const hits = await store.search({ vector: vectorOf(0), limit: 9 });
      assert.deepEqual(idsOf(hits.dense), [idOf(0)]);
      if (store.capabilities.lexical !== "none") {
        const words = await store.search({ text: "heron", limit: 9 });
        assert.deepEqual(idsOf(words.lexical), [idOf(0)]);
      }
    }),
    storeCase(
      options,
      "search: the scope is inside: a tenant with 1 % of the rows gets all its hits",
      async (store) => {
        const most = options.mostRows ?? 5_000;
        const rows = range(most).map((row) => ({
          ...row,
          text: `common words here ${row.ordinal % 10 === 3 ? "common common" : ""}`,
          attributes: { tenant: row.ordinal % 100 === 50 ? "small" : "large" },
        }));
        // The small tenant's rows are the worst of all for the query.
        const query = vectorOf(5);
        const far = Float32Array.from(query, (value) => -value);
        await write(
          store,
          rows,
          rows.map((row) => (row.ordinal % 100 === 50 ? far : vectorOf(row.ordinal))),
        );
        const filter = { op: "eq", field: "tenant", value: "small" } as const;
        const expected = Math.floor(most / 100);
        for (const limit of [5, expected]) {
          const { dense = [] } = await store.search({ vector: query, limit, filter });
          assert.equal(dense.length, limit, "dense hits");
          assert.ok(
            dense.every((hit) => Number(hit.chunkId.slice(4)) % 100 === 50),
            "a row of another tenant",
          );
          if (store.capabilities.lexical === "none") continue;
          const { lexical = [] } = await store.search({ text: "common", limit, filter });
          assert.equal(lexical.length, limit, "lexical hits");
          assert.ok(
            lexical.every((hit) => Number(hit.chunkId.slice(4)) % 100 === 50),
            "a row of another tenant",
          );
        }
      },
    ),
  ];
}

const LIBRARY = [
  rowOf(0, { text: "The manager approves travelling expenses of employees." }),
  rowOf(1, { text: "Invoices above the limit need two approvals.", context: "Procurement handbook" }),
  rowOf(2, { text: "Hotels are booked by the office." }),
  rowOf(3, { text: 'Employees\' receipts, e.g. taxi (cash) & train: keep them! C++ AND/OR "quoted" words' }),
  rowOf(4, { text: "Receipts receipts receipts of the taxi" }),
  rowOf(5, { text: "Zusätzliche Größe café naïve" }),
];

function lexicalCases(options: VectorStoreSuiteOptions): SuiteCase[] {
  const find = (name: string, text: string, expected: readonly number[]): SuiteCase =>
    storeCase(options, `lexical: ${name}`, async (store) => {
      await write(store, LIBRARY);
      const { lexical = [], dense } = await store.search({ text, limit: 10 });
      assert.equal(dense, undefined, "a list that was not asked for");
      assert.deepEqual(idsOf(lexical).sort(), expected.map(idOf));
      assert.ok(lexical.every((hit) => hit.score > 0));
      assertOrdered(lexical);
    });
  return [
    find("a word", "hotels", [2]),
    find("other forms of a word", "approving an expense for travel", [0, 1]),
    find("upper case", "HOTEL", [2]),
    find("any of the words", "hotel invoice", [1, 2]),
    find("words of the context", "procurement", [1]),
    find("no stop words", "the of and", []),
    find("a word that nobody used", "xylophone", []),
    find("an empty text", "", []),
    find("blanks", " \n\t ", []),
    find("punctuation alone", "?!()\"'*:", []),
    find("part of a word is no match", "hot", []),
    find("quotes are text", '"hotels invoices"', [1, 2]),
    find("an unclosed quote is text", '"hotels', [2]),
    find("operators are text", "hotels AND xylophone", [2]),
    find("NOT and minus are text", "hotels NOT -invoices", [1, 2]),
    find("field syntax is text", "title:hotels", [2]),
    find("wildcards and fuzziness are text", "hotels* hotels~2 hotels^3", [2]),
    find("brackets and slashes are text", "(hotels] /invoice\\ {", [1, 2]),
    find("an injection is text", "hotels'); DROP TABLE chunks; --", [2]),
    storeCase(options, "lexical: a text of a thousand words", async (store) => {
      await write(store, LIBRARY);
      const text = `${Array.from({ length: 1_000 }, (_, index) => `word${index}`).join(" ")} hotels`;
      assert.deepEqual(idsOf((await store.search({ text, limit: 10 })).lexical), [idOf(2)]);
    }),
    storeCase(options, "lexical: more occurrences, shorter texts and rarer words come first", async (store) => {
      const filler = Array.from({ length: 40 }, (_, index) => rowOf(100 + index, { text: `budget line ${index}` }));
      await write(store, [...LIBRARY, ...filler]);
      const receipts = await store.search({ text: "receipts", limit: 10 });
      assert.deepEqual(idsOf(receipts.lexical), [idOf(4), idOf(3)]);
      const rare = await store.search({ text: "budget hotel", limit: 3 });
      assert.equal(rare.lexical?.[0]?.chunkId, idOf(2));
    }),
    storeCase(options, "lexical: equal scores come by chunk id, also at the limit", async (store) => {
      const rows = range(80).map((row, index) => ({ ...row, chunkId: idOf((index * 7) % 80), text: "same words" }));
      await write(store, rows);
      for (const limit of [0, 1, 10, 40]) {
        const hits = await store.search({ text: "words", limit });
        assert.deepEqual(
          idsOf(hits.lexical),
          Array.from({ length: limit }, (_, index) => idOf(index)),
        );
      }
    }),
    storeCase(
      options,
      "lexical: new, replaced and deleted rows are seen at once, before and after maintenance",
      async (store) => {
        await write(store, LIBRARY);
        for (const round of [1, 2, 3]) {
          await write(store, [
            rowOf(50 + round, { text: `quokka hotels ${round}` }),
            rowOf(2, { text: `Wombats ${round}` }),
          ]);
          const hits = await store.search({ text: "hotel quokka", limit: 10 });
          const expected = Array.from({ length: round }, (_, index) => idOf(51 + index));
          assert.deepEqual(idsOf(hits.lexical).sort(), expected, `round ${round}`);
          assert.deepEqual(idsOf((await store.search({ text: "wombat", limit: 10 })).lexical), [idOf(2)]);
          await store.maintain({ purge: round === 2 });
          assert.deepEqual((await store.search({ text: "hotel quokka", limit: 10 })).lexical?.length, round);
        }
        await store.deleteBy({ op: "startsWith", field: "text", value: "quokka" });
        assert.deepEqual(idsOf((await store.search({ text: "quokka", limit: 10 })).lexical), []);
      },
    ),
    storeCase(options, "hybrid: one call gives both lists", async (store) => {
      await write(store, LIBRARY);
      const both = await store.search({ vector: vectorOf(5), text: "taxi", limit: 2 });
      const alone = [
        await store.search({ vector: vectorOf(5), limit: 2 }),
        await store.search({ text: "taxi", limit: 2 }),
      ];
      assert.deepEqual([both.dense, both.lexical], [alone[0]?.dense, alone[1]?.lexical]);
    }),
  ];
}

function scoreCases(options: VectorStoreSuiteOptions): SuiteCase[] {
  const lexical = (options.capabilities?.lexical ?? "bm25") !== "none";
  const rows = Array.from({ length: 60 }, (_, index) =>
    rowOf(index, {
      text: `${index % 3 === 0 ? "ledger " : ""}${index % 2 === 0 ? "payment " : ""}row ${"x ".repeat(index % 5)}`,
      attributes: { half: index % 2 },
    }),
  );
  return [
    storeCase(
      options,
      "score: is what search gives, with and without a filter, before and after maintenance",
      async (store) => {
        const query = { vector: vectorOf(4_000), ...(lexical ? { text: "ledger payments" } : {}) };
        const chunkIds = rows.map((row) => row.chunkId);
        await write(store, rows.slice(0, 40));
        for (const step of ["fresh", "indexed", "grown"]) {
          if (step === "indexed") await store.maintain({ purge: true });
          if (step === "grown") await write(store, rows);
          for (const filter of [undefined, { op: "eq", field: "half", value: 1 } as const]) {
            const where = filter === undefined ? {} : { filter };
            const found = await store.search({ ...query, ...where, limit: 100, exact: true });
            const scores = await store.score({ ...query, ...where, chunkIds });
            assert.deepEqual([...(scores.dense?.keys() ?? [])].sort(), idsOf(found.dense).sort());
            for (const name of lexical ? (["dense", "lexical"] as const) : (["dense"] as const)) {
              const hits = new Map(found[name]?.map((hit) => [hit.chunkId, hit.score]));
              for (const [chunkId, score] of scores[name] ?? [])
                assert.ok(
                  Math.abs(score - (hits.get(chunkId) ?? 0)) < 1e-5,
                  `${step}: ${name} score ${score}, search ${hits.get(chunkId)}`,
                );
            }
            if (lexical) assert.deepEqual([...scores.lexical!.keys()].sort(), [...scores.dense!.keys()].sort());
          }
        }
      },
    ),
    storeCase(options, "score: absent ids are absent, other lists are left out", async (store) => {
      await write(store, rows.slice(0, 3));
      const dense = await store.score({ chunkIds: [idOf(1), "absent", "' OR 1=1 --", idOf(1)], vector: vectorOf(1) });
      assert.deepEqual([...dense.dense!.keys()], [idOf(1)]);
      assert.ok(Math.abs(dense.dense!.get(idOf(1))! - 1) < TOLERANCE);
      assert.equal(dense.lexical, undefined);
      assert.deepEqual((await store.score({ chunkIds: [], vector: vectorOf(1) })).dense?.size, 0);
    }),
    ...(lexical
      ? [
          storeCase(options, "score: a text that matches nothing is 0", async (store) => {
            await write(store, rows.slice(0, 4));
            for (const text of ["xylophone", "", "the", "?"]) {
              const { lexical: scores, dense } = await store.score({ chunkIds: [idOf(0), idOf(1), "absent"], text });
              assert.deepEqual(
                [...scores!].sort(),
                [
                  [idOf(0), 0],
                  [idOf(1), 0],
                ],
                `text "${text}"`,
              );
              assert.equal(dense, undefined);
            }
          }),
        ]
      : []),
  ];
}

function readCases(options: VectorStoreSuiteOptions): SuiteCase[] {
  return [
    storeCase(options, "get: in the order asked for, absent ids left out", async (store) => {
      await write(store, range(50));
      const ids = [idOf(40), "absent", idOf(3), idOf(4), idOf(49), idOf(0)];
      const found = await store.get(ids);
      const column = found.getChild("chunk_id")!;
      assert.deepEqual(
        Array.from({ length: found.numRows }, (_, index) => column.get(index)),
        ids.filter((id) => id !== "absent"),
      );
      assert.equal((await store.get([])).numRows, 0);
      assert.equal((await store.get(["absent"])).numRows, 0);
    }),
    storeCase(options, "get: the columns asked for, the vector only when named", async (store) => {
      await write(store, range(3));
      const all = await store.get([idOf(1)]);
      const names = CHUNKS_SCHEMA.fields.map((field) => field.name);
      assert.deepEqual(all.schema.fields.map((field) => field.name).sort(), [...names].sort());
      const some = await store.get([idOf(1)], { columns: ["text", "vector"] });
      assert.deepEqual(
        some.schema.fields.map((field) => field.name),
        ["text", "vector"],
      );
      assert.equal(some.getChild("vector")!.get(0).length, DIMENSIONS);
      await expectError(() => store.get([idOf(1)], { columns: ["text; DROP TABLE"] }), "INVALID_ARGUMENT");
      await expectError(
        () =>
          scanIds(store, { op: "eq", field: "chunkId", value: "x" }).then(() =>
            store.get(["x"], { columns: ["no_such_column"] }),
          ),
        "INVALID_ARGUMENT",
      );
    }),
    storeCase(
      options,
      "scan: every row once, in batches of a bounded size; stopping early is allowed",
      async (store) => {
        const most = options.mostRows ?? 5_000;
        await write(store, range(most));
        await write(store, range(most).slice(0, 10));
        let rows = 0;
        for await (const batch of store.scan(undefined, { columns: ["chunk_id", "vector"] })) {
          assert.ok(batch.numRows <= store.capabilities.maxRowsPerWrite);
          rows += batch.numRows;
        }
        assert.equal(rows, most);
        for await (const batch of store.scan()) {
          assert.ok(batch.numRows > 0);
          break;
        }
        assert.deepEqual(await scanIds(store, { op: "eq", field: "chunkId", value: "absent" }), []);
        assert.equal(await store.count({ op: "lt", field: "ordinal", value: 10 }), 10);
      },
    ),
  ];
}

export function searchCases(options: VectorStoreSuiteOptions): SuiteCase[] {
  const { lexical = "bm25", scoring = true } = options.capabilities ?? {};
  return [
    ...denseCases(options),
    ...(lexical === "none" ? [] : lexicalCases(options)),
    ...(scoring ? scoreCases(options) : []),
    ...readCases(options),
  ];
}
