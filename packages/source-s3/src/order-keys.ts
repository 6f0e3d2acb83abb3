import { GroundworkError } from "@groundwork/contracts";

export interface Keyed {
  /** As S3 has it, after the prefix. */
  readonly rawKey: string;
  /** In Unicode NFC. */
  readonly key: string;
}

/** Surrogates and U+E000 to U+FFFF: there the order of UTF-8 bytes and that of UTF-16 code units differ. */
const ODD = /[\ud800-\udfff\ue000-\uffff]/;

/** Where an object stands among sorted ones: the first that is not before it. */
function placeOf(sorted: readonly Keyed[], key: string): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle]!.key < key) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The objects whose keys are not in NFC: with them known before, the others can be streamed around them. */
export async function decomposedKeys<T extends Keyed>(listing: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const object of listing)
    if (object.rawKey !== object.key) found.splice(placeOf(found, object.key), 0, object);
  return found;
}

/**
 * A listing by the code units of NFC keys, from one by the UTF-8 bytes of the keys as they are. Keys that sort alike in both orders are
 * streamed; the others are held until their place has come. Those that are not in NFC can belong before what was given already: they must
 * be `known` from a first pass (each then is left out of this one), or the listing ends with an error.
 *
 * @throws GroundworkError `SOURCE_INCOMPLETE`.
 */
export async function* orderKeys<T extends Keyed>(
  listing: AsyncIterable<T>,
  options: { readonly known?: readonly T[]; readonly onClash?: (object: T) => void } = {},
): AsyncGenerator<T, void, undefined> {
  const held: T[] = [...(options.known ?? [])];
  let last: string | undefined;
  const isNew = (object: T): boolean => {
    if (object.key !== last) return true;
    options.onClash?.(object);
    return false;
  };
  function* give(object: T): Generator<T> {
    if (!isNew(object)) return;
    last = object.key;
    yield object;
  }
  for await (const object of listing) {
    const isDecomposed = object.rawKey !== object.key;
    if (isDecomposed && options.known !== undefined) continue;
    if (isDecomposed || ODD.test(object.key)) {
      if (last !== undefined && object.key < last)
        throw new GroundworkError(
          "SOURCE_INCOMPLETE",
          "A key of the bucket is not in Unicode NFC and belongs before what was listed already. Set `decomposedKeys: true`: the bucket is then listed twice.",
        );
      held.splice(placeOf(held, object.key), 0, object);
      continue;
    }
    const before = placeOf(held, object.key);
    for (const earlier of held.splice(0, before)) yield* give(earlier);
    yield* give(object);
  }
  for (const object of held) yield* give(object);
}
