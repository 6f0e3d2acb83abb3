import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { importsOf, ROOT, workspacePackages } from "./workspace.ts";

const packages = workspacePackages();
const names = new Set(packages.map(({ name }) => name));

/** Packages that wire several drivers together: the only ones that may. */
const FRONTS = new Set(["groundwork", "@groundwork/cli", "@groundwork/server"]);
/** What a driver may import of ours beside the contracts: shared pieces that are no drivers. */
const SHARED = new Set([
  "@groundwork/aws-errors",
  "@groundwork/contracts",
  "@groundwork/html-elements",
  "@groundwork/media-type",
  "@groundwork/pdfium",
  "@groundwork/picture",
  "@groundwork/pii-policy",
  "@groundwork/redaction",
  "@groundwork/source-objects",
  "@groundwork/sqlite-file",
  "@groundwork/terms",
  "@groundwork/word-index",
]);

const packageOf = (specifier: string): string =>
  specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");

function ourImports(workspacePackage: (typeof packages)[number]): Set<string> {
  const found = new Set<string>();
  for (const source of workspacePackage.sources) {
    for (const specifier of importsOf(join(ROOT, "packages", workspacePackage.folder, source))) {
      const name = packageOf(specifier);
      if (names.has(name)) found.add(name);
    }
  }
  return found;
}

describe("who may import whom", () => {
  test("contracts imports apache-arrow and Node alone", () => {
    const contracts = packages.find(({ folder }) => folder === "contracts")!;
    const foreign = contracts.sources
      .flatMap((source) => importsOf(join(ROOT, "packages/contracts", source)))
      .filter(
        (specifier) => !specifier.startsWith(".") && !specifier.startsWith("node:") && specifier !== "apache-arrow",
      );
    expect(foreign).toEqual([]);
  });

  test.each(packages.filter(({ name }) => !FRONTS.has(name)).map(({ name, folder }) => [name, folder]))(
    "%s imports no driver",
    (name) => {
      const workspacePackage = packages.find((candidate) => candidate.name === name)!;
      const allowed = (other: string): boolean =>
        other === name || SHARED.has(other) || other.startsWith("@groundwork/model-");
      expect([...ourImports(workspacePackage)].filter((other) => !allowed(other))).toEqual([]);
    },
  );

  test.each(packages.map(({ name }) => [name]))("%s declares what it imports and imports what it declares", (name) => {
    const workspacePackage = packages.find((candidate) => candidate.name === name)!;
    const {
      dependencies = {},
      peerDependencies = {},
      optionalDependencies = {},
      devDependencies = {},
    } = workspacePackage.manifest;
    const declared = new Set([
      ...Object.keys(dependencies),
      ...Object.keys(peerDependencies),
      ...Object.keys(optionalDependencies),
      // Types of a library that is used through another: erased from what is shipped.
      ...Object.keys(devDependencies).filter((other) => other.startsWith("@types/")),
    ]);
    const imported = new Set<string>();
    const mentioned: string[] = [];
    for (const source of workspacePackage.sources) {
      const path = join(ROOT, "packages", workspacePackage.folder, source);
      mentioned.push(path);
      for (const specifier of importsOf(path))
        if (!specifier.startsWith(".") && !specifier.startsWith("node:")) imported.add(packageOf(specifier));
    }
    expect(
      [...imported].filter(
        (specifier) => specifier !== name && !declared.has(specifier) && !declared.has(`@types/${specifier}`),
      ),
    ).toEqual([]);
  });

  test("packages do not depend on each other in a circle", () => {
    const graph = new Map(packages.map((workspacePackage) => [workspacePackage.name, ourImports(workspacePackage)]));
    const circles: string[] = [];
    const visit = (name: string, path: readonly string[]): void => {
      if (path.includes(name)) {
        circles.push([...path.slice(path.indexOf(name)), name].join(" → "));
        return;
      }
      for (const next of graph.get(name) ?? []) if (next !== name) visit(next, [...path, name]);
    };
    for (const name of graph.keys()) visit(name, []);
    expect(circles).toEqual([]);
  });

  test("files inside a package do not import each other in a circle", () => {
    const circles: string[] = [];
    for (const { folder, sources } of packages) {
      const base = join(ROOT, "packages", folder);
      const graph = new Map(
        sources.map((source) => [
          join(base, source),
          importsOf(join(base, source), { types: false })
            .filter((specifier) => specifier.startsWith("."))
            .map((specifier) => join(base, source, "..", specifier)),
        ]),
      );
      const state = new Map<string, "open" | "done">();
      const visit = (file: string, path: readonly string[]): void => {
        if (state.get(file) === "done") return;
        if (state.get(file) === "open") {
          circles.push(
            [...path.slice(path.indexOf(file)), file].map((name) => name.slice(base.length + 1)).join(" → "),
          );
          return;
        }
        state.set(file, "open");
        for (const next of graph.get(file) ?? []) if (graph.has(next)) visit(next, [...path, file]);
        state.set(file, "done");
      };
      for (const file of graph.keys()) visit(file, []);
    }
    expect(circles).toEqual([]);
  });
});
