/** Slots; a power of two. With its characters the table takes about 1.2 MB. */
const SLOTS = 1 << 16;
const MOST_WORDS = 40_000;
const MOST_CHARACTERS = 1 << 19;
/** UTF-16 units of the longest word that is kept. */
export const LONGEST_WORD = 255;
/** Slots that are looked at before a word counts as unknown: bounds the time of words made to collide. */
const PROBES = 16;

/**
 * Token counts of ASCII words, found by the hash that the caller has made while it looked for the word's end: no string is made
 * for a word that is known. Starts anew when it is full.
 */
export class WordTable {
  readonly #hashes = new Int32Array(SLOTS);
  readonly #offsets = new Uint32Array(SLOTS);
  readonly #lengths = new Uint8Array(SLOTS);
  readonly #counts = new Uint8Array(SLOTS);
  readonly #characters = new Uint8Array(MOST_CHARACTERS);
  #words = 0;
  #used = 0;

  /** The count of the word at `start..end`, or -1. */
  get(text: string, start: number, end: number, hash: number): number {
    const length = end - start;
    let slot = slotOf(hash);
    for (let probe = 0; probe < PROBES; probe++) {
      const found = this.#lengths[slot]!;
      if (found === 0) return -1;
      if (found === length && this.#hashes[slot] === hash && this.#matches(text, start, this.#offsets[slot]!, length))
        return this.#counts[slot]!;
      slot = (slot + 1) & (SLOTS - 1);
    }
    return -1;
  }

  set(text: string, start: number, end: number, hash: number, count: number): void {
    const length = end - start;
    if (length > LONGEST_WORD || count > 255) return;
    if (this.#words === MOST_WORDS || this.#used + length > MOST_CHARACTERS) {
      this.#lengths.fill(0);
      this.#words = 0;
      this.#used = 0;
    }
    let slot = slotOf(hash);
    for (let probe = 0; probe < PROBES; probe++) {
      if (this.#lengths[slot] === 0) {
        this.#hashes[slot] = hash;
        this.#offsets[slot] = this.#used;
        this.#lengths[slot] = length;
        this.#counts[slot] = count;
        for (let index = start; index < end; index++) this.#characters[this.#used++] = text.charCodeAt(index);
        this.#words++;
        return;
      }
      slot = (slot + 1) & (SLOTS - 1);
    }
  }

  #matches(text: string, start: number, offset: number, length: number): boolean {
    for (let index = 0; index < length; index++)
      if (this.#characters[offset + index] !== text.charCodeAt(start + index)) return false;
    return true;
  }
}

function slotOf(hash: number): number {
  return (hash ^ (hash >>> 15)) & (SLOTS - 1);
}
