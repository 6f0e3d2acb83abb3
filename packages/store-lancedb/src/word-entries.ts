import type { WordEntry } from "@groundwork/word-index";
import type { RecordBatch, Table } from "apache-arrow";

/** Context and text of each row for which `wanted` is true, as they are searched. */
export function wordEntries(rows: RecordBatch | Table, wanted: (row: number) => boolean = () => true): WordEntry[] {
  const [ids, contexts, texts] = ["chunk_id", "context", "text"].map((name) => rows.getChild(name)!);
  const entries: WordEntry[] = [];
  for (let row = 0; row < rows.numRows; row++)
    if (wanted(row))
      entries.push({ key: ids!.get(row) as string, text: `${contexts!.get(row) ?? ""}\n${texts!.get(row)}` });
  return entries;
}
