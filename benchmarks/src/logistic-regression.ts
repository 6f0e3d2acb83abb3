export interface LogisticModel {
  readonly intercept: number;
  readonly weights: readonly number[];
}

const STEPS = 4_000;
const RATE = 0.5;
/** Keeps weights of features that say the same from growing against each other. */
const RIDGE = 1e-3;

export function probabilityOf({ intercept, weights }: LogisticModel, features: readonly number[]): number {
  const sum = weights.reduce((total, weight, index) => total + weight * features[index]!, intercept);
  return 1 / (1 + Math.exp(-sum));
}

/** Weighted logistic regression by gradient descent on standardised features; the weights returned are of the raw ones. */
export function fitLogistic(
  rows: readonly (readonly number[])[],
  labels: readonly number[],
  importances: readonly number[],
): LogisticModel {
  const width = rows[0]?.length ?? 0;
  const total = importances.reduce((sum, value) => sum + value, 0);
  const mean = Array.from(
    { length: width },
    (_, column) => rows.reduce((sum, row, index) => sum + importances[index]! * row[column]!, 0) / total,
  );
  const deviation = mean.map((center, column) =>
    Math.sqrt(
      rows.reduce((sum, row, index) => sum + importances[index]! * (row[column]! - center) ** 2, 0) / total + 1e-12,
    ),
  );
  const standard = rows.map((row) => row.map((value, column) => (value - mean[column]!) / deviation[column]!));
  const weights = new Array<number>(width).fill(0);
  let intercept = 0;
  for (let step = 0; step < STEPS; step++) {
    const gradient = weights.map((weight) => RIDGE * weight);
    let shift = 0;
    for (const [index, row] of standard.entries()) {
      const error = (importances[index]! / total) * (probabilityOf({ intercept, weights }, row) - labels[index]!);
      shift += error;
      for (let column = 0; column < width; column++) gradient[column]! += error * row[column]!;
    }
    intercept -= RATE * shift;
    for (let column = 0; column < width; column++) weights[column]! -= RATE * gradient[column]!;
  }
  const raw = weights.map((weight, column) => weight / deviation[column]!);
  return { intercept: intercept - raw.reduce((sum, weight, column) => sum + weight * mean[column]!, 0), weights: raw };
}
