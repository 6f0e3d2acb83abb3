import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { filesUnder, ROOT, workspacePackages } from "./workspace.ts";

const packages = workspacePackages();

describe("every package looks the same", () => {
  test.each(packages.map(({ folder }) => [folder]))("%s", (folder) => {
    const base = join(ROOT, "packages", folder);
    for (const name of ["package.json", "tsconfig.json", "README.md", "src/index.ts"])
      expect(existsSync(join(base, name)), name).toBe(true);
    expect(filesUnder(join(base, "test"), ".test.ts").length, "tests").toBeGreaterThan(0);
    const { manifest } = packages.find((candidate) => candidate.folder === folder)!;
    expect(manifest.type).toBe("module");
    expect(manifest.license, "licence").toBeTruthy();
    const main = manifest.exports?.["."] as Record<string, string>;
    expect(Object.keys(main)).toEqual(["@groundwork/source", "types", "default"]);
  });

  test("the build knows every package", () => {
    const { references } = JSON.parse(readFileSync(join(ROOT, "packages/tsconfig.json"), "utf8")) as {
      references: { path: string }[];
    };
    expect(references.map(({ path }) => path)).toEqual(packages.map(({ folder }) => folder));
  });

  test("a package's build knows the packages it imports", () => {
    const wrong: string[] = [];
    for (const { folder, manifest } of packages) {
      const { references = [] } = JSON.parse(readFileSync(join(ROOT, "packages", folder, "tsconfig.json"), "utf8")) as {
        references?: { path: string }[];
      };
      const expected = packages
        .filter(({ name }) => manifest.dependencies?.[name] !== undefined)
        .map((other) => `../${other.folder}`);
      const actual = references.map(({ path }) => path);
      if ([...actual].sort().join() !== expected.sort().join())
        wrong.push(`${folder}: ${actual.join(" ")} instead of ${expected.join(" ")}`);
    }
    expect(wrong).toEqual([]);
  });
});
