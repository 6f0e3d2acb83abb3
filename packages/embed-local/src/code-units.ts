import { endianness } from "node:os";

/** Shorter texts are copied unit by unit: a call into native code costs more. */
const NATIVE_COPY_LENGTH = 24;
const LEAST_CAPACITY = 1 << 12;

/**
 * A copy of a text's UTF-16 units that is used again for the next text: reading an array costs a fraction of reading a string,
 * whose form V8 looks up for each unit.
 */
export class CodeUnits {
  #units = new Uint16Array(LEAST_CAPACITY);
  #bytes: Buffer = Buffer.from(this.#units.buffer);

  /** The units are those of `text` up to its length, until the next call. */
  of(text: string): Uint16Array {
    const { length } = text;
    if (length > this.#units.length) {
      this.#units = new Uint16Array(1 << (32 - Math.clz32(length)));
      this.#bytes = Buffer.from(this.#units.buffer);
    }
    if (length < NATIVE_COPY_LENGTH || IS_BIG_ENDIAN)
      for (let index = 0; index < length; index++) this.#units[index] = text.charCodeAt(index);
    else this.#bytes.write(text, 0, "utf16le");
    return this.#units;
  }
}

const IS_BIG_ENDIAN = endianness() === "BE";
