import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { chaosRun, FAULT_POINTS } from "./chaos-run.ts";

const KILLS = Number(process.env.CHAOS_KILLS ?? 40);
const SEED = Number(process.env.CHAOS_SEED ?? Math.floor(Math.random() * 2 ** 31));

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "groundwork-chaos-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const sum = (kills: Readonly<Record<string, number>>): number => Object.values(kills).reduce((a, b) => a + b, 0);

test(`${KILLS} kills change nothing, and no reader sees both or neither (seed ${SEED})`, async () => {
  const result = await chaosRun({ folder, kills: KILLS, seed: SEED });
  console.log(JSON.stringify({ ...result, seed: SEED }));
  expect(result.violations).toEqual([]);
  expect(result.differences).toEqual([]);
  expect(result.looks).toBeGreaterThan(result.cycles);
  expect(sum(result.kills)).toBe(KILLS);
  if (KILLS >= 40) expect(Object.keys(result.kills).sort()).toEqual([...FAULT_POINTS, "random"].sort());
});

test("a publication before its rows are written is caught", async () => {
  const result = await chaosRun({ folder, kills: 20, seed: SEED, plant: "publish-before-write", stopEarly: true });
  expect(result.violations.length + result.differences.length).toBeGreaterThan(0);
});
