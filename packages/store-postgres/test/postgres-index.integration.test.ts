import type { ChunkRow, VectorStore } from "@groundwork/contracts";
import { indexedTerms, queryTerms } from "@groundwork/terms";
import { encodeStoreRows, randomNumbers, rowOf, unitVector } from "@groundwork/testing/vector-store-fixtures";
import { afterAll, afterEach, expect, test } from "vitest";
import { addressOf } from "../../../test/servers/test-servers.ts";
import { type PostgresStoreOptions, postgresStore } from "../src/index.ts";
import { dropSchema, newSchema, onServer } from "./postgres-schemas.ts";

const schema = newSchema("index");
const DIMENSIONS = 48;
const ROWS = 6_000;

let store: VectorStore | undefined;
afterEach(async () => {
  await store?.close();
  await dropSchema(schema);
});
afterAll(() => dropSchema(schema));

async function open(options: PostgresStoreOptions = {}): Promise<VectorStore> {
  store = postgresStore({ url: addressOf("postgres"), schema, exactUpTo: 1_000, exactMatches: 50, ...options });
  await store.open({ dimensions: DIMENSIONS });
  return store;
}

/** Vectors in wide clusters: members are no nearer to the centre than the centre is long. */
function clustered(count: number): Float32Array[] {
  const random = randomNumbers(41);
  const gauss = (): number => Math.sqrt(-2 * Math.log(random() + 1e-12)) * Math.cos(2 * Math.PI * random());
  const point = (): number[] => Array.from({ length: DIMENSIONS }, gauss);
  const centres = Array.from({ length: 60 }, point);
  return Array.from({ length: count }, (_, index) =>
    unitVector(point().map((value, place) => value + centres[index % centres.length]![place]!)),
  );
}

async function load(target: VectorStore, rows: readonly ChunkRow[], vectors: readonly Float32Array[]): Promise<void> {
  for (let start = 0; start < rows.length; start += 3_000)
    await target.write(
      encodeStoreRows(rows.slice(start, start + 3_000), vectors.slice(start, start + 3_000), DIMENSIONS),
    );
}

async function recallOf(target: VectorStore, queries: readonly Float32Array[], request: object = {}): Promise<number> {
  let [found, wanted] = [0, 0];
  for (const vector of queries) {
    const exact = await target.search({ vector, limit: 10, exact: true, ...request });
    const { dense = [] } = await target.search({ vector, limit: 10, ...request });
    expect(dense.length).toBe(exact.dense!.length);
    const ids = new Set(dense.map((hit) => hit.chunkId));
    wanted += exact.dense!.length;
    found += exact.dense!.filter((hit) => ids.has(hit.chunkId)).length;
  }
  return found / wanted;
}

function indexNames(): Promise<string[]> {
  return onServer(async (client) => {
    const sql = `SELECT c.relname AS name FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
      JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = $1 AND i.indisvalid ORDER BY 1`;
    return (await client.query(sql, [schema])).rows.map((row) => row.name as string);
  });
}

const TYPES = ["vector", "halfvec"] as const;

test.each(TYPES)("%s: an index of a large table finds nearly all, with every filter", async (vectorType) => {
  const target = await open({ vectorType });
  const vectors = clustered(ROWS + 20);
  const rows = Array.from({ length: ROWS }, (_, index) =>
    rowOf(index, { attributes: { half: index % 2, rare: index % 97 === 0, cluster: index % 60 } }),
  );
  await load(target, rows, vectors);
  expect(await indexNames()).not.toContain("chunks_vector");
  expect(await target.maintain()).toMatchObject({ indexed: true });
  expect(await indexNames()).toEqual(
    expect.arrayContaining(["chunks_allow", "chunks_attributes", "chunks_terms", "chunks_vector"]),
  );
  expect(await target.maintain()).toMatchObject({ indexed: false });
  const queries = vectors.slice(ROWS);
  expect(await recallOf(target, queries)).toBeGreaterThanOrEqual(0.95);
  expect(await recallOf(target, queries, { filter: { op: "eq", field: "half", value: 1 } })).toBeGreaterThanOrEqual(
    0.95,
  );
  expect(await recallOf(target, queries, { filter: { op: "eq", field: "rare", value: true } })).toBeGreaterThanOrEqual(
    0.95,
  );
  // Rows of one cluster, far from the query: the index meets them last.
  const far = { filter: { op: "eq", field: "cluster", value: 30 } };
  expect(await recallOf(target, queries.slice(0, 5), far)).toBeGreaterThanOrEqual(0.95);
  const most = await target.search({ vector: queries[0]!, limit: 500 });
  expect(most.dense!.length).toBe(500);
  const [hit] = (await target.search({ vector: vectors[7]!, limit: 1 })).dense!;
  expect(hit!.chunkId).toBe(rows[7]!.chunkId);
  expect(Math.abs(hit!.score - 1)).toBeLessThan(vectorType === "vector" ? 2e-6 : 1e-3);
});

