import { CHUNKS_SCHEMA, chunksWithVectorSchema, GroundworkError } from "@groundwork/contracts";
import {
  Bool,
  type Data,
  DataType,
  Field,
  type FixedSizeList,
  List,
  type Map_,
  makeData,
  RecordBatch,
  Schema,
  Struct,
  Table,
  Utf8,
} from "apache-arrow";
import { attributeTermsColumn } from "./attribute-terms.ts";

/** Version of the physical form below; a higher one in a table is `FORMAT_TOO_NEW`. */
export const FORMAT = 2;
export const FORMAT_KEY = "groundwork.format";
/** Whether the row is searched: it has a vector and is no parent. The word index has the words of these rows. */
export const SEARCHED_COLUMN = "searched";
/** See `attribute-terms.ts`. */
export const TERMS_COLUMN = "attribute_terms";

/** Lance has no map type: a map is a list of entries there, which has the same buffers. */
function storedType(type: DataType): DataType {
  return DataType.isMap(type) ? new List((type as Map_).children[0] as never) : type;
}

/**
 * Marks the key for LanceDB, which then refuses a merge that inserts a key which another writer inserted meanwhile, and merges
 * again. Without it two writers of one new key leave two rows.
 */
const KEY_METADATA: ReadonlyMap<string, string> = new Map([
  ["lance-schema:unenforced-primary-key", "true"],
  ["lance-schema:unenforced-primary-key:position", "1"],
]);

/**
 * Lance would compress texts and try to on all else, which costs a write and a compaction twice the CPU and saves a quarter of
 * the disk. Tables made before keep their compression: Lance goes by the columns of the table, not of what is added.
 */
const UNCOMPRESSED: readonly [string, string] = ["lance-encoding:compression", "none"];

/** Columns of the table: those of `chunks.v1` with the vector, and two that are derived. */
export function tableSchema(dimensions: number): Schema {
  return new Schema(
    [
      ...chunksWithVectorSchema(dimensions).fields.map(
        (field) =>
          new Field(
            field.name,
            storedType(field.type),
            field.nullable,
            new Map([UNCOMPRESSED, ...(field.name === "chunk_id" ? KEY_METADATA : [])]),
          ),
      ),
      new Field(SEARCHED_COLUMN, new Bool(), false, new Map([UNCOMPRESSED])),
      new Field(TERMS_COLUMN, new Utf8(), false, new Map([UNCOMPRESSED])),
    ],
    new Map([[FORMAT_KEY, String(FORMAT)]]),
  );
}

function mismatch(message: string): GroundworkError {
  return new GroundworkError("SCHEMA_MISMATCH", message, { store: "lancedb" });
}

interface SchemaLike {
  readonly metadata: ReadonlyMap<string, string>;
  readonly fields: readonly { readonly name: string; readonly type: unknown }[];
}

/** Checks the columns of a table that is there. */
export function checkTableSchema(found: SchemaLike, dimensions: number): void {
  if (found.fields.length === 0)
    throw new GroundworkError(
      "STORE_CORRUPT",
      "Expected a table with columns, found none: its newest manifest is damaged. Restore the folder from a backup, or remove it and ingest again.",
      { store: "lancedb" },
    );
  const format = found.metadata.get(FORMAT_KEY);
  if (format === undefined)
    throw mismatch("Expected a table made by this package, found another. Choose another table or another path.");
  if (Number(format) > FORMAT)
    throw new GroundworkError(
      "FORMAT_TOO_NEW",
      `Expected a table of format ${FORMAT} or older, found ${format}. Update this package.`,
      { store: "lancedb" },
    );
  const types = new Map(found.fields.map((field) => [field.name, String(field.type)]));
  for (const field of tableSchema(dimensions).fields) {
    const type = types.get(field.name);
    if (type === String(field.type)) continue;
    const size = field.name === "vector" ? /\[(\d+)\]/.exec(type ?? "")?.[1] : undefined;
    if (size !== undefined)
      throw mismatch(
        `Expected vectors of ${size} dimensions, found ${dimensions}. Open with the embedder that filled the store, or choose another path.`,
      );
    throw mismatch(`Column ${field.name}: expected ${field.type}, found ${type ?? "no such column"}.`);
  }
}

