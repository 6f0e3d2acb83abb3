import { readFile } from "node:fs/promises";
import { basename, dirname, extname, join } from "node:path";
import { gunzipSync } from "node:zlib";
import { type ExtractionResult, factsOf } from "../extract-files.ts";
import { levenshteinSimilarity } from "./fuzzy.ts";
import { type PageCheck, passesCheck } from "./page-checks.ts";
import { plainText } from "./plain-text.ts";
import { setF1, tablePairs, withoutSpans } from "./table-grid.ts";

/** Longest text compared, characters after normalisation. */
const LONGEST = 200_000;

async function textOf(path: string): Promise<string | undefined> {
  return readFile(path, "utf8").catch(() => undefined);
}

async function gzippedLines<T>(path: string): Promise<T[]> {
  const bytes = await readFile(path).catch(() => undefined);
  if (bytes === undefined) return [];
  return gunzipSync(bytes)
    .toString("utf8")
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line) => JSON.parse(line) as T);
}

/** The text a document should give, where the set has one beside it, and whether tables are part of it. */
async function truthOf(folder: string, path: string): Promise<{ text: string; tables: boolean } | undefined> {
  const file = join(folder, path);
  const name = basename(file);
  for (const candidate of [`${name}.md`, `${name.slice(0, name.length - extname(name).length)}.md`]) {
    const text = await textOf(join(dirname(file), "groundtruth", candidate));
    if (text !== undefined && text.trim() !== "") return { text, tables: true };
  }
  const expected = await textOf(
    join(folder, "expected_outputs", `${name.slice(0, name.length - extname(name).length)}.md`),
  );
  if (expected !== undefined && expected.trim() !== "" && !path.includes("/") && /\.pdf$/i.test(path))
    return { text: expected, tables: true };
  const elements = await textOf(join(folder, "_expected", `${name}.json`));
  if (elements !== undefined) {
    try {
      const list = JSON.parse(elements) as { type?: string; text?: string; metadata?: { text_as_html?: string } }[];
      const parts = list.map((element) =>
        element.type === "Table" ? (element.metadata?.text_as_html ?? element.text ?? "") : (element.text ?? ""),
      );
      return { text: parts.join("\n\n"), tables: parts.some((part) => part.includes("<table")) };
    } catch {
      return undefined;
    }
  }
  return undefined;
}

class Mean {
  #sum = 0;
  #count = 0;
  add(value: number): void {
    this.#sum += value;
    this.#count++;
  }
  get count(): number {
    return this.#count;
  }
  get value(): number {
    return this.#sum / this.#count;
  }
}

