import type { CallOptions } from "@groundwork/contracts";
import type { Table as LanceTable } from "@lancedb/lancedb";
import { FORMAT_KEY, SEARCHED_COLUMN } from "./lancedb-schema.ts";
import { commit, read } from "./native-calls.ts";

/** Format 1 kept the words in the table: a column with the text to search, and an index of LanceDB over it. */
const LEXICAL_COLUMN = "lexical_text";
const LEXICAL_INDEX = "lexical_text_idx";

/**
 * Brings a table of format 1 to the columns of format 2. Each step is a commit and is left out when it was done, so that a
 * process may die between two of them. The words themselves are read from the rows when the word index is opened.
 */
export async function migrateTable(table: LanceTable, options: CallOptions | undefined): Promise<void> {
  const schema = await read("read the table's columns", options, () => table.schema());
  const columns = new Set(schema.fields.map((field) => field.name));
  if (schema.metadata.get(FORMAT_KEY) !== "1" || !columns.has(LEXICAL_COLUMN)) return;
  if (!columns.has(SEARCHED_COLUMN))
    await commit("add a column", options, () =>
      table.addColumns([{ name: SEARCHED_COLUMN, valueSql: `${LEXICAL_COLUMN} IS NOT NULL` }]),
    );
  const indexes = await read("list the indexes", options, () => table.listIndices());
  if (indexes.some((index) => index.name === LEXICAL_INDEX))
    await commit("drop the full-text index", options, () => table.dropIndex(LEXICAL_INDEX));
  await commit("drop a column", options, () => table.dropColumns([LEXICAL_COLUMN]));
}
