import { statSync } from "node:fs";
import { basename, resolve } from "node:path";
import { GroundworkError } from "@groundwork/contracts";

export interface Root {
  /** First part of the keys; empty when the root is the source itself. */
  readonly prefix: string;
  readonly path: string;
}

/** The roots of several paths, in the order of their keys. Throws when two have the same name. */
export function rootsOf(paths: readonly string[]): Root[] {
  if (paths.length === 0) throw new GroundworkError("INVALID_ARGUMENT", "Expected at least one path, found none.");
  const roots = new Map<string, Root>();
  for (const given of paths) {
    const path = resolve(given);
    const prefix = basename(path).normalize("NFC");
    if (prefix === "" || (roots.has(prefix) && roots.get(prefix)?.path !== path)) {
      throw new GroundworkError(
        "INVALID_ARGUMENT",
        prefix === ""
          ? "Expected paths with a name; a root folder has none. Use folder() with an `id`."
          : `Expected paths of different names, found "${prefix}" twice. Use one folder() with its own \`id\` for each.`,
      );
    }
    roots.set(prefix, { prefix, path });
  }
  // A folder sorts by its name and the slash that follows it in keys. What is missing is found by the listing.
  const orderOf = ({ prefix, path }: Root): string =>
    statSync(path, { throwIfNoEntry: false })?.isDirectory() === true ? `${prefix}/` : prefix;
  return [...roots.values()]
    .map((root) => ({ root, order: orderOf(root) }))
    .sort((a, b) => (a.order < b.order ? -1 : 1))
    .map(({ root }) => root);
}
