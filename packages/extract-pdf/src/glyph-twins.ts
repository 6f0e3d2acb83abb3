import type { GlyphTable } from "./glyph-table.ts";

/** Nearer than this (em) two equal glyphs are one to the eye. */
const SAME_PLACE = 0.3;
const CELL = 4;

/** Finds glyphs that are printed a second time: outlines, shadows, text laid over itself. */
export class GlyphTwins {
  readonly #glyphs: GlyphTable;
  readonly #cells = new Map<string, number[]>();

  /** `isShown` says which of the glyphs a reader sees. */
  constructor(glyphs: GlyphTable, isShown: (index: number) => boolean) {
    this.#glyphs = glyphs;
    for (let index = 0; index < glyphs.count; index++) {
      if (!isShown(index)) continue;
      const key = keyOf(
        glyphs.texts[index]!,
        Math.floor(xOf(glyphs, index) / CELL),
        Math.floor(yOf(glyphs, index) / CELL),
      );
      const known = this.#cells.get(key);
      if (known === undefined) this.#cells.set(key, [index]);
      else known.push(index);
    }
  }

  /** Whether most glyphs of a run of another table are shown at their place already. */
  has(other: GlyphTable, from: number, to: number): boolean {
    let twins = 0;
    for (let index = from; index < to; index++) if (this.#hasTwin(other, index)) twins++;
    return twins >= 0.8 * (to - from);
  }

  #hasTwin(other: GlyphTable, index: number): boolean {
    const x = xOf(other, index);
    const y = yOf(other, index);
    const reach = SAME_PLACE * other.styles[index]!.size;
    for (let column = Math.floor((x - reach) / CELL); column <= Math.floor((x + reach) / CELL); column++) {
      for (let row = Math.floor((y - reach) / CELL); row <= Math.floor((y + reach) / CELL); row++) {
        for (const candidate of this.#cells.get(keyOf(other.texts[index]!, column, row)) ?? []) {
          const isNear =
            Math.abs(xOf(this.#glyphs, candidate) - x) <= reach && Math.abs(yOf(this.#glyphs, candidate) - y) <= reach;
          if (isNear) return true;
        }
      }
    }
    return false;
  }
}

function keyOf(text: string, column: number, row: number): string {
  return `${column} ${row} ${text}`;
}

function xOf({ left, right }: GlyphTable, index: number): number {
  return (left[index]! + right[index]!) / 2;
}

function yOf({ top, bottom }: GlyphTable, index: number): number {
  return (top[index]! + bottom[index]!) / 2;
}
