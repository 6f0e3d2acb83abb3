import {
  type Data,
  DataType,
  type FixedSizeList,
  Float32,
  Int32,
  Int64,
  type List,
  makeData,
  RecordBatch,
  type Schema,
  Struct,
  Utf8,
} from "apache-arrow";
import type { ResolvedPostgresOptions } from "./postgres-options.ts";
import { quoted } from "./sql-parameters.ts";
import { originalJson, originalText } from "./stored-text.ts";
import { type ColumnForm, TABLE_COLUMNS } from "./table-layout.ts";

const FORMS: ReadonlyMap<string, ColumnForm> = new Map(TABLE_COLUMNS.map(({ name, form }) => [name, form]));

/** One row as the server answers it: a value a column. */
export type AnsweredRow = readonly unknown[];

/** What to select for each column of a schema, so that {@link decodeRows} can read it. Vectors come as bytes, not as decimal numbers. */
export function selectList(
  schema: Schema,
  vectorType: ResolvedPostgresOptions["vectorType"],
  vectorSchema: string,
): string {
  return schema.fields
    .map(({ name }) => {
      if (name === "vector") {
        const value = vectorType === "vector" ? "vector" : `vector::${vectorSchema}.vector`;
        return `encode(${vectorSchema}.vector_send(${value}), 'base64')`;
      }
      const form = FORMS.get(name);
      if (form === "texts" || form === "boxes") return `array_to_json(${quoted(name)})`;
      return quoted(name);
    })
    .join(", ");
}

type Validity = { readonly nullBitmap: Uint8Array | null; readonly nullCount: number };

function validityOf(values: readonly unknown[]): Validity {
  const nullCount = values.reduce<number>((count, value) => (value === null ? count + 1 : count), 0);
  if (nullCount === 0) return { nullBitmap: null, nullCount };
  const nullBitmap = new Uint8Array(Math.ceil(values.length / 64) * 8);
  values.forEach((value, index) => {
    if (value !== null) nullBitmap[index >> 3]! |= 1 << (index & 7);
  });
  return { nullBitmap, nullCount };
}

function utf8Data(values: readonly (string | null)[]): Data {
  const valueOffsets = new Int32Array(values.length + 1);
  let joined = "";
  let position = 0;
  values.forEach((value, index) => {
    if (value !== null) {
      const text = originalText(value);
      joined += text;
      position += Buffer.byteLength(text);
    }
    valueOffsets[index + 1] = position;
  });
  return makeData({
    type: new Utf8(),
    length: values.length,
    ...validityOf(values),
    valueOffsets,
    data: Buffer.from(joined, "utf8"),
  });
}

function int32Data(values: readonly (number | null)[]): Data {
  const data = Int32Array.from(values, (value) => value ?? 0);
  return makeData({ type: new Int32(), length: values.length, ...validityOf(values), data });
}

function float32Data(values: readonly (number | null)[]): Data {
  const data = Float32Array.from(values, (value) => value ?? 0);
  return makeData({ type: new Float32(), length: values.length, ...validityOf(values), data });
}

function int64Data(values: readonly (string | null)[]): Data {
  const data = BigInt64Array.from(values, (value) => BigInt(value ?? 0));
  return makeData({ type: new Int64(), length: values.length, ...validityOf(values), data });
}

function listData<T>(type: DataType, values: readonly (readonly T[])[], child: (members: readonly T[]) => Data): Data {
  const valueOffsets = new Int32Array(values.length + 1);
  values.forEach((value, index) => {
    valueOffsets[index + 1] = valueOffsets[index]! + value.length;
  });
  const options = { type, length: values.length, nullCount: 0, nullBitmap: null, valueOffsets };
  return makeData({ ...options, child: child(values.flat() as T[]) } as never);
}

function structData(type: DataType, length: number, children: readonly Data[]): Data {
  return makeData({ type: type as Struct, length, nullCount: 0, nullBitmap: null, children: [...children] });
}

type StoredBox = readonly (number | null)[];

function boxesData(type: List, values: readonly (readonly StoredBox[])[]): Data {
  const item = type.children[0]!.type as Struct;
  return listData(type, values, (boxes) =>
    structData(
      item,
      boxes.length,
      item.children.map((field, position) => {
        const numbers = boxes.map((box) => box[position] ?? null);
        return DataType.isInt(field.type) ? int32Data(numbers) : float32Data(numbers);
      }),
    ),
  );
}

function attributesData(type: DataType, values: readonly Readonly<Record<string, unknown>>[]): Data {
  const entries = type.children[0]!.type;
  return listData(
    type,
    values.map((value) => Object.entries(value)),
    (members) =>
      structData(entries, members.length, [
        utf8Data(members.map(([key]) => key)),
        utf8Data(members.map(([, value]) => JSON.stringify(originalJson(value)))),
      ]),
  );
}

/** Vectors from the bytes of pgvector: four bytes of a head, then numbers with the highest byte first. */
function vectorData(type: FixedSizeList, values: readonly (string | null)[]): Data {
  const size = 4 * type.listSize;
  const bytes = Buffer.alloc(size * values.length);
  values.forEach((value, index) => {
    if (value !== null) Buffer.from(value, "base64").copy(bytes, index * size, 4);
  });
  if (bytes.length > 0) bytes.swap32();
  const data = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
  const child = makeData({ type: new Float32(), length: data.length, nullCount: 0, nullBitmap: null, data });
  return makeData({ type, length: values.length, ...validityOf(values), child } as never);
}

function columnData(name: string, type: DataType, values: readonly unknown[]): Data {
  if (name === "vector") return vectorData(type as FixedSizeList, values as (string | null)[]);
  switch (FORMS.get(name)!) {
    case "text":
      return utf8Data(values as (string | null)[]);
    case "integer":
      return int32Data(values as (number | null)[]);
    case "bigint":
      return int64Data(values as (string | null)[]);
    case "texts":
      return listData(type, values as string[][], utf8Data);
    case "boxes":
      return boxesData(type as List, values as StoredBox[][]);
    case "json":
      return utf8Data(values.map((value) => (value === null ? null : JSON.stringify(value))));
    case "attributes":
      return attributesData(type, values as Record<string, unknown>[]);
  }
}

/** Rows of `selectList` as a batch. `skip` values of each row come before those of the schema. */
export function decodeRows(rows: readonly AnsweredRow[], schema: Schema, skip = 0): RecordBatch {
  const children = schema.fields.map(({ name, type }, index) =>
    columnData(
      name,
      type,
      rows.map((row) => row[skip + index]),
    ),
  );
  return new RecordBatch(schema, structData(new Struct(schema.fields), rows.length, children) as never);
}
