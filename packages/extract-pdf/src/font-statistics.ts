import type { Line } from "./lines.ts";
import type { PageLines } from "./page-lines.ts";

/** How many characters a document sets in each size and weight: what its body is, and what stands out from it. */
export class FontStatistics {
  readonly #sizes = new Map<number, number>();
  #bold = 0;
  #italic = 0;
  #characters = 0;
  #bodySize = 10;

  add(page: PageLines): void {
    for (const line of page.main.lines) this.#addLine(line);
    let most = 0;
    for (const [size, count] of this.#sizes) {
      if (count > most || (count === most && size < this.#bodySize)) {
        most = count;
        this.#bodySize = size;
      }
    }
  }

  #addLine(line: Line): void {
    const size = Math.round(line.style.size * 2) / 2;
    this.#sizes.set(size, (this.#sizes.get(size) ?? 0) + line.text.length);
    this.#characters += line.text.length;
    this.#bold += line.bold * line.text.length;
    this.#italic += line.italic * line.text.length;
  }

  /** Points. 10 before any text was seen. */
  get bodySize(): number {
    return this.#bodySize;
  }

  /** Whether most text is bold, so that weight says nothing. */
  get boldBody(): boolean {
    return this.#bold > 0.5 * this.#characters;
  }

  get italicBody(): boolean {
    return this.#italic > 0.3 * this.#characters;
  }
}
