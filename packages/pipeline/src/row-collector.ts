import { type ChunkRow, encodeChunks } from "@groundwork/contracts";
import type { RecordBatch } from "apache-arrow";

/** Rows of one record batch between the stages: what bounds memory while a long document is cut. */
const ROWS_PER_BATCH = 2048;

/** Gathers rows of several documents, in order, as record batches of `chunks.v1`. */
export class RowCollector {
  #rows: ChunkRow[] = [];
  readonly #emit: (batch: RecordBatch) => void;

  constructor(emit: (batch: RecordBatch) => void) {
    this.#emit = emit;
  }

  add(row: ChunkRow): void {
    this.#rows.push(row);
    if (this.#rows.length >= ROWS_PER_BATCH) this.flush();
  }

  flush(): void {
    if (this.#rows.length === 0) return;
    this.#emit(encodeChunks(this.#rows));
    this.#rows = [];
  }
}
