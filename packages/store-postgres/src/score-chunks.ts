import type { Filter, ReadOptions, StoreScores } from "@groundwork/contracts";
import { scoreSql, weightedTerms } from "./bm25.ts";
import { whereOf } from "./filter-to-sql.ts";
import type { OpenedTable } from "./open-table.ts";
import { termNumbers } from "./row-words.ts";
import { distanceSql, readPrincipals } from "./search-lists.ts";
import { SqlParameters } from "./sql-parameters.ts";
import { originalText } from "./stored-text.ts";
import { readStatistics } from "./word-statistics.ts";

/** Exact scores of those given chunks that are searched and pass the filter. */
export function scoreChunks(
  opened: OpenedTable,
  request: {
    readonly chunkIds: readonly string[];
    readonly vector?: Float32Array | undefined;
    readonly text?: string | undefined;
    readonly filter?: Filter | undefined;
  },
  options: ReadOptions | undefined,
): Promise<StoreScores> {
  const { chunkIds, vector, text, filter } = request;
  const principals = readPrincipals(opened, filter);
  return opened.connections.read(
    "score chunks",
    { principals, tables: opened.names.searched },
    options,
    async (session) => {
      const parameters = new SqlParameters();
      const columns = ["chunk_id"];
      if (vector !== undefined) columns.push(`1 - (${distanceSql(opened, vector, parameters)}) AS dense`);
      if (text !== undefined) {
        const terms = termNumbers(text);
        const statistics = await readStatistics(session, opened.names, terms);
        columns.push(`${scoreSql(weightedTerms(terms, statistics), statistics.averageTerms, parameters)} AS lexical`);
      }
      const where = whereOf(
        parameters,
        filter,
        options?.watermark,
        "searched",
        `chunk_id = ANY (${parameters.texts(chunkIds)})`,
      );
      const { rows } = await session.query({
        text: `SELECT ${columns.join(", ")} FROM ${opened.names.rows}
        WHERE ${where}`,
        values: parameters.values as unknown[],
      });
      const found = rows as { chunk_id: string; dense: number; lexical: number }[];
      const scores = (name: "dense" | "lexical"): Map<string, number> =>
        new Map(found.map((row) => [originalText(row.chunk_id), Number.isNaN(row[name]) ? 0 : row[name]] as const));
      return {
        ...(vector === undefined ? {} : { dense: scores("dense") }),
        ...(text === undefined ? {} : { lexical: scores("lexical") }),
      };
    },
  );
}
