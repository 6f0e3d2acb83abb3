import {
  type CallOptions,
  type DocumentElement,
  type DocumentMetadata,
  type Enricher,
  GroundworkError,
  type StageIdentity,
  throwIfAborted,
} from "@groundwork/contracts";
import { addAttributes, printScore, provenanceOf } from "./annotation.ts";
import { readableElements } from "./readable-elements.ts";
import { cosine, unitVector, unitVectors, type VectorsOf } from "./vectors-of.ts";

export interface DocumentClassEnricherOptions {
  /** A sentence that describes the documents of a class, by the name of the class; two at least. */
  readonly labels: Readonly<Record<string, string>>;
  readonly vectorsOf: VectorsOf;
  /** Id and revision of the model behind `vectorsOf`. */
  readonly vectorsId: string;
  /** Probability below which the class is `none`, 0..1. @default 0.5 */
  readonly threshold?: number;
  /** Cosine of the best class below which the class is `none`, whatever the others. @default 0.2 */
  readonly leastSimilarity?: number;
  /**
   * What cosines are divided by before they become probabilities: the smaller, the surer. The default fits all-MiniLM-L6-v2: of pages of a
   * staff handbook, the share that was right agreed with the probability. Fit it on documents whose class is known.
   *
   * @default 0.08
   */
  readonly temperature?: number;
}

/** UTF-16 units of the document that are compared, in passages of such length. */
const READ_LENGTH = 4_000;
const PASSAGE_LENGTH = 800;

/**
 * The class of a document among labels of the user, without training: cosines between the description of each label and the title and
 * first passages of the document, as probabilities (softmax). `enrich.class` is the label or `none`; `.score` its probability;
 * `.similarity` its cosine; `.labels` and `.scores` those of all labels, the best first; `.by` the stage. A document without text gets
 * nothing.
 *
 * @throws GroundworkError `INVALID_CONFIGURATION` for fewer than two labels, an empty description, or a temperature that is not
 * above 0.
 */
export function documentClassEnricher(options: DocumentClassEnricherOptions): Enricher {
  const { labels, vectorsOf, vectorsId, threshold = 0.5, leastSimilarity = 0.2, temperature = 0.08 } = options;
  const names = Object.keys(labels);
  if (names.length < 2 || Object.values(labels).some((description) => description.trim() === "") || !(temperature > 0))
    throw new GroundworkError(
      "INVALID_CONFIGURATION",
      "Expected two or more labels, each with a description, and a temperature above 0.",
    );
  const identity: StageIdentity = {
    name: "document-class",
    revision: "1",
    options: { labels, threshold, leastSimilarity, temperature },
    artifacts: [vectorsId],
  };
  let described: Promise<readonly Float64Array[]> | undefined;
  const labelVectors = (callOptions: CallOptions): Promise<readonly Float64Array[]> => {
    described ??= unitVectors(vectorsOf, Object.values(labels), callOptions).catch((error: unknown) => {
      // What failed or was aborted is tried again for the next document.
      described = undefined;
      throw error;
    });
    return described;
  };
  return {
    identity,
    async enrich({ elements, metadata }, { signal }: CallOptions = {}) {
      throwIfAborted(signal, { stage: "enrich" });
      const passages = passagesOf(elements, metadata);
      if (passages.length === 0) return {};
      const own = await unitVectors(vectorsOf, passages, { signal });
      const known = await labelVectors({ signal });
      throwIfAborted(signal, { stage: "enrich" });
      const center = unitVector(own.reduce((sum, vector) => sum.map((value, index) => value + vector[index]!)));
      const similarities = known.map((vector) => cosine(vector, center));
      const probabilities = softmax(similarities, temperature);
      const order = [...names.keys()].sort((a, b) => probabilities[b]! - probabilities[a]!);
      const best = order[0]!;
      const isTold = probabilities[best]! >= threshold && similarities[best]! >= leastSimilarity;
      return addAttributes(metadata.attributes, {
        "enrich.class": isTold ? names[best]! : "none",
        "enrich.class.score": Number(printScore(probabilities[best]!)),
        "enrich.class.similarity": Number(printScore(similarities[best]!)),
        "enrich.class.labels": order.map((label) => names[label]!),
        "enrich.class.scores": order.map((label) => printScore(probabilities[label]!)),
        "enrich.class.by": provenanceOf(identity),
      });
    },
  };
}

/** The title and the first passages. */
function passagesOf(elements: readonly DocumentElement[], { title }: DocumentMetadata): string[] {
  const passages = title === undefined || title.trim() === "" ? [] : [title.trim()];
  let held = "";
  for (const { text } of readableElements(elements, READ_LENGTH, true)) {
    held += `${held === "" ? "" : "\n"}${text}`;
    while (held.length >= PASSAGE_LENGTH) {
      passages.push(held.slice(0, PASSAGE_LENGTH));
      held = held.slice(PASSAGE_LENGTH);
    }
  }
  if (held.trim() !== "") passages.push(held.trim());
  return passages;
}

function softmax(values: readonly number[], temperature: number): number[] {
  const greatest = Math.max(...values);
  const powers = values.map((value) => Math.exp((value - greatest) / temperature));
  const sum = powers.reduce((total, power) => total + power, 0);
  return powers.map((power) => power / sum);
}
