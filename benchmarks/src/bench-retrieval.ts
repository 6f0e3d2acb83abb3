/**
 * Measures the product's ranking on labelled questions, beside the store's own lists and their reciprocal rank fusion.
 *
 *   pnpm bench:retrieval [--data DIR ...] [--json FILE]
 *
 * A DIR is a set (`corpus.jsonl.gz`, `queries.jsonl.gz`, `qrels.tsv`) or holds sets. Each corpus is ingested once, through the
 * real chunker, embedder, store and catalog, and kept in `.bench`.
 */
import { resolve } from "node:path";
import { createRetriever } from "@groundwork/retrieval";
import { benchArguments } from "./bench-arguments.ts";
import { openBenchKnowledgeBase } from "./bench-knowledge-base.ts";
import { type BenchSet, textTable, writeReport } from "./bench-report.ts";
import { productRanker, reciprocalRankFusion, storeLists } from "./rank-passages.ts";
import { bootstrapInterval, meanOf, measureRanking, type QueryMetrics } from "./ranking-metrics.ts";
import { findRetrievalSets, loadRetrievalSet } from "./retrieval-set.ts";

const DEFAULT_DATA = resolve(import.meta.dirname, "../../../shared/data/retrieval");
const SYSTEMS = ["ours", "bm25", "dense", "rrf"] as const;

type System = (typeof SYSTEMS)[number];

async function benchSet(folder: string): Promise<BenchSet> {
  const set = await loadRetrievalSet(folder);
  await using base = await openBenchKnowledgeBase(set);
  const { store, catalog, artifacts, embedder } = base.parts;
  const rank = productRanker(createRetriever({ store, catalog, artifacts, embedder }));
  const keys = new Map<string, string>();
  for await (const batch of store.scan(undefined, { columns: ["chunk_id", "key"] })) {
    const [chunkIds, passages] = [batch.getChild("chunk_id")!, batch.getChild("key")!];
    for (let row = 0; row < batch.numRows; row++) keys.set(chunkIds.get(row) as string, passages.get(row) as string);
  }
  const lists = storeLists(store, embedder, keys);
  const metrics: Record<System, QueryMetrics[]> = { ours: [], bm25: [], dense: [], rrf: [] };
  let seconds = 0;
  for (const query of set.queries) {
    const grades = new Map(
      [...(set.judgements.get(query.id) ?? [])].map(([id, grade]) => [id.normalize("NFC"), grade]),
    );
    if (![...grades.values()].some((grade) => grade > 0)) continue;
    const started = performance.now();
    const ours = await rank(query.text);
    seconds += (performance.now() - started) / 1_000;
    const { dense, lexical } = await lists(query.text);
    const rankings = { ours, bm25: lexical, dense, rrf: reciprocalRankFusion([lexical, dense]) };
    for (const system of SYSTEMS) metrics[system].push(measureRanking(rankings[system], grades)!);
  }
  const figures: Record<string, number> = { passages: set.passages.length, queries: metrics.ours.length, seconds };
  for (const system of SYSTEMS) {
    for (const name of ["ndcg10", "recall100", "mrr10"] as const) {
      const label = system === "ours" ? name : `${system}${name[0]!.toUpperCase()}${name.slice(1)}`;
      figures[label] = meanOf(metrics[system], name);
    }
    if (system === "ours") continue;
    const { mean, low, high } = bootstrapInterval(
      metrics.ours.map(({ ndcg10 }, index) => ndcg10 - metrics[system][index]!.ndcg10),
    );
    figures[`${system}Difference`] = mean;
    figures[`${system}DifferenceLow`] = low;
    figures[`${system}DifferenceHigh`] = high;
  }
  figures.ingestSeconds = base.ingestSeconds;
  return {
    name: set.name,
    figures: Object.fromEntries(
      Object.entries(figures).map(([name, value]) => [name, Math.round(value * 10_000) / 10_000]),
    ),
  };
}

function describe({ name, figures }: BenchSet): string {
  const number = (label: string): string => figures[label]!.toFixed(4);
  const signed = (label: string): string => `${figures[label]! >= 0 ? "+" : ""}${number(label)}`;
  const rows = SYSTEMS.map((system) => {
    const label = (metric: string): string =>
      system === "ours" ? metric : `${system}${metric[0]!.toUpperCase()}${metric.slice(1)}`;
    return [
      system,
      ...["ndcg10", "recall100", "mrr10"].map((metric) => number(label(metric))),
      system === "ours"
        ? ""
        : `${signed(`${system}Difference`)} [${signed(`${system}DifferenceLow`)}, ${signed(`${system}DifferenceHigh`)}]`,
    ];
  });
  return [
    `${name}: ${figures.passages} passages, ${figures.queries} questions, ${figures.seconds!.toFixed(1)} s`,
    textTable([["", "nDCG@10", "recall@100", "MRR@10", "ours minus it, nDCG@10, 95 %"], ...rows]),
    "",
  ].join("\n");
}

const { data, json } = benchArguments();
const folders = await findRetrievalSets(data.length > 0 ? data : [DEFAULT_DATA]);
if (folders.length === 0) {
  console.error("No set was found: a set is a folder with corpus.jsonl.gz, queries.jsonl.gz and qrels.tsv.");
  process.exitCode = 1;
} else {
  const sets: BenchSet[] = [];
  for (const folder of folders) {
    const set = await benchSet(folder);
    sets.push(set);
    console.log(describe(set));
    await writeReport({ bench: "retrieval", sets }, json);
  }
}
