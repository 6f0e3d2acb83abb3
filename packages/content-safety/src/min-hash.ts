import { wordsOf } from "./words.ts";

/** Values of a signature. */
export const SIGNATURE_SIZE = 64;
/** Words of a shingle. */
const SHINGLE_WORDS = 4;
/** UTF-16 units of a text that are read at a time. */
const PIECE = 65_536;
const EMPTY = 0xffffffff;

function mix(value: number): number {
  let mixed = Math.imul(value ^ (value >>> 16), 0x7feb352d);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x846ca68b);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

function hashOf(word: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < word.length; at++) hash = Math.imul(hash ^ word.charCodeAt(at), 0x01000193);
  return mix(hash);
}

/**
 * MinHash signature of a text over shingles of four words, by one permutation whose range is cut into 64 bins; empty bins take the value
 * of the next filled one, rotated. `undefined` of a text with fewer than `leastWords`. The share of equal values of two signatures
 * estimates the Jaccard similarity of the texts' shingles, with a standard error of about .06.
 *
 * Method: Li, Owen, Zhang, "One Permutation Hashing" (2012); Shrivastava, Li, "Densifying One Permutation Hashing" (2014).
 */
export function minHashSignature(text: string, leastWords: number): Uint32Array | undefined {
  const signature = new Uint32Array(SIGNATURE_SIZE).fill(EMPTY);
  const recent: number[] = [];
  let count = 0;
  const addShingle = (): void => {
    let hash = 0x9e3779b9;
    for (const word of recent) hash = mix(Math.imul(hash, 31) + word);
    const bin = hash % SIGNATURE_SIZE;
    const value = mix(hash);
    if (value < signature[bin]!) signature[bin] = value;
  };
  for (let from = 0; from < text.length; from += PIECE)
    for (const word of wordsOf(text.slice(from, from + PIECE), Number.POSITIVE_INFINITY)) {
      count++;
      recent.push(hashOf(word.text));
      if (recent.length > SHINGLE_WORDS) recent.shift();
      if (recent.length === SHINGLE_WORDS) addShingle();
    }
  if (count === 0 || count < leastWords) return undefined;
  if (count < SHINGLE_WORDS) addShingle();
  const own = signature.slice();
  for (let bin = 0; bin < SIGNATURE_SIZE; bin++) {
    if (own[bin] !== EMPTY) continue;
    let distance = 1;
    while (own[(bin + distance) % SIGNATURE_SIZE] === EMPTY) distance++;
    signature[bin] = mix(own[(bin + distance) % SIGNATURE_SIZE]! + distance);
  }
  return signature;
}

/** Estimated Jaccard similarity of two texts, 0..1. */
export function signatureSimilarity(one: Uint32Array, other: Uint32Array): number {
  let equal = 0;
  for (let at = 0; at < SIGNATURE_SIZE; at++) if (one[at] === other[at]) equal++;
  return equal / SIGNATURE_SIZE;
}
