const SLOT_BITS = 16;
const SLOTS = 1 << SLOT_BITS;
/** Integers a slot: a cache line holds whole slots. */
const WIDTH = 4;
/** Bits of the last integer that hold the count. */
const COUNT_BITS = 8;

/**
 * Remembers the token counts of runs of letters and digits that were packed into four integers of at most 32, 32, 32 and 24 bits.
 * A new run takes the slot of an old one, so the table never grows and nothing has to be thrown away; the whole key is
 * compared, so a count is never that of another run. 0.5 MB.
 */
export class RunCounts {
  readonly #slots = new Int32Array(SLOTS * WIDTH);

  /** The count of a run that fits into two integers, or 0 when it is not known. */
  short(first: number, second: number): number {
    const at = placeOf(first, second);
    const slots = this.#slots;
    return slots[at] === first && slots[at + 1] === second && slots[at + 2] === 0 ? slots[at + 3]! : 0;
  }

  /** The count, or 0 when it is not known. */
  long(first: number, second: number, third: number, fourth: number): number {
    const at = placeOf(first ^ third, second ^ fourth);
    const slots = this.#slots;
    const last = slots[at + 3]!;
    return slots[at] === first && slots[at + 1] === second && slots[at + 2] === third && last >>> COUNT_BITS === fourth
      ? last & ((1 << COUNT_BITS) - 1)
      : 0;
  }

  /** `count` is 1 to 255. Runs that fit into two integers leave the others 0. */
  set(first: number, second: number, third: number, fourth: number, count: number): void {
    const at = placeOf(first ^ third, second ^ fourth);
    this.#slots[at] = first;
    this.#slots[at + 1] = second;
    this.#slots[at + 2] = third;
    this.#slots[at + 3] = (fourth << COUNT_BITS) | count;
  }
}

/** Multiplicative hashing (Knuth) with odd factors of the golden ratio and of MurmurHash3. */
function placeOf(first: number, second: number): number {
  return (Math.imul(first ^ Math.imul(second, 0x9e3779b1), 0x85ebca6b) >>> (32 - SLOT_BITS)) * WIDTH;
}
