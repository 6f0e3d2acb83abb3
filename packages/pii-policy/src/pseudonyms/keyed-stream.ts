/** Numbers that depend on a key and a value, and look random without the key. */
export class KeyedStream {
  readonly #block: (counter: number) => Uint8Array;
  #bytes: Uint8Array = new Uint8Array(0);
  #place = 0;
  #counter = 0;

  /** @param block Bytes by counter: a keyed hash of the value and of the counter. */
  constructor(block: (counter: number) => Uint8Array) {
    this.#block = block;
  }

  #byte(): number {
    if (this.#place === this.#bytes.length) {
      this.#bytes = this.#block(this.#counter++);
      this.#place = 0;
    }
    return this.#bytes[this.#place++]!;
  }

  /** A whole number from 0 to `limit` - 1, each as likely; `limit` is at most 65,536. */
  below(limit: number): number {
    const most = 65_536 - (65_536 % limit);
    for (;;) {
      const value = this.#byte() * 256 + this.#byte();
      if (value < most) return value % limit;
    }
  }

  pick<T>(values: readonly T[]): T {
    return values[this.below(values.length)]!;
  }

  /** Letters and digits in lower case. */
  code(length: number): string {
    return Array.from({ length }, () => "abcdefghijkmnpqrstuvwxyz23456789"[this.below(32)]).join("");
  }
}
