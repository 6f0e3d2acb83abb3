import type { TableCell, TableData } from "./element.ts";

/** Tables read last, kept as they are: who looks at one looks at it several times. */
const READ_LAST = 4;
const recent: { readonly of: LazyTable; readonly table: TableData }[] = [];

class LazyTable {
  readonly #read: () => TableData;

  constructor(read: () => TableData) {
    this.#read = read;
  }

  get rows(): number {
    return this.toJSON().rows;
  }

  get columns(): number {
    return this.toJSON().columns;
  }

  get cells(): readonly TableCell[] {
    return this.toJSON().cells;
  }

  get continuedHeader(): TableData["continuedHeader"] {
    return this.toJSON().continuedHeader;
  }

  /** The table as a plain object. */
  toJSON(): TableData {
    const known = recent.find((entry) => entry.of === this);
    if (known !== undefined) return known.table;
    const table = this.#read();
    if (recent.length >= READ_LAST) recent.shift();
    recent.push({ of: this, table });
    return table;
  }
}

/**
 * A table that is read when its cells are asked for, and forgotten again: the cells of a large document, one object each, take
 * ten times the memory of its text. It is what it holds for every reader; a copy by spread is not.
 */
export function lazyTable(read: () => TableData): TableData {
  return new LazyTable(read) as TableData;
}
