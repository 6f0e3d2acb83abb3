import { scorePromptInjection } from "@groundwork/content-safety";
import { logitOf, type SparseModel } from "./fit-sparse-logistic.ts";
import type { InjectionDocument } from "./injection-document.ts";
import { FOLDS, fitWithout, type TrainingData } from "./injection-training.ts";
import type { SegmentRow } from "./segment-rows.ts";

/** A document with the score of each of its elements. */
export interface ScoredDocument {
  readonly document: InjectionDocument;
  readonly scores: readonly number[];
}

function elementLogits(document: InjectionDocument, rows: readonly SegmentRow[], model: SparseModel): number[] {
  const best = document.elements.map(() => Number.NEGATIVE_INFINITY);
  for (const row of rows) best[row.element] = Math.max(best[row.element]!, logitOf(model, row));
  return best;
}

export interface CrossValidated {
  readonly documents: readonly ScoredDocument[];
  /** Attack sentences that were written for training, by themselves and put into ordinary documents. */
  readonly sentences: readonly { readonly kind: string; readonly score: number }[];
}

/** Logits of every document's elements, and of the sentences, by the model that was fitted without their kind and their document. */
export function crossValidatedLogits(data: TrainingData): CrossValidated {
  const documents: ScoredDocument[] = [];
  const sentences: { kind: string; score: number }[] = [];
  for (let fold = 0; fold < FOLDS; fold++) {
    const model = fitWithout(data, fold);
    for (const { document, rows, fold: own } of data.judged)
      if (own === fold) documents.push({ document, scores: elementLogits(document, rows, model) });
    for (const { row, kind, folds } of data.inserted)
      if (folds[0] === fold) sentences.push({ kind, score: logitOf(model, row) });
  }
  return { documents, sentences };
}

/** Scores by the weights that the package ships. */
export function shippedScores(documents: readonly InjectionDocument[]): ScoredDocument[] {
  return documents.map((document) => ({
    document,
    scores: scorePromptInjection(document.elements).elements.map(({ score }) => score),
  }));
}

/** Scores of the elements that hold the attack, or of all where its place is not told. */
export function attackScores({ document, scores }: ScoredDocument): number[] {
  return document.span === undefined ? [...scores] : [scores[document.span.element]!];
}

export const highest = (scores: readonly number[]): number =>
  scores.reduce((most, score) => Math.max(most, score), Number.NEGATIVE_INFINITY);
