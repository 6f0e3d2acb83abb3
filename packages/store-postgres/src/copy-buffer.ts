import { float16Bits } from "./float16.ts";

/** First bytes of PostgreSQL's binary COPY format, two empty fields of the header included. */
const SIGNATURE = Buffer.from("PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0", "latin1");
/** Number of the type `text`, fixed since ever. */
const TEXT = 25;
const BIGINT = 20;
const SMALLINT = 21;
const DOUBLE = 701;

/** Values in PostgreSQL's binary form, one after the other, in a buffer that grows. */
export class CopyBuffer {
  #buffer: Buffer;
  #length = 0;

  constructor(capacity = 65_536) {
    this.#buffer = Buffer.allocUnsafe(capacity);
  }

  get length(): number {
    return this.#length;
  }

  #reserve(count: number): number {
    const start = this.#length;
    const end = start + count;
    if (end > this.#buffer.length) {
      const grown = Buffer.allocUnsafe(Math.max(this.#buffer.length * 2, end));
      this.#buffer.copy(grown, 0, 0, start);
      this.#buffer = grown;
    }
    this.#length = end;
    return start;
  }

  signature(): void {
    const start = this.#reserve(SIGNATURE.length);
    SIGNATURE.copy(this.#buffer, start);
  }

  /** Begins a row; -1 ends the data. */
  fields(count: number): void {
    const start = this.#reserve(2);
    this.#buffer.writeInt16BE(count, start);
  }

  #int32(value: number): void {
    const start = this.#reserve(4);
    this.#buffer.writeInt32BE(value, start);
  }

  null(): void {
    this.#int32(-1);
  }

  integer(value: number): void {
    const start = this.#reserve(8);
    this.#buffer.writeInt32BE(4, start);
    this.#buffer.writeInt32BE(value, start + 4);
  }

  bigint(value: bigint): void {
    const start = this.#reserve(12);
    this.#buffer.writeInt32BE(8, start);
    this.#buffer.writeBigInt64BE(value, start + 4);
  }

  boolean(value: boolean): void {
    const start = this.#reserve(5);
    this.#buffer.writeInt32BE(1, start);
    this.#buffer[start + 4] = value ? 1 : 0;
  }

  /** A text that is UTF-8 already: `source` from `from` to `to`. */
  bytes(source: Uint8Array, from: number, to: number): void {
    const start = this.#reserve(4 + to - from);
    this.#buffer.writeInt32BE(to - from, start);
    this.#raw(source, from, to, start + 4);
  }

  #raw(source: Uint8Array, from: number, to: number, at: number): void {
    // Short pieces are quicker one by one than through a view of their own.
    if (to - from < 64) {
      const buffer = this.#buffer;
      let position = at;
      for (let index = from; index < to; index++) buffer[position++] = source[index]!;
    } else this.#buffer.set(source.subarray(from, to), at);
  }

  text(value: string): void {
    const start = this.#reserve(4 + 3 * value.length);
    const written = this.#buffer.write(value, start + 4, "utf8");
    this.#buffer.writeInt32BE(written, start);
    this.#length = start + 4 + written;
  }

  /** `jsonb`: a version, then JSON. */
  json(value: string): void {
    const start = this.#reserve(5 + 3 * value.length);
    const written = this.#buffer.write(value, start + 5, "utf8");
    this.#buffer.writeInt32BE(1 + written, start);
    this.#buffer[start + 4] = 1;
    this.#length = start + 5 + written;
  }

  /** Begins a list of `sizes[0] × sizes[1] × …` members, to be ended with what this returns. */
  #list(type: number, sizes: readonly number[], hasNull: boolean): number {
    const count = sizes.includes(0) ? [] : sizes;
    const start = this.#reserve(16 + 8 * count.length);
    const buffer = this.#buffer;
    buffer.writeInt32BE(count.length, start + 4);
    buffer.writeInt32BE(hasNull ? 1 : 0, start + 8);
    buffer.writeInt32BE(type, start + 12);
    count.forEach((size, index) => {
      buffer.writeInt32BE(size, start + 16 + 8 * index);
      buffer.writeInt32BE(1, start + 20 + 8 * index);
    });
    return start;
  }

  #end(start: number): void {
    this.#buffer.writeInt32BE(this.#length - start - 4, start);
  }

  /** A `text[]` whose members `write` gives, each with {@link CopyBuffer.bytes} or {@link CopyBuffer.text}. */
  texts(count: number, write: (index: number) => void): void {
    const start = this.#list(TEXT, [count], false);
    for (let index = 0; index < count; index++) write(index);
    this.#end(start);
  }

  /** A `bigint[]` of numbers that are eight bytes each already. */
  bigints(values: readonly Uint8Array[]): void {
    const start = this.#list(BIGINT, [values.length], false);
    for (const value of values) this.bytes(value, 0, 8);
    this.#end(start);
  }

  smallints(values: readonly number[]): void {
    const start = this.#list(SMALLINT, [values.length], false);
    for (const value of values) {
      const at = this.#reserve(6);
      this.#buffer.writeInt32BE(2, at);
      this.#buffer.writeInt16BE(value, at + 4);
    }
    this.#end(start);
  }

  /** A `double precision[][]` of rows of one length. */
  doubles(rows: readonly (readonly (number | null)[])[]): void {
    const hasNull = rows.some((row) => row.includes(null));
    const start = this.#list(DOUBLE, [rows.length, rows[0]?.length ?? 0], hasNull);
    for (const value of rows.flat()) {
      if (value === null) {
        this.null();
        continue;
      }
      const at = this.#reserve(12);
      this.#buffer.writeInt32BE(8, at);
      this.#buffer.writeDoubleBE(value, at + 4);
    }
    this.#end(start);
  }

  /** A `vector` of pgvector: its length, 16 bits that are unused, and its numbers. `values` from `from`, `count` of them. */
  vector(values: Float32Array, from: number, count: number): void {
    const size = 4 * count;
    const start = this.#reserve(8 + size);
    const buffer = this.#buffer;
    buffer.writeInt32BE(4 + size, start);
    buffer.writeInt16BE(count, start + 4);
    buffer.writeInt16BE(0, start + 6);
    const bytes = new Uint8Array(values.buffer, values.byteOffset + 4 * from, size);
    buffer.set(bytes, start + 8);
    buffer.subarray(start + 8, start + 8 + size).swap32();
  }

  /** A `halfvec` of pgvector: the same with 16 bits a number. */
  halfvec(values: Float32Array, from: number, count: number): void {
    const start = this.#reserve(8 + 2 * count);
    const buffer = this.#buffer;
    buffer.writeInt32BE(4 + 2 * count, start);
    buffer.writeInt16BE(count, start + 4);
    buffer.writeInt16BE(0, start + 6);
    for (let index = 0; index < count; index++)
      buffer.writeUInt16BE(float16Bits(values[from + index]!), start + 8 + 2 * index);
  }

  /** What was written, in a buffer that is the caller's; the next values go into a new one. */
  take(): Buffer {
    const taken = this.#buffer.subarray(0, this.#length);
    this.#buffer = Buffer.allocUnsafe(this.#buffer.length);
    this.#length = 0;
    return taken;
  }
}
