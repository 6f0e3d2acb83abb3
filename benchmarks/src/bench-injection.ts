import { join, resolve } from "node:path";
import { INJECTION_THRESHOLD, scorePromptInjection } from "@groundwork/content-safety";
import { benchArguments } from "./bench-arguments.ts";
import { type BenchSet, textTable, writeReport } from "./bench-report.ts";
import { isOrdinary, isPolicySet, shareFrom, thresholdFor } from "./injection/false-alarms.ts";
import type { InjectionDocument } from "./injection/injection-document.ts";
import { splitBySentence, trainingData } from "./injection/injection-training.ts";
import {
  attackScores,
  type CrossValidated,
  crossValidatedLogits,
  highest,
  type ScoredDocument,
  shippedScores,
} from "./injection/judge-elements.ts";
import { loadInjectionData } from "./injection/load-injection-data.ts";

/**
 * `pnpm bench:injection`: how many planted orders to a model are found, and how many ordinary elements are taken for one.
 *
 * - `shipped`: by the weights of the package, at its own threshold and at the one that gives at most 1 % of false alarms by element on every
 *   policy set (`policy-docs`, `retrieval`). On the sets of the package's training this is no more than a check of the arithmetic.
 * - `crossValidated`: by weights fitted without the kind of attack and without the document, each in its turn; what to
 *   expect of kinds and documents that were not seen. Left out when there are no ordinary documents, or with `--shipped`.
 *
 * `--data DIR ...`: folders of sets (`SET/items.jsonl.gz`) and of ordinary documents.
 */
const root = resolve(import.meta.dirname, "..");
const shared = resolve(root, process.env.GROUNDWORK_SHARED ?? "../../shared", "data");
const isShippedOnly = process.argv.includes("--shipped");
const { data: given, json } = benchArguments(process.argv.slice(2).filter((argument) => argument !== "--shipped"));
const folders = given.length > 0 ? given : ["injection", "policy-docs", "retrieval"].map((name) => join(shared, name));

/** Rate of false alarms by element that is allowed on a policy set. */
const ALLOWED_RATE = 0.01;

/** The text of a document as one element: what a reader without structure gives. */
function asOneElement(document: InjectionDocument): InjectionDocument {
  const text = document.elements.map((element) => element.text).join("\n");
  const { span: _, ...rest } = document;
  return { ...rest, elements: [{ kind: "paragraph", text }] };
}

function recallFigures(documents: readonly ScoredDocument[], threshold: number): Record<string, number> {
  const attacked = documents.filter((each) => !isOrdinary(each));
  if (attacked.length === 0) return {};
  return {
    attacks: attacked.length,
    recall: shareFrom(
      attacked.map((each) => highest(attackScores(each))),
      threshold,
    ),
    recallOfDocuments: shareFrom(
      attacked.map(({ scores }) => highest(scores)),
      threshold,
    ),
  };
}

function alarmFigures(documents: readonly ScoredDocument[], threshold: number): Record<string, number> {
  const ordinary = documents.filter(isOrdinary);
  if (ordinary.length === 0) return {};
  const scores = ordinary.flatMap((each) => each.scores);
  return {
    ordinaryElements: scores.length,
    falseAlarms: shareFrom(scores, threshold),
    ordinaryDocuments: ordinary.length,
    falseAlarmsOfDocuments: shareFrom(
      ordinary.map((each) => highest(each.scores)),
      threshold,
    ),
  };
}

/** Figures by set, and by kind of attack for each set of labelled items. */
function setsOf(name: string, scored: readonly ScoredDocument[], threshold: number): BenchSet[] {
  return [...Map.groupBy(scored, ({ document }) => document.set)].map(([set, documents]) => {
    const kinds = Map.groupBy(
      documents.filter((each) => each.document.attack !== undefined),
      ({ document }) => document.attack!,
    );
    return {
      name: `${name}/${set}`,
      figures: { ...recallFigures(documents, threshold), ...alarmFigures(documents, threshold) },
      ...(kinds.size > 1
        ? {
            formats: Object.fromEntries(
              [...kinds].sort().map(([kind, members]) => [kind, recallFigures(members, threshold)]),
            ),
          }
        : {}),
    };
  });
}

