import {
  type CallOptions,
  type Enricher,
  GroundworkError,
  type StageIdentity,
  throwIfAborted,
} from "@groundwork/contracts";
import { stemOf } from "@groundwork/terms";
import { addAttributes, annotate } from "./annotation.ts";
import { functionWords, primaryLanguage } from "./function-words.ts";
import { rankSentences } from "./rank-sentences.ts";
import { readableElements } from "./readable-elements.ts";
import { splitSentences } from "./split-sentences.ts";
import { cosine, unitVectors, type VectorsOf } from "./vectors-of.ts";

export interface SummaryEnricherOptions {
  /** @default 3 */
  readonly sentences?: number;
  /** BCP 47 of documents whose language nobody states. @default "en" */
  readonly language?: string;
  /** Compares sentences by vectors. Without it by their words. */
  readonly vectorsOf?: VectorsOf;
  /** Id and revision of the model behind `vectorsOf`; needed with it, because the summary changes with it. */
  readonly vectorsId?: string;
}

/** UTF-16 units of a document that are read. */
const READ_LENGTH = 500_000;
/** Sentences that are compared with each other: the time of it grows with their square. */
const MOST_SENTENCES = 300;
/** UTF-16 units of a sentence that says something and can be shown. */
const SHORTEST_SENTENCE = 40;
const LONGEST_SENTENCE = 400;
/** Two sentences of a summary are less alike than this. */
const MOST_ALIKE = 0.6;
/** Vectors of any two sentences of one document are somewhat alike: what is below says nothing. */
const LEAST_VECTOR_SIMILARITY = 0.2;

