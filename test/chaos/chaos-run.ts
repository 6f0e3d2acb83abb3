import { fork } from "node:child_process";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { ingest } from "@groundwork/pipeline";
import { folder } from "@groundwork/source-files";
import { Corpus } from "./corpus.ts";
import { type ChaosBase, openChaos } from "./knowledge-base.ts";
import { seededRandom } from "./random.ts";
import { findViolations, readState, type State } from "./state.ts";

const INGEST = fileURLToPath(new URL("./ingest-process.ts", import.meta.url));

export const FAULT_POINTS = [
  "document-processed",
  "embedded",
  "publication-begun",
  "rows-written",
  "rows-verified",
  "rows-retired",
  "committed",
  "purged",
] as const;

export interface ChaosOptions {
  readonly folder: string;
  readonly kills: number;
  readonly seed: number;
  readonly plant?: "publish-before-write";
  /** Stop at the first thing found. @default false */
  readonly stopEarly?: boolean;
}

export interface ChaosResult {
  /** Processes that were really killed in the middle, by fault point or `random`. */
  readonly kills: Readonly<Record<string, number>>;
  readonly cycles: number;
  /** Times that a reader looked. */
  readonly looks: number;
  readonly violations: readonly string[];
  /** Cycles whose state differed from the undisturbed one. */
  readonly differences: readonly string[];
}

/** Runs one ingestion; true when it was killed before its end. */
async function runOnce(
  { folder: at, plant }: ChaosOptions,
  root: string,
  how: { readonly point?: string; readonly afterMs?: number },
): Promise<{ killed: boolean; tookMs: number }> {
  const child = fork(INGEST, [`${at}/disturbed`, root], {
    execArgv: ["--conditions=@groundwork/source"],
    env: {
      ...process.env,
      CHAOS_POINT: how.point ?? "",
      CHAOS_PLANT: plant ?? "",
      NODE_COMPILE_CACHE: `${at}/compiled`,
    },
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  const ended = new Promise<boolean>((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code, signal) => {
      if (signal === "SIGKILL") resolve(true);
      else if (code === 0) resolve(false);
      else reject(new Error(`the ingestion ended with exit code ${code} (${signal})`));
    });
  });
  let opened = performance.now();
  child.once("message", () => {
    opened = performance.now();
    if (how.afterMs !== undefined) setTimeout(() => child.kill("SIGKILL"), how.afterMs);
  });
  const killed = await ended;
  return { killed, tookMs: performance.now() - opened };
}

function firstDifference(a: State, b: State): string | undefined {
  for (const part of ["rows", "documents"] as const) {
    if (a[part].length !== b[part].length) return `${part}: ${a[part].length} and ${b[part].length}`;
    const at = a[part].findIndex((entry, index) => JSON.stringify(entry) !== JSON.stringify(b[part][index]));
    if (at >= 0) return `${part}: ${JSON.stringify(a[part][at])} and ${JSON.stringify(b[part][at])}`;
  }
  return undefined;
}

/**
 * Ingests a folder that changes, again and again, killing the process at named places and at random moments; after each change
 * the state must be that of a knowledge base that nobody disturbed, and a reader that looks all the while must see each document
 * in exactly one version.
 */
export async function chaosRun(options: ChaosOptions): Promise<ChaosResult> {
  const random = seededRandom(options.seed);
  const corpus = new Corpus(`${options.folder}/corpus`, random);
  await corpus.create(40);
  const reader: ChaosBase = await openChaos(`${options.folder}/disturbed`);
  const calm: ChaosBase = await openChaos(`${options.folder}/calm`);
  const kills: Record<string, number> = {};
  const violations: string[] = [];
  const differences: string[] = [];
  let looks = 0;
  let cycles = 0;
  let tries = 0;
  let deaths = 0;
  let throughout: readonly string[] = [];
  let looking = true;
  const watch = async (): Promise<void> => {
    while (looking) {
      violations.push(...(await findViolations(reader, throughout)));
      looks++;
      await delay(15);
    }
  };
  await runOnce(options, corpus.root, {});
  await ingest([folder(corpus.root)], calm.parts);
  const watching = watch();
  // Told when it is awaited; until then the run goes on.
  watching.catch(() => {});
  let usualMs = 500;
  try {
    while (deaths < options.kills && !(options.stopEarly === true && violations.length + differences.length > 0)) {
      cycles++;
      throughout = [];
      const stays = await corpus.change();
      throughout = stays;
      // Several deaths in a row: also what recovers may die.
      for (let death = 0; death < 3 && deaths < options.kills; death++) {
        tries++;
        const named = tries % 2 === 0;
        const point = FAULT_POINTS[(tries >> 1) % FAULT_POINTS.length]!;
        const how = named
          ? { point: `${point}:${1 + Math.floor(random() * 3)}` }
          : { afterMs: Math.floor(random() * usualMs) };
        const { killed, tookMs } = await runOnce(options, corpus.root, how);
        if (killed) {
          deaths++;
          kills[named ? point : "random"] = (kills[named ? point : "random"] ?? 0) + 1;
        } else {
          usualMs = (usualMs + tookMs) / 2;
          break;
        }
      }
      await runOnce(options, corpus.root, {});
      await ingest([folder(corpus.root)], calm.parts, { allowMassDelete: true });
      const difference = firstDifference(await readState(reader), await readState(calm));
      if (difference !== undefined) differences.push(`cycle ${cycles}: ${difference.slice(0, 2000)}`);
    }
  } finally {
    looking = false;
    await watching;
    await reader.close();
    await calm.close();
  }
  return { kills, cycles, looks, violations: [...new Set(violations)], differences };
}
