import { type CallOptions, GroundworkError, throwIfAborted } from "@groundwork/contracts";
import { minHashSignature, SIGNATURE_SIZE, signatureSimilarity } from "./min-hash.ts";

/** A document as the checks over many documents read it. */
export interface WatchedDocument {
  readonly documentId: string;
  readonly sourceId: string;
  readonly text: string;
}

export interface NearDuplicateOptions {
  /** Documents of one kind from which they are a flood. @default 20 */
  readonly floodSize?: number;
  /** Estimated Jaccard similarity of word shingles from which documents are near duplicates, 0.5..1. @default 0.8 */
  readonly similarity?: number;
  /** Words of a document below which it is not compared: short texts repeat without harm. @default 20 */
  readonly leastWords?: number;
  /** Different documents that are remembered (about 1 kB each); the oldest are forgotten. @default 50,000 */
  readonly mostRemembered?: number;
}

/** A flood, told when it reaches the size of a flood and each time that it has doubled. */
export interface NearDuplicateFlood {
  /** The first document of its kind. */
  readonly firstDocumentId: string;
  /** The document that brought the flood to this size. */
  readonly lastDocumentId: string;
  readonly documents: number;
  /** Sources of its documents, at most {@link MOST_SOURCES}, in order of arrival. */
  readonly sourceIds: readonly string[];
}

/** Sources named of one flood. */
export const MOST_SOURCES = 16;
const BANDS = 16;
const ROWS = SIGNATURE_SIZE / BANDS;
/** Documents compared for one band: those that share a hash by chance. */
const MOST_COMPARED = 8;

interface Cluster {
  readonly firstDocumentId: string;
  readonly signature: Uint32Array;
  readonly keys: readonly string[];
  readonly sources: Set<string>;
  count: number;
  told: number;
}

function bandKeys(signature: Uint32Array): string[] {
  return Array.from(
    { length: BANDS },
    (_, band) => `${band}:${signature.slice(band * ROWS, band * ROWS + ROWS).join()}`,
  );
}

/** First documents of their kind, found again by bands of their signatures. */
class Clusters {
  readonly #byBand = new Map<string, Cluster[]>();
  readonly #all = new Set<Cluster>();
  readonly #similarity: number;
  readonly #most: number;

  constructor(similarity: number, most: number) {
    this.#similarity = similarity;
    this.#most = most;
  }

  find(signature: Uint32Array, keys: readonly string[]): Cluster | undefined {
    for (const key of keys)
      for (const cluster of this.#byBand.get(key) ?? [])
        if (signatureSimilarity(signature, cluster.signature) >= this.#similarity) return cluster;
    return undefined;
  }

  add(cluster: Cluster): void {
    this.#all.add(cluster);
    for (const key of cluster.keys) {
      const known = this.#byBand.get(key);
      if (known === undefined) this.#byBand.set(key, [cluster]);
      else if (known.length < MOST_COMPARED) known.push(cluster);
    }
    if (this.#all.size > this.#most) this.#forget(this.#all.values().next().value!);
  }

  /** Puts a cluster that still grows behind those that do not. */
  touch(cluster: Cluster): void {
    this.#all.delete(cluster);
    this.#all.add(cluster);
  }

  #forget(cluster: Cluster): void {
    this.#all.delete(cluster);
    for (const key of cluster.keys) {
      const left = (this.#byBand.get(key) ?? []).filter((other) => other !== cluster);
      if (left.length === 0) this.#byBand.delete(key);
      else this.#byBand.set(key, left);
    }
  }
}

/**
 * Finds floods of near-duplicate documents in a stream: many copies of one text with small changes, which crowd out everything else in
 * an index. Each document is compared with the first of every kind seen so far, by MinHash signatures in bands.
 *
 * Memory is bounded by `mostRemembered`, whatever the number of documents; a flood costs the memory of one document.
 *
 * @throws {GroundworkError} `INVALID_ARGUMENT` for options out of range, `ABORTED` when the signal fires.
 */
export async function* findNearDuplicateFloods(
  documents: Iterable<WatchedDocument> | AsyncIterable<WatchedDocument>,
  {
    floodSize = 20,
    similarity = 0.8,
    leastWords = 20,
    mostRemembered = 50_000,
    signal,
  }: NearDuplicateOptions & CallOptions = {},
): AsyncGenerator<NearDuplicateFlood> {
  if (!(floodSize >= 2) || !(similarity >= 0.5 && similarity <= 1) || !(mostRemembered >= 1))
    throw new GroundworkError(
      "INVALID_ARGUMENT",
      "Expected floodSize of 2 or more, similarity between 0.5 and 1 and mostRemembered of 1 or more. Correct the options.",
    );
  const clusters = new Clusters(similarity, mostRemembered);
  for await (const { documentId, sourceId, text } of documents) {
    throwIfAborted(signal);
    const signature = minHashSignature(text, leastWords);
    if (signature === undefined) continue;
    const keys = bandKeys(signature);
    const cluster = clusters.find(signature, keys);
    if (cluster === undefined) {
      const sources = new Set([sourceId]);
      clusters.add({ firstDocumentId: documentId, signature, keys, sources, count: 1, told: 0 });
      continue;
    }
    clusters.touch(cluster);
    cluster.count++;
    if (cluster.sources.size < MOST_SOURCES) cluster.sources.add(sourceId);
    if (cluster.count < floodSize || cluster.count < 2 * cluster.told) continue;
    cluster.told = cluster.count;
    const { firstDocumentId, count, sources } = cluster;
    yield { firstDocumentId, lastDocumentId: documentId, documents: count, sourceIds: [...sources] };
  }
}