const KINDS: ReadonlySet<string> = new Set(["paragraph", "list_item", "quote", "utterance", "note"]);
const WORD = /[\p{L}\p{N}]+/gu;
/** A sentence begins with a capital, a figure, or a letter of a script without capitals: anything else is a piece of one. */
const BEGINS = /^["'“‘([¿¡]*[\p{Lu}\p{Lo}\p{N}]/u;
const ENDS = /[.!?。！？…]["'”’)\]」』]*$/u;

interface Sentence {
  readonly text: string;
  readonly element: number;
}

/**
 * Sentences of the document that say most of what the others say, as `enrich.summary` in their order in the document, with `.scores`
 * (1 for the most central), `.elements` and `.by`. They are ranked by {@link rankSentences} over the likeness of their words (tf-idf)
 * or of vectors; sentences that repeat another are left out. Of a long document as many sentences as can be compared are taken, spread
 * over all of it. A document of fewer sentences than twice the summary gets none.
 *
 * The sentences become metadata: they pass the detection of personal data as other metadata does.
 *
 * @throws GroundworkError `INVALID_CONFIGURATION` when `vectorsOf` comes without `vectorsId`.
 */
export function summaryEnricher(options: SummaryEnricherOptions = {}): Enricher {
  const { sentences: most = 3, language = "en", vectorsOf, vectorsId } = options;
  if ((vectorsOf === undefined) !== (vectorsId === undefined))
    throw new GroundworkError("INVALID_CONFIGURATION", "Expected vectorsOf and vectorsId together, found one of them.");
  const identity: StageIdentity = {
    name: "summary",
    revision: "1",
    options: { sentences: most, language },
    ...(vectorsId === undefined ? {} : { artifacts: [vectorsId] }),
  };
  return {
    identity,
    // A function cannot be built again elsewhere: with one the stage stays in this thread.
    ...(vectorsOf === undefined
      ? { reference: { module: import.meta.url, name: "summaryEnricher", options: { sentences: most, language } } }
      : {}),
    async enrich({ elements, metadata }, { signal }: CallOptions = {}) {
      throwIfAborted(signal, { stage: "enrich" });
      const own = primaryLanguage(metadata.language ?? language)!;
      const all = readableElements(elements, READ_LENGTH, false)
        .filter(({ element }) => KINDS.has(element.kind))
        .flatMap(({ text, index }) => splitSentences(text, own).map((sentence) => ({ text: sentence, element: index })))
        .filter(({ text }) => isWhole(text));
      const sentences = spread(distinct(all), MOST_SENTENCES);
      if (sentences.length < 2 * most) return {};
      const similarity =
        vectorsOf === undefined
          ? likenessOfWords(sentences, own)
          : likenessOfVectors(await unitVectors(vectorsOf, textsOf(sentences), { signal }));
      throwIfAborted(signal, { stage: "enrich" });
      const scores = rankSentences(similarity, sentences.length);
      const picked = pick(scores, similarity, most);
      const best = scores[picked[0]!]!;
      const findings = [...picked]
        .sort((a, b) => a - b)
        .map((index) => ({
          value: sentences[index]!.text,
          score: scores[index]! / best,
          element: sentences[index]!.element,
        }));
      return addAttributes(metadata.attributes, annotate("summary", findings, identity));
    },
  };
}

function isWhole(text: string): boolean {
  return text.length >= SHORTEST_SENTENCE && text.length <= LONGEST_SENTENCE && BEGINS.test(text) && ENDS.test(text);
}

function textsOf(sentences: readonly Sentence[]): string[] {
  return sentences.map(({ text }) => text);
}

function distinct(sentences: readonly Sentence[]): Sentence[] {
  return [...new Map([...sentences].reverse().map((sentence) => [sentence.text, sentence])).values()].reverse();
}

/** At most so many, at equal distances, the first among them. */
function spread(sentences: readonly Sentence[], most: number): readonly Sentence[] {
  if (sentences.length <= most) return sentences;
  return Array.from({ length: most }, (_, index) => sentences[Math.floor((index * sentences.length) / most)]!);
}

/** Cosines of tf-idf over the sentences of the document. */
function likenessOfWords(sentences: readonly Sentence[], language: string): Float64Array {
  const stops = functionWords(language);
  const counts = sentences.map(({ text }) => {
    const own = new Map<string, number>();
    for (const [word] of text.toLowerCase().matchAll(WORD)) {
      if (stops?.has(word)) continue;
      const key = language === "en" ? stemOf(word) : word;
      own.set(key, (own.get(key) ?? 0) + 1);
    }
    return own;
  });
  const postings = new Map<string, number[]>();
  counts.forEach((own, sentence) => {
    for (const word of own.keys()) {
      const known = postings.get(word);
      if (known === undefined) postings.set(word, [sentence]);
      else known.push(sentence);
    }
  });
  const size = sentences.length;
  const similarity = new Float64Array(size * size);
  const squares = new Float64Array(size);
  for (const [word, holders] of postings) {
    const idf = Math.log(1 + size / holders.length);
    for (const a of holders) {
      const weight = counts[a]!.get(word)! * idf;
      squares[a]! += weight * weight;
      for (const b of holders) if (a !== b) similarity[a * size + b]! += weight * counts[b]!.get(word)! * idf;
    }
  }
  for (let a = 0; a < size; a++)
    for (let b = 0; b < size; b++) {
      const length = Math.sqrt(squares[a]! * squares[b]!);
      if (length > 0) similarity[a * size + b]! /= length;
    }
  return similarity;
}

function likenessOfVectors(vectors: readonly Float64Array[]): Float64Array {
  const size = vectors.length;
  const similarity = new Float64Array(size * size);
  for (let a = 0; a < size; a++)
    for (let b = 0; b < a; b++) {
      const value = cosine(vectors[a]!, vectors[b]!);
      const kept = value < LEAST_VECTOR_SIMILARITY ? 0 : value;
      similarity[a * size + b] = kept;
      similarity[b * size + a] = kept;
    }
  return similarity;
}

/** The best, one after the other, without those that repeat one that was taken. */
function pick(scores: Float64Array, similarity: Float64Array, most: number): number[] {
  const order = Array.from(scores.keys()).sort((a, b) => scores[b]! - scores[a]! || a - b);
  const picked: number[] = [];
  for (const index of order) {
    if (picked.length === most) break;
    if (picked.every((other) => similarity[index * scores.length + other]! < MOST_ALIKE)) picked.push(index);
  }
  return picked;
}
