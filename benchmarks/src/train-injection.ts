import { writeFile } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { INJECTION_FEATURES } from "@groundwork/content-safety";
import { benchArguments } from "./bench-arguments.ts";
import { isOrdinary, thresholdFor } from "./injection/false-alarms.ts";
import { fitSparseLogistic, sigmoid } from "./injection/fit-sparse-logistic.ts";
import { fitWithout, trainingData } from "./injection/injection-training.ts";
import { attackScores, crossValidatedLogits, highest } from "./injection/judge-elements.ts";
import { loadInjectionData } from "./injection/load-injection-data.ts";

/**
 * `pnpm train:injection`: fits the weights of `@groundwork/content-safety` on the labelled sets and writes
 * `packages/content-safety/src/injection-weights.ts`. Calibration and threshold come from cross-validated scores.
 */

/** Rate of false alarms by element on the worst policy set: less than the one in a hundred that is allowed, for it differs from corpus to corpus. */
const ALLOWED_RATE = 0.007;
/** Attacks among elements, for which the score is calibrated. */
const ATTACK_RATE = 0.01;

const root = resolve(import.meta.dirname, "..");
const shared = resolve(root, process.env.GROUNDWORK_SHARED ?? "../../shared", "data");
const { data: given } = benchArguments();
const folders =
  given.length > 0 ? given : ["injection", "policy-docs", "retrieval", "docs"].map((name) => join(shared, name));

const { attacks, ordinary } = await loadInjectionData(folders);
const data = trainingData(attacks, ordinary);
const { documents: judged } = crossValidatedLogits(data);
const model = fitWithout(data, undefined);

/** Platt scaling: logistic regression of what an element is on its cross-validated logit. */
const negative = judged.filter(isOrdinary).flatMap(({ scores }) => scores.filter(Number.isFinite));
const positive = judged.filter((each) => !isOrdinary(each)).map((each) => highest(attackScores(each)));
const weight = (ATTACK_RATE / (1 - ATTACK_RATE)) * (negative.length / positive.length);
const platt = fitSparseLogistic(
  [...negative, ...positive].map((logit) => ({ places: Uint8Array.of(0), values: Float32Array.of(logit) })),
  [...negative.map(() => 0), ...positive.map(() => 1)],
  [...negative.map(() => 1), ...positive.map(() => weight)],
  1,
  1e-9,
);
const slope = platt.weights[0]!;
const threshold = sigmoid(slope * thresholdFor(judged, ALLOWED_RATE) + platt.intercept);

/** Mean difference between score and share of attacks over ten bins of the score, where one element in a hundred is an attack. */
function calibrationError(): number {
  const bins = Array.from({ length: 10 }, () => ({ score: 0, attacks: 0, all: 0 }));
  const add = (logit: number, isAttack: boolean, importance: number): void => {
    const score = sigmoid(slope * logit + platt.intercept);
    const bin = bins[Math.min(9, Math.floor(score * 10))]!;
    bin.score += importance * score;
    bin.all += importance;
    if (isAttack) bin.attacks += importance;
  };
  for (const logit of negative) add(logit, false, 1);
  for (const logit of positive) add(logit, true, weight);
  const all = bins.reduce((sum, bin) => sum + bin.all, 0);
  return bins.reduce((sum, { score, attacks }) => sum + Math.abs(score - attacks), 0) / all;
}

const number = (value: number): string => String(Math.round(value * 1e4) / 1e4);
const key = (name: string): string => (/^[A-Za-z]\w*$/.test(name) ? name : `"${name}"`);
const lines = INJECTION_FEATURES.map((name, place) => `  ${key(name)}: ${number(model.weights[place]!)},`);
const sets = [...new Set([...attacks, ...ordinary].map(({ set }) => set))].sort().join(", ");
await writeFile(
  join(root, "../packages/content-safety/src/injection-weights.ts"),
  `// biome-ignore-all lint/suspicious/noApproximativeNumericConstant: fitted weights, some of which look like constants.
import type { InjectionFeature } from "./injection-features.ts";

/**
 * Written by \`pnpm train:injection\` (benchmarks/src/${basename(import.meta.filename)}); do not edit.
 *
 * Logistic regression over ${INJECTION_FEATURES.length} features of ${data.judged.reduce((sum, { rows }) => sum + rows.length, 0)} segments of ${attacks.length + ordinary.length} documents, and of the sentences in
 * benchmarks/src/injection/written-attacks.ts and written-ordinary.ts. Sets:
 * ${sets.replace(/(.{90,118}?), /g, "$1,\n * ")}.
 */
export const INJECTION_INTERCEPT: number = ${number(model.intercept)};

/**
 * From a logit to a probability (where one element in a hundred is an attack), fitted on cross-validated logits, and the
 * probability from which an element is told: at most ${number(ALLOWED_RATE * 100)} % of the elements of every policy set reach it, out of the folds trained on.
 */
export const INJECTION_CALIBRATION: { readonly slope: number; readonly offset: number; readonly threshold: number } = {
  slope: ${number(slope)},
  offset: ${number(platt.intercept)},
  threshold: ${number(threshold)},
};

/** Weights of the features, which are 0..1. */
export const INJECTION_WEIGHTS: Readonly<Record<InjectionFeature, number>> = {
${lines.join("\n")}
};
`,
);
console.log(
  `${negative.length} ordinary elements, ${positive.length} attacks; slope ${number(slope)}, threshold ${number(threshold)}, calibration error ${number(calibrationError())}`,
);
