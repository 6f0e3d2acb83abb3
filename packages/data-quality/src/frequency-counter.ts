import { hash } from "node:crypto";
import { type Cell, isList } from "./row-reader.ts";

/** Places of a new table; a power of two. */
const FIRST_SLOTS = 1_024;
/** The table grows when more than this part of its places is taken. */
const FULL = 0.6;

/**
 * How often each value occurs, without keeping the values: 64 bits of their SHA-256 stand for them (at four million different
 * values two of them meet with a chance of one in two million). A value takes 12 bytes, with the room to grow 20 to 60.
 */
export class FrequencyCounter {
  readonly #mostValues: number;
  #high = new Int32Array(FIRST_SLOTS);
  #low = new Int32Array(FIRST_SLOTS);
  #counts = new Uint32Array(FIRST_SLOTS);
  #distinct = 0;
  #singles = 0;
  #rows = 0;
  #isFull = false;

  /** @param mostValues Different values after which nothing is counted any more. */
  constructor(mostValues: number) {
    this.#mostValues = mostValues;
  }

  /** Whether there were more different values than the bound: the numbers below are then of no use. */
  get isFull(): boolean {
    return this.#isFull;
  }

  /** Different values. */
  get distinct(): number {
    return this.#distinct;
  }

  /** Values that occurred once. */
  get singles(): number {
    return this.#singles;
  }

  /** Values counted. */
  get rows(): number {
    return this.#rows;
  }

  /** Counts a value and says how often it has occurred, this time included. 0 when the table is full. */
  add(key: string): number {
    if (this.#isFull) return 0;
    const slot = this.#slotOf(key);
    const count = ++this.#counts[slot]!;
    this.#rows++;
    if (count === 1) {
      this.#distinct++;
      this.#singles++;
      if (this.#distinct > this.#mostValues) this.#isFull = true;
      else if (this.#distinct > this.#counts.length * FULL) this.#grow();
    } else if (count === 2) this.#singles--;
    return count;
  }

  has(key: string): boolean {
    return this.#counts[this.#slotOf(key, false)]! > 0;
  }

  /** Shannon entropy of the values, in nats. */
  entropy(): number {
    let sum = 0;
    for (const count of this.#counts) if (count > 0) sum -= (count / this.#rows) * Math.log(count / this.#rows);
    // Not -0.
    return sum + 0;
  }

  /** The place of a value, taken for it unless told otherwise. */
  #slotOf(key: string, isTaken = true): number {
    const digest = hash("sha256", key, "binary");
    const high = wordAt(digest, 0);
    const low = wordAt(digest, 4);
    const slot = this.#find(high, low);
    if (isTaken) {
      this.#high[slot] = high;
      this.#low[slot] = low;
    }
    return slot;
  }

  #find(high: number, low: number): number {
    const mask = this.#counts.length - 1;
    let slot = high & mask;
    while (this.#counts[slot]! > 0 && (this.#high[slot] !== high || this.#low[slot] !== low)) slot = (slot + 1) & mask;
    return slot;
  }

  #grow(): void {
    const [high, low, counts] = [this.#high, this.#low, this.#counts];
    const slots = counts.length * 2;
    this.#high = new Int32Array(slots);
    this.#low = new Int32Array(slots);
    this.#counts = new Uint32Array(slots);
    for (let old = 0; old < counts.length; old++) {
      if (counts[old] === 0) continue;
      const slot = this.#find(high[old]!, low[old]!);
      this.#high[slot] = high[old]!;
      this.#low[slot] = low[old]!;
      this.#counts[slot] = counts[old]!;
    }
  }
}

function wordAt(digest: string, at: number): number {
  return (
    (digest.charCodeAt(at) << 24) |
    (digest.charCodeAt(at + 1) << 16) |
    (digest.charCodeAt(at + 2) << 8) |
    digest.charCodeAt(at + 3)
  );
}

/** One text for the values of a row in some columns, different for different values. The number 1 and the text "1" are one. */
export function keyOf(cells: readonly Cell[]): string {
  if (cells.length === 1) return partOf(cells[0]!);
  return cells
    .map((cell) => {
      const part = partOf(cell);
      return `${part.length}:${part}`;
    })
    .join("");
}

function partOf(cell: Cell): string {
  if (cell === null) return "n";
  if (isList(cell)) return `l${keyOf(cell.members().concat(null))}`;
  return `v${cell}`;
}
