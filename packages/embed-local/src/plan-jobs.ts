/**
 * Most tokens of one run, padding included. Short texts gain from company (12 tokens: half the time, 60 tokens: a tenth), but past
 * about this many a run is slower for each token, since what lies between the layers leaves the cache of a core.
 */
const TOKENS_PER_RUN = 256;
const TEXTS_PER_RUN = 32;
/** A text joins a run only when padding it to the longest wastes at most this share (or {@link SMALL_PADDING} tokens). */
const MAX_PADDING = 0.05;
const SMALL_PADDING = 4;

/**
 * Groups texts by length into runs. `lengths` counts tokens, special ones included. Returns indexes, longest texts first, so
 * that the short runs at the end fill the threads evenly.
 */
export function planJobs(lengths: readonly number[], threads: number): number[][] {
  const order = lengths.map((_, index) => index).sort((a, b) => lengths[b]! - lengths[a]! || a - b);
  const total = lengths.reduce((sum, length) => sum + length, 0);
  // Few texts are spread over the threads rather than packed into one run.
  const budget = Math.min(TOKENS_PER_RUN, Math.ceil(total / threads));
  const jobs: number[][] = [];
  let job: number[] = [];
  let longest = 0;
  for (const index of order) {
    const length = lengths[index]!;
    const padding = longest - length;
    const fits =
      job.length > 0 &&
      job.length < TEXTS_PER_RUN &&
      longest * (job.length + 1) <= budget &&
      (padding <= SMALL_PADDING || padding <= longest * MAX_PADDING);
    if (!fits) {
      job = [];
      jobs.push(job);
      longest = length;
    }
    job.push(index);
  }
  return jobs;
}
