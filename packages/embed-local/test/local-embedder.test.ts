import { spawnSync } from "node:child_process";
import { copyFile, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { fileURLToPath } from "node:url";
import type { Embedder } from "@groundwork/contracts";
import { tokenizerPath } from "@groundwork/model-minilm-l6-v2";
import { expectError } from "@groundwork/testing";
import { embedderCases } from "@groundwork/testing/embedder-suite";
import { afterAll, describe, expect, onTestFinished, test } from "vitest";
import { localEmbedder } from "../src/index.ts";
import { localTokenEmbedder } from "../src/token-embedder.ts";

for (const { name, run } of embedderCases({
  name: "local embedder",
  create: () => localEmbedder({ threads: 2 }),
  bitIdentical: true,
}))
  test(name, run);

describe("with one embedder", () => {
  const embedder: Embedder = localEmbedder({ threads: 1 });
  afterAll(() => embedder.close?.());

  test("paraphrases are near, unrelated texts are not", async () => {
    const { vectors, tokens } = await embedder.doEmbed([
      "A manager may not approve her own travel.",
      "Managers are not allowed to sign off their own trips.",
      "The recipe needs two eggs and a cup of flour.",
    ]);
    const cosine = (a: number, b: number): number => {
      let dot = 0;
      for (let index = 0; index < 384; index++) dot += vectors[a * 384 + index]! * vectors[b * 384 + index]!;
      return dot;
    };
    expect(cosine(0, 1)).toBeGreaterThan(0.6);
    expect(cosine(0, 2)).toBeLessThan(0.3);
    expect(tokens).toBe(11 + 13 + 13);
  });

  test("the event loop runs on while the model does", async () => {
    const texts = Array.from({ length: 24 }, (_, index) => `${index} ${"approval of travel ".repeat(60)}`);
    const delay = monitorEventLoopDelay({ resolution: 5 });
    const start = performance.now();
    delay.enable();
    await embedder.doEmbed(texts);
    delay.disable();
    const elapsed = performance.now() - start;
    expect(elapsed).toBeGreaterThan(200);
    // A run of four such texts takes well over 100 ms: on this thread it would show in every percentile.
    expect(delay.percentile(90) / 1e6).toBeLessThan(Math.min(100, elapsed / 4));
  });

  test("memory stays bounded over many calls", async () => {
    const texts = Array.from({ length: 32 }, (_, index) => `${index} ${"receipt ".repeat(1 + ((index * 37) % 60))}`);
    for (let round = 0; round < 6; round++) await embedder.doEmbed(texts);
    const before = process.memoryUsage().rss;
    for (let round = 0; round < 20; round++) await embedder.doEmbed(texts);
    expect((process.memoryUsage().rss - before) / 1e6).toBeLessThan(60);
  });
});

test("one vector a token, each normalised, the same whatever the batch", async () => {
  const embedder = localTokenEmbedder({ threads: 1 });
  onTestFinished(() => embedder.close());
  const [both] = await embedder.embedTokens(["travel policy", "a much longer text about something else entirely"]);
  const [alone] = await embedder.embedTokens(["travel policy"]);
  expect(both!.tokens).toBe(4);
  expect(both!.vectors).toHaveLength(4 * both!.dimensions);
  expect(both!.vectors).toEqual(alone!.vectors);
  const norm = Math.hypot(...both!.vectors.subarray(0, both!.dimensions));
  expect(norm).toBeCloseTo(1, 5);
});

describe("model files", () => {
  test("a missing folder is MODEL_NOT_FOUND at the first use, not before", async () => {
    const embedder = localEmbedder({ modelFolder: "/nowhere" });
    await expectError(() => embedder.doEmbed(["text"]), "MODEL_NOT_FOUND");
    await embedder.close?.();
  });

  test("damaged weights are MODEL_NOT_FOUND, and found again once repaired", async () => {
    const folder = await mkdtemp(join(tmpdir(), "groundwork-model-"));
    onTestFinished(() => rm(folder, { recursive: true }));
    await mkdir(folder, { recursive: true });
    await copyFile(tokenizerPath, join(folder, "tokenizer.json"));
    await writeFile(join(folder, "model.onnx"), "not a model");
    const embedder = localEmbedder({ modelFolder: folder });
    onTestFinished(() => embedder.close?.());
    const error = await expectError(() => embedder.doEmbed(["text"]), "MODEL_NOT_FOUND");
    expect(error.message).toContain("model.onnx");
    await copyFile(join(tokenizerPath, "..", "model.onnx"), join(folder, "model.onnx"));
    expect((await embedder.doEmbed(["text"])).vectors).toHaveLength(384);
  });

  test("a number of threads that makes no sense is refused", async () => {
    for (const threads of [0, -1, 1.5, Number.NaN])
      await expectError(async () => localEmbedder({ threads }), "INVALID_ARGUMENT");
  });
});

describe("ends of the process", () => {
  const script = (body: string): string =>
    `const { localEmbedder } = await import(${JSON.stringify(new URL("../src/index.ts", import.meta.url).href)});
     const embedder = localEmbedder({ threads: 2 });
     await embedder.doEmbed(["warm", "up"]);
     ${body}`;
  const run = (body: string): { status: number | null; stderr: string } =>
    spawnSync(process.execPath, ["--conditions=@groundwork/source", "--input-type=module", "--eval", script(body)], {
      cwd: fileURLToPath(new URL("..", import.meta.url)),
      encoding: "utf8",
    });

  test("an embedder that is not closed does not keep the process alive", () => {
    expect(run("")).toMatchObject({ status: 0, stderr: "" });
  });

  test("process.exit while the model runs ends with its own code", () => {
    const texts = `Array.from({ length: 64 }, () => "word ".repeat(200))`;
    expect(run(`void embedder.doEmbed(${texts}); setTimeout(() => process.exit(3), 150);`)).toMatchObject({
      status: 3,
      stderr: "",
    });
  });
});
