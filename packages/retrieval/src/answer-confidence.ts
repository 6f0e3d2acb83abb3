/** What `answer` judges by whether the corpus answers a question. All but the cosines are 0 to 1. */
export interface AnswerEvidence {
  /** Best cosine of a passage. */
  readonly passageCosine: number;
  /** Best cosine of a statement. */
  readonly statementCosine: number;
  /** Share of the question's words, weighted by rarity, that one of the best passages has at most. */
  readonly passageCoverage: number;
  /** The same of one statement with its heading. */
  readonly statementCoverage: number;
  /** The same of the best passages together. */
  readonly jointCoverage: number;
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

/** Fitted by `pnpm calibrate:answers` of the benchmarks; the README tells how and what it misses. */
export const MINILM_CALIBRATION: AnswerCalibration = {
  name: "minilm",
  intercept: -6,
  weights: {
    passageCosine: 4,
    statementCosine: 4,
    passageCoverage: 2,
    statementCoverage: 0,
    jointCoverage: 2,
    margin: 0,
  },
};

/** For embedders whose cosines nobody has measured: words alone decide. */
export const LEXICAL_CALIBRATION: AnswerCalibration = {
  name: "words",
  intercept: -6,
  weights: {
    passageCosine: 0,
    statementCosine: 0,
    passageCoverage: 6,
    statementCoverage: 0,
    jointCoverage: 3,
    margin: 0,
  },
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
