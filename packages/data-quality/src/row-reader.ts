import type { RecordBatch, Vector } from "apache-arrow";

/** A list of a row: its members are read when they are asked for. */
export interface ListCell {
  readonly length: number;
  members(): readonly Cell[];
}

/** A value of a row. Whole numbers of 64 bits are numbers; members of structures are JSON. */
export type Cell = null | string | number | boolean | ListCell;

export function isList(cell: Cell): cell is ListCell {
  return typeof cell === "object" && cell !== null;
}

type Read = (row: number) => Cell;

const ATTRIBUTES_PREFIX = "attributes.";

/**
 * Reads cells of the rows of a record batch, one row at a time. A value that several rules look at is decoded once. The columns
 * `attributes.NAME` are the members of the map `attributes`, whose values are JSON; a row without the member has null.
 */
export class RowReader {
  /** The row that is read now, inside the batch. */
  #row = -1;
  /** Rows of earlier batches. */
  #offset = 0;
  #batch: RecordBatch | undefined;
  readonly #readers = new Map<string, Read | undefined>();
  readonly #cells = new Map<string, Cell>();
  #attributes: ReadonlyMap<string, Cell> | undefined;

  /** Begins a batch. */
  open(batch: RecordBatch): void {
    this.#offset += this.#batch?.numRows ?? 0;
    this.#batch = batch;
    this.#readers.clear();
    this.#row = -1;
  }

  /** Goes to a row of the batch. */
  moveTo(row: number): void {
    this.#row = row;
    this.#cells.clear();
    this.#attributes = undefined;
  }

  /** Number of the row in the whole table, from 0. */
  get index(): number {
    return this.#offset + this.#row;
  }

  hasColumn(name: string): boolean {
    return this.#read(name) !== undefined;
  }

  /** The value of a column; of a column that is not there `undefined`. */
  cell(name: string): Cell | undefined {
    const known = this.#cells.get(name);
    if (known !== undefined) return known;
    const read = this.#read(name);
    if (read === undefined) return undefined;
    const cell = read(this.#row);
    this.#cells.set(name, cell);
    return cell;
  }

  #read(name: string): Read | undefined {
    if (this.#readers.has(name)) return this.#readers.get(name);
    const vector = this.#batch?.getChild(name) as Vector | null | undefined;
    let read: Read | undefined;
    if (vector !== null && vector !== undefined) read = (row) => cellOf(vector.get(row));
    else if (name.startsWith(ATTRIBUTES_PREFIX) && this.#batch?.getChild("attributes")) {
      const key = name.slice(ATTRIBUTES_PREFIX.length);
      read = () => this.#attribute(key);
    }
    this.#readers.set(name, read);
    return read;
  }

  #attribute(key: string): Cell {
    if (this.#attributes === undefined) {
      const attributes = new Map<string, Cell>();
      const entries: unknown = this.#batch!.getChild("attributes")!.get(this.#row);
      if (entries !== null && entries !== undefined)
        for (const [name, value] of entries as Iterable<[string, string | null]>) attributes.set(name, jsonCell(value));
      this.#attributes = attributes;
    }
    return this.#attributes.get(key) ?? null;
  }
}

function jsonCell(text: string | null): Cell {
  if (text === null) return null;
  try {
    return plainCell(JSON.parse(text));
  } catch {
    return text;
  }
}

function plainCell(value: unknown): Cell {
  if (value === null || value === undefined) return null;
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") return value;
  if (Array.isArray(value)) return { length: value.length, members: () => value.map(plainCell) };
  return JSON.stringify(value);
}

function cellOf(value: unknown): Cell {
  if (value === null || value === undefined) return null;
  switch (typeof value) {
    case "string":
    case "number":
    case "boolean":
      return value;
    case "bigint":
      return Number(value);
    default:
      break;
  }
  const { length } = value as { readonly length?: unknown };
  if (typeof length === "number")
    return { length, members: () => Array.from(value as Iterable<unknown>, (member) => cellOf(member)) };
  if (value instanceof Date) return value.getTime();
  return (
    JSON.stringify(value, (_key, member: unknown) => (typeof member === "bigint" ? Number(member) : member)) ?? null
  );
}
