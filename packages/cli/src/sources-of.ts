import { stat } from "node:fs/promises";
import { GroundworkError, type Source } from "@groundwork/contracts";
import { files, folder } from "@groundwork/source-files";
import type { CommandContext } from "./command.ts";

/** The sources a command works on: its paths, else those of the configuration. */
export async function sourcesOf(context: CommandContext): Promise<readonly Source[]> {
  if (context.positionals.length === 0) {
    const { sources } = context.configuration;
    if (sources !== undefined && sources.length > 0) return sources;
    throw new GroundworkError(
      "INVALID_ARGUMENT",
      "Name at least one file or folder, or set `sources` in groundwork.config.ts.",
    );
  }
  const folders: Source[] = [];
  const single: string[] = [];
  for (const path of context.positionals) {
    const found = await stat(path).catch((error: unknown) => {
      throw GroundworkError.from(
        error,
        "SOURCE_NOT_FOUND",
        `There is no file or folder "${path}". Check the path; if it is on a volume, mount it. Nothing was changed.`,
      );
    });
    if (found.isDirectory()) folders.push(folder(path));
    else single.push(path);
  }
  return single.length > 0 ? [...folders, files(single)] : folders;
}
