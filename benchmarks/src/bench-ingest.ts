import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { parseArgs, promisify } from "node:util";
import { type BenchSet, textTable, writeReport } from "./bench-report.ts";
import { PEERS } from "./ingest/ingest-peer.ts";
import { prepareChangedCorpus, prepareCorpus } from "./ingest/text-corpus.ts";
import { median } from "./median.ts";

/**
 * `pnpm bench:ingest`: the same documents, stand-in for an embedder and vector store under a hand-written loop, other libraries
 * and ours. Each peer and scenario is a process of its own; peers take turns, and figures are medians over `--runs` rounds.
 * `--peers a,b` chooses; the other libraries are there after `pnpm --dir benchmarks/peers install --ignore-workspace`.
 */
const { values, positionals } = parseArgs({
  args: process.argv.slice(2).filter((argument) => argument !== "--"),
  allowPositionals: true,
  options: {
    data: { type: "string", multiple: true },
    json: { type: "string" },
    runs: { type: "string", default: "5" },
    documents: { type: "string", default: "2000" },
    peers: { type: "string" },
    scenarios: { type: "string" },
    /** Run our sources rather than what `pnpm build` made of them: what a user installs is the latter. */
    source: { type: "boolean", default: false },
  },
});
const from = process.env.INIT_CWD ?? process.cwd();
const root = resolve(import.meta.dirname, "..");
const bench = resolve(root, "../.bench/ingest");
const given = [...(values.data ?? []), ...positionals].map((folder) => resolve(from, folder));
const shared = resolve(root, process.env.GROUNDWORK_SHARED ?? "../../shared", "data");
const folders = given.length > 0 ? given : ["policy-docs", "retrieval", "docs"].map((name) => join(shared, name));
const rounds = Number(values.runs);

const SCENARIOS = ["first", "unchanged", "changed"] as const;
type Scenario = (typeof SCENARIOS)[number];
const scenarios = SCENARIOS.filter(
  (name) => values.scenarios === undefined || values.scenarios.split(",").includes(name),
);

interface Measured {
  readonly cpuSeconds: number;
  readonly wallSeconds: number;
  readonly totalCpuSeconds: number;
  readonly totalWallSeconds: number;
  readonly peakMegabytes: number;
}
interface Verified {
  readonly rows: number;
  readonly missing: number;
  readonly wrong: number;
  readonly stale: number;
}

const execute = promisify(execFile);

async function child<T>(peer: string, action: string, corpus: string, state: string): Promise<T> {
  const script = join(root, "src/ingest/measure-peer.ts");
  const conditions = values.source ? ["--conditions=@groundwork/source"] : [];
  const { stdout } = await execute(
    process.execPath,
    [...conditions, "--no-warnings", script, PEERS[peer]!.module, action, corpus, state],
    { maxBuffer: 64 * 1024 * 1024, env: { ...process.env, LANCEDB_LOG: "error" } },
  );
  return JSON.parse(stdout.trim().split("\n").at(-1)!) as T;
}

const installed = (name: string): boolean => {
  const needed = PEERS[name]!.installed;
  return needed === undefined || existsSync(join(root, "peers/node_modules", needed));
};
const wanted = values.peers?.split(",") ?? Object.keys(PEERS);
const unknown = wanted.filter((name) => PEERS[name] === undefined);
if (unknown.length > 0)
  throw new Error(`Expected peers of ${Object.keys(PEERS).join(", ")}; found ${unknown.join(", ")}.`);
const absent = wanted.filter((name) => !installed(name));
if (absent.length > 0)
  console.log(`Left out: ${absent.join(", ")}. Install with: pnpm --dir benchmarks/peers install --ignore-workspace\n`);
const peers = wanted.filter(installed);

