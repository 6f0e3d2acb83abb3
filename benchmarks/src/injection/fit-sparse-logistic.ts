/** One row of features that are mostly 0. */
export interface SparseRow {
  readonly places: Uint8Array;
  readonly values: Float32Array;
}

export interface SparseModel {
  readonly intercept: number;
  readonly weights: Float64Array;
}

const MOST_STEPS = 40;

export function logitOf(model: SparseModel, row: SparseRow): number {
  let sum = model.intercept;
  for (let at = 0; at < row.places.length; at++) sum += model.weights[row.places[at]!]! * row.values[at]!;
  return sum;
}

export const sigmoid = (logit: number): number => 1 / (1 + Math.exp(-logit));

/** Solves a symmetric positive definite system in place by Cholesky decomposition. */
function solve(matrix: Float64Array, right: Float64Array): void {
  const size = right.length;
  for (let row = 0; row < size; row++) {
    for (let column = 0; column <= row; column++) {
      let sum = matrix[row * size + column]!;
      for (let at = 0; at < column; at++) sum -= matrix[row * size + at]! * matrix[column * size + at]!;
      matrix[row * size + column] =
        row === column ? Math.sqrt(Math.max(sum, 1e-12)) : sum / matrix[column * size + column]!;
    }
  }
  for (let row = 0; row < size; row++) {
    for (let at = 0; at < row; at++) right[row]! -= matrix[row * size + at]! * right[at]!;
    right[row]! /= matrix[row * size + row]!;
  }
  for (let row = size - 1; row >= 0; row--) {
    for (let at = row + 1; at < size; at++) right[row]! -= matrix[at * size + row]! * right[at]!;
    right[row]! /= matrix[row * size + row]!;
  }
}

/**
 * Weighted logistic regression with an L2 penalty (not on the intercept) by Newton's method.
 *
 * @param ridge Penalty of a weight's square, in the unit of the importances' sum.
 * @param start Where the search begins. The optimum is one and the same from everywhere.
 */
export function fitSparseLogistic(
  rows: readonly SparseRow[],
  labels: readonly number[],
  importances: readonly number[],
  width: number,
  ridge: number,
  start: SparseModel = { intercept: 0, weights: new Float64Array(width) },
): SparseModel {
  const size = width + 1;
  const total = importances.reduce((sum, value) => sum + value, 0);
  const loss = (model: SparseModel): number => {
    let sum = 0;
    for (const [index, row] of rows.entries()) {
      const logit = logitOf(model, row) * (labels[index] === 1 ? -1 : 1);
      sum += (importances[index]! / total) * (logit > 30 ? logit : Math.log1p(Math.exp(logit)));
    }
    return sum + 0.5 * ridge * model.weights.reduce((squares, weight) => squares + weight * weight, 0);
  };
  let { weights, intercept } = start;
  for (let step = 0; step < MOST_STEPS; step++) {
    const hessian = new Float64Array(size * size);
    const gradient = new Float64Array(size);
    const model = { intercept, weights };
    for (const [index, row] of rows.entries()) {
      const probability = sigmoid(logitOf(model, row));
      const importance = importances[index]! / total;
      const error = importance * (probability - labels[index]!);
      const curve = importance * probability * (1 - probability);
      const { places, values } = row;
      gradient[width]! += error;
      hessian[width * size + width]! += curve;
      for (let one = 0; one < places.length; one++) {
        const place = places[one]!;
        gradient[place]! += error * values[one]!;
        hessian[width * size + place]! += curve * values[one]!;
        for (let other = 0; other < places.length; other++)
          if (places[other]! <= place) hessian[place * size + places[other]!]! += curve * values[one]! * values[other]!;
      }
    }
    for (let place = 0; place < width; place++) {
      gradient[place]! += ridge * weights[place]!;
      hessian[place * size + place]! += ridge;
    }
    hessian[width * size + width]! += 1e-6;
    solve(hessian, gradient);
    const largest = gradient.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    let scale = Math.min(1, 4 / largest);
    const before = loss(model);
    let next: SparseModel;
    // Far from the optimum a full step may overshoot.
    do {
      const step = scale;
      next = {
        weights: weights.map((weight, place) => weight - step * gradient[place]!),
        intercept: intercept - step * gradient[width]!,
      };
      scale /= 2;
    } while (!(loss(next) <= before) && scale > 1e-4);
    if (!(loss(next) <= before)) break;
    ({ weights, intercept } = next);
    if (largest < 1e-4) break;
  }
  return { intercept, weights };
}
