import { readFileSync, writeSync } from "node:fs";
import type { IngestPeer } from "./ingest-peer.ts";
import { listFiles } from "./list-files.ts";
import { AMENDMENT } from "./text-corpus.ts";

/**
 * `measure-peer.ts MODULE ingest|verify CORPUS STATE`: one scenario of one peer in a process of its own, figures as a line of JSON
 * on standard output. CPU seconds are those of all threads and of finished child processes.
 */
const [module, action, corpus, state] = process.argv.slice(2) as [string, string, string, string];

/** Clock ticks of child processes that have ended; Linux alone tells. */
function childSeconds(): number {
  try {
    const fields = readFileSync("/proc/self/stat", "utf8").split(") ").at(-1)!.split(" ");
    return (Number(fields[13]) + Number(fields[14])) / 100;
  } catch {
    return 0;
  }
}

function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6 + childSeconds();
}

const { peer } = (await import(module)) as { peer: IngestPeer };
if (action === "ingest") {
  const before = { cpu: cpuSeconds(), at: performance.now() };
  await peer.ingest(corpus, state);
  const work = { cpuSeconds: cpuSeconds() - before.cpu, wallSeconds: (performance.now() - before.at) / 1e3 };
  process.on("exit", () => {
    const totalCpuSeconds = cpuSeconds();
    const peakMegabytes = process.resourceUsage().maxRSS / 1024;
    const figures = { ...work, totalCpuSeconds, totalWallSeconds: performance.now() / 1e3, peakMegabytes };
    writeSync(1, `${JSON.stringify(figures)}\n`);
  });
} else {
  const files = new Map(listFiles(corpus).map(({ key, path }) => [key, path]));
  const found = new Map<string, { rows: number; characters: number; amended: boolean }>();
  for await (const { key, text } of peer.rows(state)) {
    const entry = found.get(key) ?? { rows: 0, characters: 0, amended: false };
    entry.rows++;
    entry.characters += text.length;
    entry.amended ||= text.includes(AMENDMENT);
    found.set(key, entry);
  }
  let [rows, missing, wrong] = [0, 0, 0];
  for (const [key, path] of files) {
    const entry = found.get(key);
    if (entry === undefined) {
      missing++;
      continue;
    }
    const text = readFileSync(path, "utf8");
    rows += entry.rows;
    // Old rows beside the new ones make a document longer than it is; markup, blanks and repeats may make it shorter.
    if (entry.amended !== text.includes(AMENDMENT) || entry.characters > text.length * 1.2 + 200) wrong++;
  }
  const stale = [...found.keys()].filter((key) => !files.has(key)).length;
  writeSync(1, `${JSON.stringify({ rows, missing, wrong, stale })}\n`);
}