test("the index is used, and a scan of it that gives up is made good", async () => {
  const vectors = clustered(ROWS + 1);
  const rows = Array.from({ length: ROWS }, (_, index) => rowOf(index, { attributes: { cluster: index % 60 } }));
  const target = await open({ maxScanTuples: 1, efSearch: 10, m: 4, efConstruction: 8 });
  await load(target, rows, vectors);
  await target.maintain();
  const scans = (): Promise<number> =>
    onServer(async (client) => {
      const sql = `SELECT idx_scan::integer AS scans FROM pg_stat_all_indexes WHERE schemaname = $1 AND indexrelname = 'chunks_vector'`;
      return (await client.query(sql, [schema])).rows[0].scans as number;
    });
  const before = await scans();
  const { dense = [] } = await target.search({
    vector: vectors[ROWS]!,
    limit: 100,
    filter: { op: "gte", field: "ordinal", value: 5_000 },
  });
  expect(dense.length).toBe(100);
  expect(dense.every((hit) => Number(hit.chunkId.slice(4)) >= 5_000)).toBe(true);
  await target.search({ vector: vectors[ROWS]!, limit: 10 });
  await target.close();
  await expect.poll(scans, { timeout: 5_000 }).toBeGreaterThan(before);
});

test("an index that an interrupted build left is built again", async () => {
  const target = await open();
  await load(
    target,
    Array.from({ length: 2_000 }, (_, index) => rowOf(index)),
    clustered(2_000),
  );
  await target.maintain();
  await onServer((client) =>
    client.query("UPDATE pg_index SET indisvalid = false WHERE indexrelid = $1::regclass", [
      `"${schema}".chunks_vector`,
    ]),
  );
  expect(await indexNames()).not.toContain("chunks_vector");
  expect(await target.maintain()).toMatchObject({ indexed: true });
  expect(await indexNames()).toContain("chunks_vector");
});

test("a purge leaves nothing of removed rows in any file", async () => {
  const target = await open();
  const secret = "xanthippe";
  const rows = Array.from({ length: 41 }, (_, index) => rowOf(index, { text: `${secret} ${index}` }));
  await load(target, rows, clustered(41));
  await target.deleteBy({ op: "lt", field: "ordinal", value: 39 });
  await load(target, [rowOf(39, { text: "nothing to hide" })], clustered(1));
  const filesWith = (text: string): Promise<number> =>
    onServer(async (client) => {
      await client.query("CHECKPOINT");
      const sql = `WITH tables AS (SELECT c.oid, c.reltoastrelid FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = $1)
        SELECT count(*)::integer AS files FROM pg_class c
        WHERE (oid IN (SELECT oid FROM tables) OR oid IN (SELECT reltoastrelid FROM tables)) AND pg_relation_filepath(oid) IS NOT NULL
          AND position($2::bytea IN pg_read_binary_file(pg_relation_filepath(oid))) > 0`;
      return (await client.query(sql, [schema, Buffer.from(text)])).rows[0].files as number;
    });
  expect(await filesWith(secret)).toBeGreaterThan(0);
  await onServer(async (older) => {
    // A transaction elsewhere that began before: a vacuum keeps for it what was removed since.
    await older.query("BEGIN ISOLATION LEVEL REPEATABLE READ");
    await older.query("SELECT 1");
    await target.deleteBy({ op: "eq", field: "ordinal", value: 40 });
    expect(await target.maintain({ purge: true })).toMatchObject({ compacted: true });
    await older.query("COMMIT");
  });
  expect(await filesWith(secret)).toBe(0);
  expect(await filesWith("nothing to hide")).toBeGreaterThan(0);
  expect((await target.search({ text: secret, limit: 5 })).lexical).toEqual([]);
  expect((await target.search({ text: "hide", limit: 5 })).lexical).toHaveLength(1);
});

