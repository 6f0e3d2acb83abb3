/** Turns ascending UTF-16 offsets of a text into offsets in code points, in one pass. */
export class CodePointOffsets {
  readonly #text: string;
  #unit = 0;
  #point = 0;

  constructor(text: string) {
    this.#text = text;
  }

  at(unit: number): number {
    if (unit < this.#unit) {
      this.#unit = 0;
      this.#point = 0;
    }
    while (this.#unit < unit) {
      this.#unit += this.#text.codePointAt(this.#unit)! > 0xffff ? 2 : 1;
      this.#point++;
    }
    return this.#point;
  }
}
