import type { RowReader } from "./row-reader.ts";

/** What a rule measured when all rows have been seen. */
export interface Measured {
  /** Compared with the rule's condition. Absent where there was nothing to measure. */
  readonly value?: number;
  /** By the names of the service: `Column.title.Completeness`. */
  readonly metrics: Readonly<Record<string, number>>;
  /** Rows that were judged one by one, and those that passed. */
  readonly rows?: { readonly judged: number; readonly passed: number };
  /** Why it cannot be told whether the rule holds. */
  readonly problem?: string;
}

/** Looks at the rows of a table, one after the other, in memory that does not grow with them beyond a bound. */
export interface Measure {
  /** Whether single rows pass or fail. */
  readonly judgesRows: boolean;
  /** Columns that a row must have. */
  readonly columns: readonly string[];
  /** Whether the row passes; `undefined` where single rows are not judged, or not this one. */
  add(row: RowReader): boolean | undefined;
  result(): Measured;
}

/** `Column.title.Completeness`, of several columns `Multicolumn.[a,b].Uniqueness`. */
export function metricName(columns: readonly string[], metric: string): string {
  return columns.length === 1 ? `Column.${columns[0]}.${metric}` : `Multicolumn.[${columns.join(",")}].${metric}`;
}