/** BM25 by its definition, over all rows, one by one. */
function bm25(rows: readonly ChunkRow[], query: string): Map<string, number> {
  const texts = rows.map((row) => indexedTerms(`${row.context}\n${row.text}`));
  const average = texts.reduce((sum, terms) => sum + terms.length, 0) / texts.length;
  const scores = new Map<string, number>();
  for (const term of new Set(queryTerms(query))) {
    const having = texts.filter((terms) => terms.includes(term)).length;
    const rarity = Math.log(1 + (texts.length - having + 0.5) / (having + 0.5));
    texts.forEach((terms, index) => {
      const count = terms.filter((other) => other === term).length;
      if (count === 0) return;
      const score = (rarity * count * 2.2) / (count + 1.2 * (0.25 + (0.75 * terms.length) / average));
      const { chunkId } = rows[index]!;
      scores.set(chunkId, (scores.get(chunkId) ?? 0) + score);
    });
  }
  return scores;
}

test("words: the best of many texts are those of the definition, whether terms are rare or common", async () => {
  const target = await open();
  const random = randomNumbers(17);
  const wordOf = (): string => `w${Math.floor(Math.exp(random() * Math.log(3_000)))}`;
  const rows = Array.from({ length: ROWS }, (_, index) =>
    rowOf(index, {
      text: Array.from({ length: 8 + Math.floor(random() * 30) }, wordOf).join(" "),
      context: index % 3 === 0 ? "w1 handbook" : "",
      attributes: { third: index % 3 },
    }),
  );
  await load(target, rows, clustered(ROWS));
  for (const step of ["fresh", "indexed"]) {
    if (step === "indexed") await target.maintain();
    for (let round = 0; round < 25; round++) {
      const text = Array.from({ length: 1 + (round % 6) }, wordOf).join(" ");
      const scores = bm25(rows, text);
      for (const third of [undefined, 1]) {
        const where = third === undefined ? {} : { filter: { op: "eq", field: "third", value: third } as const };
        const expected = rows
          .filter((row) => scores.has(row.chunkId) && (third === undefined || row.attributes.third === third))
          .map((row) => scores.get(row.chunkId)!)
          .sort((a, b) => b - a)
          .slice(0, 10);
        const { lexical = [] } = await target.search({ text, limit: 10, ...where });
        expect(lexical.length, text).toBe(expected.length);
        lexical.forEach((hit, index) => {
          expect(Math.abs(hit.score - expected[index]!), `${step}: place ${index} for "${text}"`).toBeLessThan(1e-9);
          expect(Math.abs(hit.score - scores.get(hit.chunkId)!)).toBeLessThan(1e-9);
        });
      }
    }
  }
});

test("words: a query of thousands of words that all are there", async () => {
  const target = await open();
  const words = Array.from({ length: 6_000 }, (_, index) => `word${index}`);
  const rows = Array.from({ length: 30 }, (_, index) =>
    rowOf(index, { text: words.slice(index * 200, index * 200 + 200).join(" ") }),
  );
  await load(target, rows, clustered(30));
  const { lexical = [] } = await target.search({ text: words.join(" "), limit: 50 });
  expect(lexical.length).toBe(30);
  const scores = await target.score({ chunkIds: rows.map((row) => row.chunkId), text: words.join(" ") });
  for (const { chunkId, score } of lexical) expect(scores.lexical!.get(chunkId)).toBe(score);
});
