import type { Connection } from "@groundwork/sqlite-file";
import { keyAfter } from "./key-range.ts";

/** Artifacts that one transaction deletes at most. */
const MAX_ARTIFACTS = 1_000;

/** Pages that one call gives back at most: each may move one from the end of the file. */
const MAX_PAGES = 4_096;

export interface DeletedArtifacts {
  readonly deleted: number;
  /** Where the rest begins, when there is one. */
  readonly rest: string | undefined;
  /** Pages of the file that hold nothing any more. */
  readonly freePages: number;
}

export interface DeletionBounds {
  readonly maxBytes: number;
  /** Delete one artifact even if it is larger. */
  readonly atLeastOne: boolean;
}

/** Deletes artifacts with keys from `from` up to but without `end`, within the bounds. Runs inside a transaction. */
export function deleteArtifacts(
  connection: Connection,
  from: string,
  end: string,
  { maxBytes, atLeastOne }: DeletionBounds,
): DeletedArtifacts {
  const found = connection.all(
    "SELECT key, length(bytes) AS bytes FROM artifacts WHERE key >= ? AND key < ? ORDER BY key LIMIT ?",
    from,
    end,
    MAX_ARTIFACTS,
  ) as unknown as { readonly key: string; readonly bytes: number }[];
  let bytes = 0;
  let last: string | undefined;
  for (const artifact of found) {
    bytes += artifact.bytes;
    if (bytes > maxBytes && !(atLeastOne && last === undefined)) break;
    last = artifact.key;
  }
  if (last === undefined) return { deleted: 0, rest: found[0]?.key, freePages: 0 };
  const deleted = connection.run("DELETE FROM artifacts WHERE key >= ? AND key <= ?", from, last);
  const isAll = found.length < MAX_ARTIFACTS && last === found.at(-1)?.key;
  return { deleted, rest: isAll ? undefined : keyAfter(last), freePages: giveBackPages(connection) };
}

/** Takes empty pages out of the file, a bounded number of them, and tells how many are left. Runs inside a transaction. */
export function giveBackPages(connection: Connection): number {
  connection.exec(`PRAGMA incremental_vacuum(${MAX_PAGES})`);
  return connection.number("PRAGMA freelist_count");
}
