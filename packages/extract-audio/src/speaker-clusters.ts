/**
 * Voices whose mean vectors are closer than this (cosine) are one speaker's. The means of little speech scatter, so it must
 * differ more to count. Set on a few dozen seconds of talk: real halves of one voice lie at .90 to .96, two voices at .64 to .88.
 */
const SAME_SPEAKER = 0.89;
const SAME_SPEAKER_SHORT = 0.76;
/** Two speakers lie further apart than this share of the scatter of each one's own vectors. */
const APART = 0.85;
/** Stretches (every .2 s) from which a voice is well known, and the least of them, also as a share of all. */
const WELL_KNOWN = 24;
const LEAST_STRETCHES = 10;
const LEAST_SHARE = 0.03;
const ROUNDS = 30;

/** Speaker number, from 0, of each vector (all of length 1). Bisects the set while the halves are clearly different voices. */
export function clusterSpeakers(vectors: readonly Float32Array[], most: number): number[] {
  let groups: number[][] = [vectors.map((_, index) => index)];
  const closed = new Set<number[]>();
  while (groups.length < most) {
    const candidate = groups.filter((group) => !closed.has(group)).sort((a, b) => b.length - a.length)[0];
    if (candidate === undefined) break;
    const halves = bisect(vectors, candidate, vectors.length);
    if (halves === undefined) closed.add(candidate);
    else groups = groups.flatMap((group) => (group === candidate ? halves : [group]));
  }
  let centres = groups.map((group) => meanOf(vectors, group));
  let labels: number[] = [];
  for (let round = 0; round < 3 && centres.length > 1; round++) {
    labels = vectors.map((vector) => nearest(centres, vector));
    centres = centres.map((centre, label) => {
      const members = labels.flatMap((one, index) => (one === label ? [index] : []));
      return members.length === 0 ? centre : meanOf(vectors, members);
    });
  }
  return centres.length > 1 ? labels : vectors.map(() => 0);
}

function bisect(
  vectors: readonly Float32Array[],
  group: readonly number[],
  total: number,
): [number[], number[]] | undefined {
  const least = Math.max(LEAST_STRETCHES, LEAST_SHARE * total);
  if (group.length < 2 * least) return undefined;
  // Start from the direction in which the group varies most.
  const mean = meanOf(vectors, group, false);
  let direction = Float32Array.from(mean, (_, index) => vectors[group[0]!]![index]! - mean[index]!);
  for (let round = 0; round < ROUNDS; round++) {
    const next = new Float32Array(mean.length);
    for (const index of group) {
      const vector = vectors[index]!;
      let projection = 0;
      for (let at = 0; at < mean.length; at++) projection += (vector[at]! - mean[at]!) * direction[at]!;
      for (let at = 0; at < mean.length; at++) next[at]! += projection * (vector[at]! - mean[at]!);
    }
    direction = normalized(next);
  }
  const sideOf = (index: number): boolean => dot(vectors[index]!, direction) > dot(mean, direction);
  let first = group.filter(sideOf);
  let second = group.filter((index) => !sideOf(index));
  for (let round = 0; round < ROUNDS && first.length > 0 && second.length > 0; round++) {
    const centres = [meanOf(vectors, first), meanOf(vectors, second)];
    const moved = group.filter((index) => nearest(centres, vectors[index]!) === 0);
    if (moved.length === first.length && moved.every((index, at) => index === first[at])) break;
    const kept = new Set(moved);
    first = moved;
    second = group.filter((index) => !kept.has(index));
  }
  if (first.length < least || second.length < least) return undefined;
  const [a, b] = [meanOf(vectors, first), meanOf(vectors, second)];
  const likeness = dot(a, b);
  const within = (members: readonly number[], centre: Float32Array): number =>
    members.reduce((sum, index) => sum + dot(vectors[index]!, centre), 0);
  const scatter = 1 - (within(first, a) + within(second, b)) / group.length;
  const most = Math.min(first.length, second.length) < WELL_KNOWN ? SAME_SPEAKER_SHORT : SAME_SPEAKER;
  return likeness < most && 1 - likeness > APART * scatter ? [first, second] : undefined;
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let index = 0; index < a.length; index++) sum += a[index]! * b[index]!;
  return sum;
}

function normalized(vector: Float32Array): Float32Array<ArrayBuffer> {
  const length = Math.sqrt(dot(vector, vector)) || 1;
  return Float32Array.from(vector, (value) => value / length);
}

function meanOf(vectors: readonly Float32Array[], group: readonly number[], unit = true): Float32Array<ArrayBuffer> {
  const sum = new Float32Array(vectors[group[0]!]!.length);
  for (const index of group) for (let at = 0; at < sum.length; at++) sum[at]! += vectors[index]![at]! / group.length;
  return unit ? normalized(sum) : sum;
}

function nearest(centres: readonly Float32Array[], vector: Float32Array): number {
  let best = 0;
  centres.forEach((centre, index) => {
    if (dot(centre, vector) > dot(centres[best]!, vector)) best = index;
  });
  return best;
}
