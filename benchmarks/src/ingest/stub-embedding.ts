/** Dimensions of the stub's vectors. */
export const STUB_DIMENSIONS = 384;
/** Characters that the stub counts as a token: 256 tokens are then about as long as the peers' pieces of 1,800 characters. */
export const STUB_CHARACTERS_PER_TOKEN = 7;

const VECTORS = 1_024;
const bank = new Float32Array(VECTORS * STUB_DIMENSIONS);
let state = 1;
for (let vector = 0; vector < VECTORS; vector++) {
  const from = vector * STUB_DIMENSIONS;
  let sum = 0;
  for (let index = from; index < from + STUB_DIMENSIONS; index++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    const value = state / 2_147_483_648 - 1;
    bank[index] = value;
    sum += value * value;
  }
  const norm = Math.sqrt(sum);
  for (let index = from; index < from + STUB_DIMENSIONS; index++) bank[index]! /= norm;
}
const lists: number[][] = [];

/**
 * Number of a text's vector. Samples 64 characters, so that the stand-in for a model costs next to nothing beside what is
 * measured: about 0.2 microseconds a text.
 */
function slotOf(text: string): number {
  let hash = text.length;
  const step = Math.max(1, text.length >> 6);
  for (let index = 0; index < text.length; index += step) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return (hash ^ (hash >>> 15)) & (VECTORS - 1);
}

/** The vector of a text, of length 1: a view of a shared array, not to be written to. */
export function stubVector(text: string): Float32Array {
  const from = slotOf(text) * STUB_DIMENSIONS;
  return bank.subarray(from, from + STUB_DIMENSIONS);
}

/** The same as a list of numbers, for interfaces that take no typed arrays. */
export function stubList(text: string): number[] {
  const slot = slotOf(text);
  lists[slot] ??= Array.from(bank.subarray(slot * STUB_DIMENSIONS, (slot + 1) * STUB_DIMENSIONS));
  return lists[slot];
}
