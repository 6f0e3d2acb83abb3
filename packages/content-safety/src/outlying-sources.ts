import { type CallOptions, GroundworkError, throwIfAborted } from "@groundwork/contracts";
import { terms } from "@groundwork/terms";

/** A document with the time at which it came. */
export interface ArrivedDocument {
  readonly documentId: string;
  readonly sourceId: string;
  readonly text: string;
  /** Milliseconds since the epoch. */
  readonly arrivedAt: number;
  /** Of an embedder, where there is one; all of one length. Without it the words are compared. */
  readonly vector?: ArrayLike<number>;
}

export interface OutlyingSourceOptions {
  /** Length of a period in which documents are counted, milliseconds. @default 86,400,000 (a day) */
  readonly periodMs?: number;
  /** Times a source's usual number of documents a period that is too many. @default 10 */
  readonly volumeFactor?: number;
  /** Documents of a period below which nothing is told about volume. @default 50 */
  readonly leastVolume?: number;
  /** Periods with documents that a source needs before it has a usual number. @default 3 */
  readonly leastPeriods?: number;
  /** Documents that a source and all others together need before they are compared. @default 20 */
  readonly leastDocuments?: number;
  /** Standard deviations by which a source's documents must be farther from the others' than is usual. @default 2 */
  readonly distanceFactor?: number;
  /** Sources that are remembered (about 4 kB each with words); the one silent longest is forgotten. @default 10,000 */
  readonly mostSources?: number;
}

/** Told once a period and source for `volume`, once a source for `distance`. */
export interface OutlyingSource {
  readonly sourceId: string;
  readonly kind: "volume" | "distance";
  /** The document with which it showed. */
  readonly documentId: string;
  /** Documents of the period (volume), or mean cosine similarity to the other sources' documents (distance). */
  readonly value: number;
  /** The usual number a period, or the usual similarity. */
  readonly usual: number;
}

/** Places into which words are hashed when there are no vectors. */
const DIMENSIONS = 512;
/** UTF-16 units of a text that are compared. */
const COMPARED = 8_192;
/** Spread of similarities below which differences say nothing. */
const LEAST_DEVIATION = 0.05;
/** Weight of the latest period in what is usual. */
const MEMORY = 0.3;

interface SourceState {
  period: number;
  count: number;
  periods: number;
  usual: number;
  toldPeriod: number;
  documents: number;
  sum: Float64Array;
  compared: number;
  similarity: number;
  isTold: boolean;
}

function hashOf(word: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < word.length; at++) hash = Math.imul(hash ^ word.charCodeAt(at), 0x01000193);
  return (hash ^ (hash >>> 15)) >>> 0;
}

function normalized(vector: Float64Array): Float64Array {
  const length = Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));
  return length === 0 ? vector : vector.map((value) => value / length);
}

function vectorOf({ text, vector }: ArrivedDocument): Float64Array {
  if (vector !== undefined) return normalized(Float64Array.from(vector));
  const counts = new Map<string, number>();
  for (const word of terms(text.slice(0, COMPARED))) counts.set(word, (counts.get(word) ?? 0) + 1);
  const hashed = new Float64Array(DIMENSIONS);
  for (const [word, count] of counts) {
    const hash = hashOf(word);
    // Signs keep words that share a place from making all documents alike.
    hashed[hash % DIMENSIONS]! += (1 + Math.log(count)) * (hash >>> 31 === 0 ? 1 : -1);
  }
  return normalized(hashed);
}

/** Similarity of documents to those of all other sources: its running mean and spread over all documents. */
class UsualSimilarity {
  #count = 0;
  #mean = 0;
  #squares = 0;

  add(value: number): void {
    this.#count++;
    const difference = value - this.#mean;
    this.#mean += difference / this.#count;
    this.#squares += difference * (value - this.#mean);
  }

  get count(): number {
    return this.#count;
  }

  get mean(): number {
    return this.#mean;
  }

