import { type CallOptions, throwIfAborted } from "@groundwork/contracts";
import type { RecordBatch } from "apache-arrow";

/** Record batches of one schema. A function gives them anew each time: a table that is read twice must be one, or an array. */
export type TableSource =
  | Iterable<RecordBatch>
  | AsyncIterable<RecordBatch>
  | (() => Iterable<RecordBatch> | AsyncIterable<RecordBatch>);

/** Whether the rows can be read more than once. */
export function isRepeatable(table: TableSource): boolean {
  return typeof table === "function" || Array.isArray(table);
}

/** Reads a table batch by batch and looks at the signal before each. */
export async function* readTable(table: TableSource, { signal }: CallOptions = {}): AsyncGenerator<RecordBatch> {
  for await (const batch of typeof table === "function" ? table() : table) {
    throwIfAborted(signal, { stage: "data-quality" });
    yield batch;
  }
  throwIfAborted(signal, { stage: "data-quality" });
}
