import type { DocumentElement } from "@groundwork/contracts";
import {
  type FeatureRow,
  readSegment,
  type SegmentReading,
  type SegmentSurroundings,
  segmentFeatures,
} from "./injection-features.ts";
import { decodedTexts } from "./injection-markers.ts";
import { selectorText } from "./invisible-carriers.ts";
import { readableText } from "./readable-text.ts";
import { type TextSegment, textSegments } from "./text-segments.ts";

/** What the scorer needs of an element. */
export type ScoredElement = Pick<DocumentElement, "text"> & Partial<Pick<DocumentElement, "kind">>;

/** A segment of a document with the values of its features. */
export interface DocumentSegment {
  /** Index of its element. */
  readonly element: number;
  /** UTF-16 offsets inside the element's text. */
  readonly start: number;
  readonly end: number;
  readonly features: FeatureRow;
}

/** Segments on either side with which a segment is compared. */
const WINDOW = 20;
/** Content words around a segment below which nothing is said about what surrounds it. */
const LEAST_CONTEXT = 15;
/** Different content words that are counted; those of a document with more are taken as known. */
const MOST_TERMS = 200_000;
/** Segments between two turns of the event loop. */
const SEGMENTS_PER_TURN = 2_000;

interface Piece {
  readonly element: number;
  readonly segment: TextSegment;
  readonly reading: SegmentReading;
}

const isOrder = ({ shape }: SegmentReading): boolean => shape.form !== "statement" && shape.form !== "question";

/** Sums of the first n values, for shares of windows. */
function runningSums(pieces: readonly Piece[], holds: (piece: Piece) => boolean): Uint32Array {
  const sums = new Uint32Array(pieces.length + 1);
  for (const [index, piece] of pieces.entries()) sums[index + 1] = sums[index]! + (holds(piece) ? 1 : 0);
  return sums;
}

/** Counts in how many segments a content word stands. */
class Vocabulary {
  readonly #counts = new Map<string, number>();
  #total = 0;

  add(words: readonly string[]): void {
    this.#total += words.length;
    for (const word of words) {
      const count = this.#counts.get(word);
      if (count !== undefined) this.#counts.set(word, count + 1);
      else if (this.#counts.size < MOST_TERMS) this.#counts.set(word, 1);
    }
  }

  hasContext(own: number): boolean {
    return this.#total - own >= LEAST_CONTEXT;
  }

  /** Share of the words that stand in no other segment. */
  novelty(words: readonly string[]): number {
    if (words.length === 0) return 0;
    const own = new Map<string, number>();
    for (const word of words) own.set(word, (own.get(word) ?? 0) + 1);
    let unknown = 0;
    for (const [word, count] of own) if ((this.#counts.get(word) ?? Number.POSITIVE_INFINITY) <= count) unknown++;
    return unknown / own.size;
  }
}

/**
 * Cuts a document into segments and values their features. Yields now and then without a value, so that a caller can give
 * other work a turn; memory and time are linear in the text.
 */
export function* documentSegments(elements: readonly ScoredElement[]): Generator<DocumentSegment | undefined> {
  const pieces: Piece[] = [];
  const vocabulary = new Vocabulary();
  for (const [index, element] of elements.entries()) {
    const isHeading = element.kind === "heading" || element.kind === "title";
    for (const segment of textSegments(element.text)) {
      const text = readableText(element.text.slice(segment.start, segment.end));
      const reading = readSegment({ text, isHeading, ...segment });
      vocabulary.add(reading.contentWords);
      // Statements are not compared: their words are not kept.
      const isCompared = reading.shape.form !== "statement" || reading.hasAnswer;
      pieces.push({ element: index, segment, reading: isCompared ? reading : { ...reading, contentWords: [] } });
      if (pieces.length % SEGMENTS_PER_TURN === 0) yield undefined;
    }
  }
  const cells = runningSums(pieces, (piece) => piece.segment.isCell);
  const orders = runningSums(pieces, (piece) => isOrder(piece.reading));
  const questions = runningSums(pieces, (piece) => piece.reading.shape.form === "question");
  const last = pieces.length - 1;
  for (const [at, { element, segment, reading }] of pieces.entries()) {
    if (at % SEGMENTS_PER_TURN === SEGMENTS_PER_TURN - 1) yield undefined;
    const from = Math.max(0, at - WINDOW);
    const to = Math.min(pieces.length, at + WINDOW + 1);
    const others = Math.max(1, to - from - 1);
    const shareOf = (sums: Uint32Array): number => (sums[to]! - sums[from]! - (sums[at + 1]! - sums[at]!)) / others;
    const text = elements[element]!.text.slice(segment.start, segment.end);
    const { contentWords: words } = reading;
    const around: SegmentSurroundings = {
      hasContext: pieces.length > 1 && vocabulary.hasContext(words.length),
      novelty: vocabulary.novelty(words),
      tableShare: shareOf(cells),
      orderShare: shareOf(orders),
      questionShare: shareOf(questions),
      isEdge: at === 0 || at === last,
    };
    const place = { element, start: segment.start, end: segment.end };
    yield { ...place, features: segmentFeatures(reading, around) };
    // What stands in the text in another writing is judged as if it stood there in plain.
    const carried = selectorText(text);
    const encoded = reading.mayBeEncoded ? decodedTexts(text) : [];
    for (const decoded of carried === undefined ? encoded : [carried, ...encoded])
      for (const inner of textSegments(decoded)) {
        const plain = { text: decoded.slice(inner.start, inner.end), isHeading: false, ...inner };
        yield { ...place, features: segmentFeatures(readSegment(plain), { ...around, novelty: 1 }) };
      }
  }
}
