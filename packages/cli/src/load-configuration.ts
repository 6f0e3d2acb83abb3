import { access } from "node:fs/promises";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { GroundworkError } from "@groundwork/contracts";
import type { KnowledgeBaseConfiguration } from "groundwork";

const NAMES = ["groundwork.config.ts", "groundwork.config.mts", "groundwork.config.js", "groundwork.config.mjs"];

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/** The default export of the configuration file: the one named, else `groundwork.config.ts` (or .js) of the working directory. */
export async function loadConfiguration(named: string | undefined): Promise<KnowledgeBaseConfiguration> {
  const candidates = named === undefined ? NAMES : [named];
  for (const name of candidates) {
    const path = resolve(name);
    if (!(await exists(path))) continue;
    let module: { default?: unknown };
    try {
      module = (await import(pathToFileURL(path).href)) as { default?: unknown };
    } catch (cause) {
      throw new GroundworkError(
        "INVALID_CONFIGURATION",
        `${name} could not be loaded: ${cause instanceof Error ? cause.message : String(cause)}`,
        { cause },
      );
    }
    if (typeof module.default !== "object" || module.default === null) {
      throw new GroundworkError(
        "INVALID_CONFIGURATION",
        `${name} has no default export. Write: export default defineKnowledgeBase({ … });`,
      );
    }
    return module.default as KnowledgeBaseConfiguration;
  }
  if (named !== undefined)
    throw new GroundworkError("INVALID_CONFIGURATION", `The configuration file ${named} does not exist.`);
  return {};
}
