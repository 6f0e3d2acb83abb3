import type { TableData } from "@groundwork/contracts";
import type { Line } from "./lines.ts";
import type { Area } from "./page-content.ts";
import type { PageLines } from "./page-lines.ts";
import type { Vocabulary } from "./repair.ts";

/** A table with the lines it took from the page. */
export interface FoundTable extends Area {
  readonly table: TableData;
  readonly lines: readonly Line[];
  /** Of its type, points. */
  readonly size: number;
}

export function findTables(
  _page: PageLines,
  lines: readonly Line[],
  _vocabulary: Vocabulary,
): { tables: FoundTable[]; rest: readonly Line[] } {
  return { tables: [], rest: lines };
}
