import { readdir, readFile } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { gunzipSync } from "node:zlib";

export interface Passage {
  readonly id: string;
  readonly title: string;
  readonly text: string;
}

export interface Query {
  readonly id: string;
  readonly text: string;
}

/** A corpus with questions and the graded passages that answer them. */
export interface RetrievalSet {
  readonly name: string;
  readonly folder: string;
  readonly passages: readonly Passage[];
  readonly queries: readonly Query[];
  /** Query id to passage id to grade; 0 and less is irrelevant. */
  readonly judgements: ReadonlyMap<string, ReadonlyMap<string, number>>;
}

const CORPUS = "corpus.jsonl.gz";

async function jsonLines(file: string): Promise<Record<string, unknown>[]> {
  const text = gunzipSync(await readFile(file)).toString("utf8");
  return text.split("\n").flatMap((line) => (line.trim() === "" ? [] : [JSON.parse(line) as Record<string, unknown>]));
}

async function filesOf(folder: string): Promise<readonly string[]> {
  return (await readdir(folder).catch(() => [])).sort();
}

/** Folders of sets: each folder given is one, or holds some. */
export async function findRetrievalSets(folders: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const folder of folders.map((name) => resolve(name))) {
    const names = await filesOf(folder);
    if (names.includes(CORPUS)) {
      found.push(folder);
      continue;
    }
    for (const name of names) if ((await filesOf(join(folder, name))).includes(CORPUS)) found.push(join(folder, name));
  }
  return found;
}

const text = (value: unknown): string => (typeof value === "string" ? value : "");

export async function loadRetrievalSet(folder: string): Promise<RetrievalSet> {
  const [corpus, queries, judged] = await Promise.all([
    jsonLines(join(folder, CORPUS)),
    jsonLines(join(folder, "queries.jsonl.gz")),
    readFile(join(folder, "qrels.tsv"), "utf8"),
  ]);
  const judgements = new Map<string, Map<string, number>>();
  for (const line of judged.split("\n").slice(1)) {
    const [query, passage, grade] = line.trimEnd().split("\t");
    if (query === undefined || passage === undefined || grade === undefined) continue;
    const grades = judgements.get(query) ?? new Map<string, number>();
    judgements.set(query, grades.set(passage, Number(grade)));
  }
  return {
    name: basename(folder),
    folder,
    passages: corpus.map((row) => ({ id: text(row.id), title: text(row.title), text: text(row.text) })),
    queries: queries.map((row) => ({ id: text(row.id), text: text(row.text) })),
    judgements,
  };
}
