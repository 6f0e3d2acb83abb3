import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";

export const ROOT: string = fileURLToPath(new URL("../..", import.meta.url));

export interface WorkspacePackage {
  readonly folder: string;
  readonly name: string;
  readonly manifest: {
    readonly name: string;
    readonly type?: string;
    readonly license?: string;
    readonly exports?: Record<string, unknown>;
    readonly dependencies?: Record<string, string>;
    readonly peerDependencies?: Record<string, string>;
    readonly optionalDependencies?: Record<string, string>;
    readonly devDependencies?: Record<string, string>;
  };
  /** Paths of `src/**.ts`, relative to the package. */
  readonly sources: readonly string[];
}

export function filesUnder(folder: string, suffix: string): string[] {
  const found: string[] = [];
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.name === "node_modules" || entry.name === "dist") continue;
    const path = join(folder, entry.name);
    if (entry.isDirectory()) found.push(...filesUnder(path, suffix));
    else if (entry.name.endsWith(suffix)) found.push(path);
  }
  return found.sort();
}

export function workspacePackages(): WorkspacePackage[] {
  const base = join(ROOT, "packages");
  return readdirSync(base, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name: folder }) => {
      const manifest = JSON.parse(
        readFileSync(join(base, folder, "package.json"), "utf8"),
      ) as WorkspacePackage["manifest"];
      const sources = filesUnder(join(base, folder, "src"), ".ts").map((path) => relative(join(base, folder), path));
      return { folder, name: manifest.name, manifest, sources };
    })
    .sort((a, b) => (a.folder < b.folder ? -1 : 1));
}

/**
 * Module specifiers that a TypeScript source imports or exports from. `types: false` leaves out what is erased before it runs
 * (`import type`, `export type`).
 */
export function importsOf(path: string, { types = true }: { readonly types?: boolean } = {}): string[] {
  const text = readFileSync(path, "utf8")
    .replace(/^\s*\/\/.*$/gm, "")
    .replace(/\/\*[\s\S]*?\*\//g, "");
  const found = new Set<string>();
  const statement =
    /\b(?:import|export)\b(\s+type\b)?([^;"'`]*?)\bfrom\s*["']([^"']+)["']|\bimport\s*\(\s*["']([^"']+)["']\s*\)|^\s*import\s*["']([^"']+)["']/gm;
  for (const match of text.matchAll(statement)) {
    const names = match[2] ?? "";
    const onlyTypes =
      match[1] !== undefined ||
      (/\{[^}]*\}/.test(names) && names.replace(/[{}\s]/g, "") !== "" && !/[{,]\s*(?!type\s)[A-Za-z_$*]/.test(names));
    if (!types && onlyTypes) continue;
    found.add((match[3] ?? match[4] ?? match[5])!);
  }
  return [...found];
}