await mkdir(bench, { recursive: true });
const corpus = await prepareCorpus(folders, Number(values.documents), join(bench, "corpus"));
const changed = await prepareChangedCorpus(corpus, join(bench, "corpus-changed"));
console.log(
  `${corpus.documents} documents, ${(corpus.bytes / 1e6).toFixed(1)} MB, digest ${corpus.digest}; ${rounds} rounds, Node ${process.version}\n`,
);

const measured = new Map<string, Measured[]>();
const verified = new Map<string, Verified[]>();
const keep = <T>(map: Map<string, T[]>, peer: string, scenario: Scenario, value: T): void => {
  const key = `${peer} ${scenario}`;
  map.set(key, [...(map.get(key) ?? []), value]);
};
const figure = (peer: string, scenario: Scenario, name: keyof Measured): number =>
  median((measured.get(`${peer} ${scenario}`) ?? []).map((one) => one[name]));
const setsAfter = (runs: number): BenchSet[] =>
  scenarios.flatMap((scenario) =>
    peers.map((peer) => {
      const figures: Record<string, number> = { runs, documents: corpus.documents, bytes: corpus.bytes };
      for (const name of ["cpuSeconds", "wallSeconds", "totalCpuSeconds", "totalWallSeconds", "peakMegabytes"] as const)
        figures[name] = Number(figure(peer, scenario, name).toFixed(4));
      for (const other of ["bare", "groundwork"] as const) {
        if (!peers.includes(other)) continue;
        const suffix = `Of${other[0]!.toUpperCase()}${other.slice(1)}`;
        for (const name of ["cpu", "wall"] as const)
          figures[name + suffix] = Number(
            (figure(peer, scenario, `${name}Seconds`) / figure(other, scenario, `${name}Seconds`)).toFixed(3),
          );
      }
      return { name: `${scenario}/${peer}`, figures: { ...figures, ...verified.get(`${peer} ${scenario}`)?.[0] } };
    }),
  );
const json = values.json === undefined ? undefined : resolve(from, values.json);

for (let round = 0; round < rounds; round++) {
  // Another peer begins in each round: none is always the one after a pause.
  const order = peers.map((_, index) => peers[(index + round) % peers.length]!);
  const states = new Map(order.map((peer) => [peer, join(bench, "state", peer)]));
  for (const state of states.values()) {
    await rm(state, { recursive: true, force: true });
    await mkdir(state, { recursive: true });
  }
  for (const scenario of scenarios) {
    const folder = scenario === "changed" ? changed.folder : corpus.folder;
    for (const peer of order) {
      const state = states.get(peer)!;
      if (process.stderr.isTTY) process.stderr.write(`\r\u001b[2Kround ${round + 1}: ${peer} ${scenario}`);
      keep(measured, peer, scenario, await child<Measured>(peer, "ingest", folder, state));
      if (round === 0) keep(verified, peer, scenario, await child<Verified>(peer, "verify", folder, state));
    }
  }
  // After each round: what has been measured outlives an end before the last.
  await writeReport({ bench: "ingest", sets: setsAfter(round + 1) }, json);
}
if (process.stderr.isTTY) process.stderr.write("\r\u001b[2K");
const sets = setsAfter(rounds);

const columns: readonly (readonly [title: string, name: string, digits: number])[] = [
  ["CPU s", "cpuSeconds", 2],
  ["wall s", "wallSeconds", 2],
  ["CPU s with start", "totalCpuSeconds", 2],
  ["peak MB", "peakMegabytes", 0],
  ["CPU / bare", "cpuOfBare", 2],
  ["wall / bare", "wallOfBare", 2],
  ["CPU / ours", "cpuOfGroundwork", 2],
  ["rows", "rows", 0],
  ["missing", "missing", 0],
  ["stale", "stale", 0],
  ["wrong", "wrong", 0],
];
console.log(
  textTable([
    ["scenario/peer", ...columns.map(([title]) => title)],
    ...sets.map(({ name, figures }) => [
      name,
      ...columns.map(([, column, digits]) => figures[column]?.toFixed(digits) ?? ""),
    ]),
  ]),
);
