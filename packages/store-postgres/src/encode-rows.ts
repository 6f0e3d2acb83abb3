import { chunksWithVectorSchema, GroundworkError } from "@groundwork/contracts";
import { type Data, RecordBatch, type Table } from "apache-arrow";
import { CopyBuffer } from "./copy-buffer.ts";
import type { ResolvedPostgresOptions } from "./postgres-options.ts";
import { termBytes, wordsOfRow } from "./row-words.ts";
import { quoted } from "./sql-parameters.ts";
import { storedJson, storedText } from "./stored-text.ts";
import { TABLE_COLUMNS, type TableColumn } from "./table-layout.ts";

const STORE = { store: "postgres" } as const;
/** Bytes that are handed on at once. */
const PIECE = 262_144;

/** Columns of a row as they are copied, in order. */
export const COPIED_COLUMNS: string = [
  ...TABLE_COLUMNS.map(({ name }) => quoted(name)),
  "vector",
  "searched",
  "terms",
  "term_counts",
  "term_total",
].join(", ");
const FIELDS = TABLE_COLUMNS.length + 5;

/** The batches of some rows, checked against `chunks.v1` with vectors of so many dimensions. */
export function checkedBatches(rows: RecordBatch | Table, dimensions: number): RecordBatch[] {
  const types = new Map(rows.schema.fields.map(({ name, type }) => [name, String(type)]));
  for (const field of chunksWithVectorSchema(dimensions).fields) {
    const type = types.get(field.name);
    if (type !== String(field.type))
      throw new GroundworkError(
        "SCHEMA_MISMATCH",
        `Column ${field.name}: expected ${field.type}, found ${type ?? "no such column"}. Write rows of chunks.v1 with vectors of ${dimensions} dimensions.`,
        STORE,
      );
  }
  return (rows instanceof RecordBatch ? [rows] : rows.batches).filter((batch) => batch.numRows > 0);
}

/** Keys of the batches. A key that is empty or there twice is `INVALID_ARGUMENT`. */
export function uniqueChunkIds(batches: readonly RecordBatch[]): string[] {
  const chunkIds = new Set<string>();
  for (const batch of batches) {
    const column = batch.getChild("chunk_id")!;
    for (let row = 0; row < batch.numRows; row++) {
      const chunkId = column.get(row) as string | null;
      if (chunkId === null || chunkId === "" || chunkIds.has(chunkId))
        throw new GroundworkError(
          "INVALID_ARGUMENT",
          `Row ${chunkIds.size}: expected a chunk id that occurs once in the batch, found "${chunkId}".`,
          STORE,
        );
      chunkIds.add(chunkId);
    }
  }
  return [...chunkIds];
}

type WriteField = (row: number) => void;

/** Reads the texts of a column. */
function textsOf(data: Data): (row: number) => string {
  const values = data.values as Uint8Array;
  const bytes = Buffer.from(values.buffer, values.byteOffset, values.byteLength);
  const offsets = data.valueOffsets;
  return (row) => bytes.toString("utf8", offsets[row]!, offsets[row + 1]!);
}

/** Writes the text of a row: its bytes as they are, unless the column has U+0000 somewhere. */
function writeText(out: CopyBuffer, data: Data): WriteField {
  const values = data.values as Uint8Array;
  const offsets = data.valueOffsets;
  const end = offsets[data.length] ?? 0;
  const first = data.length === 0 ? -1 : values.indexOf(0, offsets[0]);
  if (first === -1 || first >= end) return (row) => out.bytes(values, offsets[row]!, offsets[row + 1]!);
  const read = textsOf(data);
  return (row) => out.text(storedText(read(row)));
}

function writeTexts(out: CopyBuffer, data: Data): WriteField {
  const offsets = data.valueOffsets;
  const members = data.children[0]!;
  const write = writeText(out, members);
  return (row) => {
    const valid = data.getValid(row);
    const start = valid ? offsets[row]! : 0;
    out.texts(valid ? offsets[row + 1]! - start : 0, (index) => write(start + index));
  };
}

function writeBoxes(out: CopyBuffer, data: Data): WriteField {
  const offsets = data.valueOffsets;
  const numbers = data.children[0]!.children;
  return (row) => {
    const boxes: (number | null)[][] = [];
    const end = data.getValid(row) ? offsets[row + 1]! : 0;
    for (let box = offsets[row]!; box < end; box++)
      boxes.push(numbers.map((column) => (column.getValid(box) ? (column.values[box] as number) : null)));
    out.doubles(boxes);
  };
}

