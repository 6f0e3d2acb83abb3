import { seededRandom } from "@groundwork/testing/seeded-random";
import { expect, test } from "vitest";
import { planJobs } from "../src/plan-jobs.ts";

test("every text is in one job, runs are bounded and padding is small", () => {
  const random = seededRandom(3);
  for (let round = 0; round < 50; round++) {
    const lengths = Array.from({ length: random.integer(0, 300) }, () => random.integer(2, 256));
    const jobs = planJobs(lengths, random.integer(1, 4));
    expect(jobs.flat().sort((a, b) => a - b)).toEqual(lengths.map((_, index) => index));
    for (const job of jobs) {
      const longest = Math.max(...job.map((index) => lengths[index]!));
      expect(job.length).toBeLessThanOrEqual(32);
      expect(job.length === 1 || longest * job.length <= 256).toBe(true);
      for (const index of job) expect(longest - lengths[index]!).toBeLessThanOrEqual(Math.max(4, longest * 0.05));
    }
  }
});

test("few texts are spread over the threads", () => {
  expect(planJobs([64, 64, 64, 64], 4)).toHaveLength(4);
  expect(planJobs([64, 64, 64, 64], 1)).toHaveLength(1);
});
