/** nDCG@10, recall@100 and reciprocal rank@10 of one question. */
export interface QueryMetrics {
  readonly ndcg10: number;
  readonly recall100: number;
  readonly mrr10: number;
}

const discounted = (grades: readonly number[]): number =>
  grades.reduce((sum, grade, place) => sum + grade / Math.log2(place + 2), 0);

/** Measures a list of passage ids, best first; `undefined` for a question without a relevant passage. */
export function measureRanking(ids: readonly string[], grades: ReadonlyMap<string, number>): QueryMetrics | undefined {
  const relevant = [...grades].filter(([, grade]) => grade > 0);
  if (relevant.length === 0) return undefined;
  const ideal = relevant
    .map(([, grade]) => grade)
    .sort((a, b) => b - a)
    .slice(0, 10);
  const gradeOf = (id: string): number => Math.max(grades.get(id) ?? 0, 0);
  const top = ids.slice(0, 10);
  const first = top.findIndex((id) => gradeOf(id) > 0);
  const found = new Set(ids.slice(0, 100));
  return {
    ndcg10: discounted(top.map(gradeOf)) / discounted(ideal),
    recall100: relevant.filter(([id]) => found.has(id)).length / relevant.length,
    mrr10: first < 0 ? 0 : 1 / (first + 1),
  };
}

export function meanOf(metrics: readonly QueryMetrics[], name: keyof QueryMetrics): number {
  return metrics.reduce((sum, each) => sum + each[name], 0) / Math.max(metrics.length, 1);
}

export interface Interval {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

/** Mean of paired differences with its 95 % interval by bootstrap over the questions; the same each time. */
export function bootstrapInterval(differences: readonly number[], resamples = 2_000): Interval {
  // Numerical Recipes' congruential generator: reproducible, and good enough to draw questions.
  let state = 20_240_229;
  const draw = (below: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  const count = differences.length;
  const means = Array.from({ length: resamples }, () => {
    let sum = 0;
    for (let index = 0; index < count; index++) sum += differences[draw(count)]!;
    return sum / count;
  }).sort((a, b) => a - b);
  return {
    mean: differences.reduce((sum, value) => sum + value, 0) / count,
    low: means[Math.floor(resamples * 0.025)]!,
    high: means[Math.ceil(resamples * 0.975) - 1]!,
  };
}
