import {
  type Data,
  type DataType,
  type Field,
  type FixedSizeList,
  Float32,
  Int32,
  Int64,
  type List,
  type Map_,
  makeData,
  RecordBatch,
  type Schema,
  Struct,
  Utf8,
} from "apache-arrow";

/**
 * Columns built straight from their buffers: about ten times faster than Arrow's row-wise builders, and the vectors stay
 * the typed array they were.
 */
const encoder = new TextEncoder();

function validity(values: readonly unknown[]): { nullBitmap: Uint8Array | null; nullCount: number } {
  let nullCount = 0;
  for (const value of values) if (value === undefined || value === null) nullCount++;
  if (nullCount === 0) return { nullBitmap: null, nullCount };
  const nullBitmap = new Uint8Array(Math.ceil(values.length / 64) * 8);
  values.forEach((value, index) => {
    if (value !== undefined && value !== null) nullBitmap[index >> 3]! |= 1 << (index & 7);
  });
  return { nullBitmap, nullCount };
}

export function utf8Column(values: readonly (string | null | undefined)[]): Data {
  const offsets = new Int32Array(values.length + 1);
  let upperBound = 0;
  for (const value of values) upperBound += (value?.length ?? 0) * 3;
  const bytes = new Uint8Array(upperBound);
  let position = 0;
  values.forEach((value, index) => {
    if (value) position += encoder.encodeInto(value, bytes.subarray(position)).written;
    offsets[index + 1] = position;
  });
  return makeData({
    type: new Utf8(),
    length: values.length,
    ...validity(values),
    valueOffsets: offsets,
    data: bytes.slice(0, position),
  });
}

export function int32Column(values: readonly (number | null | undefined)[]): Data {
  return makeData({
    type: new Int32(),
    length: values.length,
    ...validity(values),
    data: Int32Array.from(values, (value) => value ?? 0),
  });
}

export function int64Column(values: readonly (number | null | undefined)[]): Data {
  return makeData({
    type: new Int64(),
    length: values.length,
    ...validity(values),
    data: BigInt64Array.from(values, (value) => BigInt(Math.trunc(value ?? 0))),
  });
}

export function float32Column(values: readonly (number | null | undefined)[]): Data {
  return makeData({
    type: new Float32(),
    length: values.length,
    ...validity(values),
    data: Float32Array.from(values, (value) => value ?? 0),
  });
}

/** A list column: `child` makes the column of all members together. */
export function listColumn<T>(
  type: List | Map_,
  values: readonly (readonly T[] | null | undefined)[],
  child: (members: readonly T[]) => Data,
): Data {
  const offsets = new Int32Array(values.length + 1);
  const members: T[] = [];
  values.forEach((value, index) => {
    if (value) for (const member of value) members.push(member);
    offsets[index + 1] = members.length;
  });
  return makeData({
    type: type as List,
    length: values.length,
    ...validity(values),
    valueOffsets: offsets,
    child: child(members),
  } as never);
}

export function structColumn(type: Struct, length: number, children: readonly Data[]): Data {
  return makeData({ type, length, nullCount: 0, nullBitmap: null, children: [...children] });
}

/** `vectors` holds `length * dimensions` values; rows named in `missing` are null. */
export function vectorColumn(type: FixedSizeList, vectors: Float32Array, present: readonly (true | null)[]): Data {
  const child = makeData({
    type: new Float32(),
    length: vectors.length,
    nullCount: 0,
    nullBitmap: null,
    data: vectors,
  });
  return makeData({ type, length: present.length, ...validity(present), child } as never);
}

export function recordBatch(schema: Schema, length: number, columns: Readonly<Record<string, Data>>): RecordBatch {
  const children = schema.fields.map((field: Field<DataType>) => {
    const column = columns[field.name];
    if (column === undefined) throw new TypeError(`column ${field.name} is missing`);
    return column;
  });
  return new RecordBatch(
    schema,
    makeData({ type: new Struct(schema.fields), length, nullCount: 0, nullBitmap: null, children }) as never,
  );
}
