import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { fold } from "./fold.ts";

// One level above `src/` and above `dist/` alike.
const file = new URL("../../data/lexicon.txt.gz", import.meta.url);

const SLOTS = 1 << 19;
const MASK = SLOTS - 1;

/**
 * What words and place names can be, as bits of `word-kinds.ts`. Words are kept as 32-bit hashes (3 MB instead of 30): one unknown
 * word in about twenty thousand is taken for a known one.
 */
export class Lexicon {
  readonly #hashes = new Uint32Array(SLOTS);
  readonly #kinds = new Uint8Array(SLOTS);

  private constructor(text: string) {
    for (let from = 0; from < text.length; ) {
      let end = text.indexOf("\n", from);
      if (end < 0) end = text.length;
      const [kind, ...keys] = text.slice(from, end).split("\t");
      for (const key of keys) this.#add(key, Number(kind));
      from = end + 1;
    }
  }

  /** Bits of a folded word or phrase (words parted by one blank); 0 when unknown. */
  kindsOf(key: string): number {
    const hash = hashOf(key);
    let slot = hash & MASK;
    while (this.#hashes[slot] !== 0) {
      if (this.#hashes[slot] === hash) return this.#kinds[slot]!;
      slot = (slot + 1) & MASK;
    }
    return 0;
  }

  /** Bits of a word as it is written. */
  kindsOfWord(word: string): number {
    return this.kindsOf(fold(word));
  }

  #add(key: string, kinds: number): void {
    const hash = hashOf(key);
    let slot = hash & MASK;
    while (this.#hashes[slot] !== 0 && this.#hashes[slot] !== hash) slot = (slot + 1) & MASK;
    this.#hashes[slot] = hash;
    this.#kinds[slot]! |= kinds;
  }

  static #shared: Lexicon | undefined;

  /** The one of this thread; read at the first call (about 0.1 s). */
  static get shared(): Lexicon {
    Lexicon.#shared ??= new Lexicon(gunzipSync(readFileSync(file)).toString("utf8"));
    return Lexicon.#shared;
  }
}

/** FNV-1a over UTF-16 units; never 0, which marks an empty slot. */
function hashOf(key: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < key.length; index++) hash = Math.imul(hash ^ key.charCodeAt(index), 0x01000193);
  hash ^= hash >>> 15;
  hash = Math.imul(hash, 0x2c1b3c6d);
  hash ^= hash >>> 13;
  return hash >>> 0 || 1;
}
