import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { relative, sep } from "node:path";
import { describe, expect, it } from "vitest";
import { decoderPath, encoderPath, modelFolder, modelRevision, sha256, vocabularyPath } from "../src/index.ts";

const packageFolder = new URL("../", import.meta.url);

function sha256Of(path: string | URL): string {
  return createHash("sha256").update(readFileSync(path)).digest("hex");
}

function readSums(): Map<string, string> {
  const lines = readFileSync(new URL("SHA256SUMS", packageFolder), "utf8").trimEnd().split("\n");
  return new Map(lines.map((line) => [line.slice(66), line.slice(0, 64)]));
}

describe("model-whisper-tiny-en", () => {
  it("ships the bytes that SHA256SUMS names", () => {
    for (const [file, expected] of readSums()) expect(sha256Of(new URL(file, packageFolder)), file).toBe(expected);
  });

  it("exports the sums of the model files", () => {
    const inModel = [...readSums()].filter(([file]) => file.startsWith("model/"));
    expect(sha256).toEqual(Object.fromEntries(inModel.map(([file, sum]) => [file.slice("model/".length), sum])));
  });

  it("exports paths of files it has sums for", () => {
    for (const path of [encoderPath, decoderPath, vocabularyPath]) {
      expect(Object.keys(sha256)).toContain(relative(modelFolder, path).split(sep).join("/"));
    }
  });

  it("takes its revision from the weights", () => {
    expect([encoderPath, decoderPath].map((path) => sha256Of(path).slice(0, 8)).join("-")).toBe(modelRevision);
  });
});
