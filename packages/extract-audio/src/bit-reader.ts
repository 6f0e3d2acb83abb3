/** Reads bits, most significant first, out of a buffer that is refilled from a stream. */
export class BitReader {
  #bytes: Uint8Array = new Uint8Array();
  #at = 0;
  #bit = 0;
  readonly #source: AsyncIterator<Uint8Array>;
  #ended = false;

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#source = source[Symbol.asyncIterator]();
  }

  /** Makes at least `count` bytes readable without waiting, as far as the stream goes; how many there are. */
  async fill(count: number): Promise<number> {
    while (this.#bytes.length - this.#at < count && !this.#ended) {
      const { value, done } = await this.#source.next();
      if (done === true) {
        this.#ended = true;
        break;
      }
      const joined = new Uint8Array(this.#bytes.length - this.#at + value.length);
      joined.set(this.#bytes.subarray(this.#at));
      joined.set(value, this.#bytes.length - this.#at);
      this.#bytes = joined;
      this.#at = 0;
    }
    return this.#bytes.length - this.#at;
  }

  /** The bytes that are ready, from the current one. */
  peek(): Uint8Array {
    return this.#bytes.subarray(this.#at);
  }

  skipBytes(count: number): void {
    this.#at = Math.min(this.#bytes.length, this.#at + count);
    this.#bit = 0;
  }

  alignToByte(): void {
    if (this.#bit > 0) {
      this.#bit = 0;
      this.#at++;
    }
  }

  /** Up to 32 bits, unsigned. Throws `RangeError` beyond the end. */
  bits(count: number): number {
    let value = 0;
    let left = count;
    while (left > 0) {
      if (this.#at >= this.#bytes.length) throw new RangeError("the stream ends within a frame");
      const room = 8 - this.#bit;
      const take = Math.min(room, left);
      const part = (this.#bytes[this.#at]! >> (room - take)) & ((1 << take) - 1);
      value = value * (1 << take) + part;
      this.#bit += take;
      left -= take;
      if (this.#bit === 8) {
        this.#bit = 0;
        this.#at++;
      }
    }
    return value;
  }

  signed(count: number): number {
    if (count === 0) return 0;
    const value = this.bits(count);
    return value >= 2 ** (count - 1) ? value - 2 ** count : value;
  }

  /** Zeros before the next one. */
  unary(): number {
    let zeros = 0;
    for (;;) {
      if (this.#at >= this.#bytes.length) throw new RangeError("the stream ends within a frame");
      const rest = (this.#bytes[this.#at]! << this.#bit) & 0xff;
      if (rest === 0) {
        zeros += 8 - this.#bit;
        this.#bit = 0;
        this.#at++;
        continue;
      }
      const lead = Math.clz32(rest) - 24;
      zeros += lead;
      this.#bit += lead + 1;
      if (this.#bit === 8) {
        this.#bit = 0;
        this.#at++;
      }
      return zeros;
    }
  }
}
