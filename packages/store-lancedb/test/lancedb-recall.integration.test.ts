import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { encodeStoreRows, randomNumbers, rowOf, unitVector } from "@groundwork/testing/vector-store-fixtures";
import { afterEach, beforeEach, expect, test } from "vitest";
import { lancedbStore } from "../src/index.ts";

let path: string;
beforeEach(() => {
  path = mkdtempSync(join(tmpdir(), "groundwork-lancedb-"));
});
afterEach(() => rmSync(path, { recursive: true, force: true }));

const DIMENSIONS = 96;
const BATCH = 5_000;
const QUERIES = 40;

/** Vectors of one kind, queries among them. Clusters are wide: their members are no nearer to the centre than half its length. */
function generate(kind: "random" | "clustered", count: number): Float32Array[] {
  const random = randomNumbers(29);
  const gauss = (): number => Math.sqrt(-2 * Math.log(random() + 1e-12)) * Math.cos(2 * Math.PI * random());
  const point = (): number[] => Array.from({ length: DIMENSIONS }, gauss);
  const centres = Array.from({ length: 200 }, point);
  return Array.from({ length: count }, (_, index) => {
    const centre = centres[index % centres.length]!;
    return unitVector(kind === "random" ? point() : point().map((value, place) => centre[place]! + value));
  });
}

const EXPECTED = [
  { kind: "random", rows: 30_000, recall: 0.95 },
  { kind: "clustered", rows: 30_000, recall: 0.95 },
  { kind: "clustered", rows: 80_000, recall: 0.95 },
] as const;

for (const { kind, rows, recall } of EXPECTED)
  test(`recall@10 of ${rows} ${kind} vectors is at least ${recall}`, { timeout: 600_000 }, async () => {
    // Below this many vectors every one is compared, and there is no recall to measure.
    const store = lancedbStore({ path, exactUpTo: 10_000 });
    await store.open({ dimensions: DIMENSIONS });
    const vectors = generate(kind, rows + QUERIES);
    for (let start = 0; start < rows; start += BATCH) {
      const batch = vectors.slice(start, Math.min(start + BATCH, rows));
      await store.write(
        encodeStoreRows(
          batch.map((_vector, index) => rowOf(start + index)),
          batch,
          DIMENSIONS,
        ),
      );
    }
    expect(await store.maintain()).toMatchObject({ indexed: true });
    let found = 0;
    for (const vector of vectors.slice(rows)) {
      const exact = await store.search({ vector, limit: 10, exact: true });
      const { dense = [] } = await store.search({ vector, limit: 10 });
      const ids = new Set(dense.map((hit) => hit.chunkId));
      found += (exact.dense ?? []).filter((hit) => ids.has(hit.chunkId)).length;
    }
    console.log(`${kind} ${rows}: recall@10 ${found / (QUERIES * 10)}`);
    expect(found / (QUERIES * 10)).toBeGreaterThanOrEqual(recall);
    await store.close();
  });
