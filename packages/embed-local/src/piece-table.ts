/** FNV-1a. */
export const HASH_SEED: number = 0x811c9dc5 | 0;
const HASH_FACTOR = 0x01000193;

/** Bits of the filter: ten for each beginning of a piece, so one in ten strangers passes. A power of two. */
const FILTER_BITS = 1 << 20;

/**
 * Strings with numbers in one hash table over typed arrays, made to find the longest of them that stands at a place:
 * the hashes of all that could stand there come from one pass, which ends where no entry goes on, and no string is made to
 * look one up.
 */
export class PieceTable {
  readonly #mask: number;
  /** Entry plus one; 0 is an empty slot. */
  readonly #slots: Int32Array;
  readonly #hashes: Int32Array;
  readonly #ids: Int32Array;
  /** Where the characters of each entry begin, and after the last one where they end. */
  readonly #offsets: Uint32Array;
  readonly #characters: Uint16Array;
  /** A bit is set for each beginning of an entry, by its hash (Bloom 1970, with one hash). */
  readonly #filter = new Uint32Array(FILTER_BITS / 32);
  /** Hashes of the first characters at the place in question, one for each length. */
  readonly #beginnings: Int32Array;

  /** `ids` are those of the pieces, in their order. */
  constructor(pieces: readonly string[], ids: readonly number[]) {
    // At most half full.
    const size = 1 << (33 - Math.clz32(pieces.length));
    this.#mask = size - 1;
    this.#slots = new Int32Array(size);
    this.#hashes = new Int32Array(pieces.length);
    this.#ids = Int32Array.from(ids);
    this.#offsets = new Uint32Array(pieces.length + 1);
    this.#characters = new Uint16Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
    let longest = 0;
    let used = 0;
    for (let entry = 0; entry < pieces.length; entry++) {
      const piece = pieces[entry]!;
      let hash = HASH_SEED;
      for (let index = 0; index < piece.length; index++) {
        const code = piece.charCodeAt(index);
        hash = Math.imul(hash ^ code, HASH_FACTOR);
        this.#characters[used++] = code;
        const bit = filterBitOf(hash);
        this.#filter[bit >>> 5]! |= 1 << (bit & 31);
      }
      longest = Math.max(longest, piece.length);
      this.#hashes[entry] = hash;
      this.#offsets[entry + 1] = used;
      let slot = this.#slotOf(hash);
      while (this.#slots[slot] !== 0) slot = (slot + 1) & this.#mask;
      this.#slots[slot] = entry + 1;
    }
    this.#beginnings = new Int32Array(longest);
  }

  /** The longest entry that stands at `start` and ends at or before `end`; -1 when there is none. */
  longestAt(units: Uint16Array, start: number, end: number): number {
    const beginnings = this.#beginnings;
    const most = Math.min(end - start, beginnings.length);
    let hash = HASH_SEED;
    let length = 0;
    for (; length < most; length++) {
      hash = Math.imul(hash ^ units[start + length]!, HASH_FACTOR);
      const bit = filterBitOf(hash);
      if ((this.#filter[bit >>> 5]! & (1 << (bit & 31))) === 0) break;
      beginnings[length] = hash;
    }
    for (; length > 0; length--) {
      const entry = this.#find(units, start, length, beginnings[length - 1]!);
      if (entry >= 0) return entry;
    }
    return -1;
  }

  idOf(entry: number): number {
    return this.#ids[entry]!;
  }

  /** UTF-16 units. */
  lengthOf(entry: number): number {
    return this.#offsets[entry + 1]! - this.#offsets[entry]!;
  }

  #slotOf(hash: number): number {
    return (hash ^ (hash >>> 15)) & this.#mask;
  }

  #find(units: Uint16Array, start: number, length: number, hash: number): number {
    let slot = this.#slotOf(hash);
    for (let found = this.#slots[slot]!; found !== 0; found = this.#slots[slot]!) {
      const entry = found - 1;
      if (this.#hashes[entry] === hash && this.lengthOf(entry) === length && this.#matches(entry, units, start, length))
        return entry;
      slot = (slot + 1) & this.#mask;
    }
    return -1;
  }

  #matches(entry: number, units: Uint16Array, start: number, length: number): boolean {
    const offset = this.#offsets[entry]!;
    for (let index = 0; index < length; index++)
      if (this.#characters[offset + index] !== units[start + index]) return false;
    return true;
  }
}

function filterBitOf(hash: number): number {
  return (hash ^ (hash >>> 12)) & (FILTER_BITS - 1);
}
