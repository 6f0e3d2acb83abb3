/** What `answer` judges by whether the corpus answers a question. */
export interface AnswerEvidence {
  /** Best cosine of a passage. */
  readonly passageCosine: number;
  /** Best cosine of a statement. */
  readonly statementCosine: number;
  /** Share of the question's words, weighted by rarity, that the best passage for it has; 0 to 1. */
  readonly passageCoverage: number;
  /** Fused score of the best candidate above the mean of the tenth to the fortieth. */
  readonly margin: number;
}

/** A logistic model over the evidence. It belongs to an embedder. */
export interface AnswerCalibration {
  readonly name: string;
  readonly intercept: number;
  readonly weights: Readonly<Record<keyof AnswerEvidence, number>>;
  /** Least confidence of an answer. @default 0.5 */
  readonly threshold?: number;
}

const THRESHOLD = 0.5;

/** Fitted by `calibrate:answers` of the benchmarks; the README tells how, and both error rates. */
export const MINILM_CALIBRATION: AnswerCalibration = {
  name: "minilm",
  intercept: -6.42,
  weights: { passageCosine: 4.04, statementCosine: 3.62, passageCoverage: 1.57, margin: 3.84 },
  threshold: 0.45,
};

/** For embedders whose cosines nobody has measured: words alone decide, which is crude. Calibrate, and pass the result. */
export const LEXICAL_CALIBRATION: AnswerCalibration = {
  name: "words",
  intercept: -1.05,
  weights: { passageCosine: 0, statementCosine: 0, passageCoverage: 2.25, margin: 0 },
};

/** The calibration for an embedder, by its model id. */
export function calibrationFor(modelId: string): AnswerCalibration {
  return modelId.startsWith("all-MiniLM-L6-v2") ? MINILM_CALIBRATION : LEXICAL_CALIBRATION;
}

/** 0 to 1. */
export function confidenceOf(evidence: AnswerEvidence, { intercept, weights }: AnswerCalibration): number {
  let sum = intercept;
  for (const [name, weight] of Object.entries(weights) as [keyof AnswerEvidence, number][])
    sum += weight * evidence[name];
  return 1 / (1 + Math.exp(-sum));
}

export function thresholdOf({ threshold = THRESHOLD }: AnswerCalibration): number {
  return threshold;
}
