/**
 * Fits the confidence of extractive answers to labelled questions and prints both error rates.
 *
 *   pnpm --filter @groundwork/benchmarks calibrate:answers [--data DIR ...] [--json FILE]
 *
 * Three kinds of question for each corpus: its own (answerable), those of the other sets (foreign), and its own with every
 * relevant passage filtered out (missing). The model is logistic, fitted with each corpus left out in turn to tell how it does on
 * one it has not seen, then on all.
 */
import { resolve } from "node:path";
import type { Filter } from "@groundwork/contracts";
import { type AnswerEvidence, createRetriever } from "@groundwork/retrieval";
import { benchArguments } from "./bench-arguments.ts";
import { openBenchKnowledgeBase } from "./bench-knowledge-base.ts";
import { textTable, writeReport } from "./bench-report.ts";
import { fitLogistic, probabilityOf } from "./logistic-regression.ts";
import { findRetrievalSets, loadRetrievalSet, type RetrievalSet } from "./retrieval-set.ts";

const DEFAULT_DATA = resolve(import.meta.dirname, "../../../shared/data/retrieval");
/** Questions of each kind and corpus. */
const QUESTIONS = 60;
const FEATURES = [
  "passageCosine",
  "statementCosine",
  "passageCoverage",
  "margin",
] as const satisfies readonly (keyof AnswerEvidence)[];

type Kind = "answerable" | "foreign" | "missing";

interface Observation {
  readonly set: string;
  readonly kind: Kind;
  readonly evidence: AnswerEvidence;
}

/** Every nth, so that the sample is spread over the set and the same each time. */
function spread<T>(items: readonly T[], count: number): T[] {
  return items.filter(
    (_, index) => Math.floor((index * count) / items.length) !== Math.floor(((index - 1) * count) / items.length),
  );
}

function relevantIds(set: RetrievalSet, queryId: string): string[] {
  return [...(set.judgements.get(queryId) ?? [])].filter(([, grade]) => grade > 0).map(([id]) => id.normalize("NFC"));
}

async function observe(set: RetrievalSet, others: readonly RetrievalSet[]): Promise<Observation[]> {
  await using base = await openBenchKnowledgeBase(set);
  const { store, catalog, artifacts, embedder } = base.parts;
  const retriever = createRetriever({ store, catalog, artifacts, embedder });
  const observations: Observation[] = [];
  const ask = async (kind: Kind, query: string, filter?: Filter): Promise<void> => {
    const evidence = await retriever.evidence({ query, ...(filter === undefined ? {} : { filter }) });
    observations.push({ set: set.name, kind, evidence });
  };
  const own = spread(
    set.queries.filter(({ id }) => relevantIds(set, id).length > 0),
    QUESTIONS,
  );
  for (const { id, text } of own) {
    await ask("answerable", text);
    await ask("missing", text, { op: "nin", field: "key", value: relevantIds(set, id) });
  }
  for (const other of others)
    for (const { text } of spread(other.queries, Math.ceil(QUESTIONS / others.length))) await ask("foreign", text);
  return observations;
}

const featuresOf = ({ evidence }: Observation): number[] => FEATURES.map((name) => evidence[name]);

function fit(observations: readonly Observation[]): {
  readonly intercept: number;
  readonly weights: readonly number[];
} {
  // Each kind of each corpus counts the same, and the two ways not to be answerable together as much as the one to be.
  const sizes = new Map<string, number>();
  const group = ({ set, kind }: Observation): string => `${set} ${kind}`;
  for (const observation of observations) sizes.set(group(observation), (sizes.get(group(observation)) ?? 0) + 1);
  return fitLogistic(
    observations.map(featuresOf),
    observations.map(({ kind }) => (kind === "answerable" ? 1 : 0)),
    observations.map((observation) => (observation.kind === "answerable" ? 2 : 1) / sizes.get(group(observation))!),
  );
}

const { data, json } = benchArguments();
const folders = await findRetrievalSets(data.length > 0 ? data : [DEFAULT_DATA]);
const sets: RetrievalSet[] = [];
for (const folder of folders) sets.push(await loadRetrievalSet(folder));
const observations: Observation[] = [];
for (const set of sets) {
  observations.push(
    ...(await observe(
      set,
      sets.filter((other) => other !== set),
    )),
  );
  console.error(`${set.name}: ${observations.length} questions asked in all`);
}

function share(of: readonly Observation[], model: ReturnType<typeof fit>, threshold: number): number {
  return of.filter((each) => probabilityOf(model, featuresOf(each)) >= threshold).length / Math.max(of.length, 1);
}

const all = fit(observations);
for (const threshold of [0.4, 0.45, 0.5, 0.6]) {
  const rows = sets.map(({ name }) => {
    const unseen = fit(observations.filter(({ set }) => set !== name));
    const of = (kind: Kind): Observation[] => observations.filter((each) => each.set === name && each.kind === kind);
    const percent = (value: number): string => `${(100 * value).toFixed(1)} %`;
    return [
      name,
      percent(1 - share(of("answerable"), unseen, threshold)),
      percent(share(of("foreign"), unseen, threshold)),
      percent(share(of("missing"), unseen, threshold)),
      percent(1 - share(of("answerable"), all, threshold)),
      percent(share(of("foreign"), all, threshold)),
      percent(share(of("missing"), all, threshold)),
    ];
  });
  console.log(`threshold ${threshold}; the first three columns with the corpus left out of the fit`);
  console.log(
    textTable([
      ["", "silent, answerable", "answers foreign", "answers missing", "silent", "foreign", "missing"],
      ...rows,
    ]),
  );
  console.log("");
}
console.log("intercept", all.intercept.toFixed(3));
for (const [index, name] of FEATURES.entries()) console.log(name, all.weights[index]!.toFixed(3));
await writeReport(
  {
    bench: "answers",
    sets: [
      ...observations.map(({ set, kind, evidence }) => ({ name: `${set} ${kind}`, figures: { ...evidence } })),
      {
        name: "model",
        figures: {
          intercept: all.intercept,
          ...Object.fromEntries(FEATURES.map((name, index) => [name, all.weights[index]!])),
        },
      },
    ],
  },
  json,
);