export interface SetScore {
  /** Figures of the whole set, and by file-name extension. */
  readonly figures: Readonly<Record<string, number>>;
  readonly formats: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

const FORMATS: Readonly<Record<string, string>> = {
  docm: "docx",
  dotx: "docx",
  ppsx: "pptx",
  pptm: "pptx",
  xlsm: "xlsx",
  htm: "html",
  xhtml: "html",
  png: "image",
  jpg: "image",
  jpeg: "image",
  webp: "image",
  bmp: "image",
  tif: "image",
  tiff: "image",
  gif: "image",
  heic: "image",
  msg: "email",
  eml: "email",
  mbox: "email",
};

export function formatOf(path: string): string {
  const extension = extname(path).slice(1).toLowerCase();
  return FORMATS[extension] ?? (["pdf", "docx", "pptx", "xlsx", "html"].includes(extension) ? extension : "other");
}

/** Scores a set against the truths that lie beside its files. A failed file scores 0 in every mean it belongs to. */
export async function scoreSet(folder: string, results: readonly ExtractionResult[]): Promise<SetScore> {
  const strings = new Map(
    (
      await gzippedLines<{ filename: string; must_include: string[]; must_not_include: string[] }>(
        join(folder, "checks.jsonl.gz"),
      )
    ).map((check) => [check.filename, check]),
  );
  const checks = Map.groupBy(await gzippedLines<PageCheck>(join(folder, "tests.jsonl.gz")), (check) => check.pdf);
  const facts = new Map(
    (await gzippedLines<Record<string, unknown> & { file: string }>(join(folder, "expected.jsonl.gz"))).map((fact) => [
      fact.file,
      fact,
    ]),
  );
  const means = new Map<string, Map<string, Mean>>();
  const counts = new Map<string, Record<string, number>>();
  for (const result of results) {
    const groups = ["*", formatOf(result.path)];
    const add = (name: string, value: number | boolean): void => {
      for (const group of groups) {
        const own = means.get(group) ?? new Map<string, Mean>();
        means.set(group, own);
        const mean = own.get(name) ?? new Mean();
        own.set(name, mean);
        mean.add(Number(value));
      }
    };
    const code = result.error?.code;
    for (const group of groups) {
      const own = counts.get(group) ?? {
        files: 0,
        ok: 0,
        typedErrors: 0,
        crashed: 0,
        hung: 0,
        overMemory: 0,
        untyped: 0,
      };
      counts.set(group, own);
      own.files!++;
      if (code === undefined) own.ok!++;
      else if (result.untyped === true) own.untyped!++;
      else if (code === "WORKER_CRASHED") own.crashed!++;
      else if (code === "TIMED_OUT") own.hung!++;
      else if (code === "OUT_OF_MEMORY") own.overMemory!++;
      else own.typedErrors!++;
    }
    const markdown = result.markdown ?? "";
    const isEmpty = !/[\p{L}\p{N}]/u.test(plainText(markdown.slice(0, 5_000_000)));
    const expected = strings.get(result.path);
    if (expected !== undefined) {
      const raw = markdown.replaceAll("\\", "");
      for (const wanted of expected.must_include) add("mustInclude", raw.includes(wanted));
      for (const forbidden of expected.must_not_include) add("mustNotInclude", !isEmpty && !raw.includes(forbidden));
    }
    for (const check of checks.get(result.path) ?? []) {
      const passed = result.markdown === undefined ? false : passesCheck(check, markdown);
      if (passed === undefined) continue;
      add("checksPassed", passed);
      add("checksStrict", passed && !(check.type === "absent" && isEmpty));
    }
    const truth = await truthOf(folder, result.path);
    if (truth !== undefined) {
      const want = plainText(withoutSpans(truth.text));
      if (want !== "")
        add(
          "similarity",
          result.markdown === undefined
            ? 0
            : levenshteinSimilarity(
                plainText(withoutSpans(markdown.slice(0, 5_000_000))).slice(0, LONGEST),
                want.slice(0, LONGEST),
              ),
        );
      if (truth.tables) {
        const wanted = tablePairs(truth.text);
        if (wanted.tables > 0 && wanted.pairs.size > 0) add("tableF1", setF1(tablePairs(markdown).pairs, wanted.pairs));
      }
    }
    const fact = facts.get(result.path);
    if (fact !== undefined) {
      const stated = factsOf(result);
      const total = (value: unknown): unknown =>
        typeof value === "object" && value !== null
          ? Object.values(value).reduce((sum: number, count) => sum + Number(count), 0)
          : value;
      for (const name of ["pages", "encrypted", "images", "forms", "annotations", "creation_date"]) {
        if (fact[name] === undefined || fact[name] === null) continue;
        const day = (value: unknown): string =>
          String(value ?? "")
            .replace(/\D/g, "")
            .slice(0, 8);
        add(
          "facts",
          stated[name] !== undefined &&
            (name === "creation_date"
              ? day(stated[name]) === day(fact[name])
              : total(stated[name]) === total(fact[name])),
        );
      }
    }
  }
  const figuresOf = (group: string): Record<string, number> => {
    const own = counts.get(group)!;
    const rate = (name: string): number => own[name]! / own.files!;
    return {
      files: own.files!,
      ok: own.ok!,
      typedErrors: own.typedErrors!,
      crashed: rate("crashed"),
      hung: rate("hung"),
      overMemory: rate("overMemory"),
      untyped: rate("untyped"),
      ...Object.fromEntries([...(means.get(group) ?? [])].map(([name, mean]) => [name, mean.value])),
    };
  };
  const formats = [...counts.keys()].filter((group) => group !== "*").sort();
  return { figures: figuresOf("*"), formats: Object.fromEntries(formats.map((format) => [format, figuresOf(format)])) };
}
