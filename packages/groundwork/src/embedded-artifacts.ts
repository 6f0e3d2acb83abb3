import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileArtifacts } from "@groundwork/artifacts-files";
import { sqliteArtifacts } from "@groundwork/artifacts-sqlite";
import type { ArtifactStore } from "@groundwork/contracts";

/**
 * The embedded artifact store of a knowledge base: one SQLite file, `artifacts.sqlite`. A knowledge base that an earlier release
 * has made keeps its artifacts in a folder, `artifacts`, and goes on with it.
 */
export function embeddedArtifacts(path: string): ArtifactStore {
  const file = join(path, "artifacts.sqlite");
  const folder = join(path, "artifacts");
  // The file comes first: a folder beside it is that of an earlier release that was used once more.
  return existsSync(file) || !existsSync(folder) ? sqliteArtifacts({ path: file }) : fileArtifacts({ root: folder });
}
