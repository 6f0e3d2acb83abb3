/**
 * Turns offsets in code points, which the service gives, into UTF-16 units. Ascending offsets take one pass over the text; a step back starts
 * again.
 */
export class Utf16Offsets {
  readonly #text: string;
  #unit = 0;
  #point = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** Never behind the end of the text. */
  at(point: number): number {
    if (point < this.#point) {
      this.#unit = 0;
      this.#point = 0;
    }
    while (this.#point < point && this.#unit < this.#text.length) {
      this.#unit += this.#text.codePointAt(this.#unit)! > 0xffff ? 2 : 1;
      this.#point++;
    }
    return this.#unit;
  }
}