/** JSON as `jsonb` takes it: without escapes of U+0000 and of halves of surrogate pairs. */
function plainJson(json: string): string {
  return json.includes("\\u") ? JSON.stringify(storedJson(JSON.parse(json))) : json;
}

function writeAttributes(out: CopyBuffer, data: Data): WriteField {
  const [keys, values] = data.children[0]!.children as [Data, Data];
  const [readKey, readValue] = [textsOf(keys), textsOf(values)];
  const names = new Map<string, string>();
  const nameOf = (key: string): string => {
    let name = names.get(key);
    if (name === undefined) {
      name = JSON.stringify(storedText(key));
      if (names.size < 1_000) names.set(key, name);
    }
    return name;
  };
  return (row) => {
    const members: string[] = [];
    const end = data.getValid(row) ? data.valueOffsets[row + 1]! : 0;
    for (let entry = data.valueOffsets[row]!; entry < end; entry++) {
      const value = values.getValid(entry) ? readValue(entry) : "null";
      // A value of null is an attribute that is missing.
      if (value !== "null") members.push(`${nameOf(readKey(entry))}:${plainJson(value)}`);
    }
    out.json(`{${members.join(",")}}`);
  };
}

function writeColumn(out: CopyBuffer, data: Data, { form }: TableColumn): WriteField {
  switch (form) {
    case "text":
      return writeText(out, data);
    case "integer":
      return (row) => out.integer(data.values[row] as number);
    case "bigint":
      return (row) => out.bigint(data.values[row] as bigint);
    case "texts":
      return writeTexts(out, data);
    case "boxes":
      return writeBoxes(out, data);
    case "json": {
      const read = textsOf(data);
      return (row) => out.json(plainJson(read(row)));
    }
    case "attributes":
      return writeAttributes(out, data);
  }
}

/** What is known of the rows when all are encoded. */
export interface EncodedWords {
  /** Texts that have a term. */
  readonly texts: Map<string, number>;
  /** Rows that are searched, and terms of their texts. */
  searched: number;
  terms: number;
}

function* encodeBatch(
  out: CopyBuffer,
  batch: RecordBatch,
  dimensions: number,
  vectorType: ResolvedPostgresOptions["vectorType"],
  words: EncodedWords,
): Generator<Buffer> {
  const index = new Map(batch.schema.fields.map(({ name }, position) => [name, position]));
  const column = (name: string): Data => batch.data.children[index.get(name)!]!;
  const fields = TABLE_COLUMNS.map((description) => {
    const data = column(description.name);
    const write = writeColumn(out, data, description);
    if (!description.nullable) return write;
    return (row: number): void => (data.getValid(row) ? write(row) : out.null());
  });
  const vector = column("vector");
  const numbers = vector.children[0]!.values as Float32Array;
  const [role, context, text] = [textsOf(column("role")), textsOf(column("context")), textsOf(column("text"))];
  for (let row = 0; row < batch.numRows; row++) {
    out.fields(FIELDS);
    for (const write of fields) write(row);
    const hasVector = vector.getValid(row);
    if (hasVector) out[vectorType](numbers, row * dimensions, dimensions);
    else out.null();
    const searched = hasVector && role(row) !== "parent";
    out.boolean(searched);
    if (searched) {
      const { terms, counts, total } = wordsOfRow(context(row), text(row));
      out.bigints(terms.map(termBytes));
      out.smallints(counts);
      out.integer(total);
      words.searched++;
      words.terms += total;
      for (const term of terms) words.texts.set(term, (words.texts.get(term) ?? 0) + 1);
    } else for (let field = 0; field < 3; field++) out.null();
    if (out.length >= PIECE) yield out.take();
  }
}

/**
 * Rows in PostgreSQL's binary COPY format, in pieces. Texts and vectors are copied as bytes from the columns; `words` is filled on the
 * way.
 */
export function* encodeRows(
  batches: readonly RecordBatch[],
  dimensions: number,
  vectorType: ResolvedPostgresOptions["vectorType"],
  words: EncodedWords,
): Generator<Buffer> {
  const out = new CopyBuffer(PIECE * 2);
  out.signature();
  for (const batch of batches) yield* encodeBatch(out, batch, dimensions, vectorType, words);
  out.fields(-1);
  yield out.take();
}
