import { type Character, Trait } from "./characters.ts";
import type { Area, StructureTag, TextStyle, Turn } from "./page-content.ts";
import { turnArea } from "./turn.ts";

/** Bits of {@link GlyphTable.marks} beside the turn, which is their lowest two. */
export const Mark = {
  turn: 3,
  /** A space, tab or line end of the text layer came before it. */
  spaceBefore: 4,
  /** Neither horizontal nor vertical, such as a watermark across the page. */
  skewed: 8,
} as const;

/** What glyphs of one text object share: they were shown by one operator. */
export interface GlyphObject {
  readonly number: number;
  readonly style: TextStyle;
  readonly turn: Turn;
  readonly skewed: boolean;
  readonly tag: StructureTag | undefined;
}

/** The characters of a table in one string, and where each glyph's begin. */
interface JoinedText {
  readonly text: string;
  readonly starts: Uint32Array;
  readonly bytes: Buffer;
  readonly isLatin: boolean;
}

/** From this length on the engine makes slices that point into the string they come from. */
const LONG_SLICE = 13;

/**
 * Glyphs as columns of numbers: an object per glyph would cost more than all that is done with it. Coordinates are points
 * of the page as shown; `baseline` is that of the line a glyph stands on, y for turns 0 and 2, x for 1 and 3.
 */
export class GlyphTable {
  count = 0;
  left: Float64Array;
  top: Float64Array;
  right: Float64Array;
  bottom: Float64Array;
  baseline: Float64Array;
  /** Traits of the characters, see {@link Trait}. */
  traits: Uint8Array;
  /** Turn and {@link Mark} bits. */
  marks: Uint8Array;
  readonly styles: TextStyle[] = [];
  readonly objects: GlyphObject[] = [];
  readonly texts: string[] = [];
  #joined: JoinedText | undefined;

  constructor(capacity: number = 256) {
    this.left = new Float64Array(capacity);
    this.top = new Float64Array(capacity);
    this.right = new Float64Array(capacity);
    this.bottom = new Float64Array(capacity);
    this.baseline = new Float64Array(capacity);
    this.traits = new Uint8Array(capacity);
    this.marks = new Uint8Array(capacity);
  }

  add(
    { text, traits }: Pick<Character, "text" | "traits">,
    left: number,
    top: number,
    right: number,
    bottom: number,
    baseline: number,
    object: GlyphObject,
    spaceBefore: boolean,
  ): void {
    const index = this.count++;
    if (index === this.left.length) this.#grow();
    this.left[index] = left;
    this.top[index] = top;
    this.right[index] = right;
    this.bottom[index] = bottom;
    this.baseline[index] = baseline;
    this.traits[index] = traits;
    this.marks[index] = object.turn | (spaceBefore ? Mark.spaceBefore : 0) | (object.skewed ? Mark.skewed : 0);
    this.styles[index] = object.style;
    this.objects[index] = object;
    this.texts[index] = text;
  }

  /** Copies a glyph of this or another table to a place below {@link count}. */
  copy(from: GlyphTable, source: number, target: number): void {
    this.left[target] = from.left[source]!;
    this.top[target] = from.top[source]!;
    this.right[target] = from.right[source]!;
    this.bottom[target] = from.bottom[source]!;
    this.baseline[target] = from.baseline[source]!;
    this.traits[target] = from.traits[source]!;
    this.marks[target] = from.marks[source]!;
    this.styles[target] = from.styles[source]!;
    this.objects[target] = from.objects[source]!;
    this.texts[target] = from.texts[source]!;
    this.#joined = undefined;
  }

  /** Appends a glyph of another table. */
  take(from: GlyphTable, source: number): void {
    const target = this.count++;
    if (target === this.left.length) this.#grow();
    this.copy(from, source, target);
  }

  /** Makes room for at least `capacity` glyphs and forgets those it has. */
  reset(capacity: number): this {
    while (this.left.length < capacity) this.#grow();
    this.truncate(0);
    return this;
  }

  truncate(count: number): void {
    this.count = count;
    this.styles.length = count;
    this.objects.length = count;
    this.texts.length = count;
    this.#joined = undefined;
  }

  setMark(index: number, mark: number, value: boolean): void {
    this.marks[index] = value ? this.marks[index]! | mark : this.marks[index]! & ~mark;
  }

  turnOf(index: number): Turn {
    return (this.marks[index]! & Mark.turn) as Turn;
  }

  setTurn(index: number, turn: Turn): void {
    this.marks[index] = (this.marks[index]! & ~Mark.turn) | turn;
  }

  setArea(index: number, { left, top, right, bottom }: Area): void {
    this.left[index] = left;
    this.top[index] = top;
    this.right[index] = right;
    this.bottom[index] = bottom;
  }

  /** The characters from one glyph up to another. Joined once for the table, so that a piece is a slice. */
  text(from: number, to: number): string {
    this.#joined ??= this.#join();
    const { text, starts, bytes, isLatin } = this.#joined;
    const start = starts[from]!;
    const end = starts[to]!;
    if (end - start < LONG_SLICE) return text.slice(start, end);
    // A longer slice would hold the text of the whole page for as long as the word lives.
    return isLatin ? bytes.toString("latin1", start, end) : bytes.toString("utf16le", 2 * start, 2 * end);
  }

  /** Into the reading frame of a turn: x runs along the writing direction. `width` and `height` are the page's. */
  turnTo(turn: Turn, width: number, height: number): void {
    if (turn === 0) return;
    for (let index = 0; index < this.count; index++) {
      const baseline = this.baseline[index]!;
      this.baseline[index] = turn === 1 ? width - baseline : turn === 2 ? height - baseline : baseline;
      const area = {
        left: this.left[index]!,
        top: this.top[index]!,
        right: this.right[index]!,
        bottom: this.bottom[index]!,
      };
      this.setArea(index, turnArea(area, turn, width, height));
    }
  }

  #join(): JoinedText {
    const { count, texts } = this;
    const starts = new Uint32Array(count + 1);
    let length = 0;
    let highest = 0;
    for (let index = 0; index < count; index++) {
      starts[index] = length;
      length += texts[index]!.length;
      const first = texts[index]!.charCodeAt(0);
      if (first > highest) highest = first;
    }
    starts[count] = length;
    // Strings of one byte per character take half the memory and are searched faster.
    const units = highest < 0x100 ? new Uint8Array(length) : new Uint16Array(length);
    for (let index = 0, at = 0; index < count; index++) {
      const text = texts[index]!;
      units[at++] = text.charCodeAt(0);
      for (let unit = 1; unit < text.length; unit++) units[at++] = text.charCodeAt(unit);
    }
    const bytes = Buffer.from(units.buffer);
    const isLatin = highest < 0x100;
    return { text: bytes.toString(isLatin ? "latin1" : "utf16le"), starts, bytes, isLatin };
  }

  #grow(): void {
    const capacity = this.left.length * 2;
    const larger = (column: Float64Array): Float64Array => {
      const grown = new Float64Array(capacity);
      grown.set(column);
      return grown;
    };
    this.left = larger(this.left);
    this.top = larger(this.top);
    this.right = larger(this.right);
    this.bottom = larger(this.bottom);
    this.baseline = larger(this.baseline);
    for (const name of ["traits", "marks"] as const) {
      const grown = new Uint8Array(capacity);
      grown.set(this[name]);
      this[name] = grown;
    }
  }
}
