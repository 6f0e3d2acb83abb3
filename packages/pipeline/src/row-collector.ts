import { type ChunkRow, encodeChunks } from "@groundwork/contracts";
import type { RecordBatch } from "apache-arrow";

/** Rows of one record batch between the stages: what bounds memory while a long document is cut. */
const ROWS_PER_BATCH = 2048;

/** Gathers rows of several documents, in order, as record batches of `chunks.v1`. */
export class RowCollector {
  #rows: ChunkRow[] = [];
  readonly #emit: (batch: RecordBatch) => void;
  /** Batches of the document under way: they are given on when it is complete. */
  #held: RecordBatch[] | undefined;

  constructor(emit: (batch: RecordBatch) => void) {
    this.#emit = emit;
  }

  add(row: ChunkRow): void {
    this.#rows.push(row);
    if (this.#rows.length >= ROWS_PER_BATCH) this.flush();
  }

  /** Adds what `work` adds, or nothing when it throws. */
  together<T>(work: () => T): T {
    const before = [...this.#rows];
    this.#held = [];
    try {
      const result = work();
      for (const batch of this.#held) this.#emit(batch);
      return result;
    } catch (error) {
      this.#rows = before;
      throw error;
    } finally {
      this.#held = undefined;
    }
  }

  flush(): void {
    if (this.#rows.length === 0) return;
    const batch = encodeChunks(this.#rows);
    this.#rows = [];
    if (this.#held === undefined) this.#emit(batch);
    else this.#held.push(batch);
  }
}
