const encoder = new TextEncoder();

/** A buffer that grows. */
export class ByteWriter {
  #buffer: Uint8Array;
  length = 0;

  constructor(capacity: number) {
    this.#buffer = new Uint8Array(Math.max(capacity, 64));
  }

  #reserve(count: number): void {
    if (this.length + count <= this.#buffer.length) return;
    const grown = new Uint8Array(Math.max(this.#buffer.length * 2, this.length + count));
    grown.set(this.#buffer.subarray(0, this.length));
    this.#buffer = grown;
  }

  writeByte(byte: number): void {
    this.#reserve(1);
    this.#buffer[this.length++] = byte;
  }

  writeBytes(source: Uint8Array, start: number, end: number): void {
    this.#reserve(end - start);
    // A loop, because a view for each piece would be an object a row.
    const buffer = this.#buffer;
    let position = this.length;
    for (let index = start; index < end; index++) buffer[position++] = source[index]!;
    this.length = position;
  }

  writeText(text: string): void {
    this.#reserve(text.length * 3);
    this.length += encoder.encodeInto(text, this.#buffer.subarray(this.length)).written;
  }

  bytes(): Uint8Array {
    return this.#buffer.slice(0, this.length);
  }
}
