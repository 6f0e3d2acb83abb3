import type { Connection } from "@groundwork/sqlite-file";

/** Numbers of one block. A block is 16 KB. */
const BLOCK = 4_096;

const READ = "SELECT counts FROM lengths WHERE block = ?";
const WRITE = "INSERT INTO lengths VALUES (?, ?) ON CONFLICT (block) DO UPDATE SET counts = excluded.counts";

function countsOf(bytes: unknown): Uint32Array {
  const own = (bytes as Uint8Array).slice();
  return new Uint32Array(own.buffer, 0, own.length >> 2);
}

/** Notes the lengths of texts, inside a transaction. */
export function writeLengths(connection: Connection, lengths: ReadonlyMap<number, number>): void {
  const blocks = Map.groupBy(lengths, ([number]) => Math.floor(number / BLOCK));
  for (const [block, entries] of blocks) {
    const found = connection.get(READ, block);
    const counts = found === undefined ? new Uint32Array(BLOCK) : countsOf(found.counts);
    for (const [number, length] of entries) counts[number % BLOCK] = length;
    connection.run(WRITE, block, new Uint8Array(counts.buffer));
  }
}

/** The lengths of all texts by number, with room for `size` of them; what was removed keeps its last one. */
export function readLengths(connection: Connection, size: number): Uint32Array {
  const lengths = new Uint32Array(Math.ceil(size / BLOCK) * BLOCK);
  for (const { block, counts } of connection.all("SELECT block, counts FROM lengths")) {
    const start = Number(block) * BLOCK;
    if (start < lengths.length) lengths.set(countsOf(counts), start);
  }
  return lengths;
}