function percent(value: number | undefined): string {
  return value === undefined ? "" : (value * 100).toFixed(2);
}

function print(title: string, sets: readonly BenchSet[]): void {
  console.log(`\n${title}`);
  const header = [
    "set",
    "attacks",
    "recall %",
    "documents %",
    "elements",
    "false alarms %",
    "documents",
    "documents %",
  ];
  const row = (name: string, figures: Readonly<Record<string, number>>): string[] => [
    name,
    String(figures.attacks ?? ""),
    percent(figures.recall),
    percent(figures.recallOfDocuments),
    String(figures.ordinaryElements ?? ""),
    percent(figures.falseAlarms),
    String(figures.ordinaryDocuments ?? ""),
    percent(figures.falseAlarmsOfDocuments),
  ];
  const rows = sets.flatMap(({ name, figures, formats = {} }) => [
    row(name.split("/").slice(1).join("/"), figures),
    ...Object.entries(formats).map(([kind, found]) => row(`  ${kind}`, found)),
  ]);
  console.log(textTable([header, ...rows]));
}

const { attacks, ordinary } = await loadInjectionData(folders);
const documents = [...attacks, ...ordinary];
const hasPolicy = ordinary.some(({ set }) => isPolicySet(set));
const sets: BenchSet[] = [];

const megabytes =
  documents.reduce((sum, each) => sum + each.elements.reduce((all, { text }) => all + text.length, 0), 0) / 1e6;
const before = process.cpuUsage();
const shipped = shippedScores(documents);
const { user, system } = process.cpuUsage(before);
const speed = megabytes / ((user + system) / 1e6);
const tuned = hasPolicy ? thresholdFor(shipped, ALLOWED_RATE) : INJECTION_THRESHOLD;
sets.push({
  name: "shipped",
  figures: { threshold: INJECTION_THRESHOLD, tunedThreshold: tuned, megabytesPerSecond: speed },
});
console.log(
  `${documents.length} documents, ${megabytes.toFixed(1)} million characters, ${speed.toFixed(1)} million a CPU second`,
);
const atShipped = setsOf("shipped", shipped, INJECTION_THRESHOLD);
print(`Shipped weights, threshold ${INJECTION_THRESHOLD.toFixed(3)}`, atShipped);
sets.push(...atShipped);
const whole = attacks.map((document) => {
  const one = asOneElement(document);
  return { document: one, scores: [scorePromptInjection(one.elements).score] };
});
const atWhole = setsOf("oneElement", whole, INJECTION_THRESHOLD);
print("Shipped weights, each document as one element", atWhole);
sets.push(...atWhole);

/** Recall of the sentences that were written for training, by kind. */
function writtenSets(name: string, { sentences }: CrossValidated, threshold: number): BenchSet[] {
  const written = sentences.filter(({ kind }) => kind.startsWith("written:"));
  return [...Map.groupBy(written, ({ kind }) => kind)].map(([kind, members]) => {
    const scores = members.map(({ score }) => score);
    return { name: `${name}/${kind}`, figures: { attacks: scores.length, recall: shareFrom(scores, threshold) } };
  });
}

if (hasPolicy && attacks.length > 0 && !isShippedOnly) {
  const data = trainingData(attacks, ordinary);
  const byKind = crossValidatedLogits(data);
  const bySentence = crossValidatedLogits(splitBySentence(data));
  for (const rate of [ALLOWED_RATE, ALLOWED_RATE / 2]) {
    const threshold = thresholdFor(byKind.documents, rate);
    const name = `crossValidated${rate * 100}`;
    const found = [...setsOf(name, byKind.documents, threshold), ...writtenSets(name, byKind, threshold)];
    print(`Cross-validated, at most ${rate * 100} % of false alarms by element on every policy set`, found);
    const within = writtenSets(`${name}Sentences`, bySentence, thresholdFor(bySentence.documents, rate));
    print("The same, written sentences split one by one", within);
    sets.push(...found, ...within);
  }
}
await writeReport({ bench: "injection", sets }, json);
