import type { Table as LanceTable } from "@lancedb/lancedb";
import { chunkIdIn } from "./lancedb-filter.ts";
import { sliceIds } from "./lancedb-rows.ts";

/** Bits a key: a new key is taken for a known one about six times in a million. */
const BITS_PER_KEY = 32;
const HASHES = 8;
/** Above it the filter would take more than 32 MB, and every write merges. */
const MOST_KEYS = 8_000_000;
const FEWEST_KEYS = 65_536;
/** Batches that are looked up in the table before all its keys are read: a run that changes little never reads them. */
const LOOKS = 3;
/** Keys that a look may have, and rows a table at least, for a look to cost less than reading the keys. */
const MOST_LOOKED_UP = 2_000;
const FEWEST_ROWS = 4_096;
/** Writes that merge after somebody else wrote, before the keys are read again. */
const PATIENCE = 4;

/** Bloom filter: what it does not have was never added. */
export class KeyFilter {
  readonly capacity: number;
  size = 0;
  readonly #bits: Uint32Array;
  readonly #mask: number;

  constructor(keys: number) {
    const words = 2 ** Math.ceil(Math.log2(Math.max(keys, FEWEST_KEYS)));
    this.capacity = words;
    this.#bits = new Uint32Array((words * BITS_PER_KEY) / 32);
    this.#mask = words * BITS_PER_KEY - 1;
  }

  #visit(key: string, work: (word: number, bit: number) => boolean): boolean {
    let first = 0x811c9dc5;
    let second = 0x9747b28c;
    for (let index = 0; index < key.length; index++) {
      const code = key.charCodeAt(index);
      first = Math.imul(first ^ code, 0x01000193);
      second = Math.imul(second ^ code, 0x85ebca6b);
      second ^= second >>> 13;
    }
    first ^= first >>> 15;
    second |= 1;
    for (let index = 0; index < HASHES; index++) {
      const bit = (first & this.#mask) >>> 0;
      if (!work(bit >>> 5, 1 << (bit & 31))) return false;
      first = (first + second) | 0;
    }
    return true;
  }

  add(key: string): void {
    this.size++;
    this.#visit(key, (word, bit) => {
      this.#bits[word]! |= bit;
      return true;
    });
  }

  has(key: string): boolean {
    return this.#visit(key, (word, bit) => (this.#bits[word]! & bit) !== 0);
  }
}

/**
 * Tells a batch of new keys, which can be appended, from one that may replace rows, which must be merged at almost twice the
 * cost. It knows all keys of one version of the table and trusts itself only while that version is the newest.
 */
export class KnownKeys {
  #filter: KeyFilter | undefined;
  #version = -1;
  #patience = 0;
  #looks = 0;

  /** The version in which none of the keys is; `undefined` when that is not known. */
  async versionWithout(table: LanceTable, chunkIds: readonly string[]): Promise<number | undefined> {
    const version = await table.version();
    if (this.#filter === undefined && this.#looks < LOOKS && chunkIds.length <= MOST_LOOKED_UP) {
      const rows = await table.countRows();
      if (rows >= FEWEST_ROWS) {
        this.#looks++;
        return this.#look(table, version, chunkIds);
      }
    }
    if (version !== this.#version && !(await this.#load(table, version))) return undefined;
    if (this.#filter!.size + chunkIds.length > this.#filter!.capacity) this.#version = -1;
    return chunkIds.some((chunkId) => this.#filter!.has(chunkId)) ? undefined : version;
  }

  /** Notes a commit of this handle. */
  committed(version: number, chunkIds: readonly string[]): void {
    if (this.#filter === undefined || version !== this.#version + 1) {
      this.#version = -1;
      return;
    }
    for (const chunkId of chunkIds) this.#filter.add(chunkId);
    this.#version = version;
  }

  async #look(table: LanceTable, version: number, chunkIds: readonly string[]): Promise<number | undefined> {
    for (const ids of sliceIds(chunkIds)) if ((await table.countRows(chunkIdIn(ids))) > 0) return undefined;
    return (await table.version()) === version ? version : undefined;
  }

  async #load(table: LanceTable, version: number): Promise<boolean> {
    if (this.#patience > 0) {
      this.#patience--;
      return false;
    }
    const rows = await table.countRows();
    if (rows > MOST_KEYS) return false;
    const filter = new KeyFilter(rows * 2);
    if (rows > 0)
      for await (const batch of table.query().select(["chunk_id"])) {
        const column = batch.getChild("chunk_id")!;
        for (let index = 0; index < batch.numRows; index++) filter.add(column.get(index) as string);
      }
    if ((await table.version()) !== version) {
      this.#patience = PATIENCE;
      return false;
    }
    this.#filter = filter;
    this.#version = version;
    return true;
  }
}