/** The same buffers under types of this module's copy of Arrow (LanceDB loads its own), or under the logical type. */
export function adoptData(data: Data, type: DataType): Data {
  const children = data.children.map((child, index) => adoptData(child, type.children[index]!.type));
  const common = { length: data.length, offset: data.offset, nullCount: data.nullCount, nullBitmap: data.nullBitmap };
  if (DataType.isStruct(type)) return makeData({ type, ...common, children });
  if (DataType.isFixedSizeList(type)) return makeData({ type, ...common, child: children[0]! } as never);
  const { valueOffsets } = data;
  if (DataType.isList(type) || DataType.isMap(type))
    return makeData({ type, ...common, valueOffsets, child: children[0]! } as never);
  if (DataType.isUtf8(type)) return makeData({ type, ...common, valueOffsets, data: data.values });
  return makeData({ type, ...common, data: data.values } as never);
}

export function batchOf(schema: Schema, length: number, children: readonly Data[]): RecordBatch {
  const type = new Struct(schema.fields);
  return new RecordBatch(schema, makeData({ type, length, nullCount: 0, nullBitmap: null, children: [...children] }));
}

/** Validity of the rows that are searched: those with a vector that are no parents. */
function searchable(vector: Data, role: Data): { nullBitmap: Uint8Array; nullCount: number } {
  const nullBitmap = new Uint8Array(Math.ceil(vector.length / 64) * 8);
  const parent = new TextEncoder().encode("parent");
  let nullCount = 0;
  for (let row = 0; row < vector.length; row++) {
    const start = role.valueOffsets[row]!;
    const isParent =
      role.valueOffsets[row + 1]! - start === parent.length &&
      parent.every((byte, index) => role.values[start + index] === byte);
    if (vector.getValid(row) && !isParent) nullBitmap[row >> 3]! |= 1 << (row & 7);
    else nullCount++;
  }
  return { nullBitmap, nullCount };
}

function searchedColumn(length: number, { nullBitmap }: { readonly nullBitmap: Uint8Array }): Data {
  return makeData({ type: new Bool(), length, nullCount: 0, nullBitmap: null, data: nullBitmap });
}

/** `chunks.v1` rows as rows of the table. The buffers of the columns, vectors included, are passed on as they are. */
export function toTableRows(rows: RecordBatch | Table, dimensions: number): Table {
  const batches = rows instanceof RecordBatch ? [rows] : rows.batches;
  const logical = chunksWithVectorSchema(dimensions).fields;
  const schema = tableSchema(dimensions);
  const found = new Map(rows.schema.fields.map((field, index) => [field.name, { index, type: String(field.type) }]));
  for (const field of logical) {
    const type = found.get(field.name)?.type;
    if (type !== String(field.type))
      throw mismatch(
        `Column ${field.name}: expected ${field.type}, found ${type ?? "no such column"}. Write rows of chunks.v1 with vectors of ${dimensions} dimensions.`,
      );
  }
  const converted = batches
    .filter((batch) => batch.numRows > 0)
    .map((batch) => {
      const column = (name: string): Data => batch.data.children[found.get(name)!.index]!;
      const validity = searchable(column("vector"), column("role"));
      const children = logical.map((field): Data => {
        const data = column(field.name);
        if (field.name !== "vector") return adoptData(data, storedType(field.type));
        const child = adoptData(data.children[0]!, (field.type as FixedSizeList).children[0]!.type);
        return makeData({ type: field.type, length: data.length, ...validity, child } as never);
      });
      const derived = [searchedColumn(batch.numRows, validity), attributeTermsColumn(column("attributes"))];
      return batchOf(schema, batch.numRows, [...children, ...derived]);
    });
  return new Table(schema, converted);
}

/** Schema of what `get` and `scan` return. Throws `INVALID_ARGUMENT` for a column that `chunks.v1` has not. */
export function resultSchema(columns: readonly string[] | undefined, dimensions: number): Schema {
  const fields = chunksWithVectorSchema(dimensions).fields;
  const names = columns ?? CHUNKS_SCHEMA.fields.map((field) => field.name);
  return new Schema(
    names.map((name) => {
      const field = fields.find((candidate) => candidate.name === name);
      if (field === undefined)
        throw new GroundworkError("INVALID_ARGUMENT", `Column "${name}": expected a column of chunks.v1 or "vector".`, {
          store: "lancedb",
        });
      return field;
    }),
    CHUNKS_SCHEMA.metadata,
  );
}

/** A batch from LanceDB under the logical types, columns in the schema's order. */
export function fromTableRows(batch: RecordBatch, schema: Schema): RecordBatch {
  const index = new Map(batch.schema.fields.map((field, position) => [field.name, position]));
  return batchOf(
    schema,
    batch.numRows,
    schema.fields.map((field) => adoptData(batch.data.children[index.get(field.name)!]!, field.type)),
  );
}
