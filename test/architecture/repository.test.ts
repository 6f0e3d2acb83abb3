import { execFileSync } from "node:child_process";
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { ROOT } from "./workspace.ts";

const tracked = execFileSync("git", ["ls-files", "-z"], { cwd: ROOT, maxBuffer: 64 * 1024 * 1024 })
  .toString()
  .split("\0")
  .filter(Boolean);

describe("the repository", () => {
  test("the lockfile names no host", () => {
    expect(readFileSync(join(ROOT, "pnpm-lock.yaml"), "utf8").match(/https?:\/\/\S+/g) ?? []).toEqual([]);
  });

  test("no file carries a path of one machine", () => {
    const offending = tracked.filter((path) => {
      if (
        /\.(onnx|bin|gz|png|jpe?g|tiff?|pdf|docx|pptx|xlsx|wav|flac|mp3|ogg|epub|zip|wasm)$/.test(path) ||
        path === "pnpm-lock.yaml"
      )
        return false;
      const file = join(ROOT, path);
      if (!statSync(file, { throwIfNoEntry: false })?.isFile() || statSync(file).size > 1_000_000) return false;
      return /(?:^|[^A-Za-z0-9._-])\/(?:root|work|home\/[a-z]+)\/[a-z]/m.test(readFileSync(file, "utf8"));
    });
    expect(offending).toEqual([]);
  });

  test("no source file has outgrown one purpose", () => {
    const long = tracked
      .filter((path) => /^(packages|examples|benchmarks)\/.*\/src\/.*\.ts$/.test(path))
      .filter((path) => statSync(join(ROOT, path), { throwIfNoEntry: false })?.isFile())
      .map((path) => ({ path, lines: readFileSync(join(ROOT, path), "utf8").split("\n").length }))
      .filter(({ lines }) => lines > 401)
      .map(({ path, lines }) => `${path}: ${lines} lines`);
    expect(long).toEqual([]);
  });
});
