import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { benchArguments } from "../src/bench-arguments.ts";
import { fitLogistic, probabilityOf } from "../src/logistic-regression.ts";
import { findRetrievalSets, loadRetrievalSet } from "../src/retrieval-set.ts";

let folder = "";

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "bench-"));
  for (const name of ["one", "two"]) {
    await mkdir(join(folder, name));
    await writeFile(
      join(folder, name, "corpus.jsonl.gz"),
      gzipSync('{"id":"p1","title":"T","text":"x"}\n{"id":"p2","text":"y"}\n'),
    );
    await writeFile(join(folder, name, "queries.jsonl.gz"), gzipSync('{"id":"q1","text":"x?"}\n'));
    await writeFile(join(folder, name, "qrels.tsv"), "query-id\tcorpus-id\tscore\nq1\tp1\t2\nq1\tp2\t0\n");
  }
  await mkdir(join(folder, "notes"));
});

afterAll(() => rm(folder, { recursive: true }));

describe("sets on disk", () => {
  test("a folder is a set or holds some", async () => {
    const both = [join(folder, "one"), join(folder, "two")];
    expect(await findRetrievalSets([folder])).toEqual(both);
    expect(await findRetrievalSets([join(folder, "two"), join(folder, "notes")])).toEqual([both[1]]);
    expect(await findRetrievalSets([join(folder, "none")])).toEqual([]);
  });

  test("passages, questions and judgements", async () => {
    const set = await loadRetrievalSet(join(folder, "one"));
    expect(set.name).toBe("one");
    expect(set.passages).toEqual([
      { id: "p1", title: "T", text: "x" },
      { id: "p2", title: "", text: "y" },
    ]);
    expect(set.judgements.get("q1")).toEqual(
      new Map([
        ["p1", 2],
        ["p2", 0],
      ]),
    );
  });
});

test("arguments: folders may follow one --data or several", () => {
  expect(benchArguments(["--", "--data", "/a", "/b", "--data", "/c", "--json", "/f"])).toEqual({
    data: ["/a", "/c", "/b"],
    json: "/f",
  });
  expect(benchArguments(["--data", "sets"]).data).toEqual([resolve(process.env.INIT_CWD ?? ".", "sets")]);
  expect(benchArguments([])).toEqual({ data: [], json: undefined });
});

test("logistic regression finds the line that made the labels", () => {
  const rows = Array.from({ length: 400 }, (_, index) => [Math.sin(index * 7.1), Math.cos(index * 3.3)]);
  const labels = rows.map(([x, y]) => (2 * x! - y! + 0.2 > 0 ? 1 : 0));
  const model = fitLogistic(
    rows,
    labels,
    labels.map(() => 1),
  );
  const right = rows.filter((row, index) => probabilityOf(model, row) >= 0.5 === (labels[index] === 1)).length;
  expect(right / rows.length).toBeGreaterThan(0.98);
  expect(model.weights[0]! / model.weights[1]!).toBeCloseTo(-2, 0);
});
