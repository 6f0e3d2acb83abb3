import { LABEL_WORDS } from "./label-words.ts";
import { CASED_UNITS, lowerCaseTable, SCRIPT, scriptTable } from "./scripts.ts";
import { STOP_WORDS } from "./stop-words.ts";

/** FNV-1a over code units: no two of the words share a value. */
const SEED = 0x811c9dc5 | 0;
const PRIME = 0x01000193;
/** Places of the table; a power of two, about twice the words. */
const SLOTS = 8_192;

/** Weight of a word by the number of languages that have it: the fewer, the more it tells. */
const WEIGHTS = [0, 4, 2] as const;

/** Stop words and label words of all languages by the hash of their small letters. */
export interface StopWordTable {
  readonly seed: number;
  readonly prime: number;
  readonly languages: readonly string[];
  /** Number of different words: stop words first, then those that are only labels. */
  readonly words: number;
  readonly stopWords: number;
  /** Languages of word w: `languagesOf[firstOf[w]]` up to `languagesOf[firstOf[w + 1] - 1]`. */
  readonly languagesOf: Uint8Array;
  readonly firstOf: Uint16Array;
  readonly weights: Uint8Array;
  /** The word with a hash, or -1. */
  find(hash: number): number;
  /** For each stop word: 0 = not of the language, 1 = also of the language, 2 = of this language alone. */
  relations(language: string): Uint8Array;
}

let table: StopWordTable | undefined;

/** The table, built at the first call: a few milliseconds, once per thread. */
export function stopWordTable(): StopWordTable {
  table ??= build();
  return table;
}

function languagesByHash(
  wordsByLanguage: Readonly<Record<string, string>>,
  languages: readonly string[],
  known: Map<number, number[]>,
): void {
  for (const language in wordsByLanguage) {
    const index = languages.indexOf(language);
    for (const hash of wordHashes(wordsByLanguage[language]!)) {
      const others = known.get(hash);
      if (others === undefined) known.set(hash, [index]);
      else if (!others.includes(index)) others.push(index);
    }
  }
}

function build(): StopWordTable {
  const languages = Object.keys(STOP_WORDS);
  const byHash = new Map<number, number[]>();
  languagesByHash(STOP_WORDS, languages, byHash);
  const stopWords = byHash.size;
  // A word that is a stop word of one language and a label of another stays what it is in the first.
  const labels = new Map<number, number[]>();
  languagesByHash(LABEL_WORDS, languages, labels);
  for (const [hash, own] of labels) if (!byHash.has(hash)) byHash.set(hash, own);

  const hashes = new Int32Array(SLOTS);
  const words = new Int16Array(SLOTS).fill(-1);
  const firstOf = new Uint16Array(byHash.size + 1);
  const weights = new Uint8Array(byHash.size);
  const flat: number[] = [];
  let word = 0;
  for (const [hash, own] of byHash) {
    let slot = hash & (SLOTS - 1);
    while (words[slot] !== -1) slot = (slot + 1) & (SLOTS - 1);
    hashes[slot] = hash;
    words[slot] = word;
    weights[word] = WEIGHTS[own.length] ?? 1;
    for (const language of own) flat.push(language);
    firstOf[++word] = flat.length;
  }
  const languagesOf = Uint8Array.from(flat);
  const relationsOf = new Map<string, Uint8Array>();
  return {
    seed: SEED,
    prime: PRIME,
    languages,
    words: word,
    stopWords,
    languagesOf,
    firstOf,
    weights,
    find(hash) {
      for (let slot = hash & (SLOTS - 1); words[slot] !== -1; slot = (slot + 1) & (SLOTS - 1))
        if (hashes[slot] === hash) return words[slot]!;
      return -1;
    },
    relations(language) {
      let relations = relationsOf.get(language);
      if (relations === undefined) {
        const own = languages.indexOf(language);
        relations = new Uint8Array(stopWords);
        for (let index = 0; index < stopWords; index++) {
          const known = languagesOf.subarray(firstOf[index], firstOf[index + 1]);
          if (known.includes(own)) relations[index] = known.length === 1 ? 2 : 1;
        }
        relationsOf.set(language, relations);
      }
      return relations;
    },
  };
}

/** Hashes of the words of at least two letters of a text, in its order. */
export function wordHashes(text: string): number[] {
  const scripts = scriptTable();
  const lower = lowerCaseTable();
  const hashes: number[] = [];
  let hash = SEED;
  let length = 0;
  for (let at = 0; at <= text.length; at++) {
    const unit = at < text.length ? text.charCodeAt(at) : 0;
    if (scripts[unit] !== SCRIPT.none) {
      hash = Math.imul(hash ^ (unit < CASED_UNITS ? lower[unit]! : unit), PRIME);
      length++;
      continue;
    }
    if (length > 1) hashes.push(hash);
    hash = SEED;
    length = 0;
  }
  return hashes;
}
