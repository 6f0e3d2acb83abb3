import { spawn } from "node:child_process";
import { text as textOf } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import type { LabelledSpan } from "./pii-score.ts";

export interface PresidioRun {
  /** Offsets in UTF-16 units. */
  readonly found: readonly (readonly LabelledSpan[])[];
  readonly cpuSeconds: number;
  readonly patternCpuSeconds: number;
}

interface Answer {
  readonly findings: readonly (readonly (readonly [start: number, end: number, type: string])[])[];
  readonly cpuSeconds: number;
  readonly patternCpuSeconds: number;
}

const script = fileURLToPath(new URL("presidio.py", import.meta.url));

/** UTF-16 offset of each code point. */
export function unitOffsets(text: string): number[] {
  const offsets = [0];
  for (const character of text) offsets.push(offsets[offsets.length - 1]! + character.length);
  return offsets;
}

/** Runs `presidio.py` with a Python that has Presidio and its spaCy model. Throws when it does not end well. */
export async function runPresidio(python: string, texts: readonly string[]): Promise<PresidioRun> {
  const child = spawn(python, [script], {
    stdio: ["pipe", "pipe", "inherit"],
    env: { ...process.env, OMP_NUM_THREADS: "1", TOKENIZERS_PARALLELISM: "false" },
  });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  child.stdin.end(JSON.stringify({ texts }));
  const [answer, code] = await Promise.all([textOf(child.stdout), ended]);
  if (code !== 0) throw new Error(`Presidio ended with ${code}.`);
  const { findings, cpuSeconds, patternCpuSeconds } = JSON.parse(answer) as Answer;
  const found = findings.map((list, index) => {
    const offsets = unitOffsets(texts[index]!);
    return list.map(([start, end, label]) => ({ start: offsets[start]!, end: offsets[end]!, label }));
  });
  return { found, cpuSeconds, patternCpuSeconds };
}