  get deviation(): number {
    return Math.max(LEAST_DEVIATION, Math.sqrt(this.#squares / Math.max(1, this.#count - 1)));
  }
}

function validate(options: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(options))
    if (!(value > 0))
      throw new GroundworkError(
        "INVALID_ARGUMENT",
        `Expected option ${name} above 0, found ${value}. Correct the option.`,
      );
}

/**
 * Finds sources that behave unlike the others in a stream of documents in order of arrival: one that suddenly brings many times its usual
 * number, or whose documents are far from those of all other sources. One document more or less never decides.
 *
 * Memory is bounded by `mostSources`; time is linear in the text (of each, the first 8,192 UTF-16 units are compared). A source
 * without a history has no usual number, so its first periods are never told as `volume`.
 *
 * @throws {GroundworkError} `INVALID_ARGUMENT` for options out of range or vectors of different lengths, `ABORTED` when the signal fires.
 */
export async function* findOutlyingSources(
  documents: Iterable<ArrivedDocument> | AsyncIterable<ArrivedDocument>,
  options: OutlyingSourceOptions & CallOptions = {},
): AsyncGenerator<OutlyingSource> {
  const { periodMs = 86_400_000, volumeFactor = 10, leastVolume = 50, leastPeriods = 3, leastDocuments = 20 } = options;
  const { distanceFactor = 2, mostSources = 10_000, signal } = options;
  validate({ periodMs, volumeFactor, leastVolume, leastPeriods, leastDocuments, distanceFactor, mostSources });
  const sources = new Map<string, SourceState>();
  const usual = new UsualSimilarity();
  let total: Float64Array | undefined;
  let totalCount = 0;
  for await (const document of documents) {
    throwIfAborted(signal);
    const { documentId, sourceId, arrivedAt } = document;
    const vector = vectorOf(document);
    total ??= new Float64Array(vector.length);
    if (vector.length !== total.length)
      throw new GroundworkError(
        "INVALID_ARGUMENT",
        `Expected vectors of ${total.length} values, found one of ${vector.length}. Give all documents a vector of one model, or none.`,
        { documentId, sourceId },
      );
    const period = Math.floor(arrivedAt / periodMs);
    const state = sources.get(sourceId) ?? newState(period, total.length);
    // The source heard last stands last.
    sources.delete(sourceId);
    sources.set(sourceId, state);
    if (sources.size > mostSources) sources.delete(sources.keys().next().value!);
    closePeriods(state, period);
    state.count++;
    if (
      state.toldPeriod !== period &&
      state.periods >= leastPeriods &&
      state.count >= leastVolume &&
      state.count > volumeFactor * state.usual
    ) {
      state.toldPeriod = period;
      yield { sourceId, kind: "volume", documentId, value: state.count, usual: state.usual };
    }
    if (totalCount - state.documents >= leastDocuments) {
      const similarity = cosineToOthers(vector, total, state.sum);
      state.compared++;
      // A running mean that forgets: the first documents were compared with few.
      state.similarity += (similarity - state.similarity) / Math.min(state.compared, leastDocuments);
      const isFar = state.similarity < usual.mean - distanceFactor * usual.deviation;
      if (isFar && !state.isTold && state.compared >= leastDocuments && usual.count >= leastDocuments) {
        state.isTold = true;
        yield { sourceId, kind: "distance", documentId, value: state.similarity, usual: usual.mean };
      }
      // What an outlying source brings is not what is usual.
      if (!isFar || usual.count < leastDocuments) usual.add(similarity);
    }
    state.documents++;
    totalCount++;
    for (let at = 0; at < vector.length; at++) {
      state.sum[at]! += vector[at]!;
      total[at]! += vector[at]!;
    }
  }
}

function newState(period: number, dimensions: number): SourceState {
  const sum = new Float64Array(dimensions);
  return {
    period,
    count: 0,
    periods: 0,
    usual: 0,
    toldPeriod: Number.NaN,
    documents: 0,
    sum,
    compared: 0,
    similarity: 0,
    isTold: false,
  };
}

/** Takes the periods that are over into what is usual. A flood does not become the rule: it counts as the factor's part. */
function closePeriods(state: SourceState, period: number): void {
  if (period <= state.period) return;
  if (state.count > 0) {
    const seen = state.periods === 0 ? state.count : Math.min(state.count, 2 * state.usual + 1);
    state.usual = state.periods === 0 ? seen : (1 - MEMORY) * state.usual + MEMORY * seen;
    state.periods++;
  }
  state.period = period;
  state.count = 0;
}

/** Cosine similarity of a unit vector to the sum of all other sources' vectors. */
function cosineToOthers(vector: Float64Array, total: Float64Array, own: Float64Array): number {
  let product = 0;
  let squares = 0;
  for (let at = 0; at < vector.length; at++) {
    const other = total[at]! - own[at]!;
    product += vector[at]! * other;
    squares += other * other;
  }
  return squares === 0 ? 0 : product / Math.sqrt(squares);
}
