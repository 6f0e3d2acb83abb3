/** Most documents that travel together. */
const DOCUMENTS = 64;
/** Bytes of a bundle. A larger document travels alone. */
const BYTES = 512 * 1024;

/**
 * Cuts work into bundles of small documents, so that a document does not pay for a message, a task and a record batch of its
 * own. Documents of unknown size travel alone: they may be large.
 */
export function* bundleItems<T>(
  items: Iterable<T>,
  bytesOf: (item: T) => number | undefined,
  most: number = DOCUMENTS,
): Generator<readonly T[]> {
  let bundle: T[] = [];
  let size = 0;
  for (const item of items) {
    const bytes = bytesOf(item) ?? BYTES;
    if (bundle.length > 0 && (bundle.length >= Math.min(most, DOCUMENTS) || size + bytes > BYTES)) {
      yield bundle;
      bundle = [];
      size = 0;
    }
    bundle.push(item);
    size += bytes;
  }
  if (bundle.length > 0) yield bundle;
}
