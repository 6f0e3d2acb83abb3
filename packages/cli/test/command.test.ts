import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Writable } from "node:stream";
import { type Citation, GroundworkError } from "@groundwork/contracts";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { EXIT, exitCodeOf } from "../src/exit-code.ts";
import { run } from "../src/index.ts";
import { loadConfiguration } from "../src/load-configuration.ts";
import { citationLine, timestamp } from "../src/passage-lines.ts";
import { progressBar } from "../src/progress-bar.ts";
import { bytes, duration, table, wrap } from "../src/terminal.ts";

class Collector extends Writable {
  text = "";
  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "groundwork-cli-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe("exit codes", () => {
  test.each([
    [new GroundworkError("INVALID_ARGUMENT", "x"), EXIT.usage],
    [new GroundworkError("SOURCE_NOT_FOUND", "x"), EXIT.usage],
    [new GroundworkError("LEASE_HELD", "x", { retryable: true }), EXIT.retry],
    [new GroundworkError("STORE_CORRUPT", "x"), EXIT.error],
    [new GroundworkError("ABORTED", "x"), EXIT.aborted],
    [new TypeError("x"), EXIT.error],
  ])("%s", (error, code) => {
    expect(exitCodeOf(error)).toBe(code);
  });
});

describe("what people read", () => {
  const citation: Citation = {
    documentId: "d",
    version: "v",
    revisionId: "r",
    sourceUri: "files:policies/travel.pdf",
    mediaType: "application/pdf",
    page: 3,
    pages: [3, 4],
    boxes: [],
    charStart: 0,
    charEnd: 1,
    quote: "q",
    sectionPath: ["Travel", "Lodging"],
    chunkId: "c",
    extractor: "pdf",
    embeddingModel: "m",
    runId: "run",
  };

  test("citations name page, time, sheet and section", () => {
    expect(citationLine(citation)).toBe("travel.pdf, pages 3–4 · Travel › Lodging");
    const { page: _page, ...rest } = citation;
    expect(citationLine({ ...rest, pages: [], startMs: 61_000, endMs: 3_723_000, sectionPath: [] })).toBe(
      "travel.pdf, 01:01–01:02:03",
    );
    expect(citationLine({ ...rest, pages: [], sectionPath: [], location: { sheet: "Rates", range: "A1:B2" } })).toBe(
      "travel.pdf, sheet Rates A1:B2",
    );
    expect(timestamp(0)).toBe("00:00");
  });

  test("numbers, sizes, columns and lines", () => {
    expect([duration(12), duration(1234), duration(61_000)]).toEqual(["12 ms", "1.2 s", "1 min 1 s"]);
    expect([bytes(10), bytes(2048), bytes(3 * 1024 * 1024)]).toEqual(["10 B", "2.0 KB", "3.0 MB"]);
    expect(
      table(
        [
          ["a", "10"],
          ["bbb", "7"],
        ],
        "",
      ),
    ).toEqual(["a    10", "bbb   7"]);
    expect(wrap("one two three four", 12, "  ")).toEqual(["  one two", "  three four"]);
  });

  test("the progress bar redraws one line on a terminal and stays quiet elsewhere", () => {
    const progress = {
      phase: "process",
      documents: { done: 1, total: 4 },
      pages: { done: 2, known: 8 },
      chunks: { published: 0, embedded: 3 },
      failed: 1,
      elapsedMs: 10,
      etaMs: 5000,
      current: [],
    } as const;
    const screen = new Collector();
    const bar = progressBar({ out: screen, err: screen, columns: 120, colors: false });
    bar.update(progress);
    bar.end();
    expect(screen.text).toContain("█");
    expect(screen.text).toContain("1/4 documents · 2/8 pages · 3 embedded · 1 failed · 5.0 s left");
    expect(screen.text.endsWith("\r\u001b[2K")).toBe(true);
    const piped = new Collector();
    progressBar({ out: piped, err: piped, columns: undefined, colors: false }).update(progress);
    expect(piped.text).toBe("");
  });
});

describe("configuration files", () => {
  test("a missing, a broken and an empty one are told apart", async () => {
    await expect(loadConfiguration(join(folder, "none.ts"))).rejects.toMatchObject({ code: "INVALID_CONFIGURATION" });
    const broken = join(folder, "broken.mjs");
    await writeFile(broken, "export default {");
    await expect(loadConfiguration(broken)).rejects.toMatchObject({ code: "INVALID_CONFIGURATION" });
    const empty = join(folder, "empty.mjs");
    await writeFile(empty, "export const x = 1;");
    await expect(loadConfiguration(empty)).rejects.toThrow("no default export");
    const good = join(folder, "good.mjs");
    await writeFile(good, "export default { path: 'kb' };");
    expect(await loadConfiguration(good)).toEqual({ path: "kb" });
  });
});

test("errors are JSON for programs and a line for people", async () => {
  const out = new Collector();
  const err = new Collector();
  const code = await run(["search", "x", "--kb", join(folder, "none"), "--json"], {
    out,
    err,
    columns: undefined,
    colors: false,
  });
  expect(code).toBe(EXIT.usage);
  expect(JSON.parse(out.text)).toMatchObject({ error: { code: "NOT_FOUND" } });
  expect(err.text).toMatch(/^groundwork: NOT_FOUND: /);
});

test("help names every command", async () => {
  const out = new Collector();
  expect(await run(["--help"], { out, err: out, columns: undefined, colors: false })).toBe(EXIT.ok);
  for (const name of [
    "ingest",
    "plan",
    "search",
    "ask",
    "status",
    "show",
    "eval",
    "export",
    "reconcile",
    "index",
    "doctor",
  ])
    expect(out.text).toContain(`groundwork ${name}`);
});
