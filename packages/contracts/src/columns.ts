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
  if (nullCount === values.length) return { nullBitmap, nullCount };
  for (let index = 0; index < values.length; index++) {
    const value = values[index];
    if (value !== undefined && value !== null) nullBitmap[index >> 3]! |= 1 << (index & 7);
  }
  return { nullBitmap, nullCount };
}

/**
 * UTF-8 of many strings, one after the other, in one call: a call each costs more than the bytes. Lone surrogates at the seams
 * could join, so the whole must be as long as its parts.
 */
function encodeTogether(values: readonly (string | null | undefined)[], offsets: Int32Array): Uint8Array {
  let joined = "";
  for (const value of values) if (value) joined += value;
  const bytes = encoder.encode(joined);
  let position = 0;
  const isAscii = bytes.length === joined.length;
  for (let index = 0; index < values.length; index++) {
    const value = values[index];
    if (value) position += isAscii ? value.length : Buffer.byteLength(value);
    offsets[index + 1] = position;
  }
  return position === bytes.length ? bytes : encodeEach(values, offsets);
}

function encodeEach(values: readonly (string | null | undefined)[], offsets: Int32Array): Uint8Array {
  const parts: Uint8Array[] = [];
  let position = 0;
  for (let index = 0; index < values.length; index++) {
    const bytes = encoder.encode(values[index] ?? "");
    parts.push(bytes);
    position += bytes.length;
    offsets[index + 1] = position;
  }
  const whole = new Uint8Array(position);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

export function utf8Column(values: readonly (string | null | undefined)[]): Data {
  const offsets = new Int32Array(values.length + 1);
  const { nullBitmap, nullCount } = validity(values);
  const data = nullCount === values.length ? new Uint8Array() : encodeTogether(values, offsets);
  return makeData({ type: new Utf8(), length: values.length, nullBitmap, nullCount, valueOffsets: offsets, data });
}

export function int32Column(values: readonly (number | null | undefined)[]): Data {
  const data = new Int32Array(values.length);
  for (let index = 0; index < values.length; index++) data[index] = values[index] ?? 0;
  return makeData({ type: new Int32(), length: values.length, ...validity(values), data });
}

export function int64Column(values: readonly (number | null | undefined)[]): Data {
  const data = new BigInt64Array(values.length);
  for (let index = 0; index < values.length; index++) {
    const value = values[index];
    if (value !== undefined && value !== null && value !== 0) data[index] = BigInt(Math.trunc(value));
  }
  return makeData({ type: new Int64(), length: values.length, ...validity(values), data });
}

export function float32Column(values: readonly (number | null | undefined)[]): Data {
  const data = new Float32Array(values.length);
  for (let index = 0; index < values.length; index++) data[index] = values[index] ?? 0;
  return makeData({ type: new Float32(), length: values.length, ...validity(values), data });
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
