import { isUtf8 } from "node:buffer";
import type { Dirent } from "node:fs";
import { lstat, readdir, stat } from "node:fs/promises";
import { sep } from "node:path";
import { isSafeKey as isSafeObjectKey } from "@groundwork/source-objects";
import { isAbsent } from "./file-errors.ts";

/** A path as the system has it: bytes where they are not UTF-8. */
export type FilePath = string | Buffer;

export type EntryKind = "file" | "folder" | "link" | "other";

export interface FolderEntry {
  /** The name in a key: Unicode NFC; bytes that are not UTF-8 are written as `%XX`. */
  readonly name: string;
  readonly path: FilePath;
  readonly kind: EntryKind;
}

/** The entries of a folder, in no order. */
export async function readFolder(path: FilePath): Promise<FolderEntry[]> {
  const entries = await readdir(path, { withFileTypes: true });
  // Node reads bytes that are not UTF-8 as U+FFFD, under which nothing can be opened.
  if (Buffer.isBuffer(path) || entries.some((entry) => entry.name.includes("\uFFFD"))) {
    const raw = await readdir(path, { withFileTypes: true, encoding: "buffer" });
    return raw.map((entry) => ({
      name: nameOf(entry.name),
      path: joinPath(path, isUtf8(entry.name) ? entry.name.toString() : entry.name),
      kind: kindOf(entry),
    }));
  }
  return entries.map((entry) => ({
    name: entry.name.normalize("NFC"),
    path: joinPath(path, entry.name),
    kind: kindOf(entry),
  }));
}

/** The path of a key below a folder, `undefined` when nothing has it. */
export async function findPath(folder: FilePath, key: string): Promise<FilePath | undefined> {
  const straight = joinPath(folder, sep === "/" ? key : key.replaceAll("/", sep));
  if (await exists(straight)) return straight;
  // A part may be kept in another Unicode form, or not be UTF-8.
  let path = folder;
  for (const part of key.split("/")) {
    const next = joinPath(path, part);
    if (await exists(next)) {
      path = next;
      continue;
    }
    const entry = (await readFolder(path).catch(() => [])).find(({ name }) => name === part);
    if (entry === undefined) return undefined;
    path = entry.path;
  }
  return path;
}

/** Whether a key can name something below a folder, and nothing outside it. */
export function isSafeKey(key: string): boolean {
  return isSafeObjectKey(key) && (sep === "/" || !/[\\:]/.test(key));
}

export function joinPath(folder: FilePath, name: FilePath): FilePath {
  if (typeof folder === "string" && typeof name === "string")
    return folder.endsWith(sep) ? folder + name : folder + sep + name;
  return Buffer.concat([Buffer.from(folder), Buffer.from(sep), Buffer.from(name)]);
}

/** What a link leads to; `undefined` when it leads nowhere. */
export async function linkKind(path: FilePath): Promise<"file" | "folder" | "other" | undefined> {
  try {
    const stats = await stat(path);
    return stats.isFile() ? "file" : stats.isDirectory() ? "folder" : "other";
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}

export async function exists(path: FilePath): Promise<boolean> {
  try {
    await lstat(path);
    return true;
  } catch (error) {
    if (isAbsent(error)) return false;
    throw error;
  }
}

function nameOf(raw: Buffer): string {
  if (isUtf8(raw)) return raw.toString().normalize("NFC");
  let name = "";
  for (let start = 0; start < raw.length; ) {
    const length = [1, 2, 3, 4].find(
      (count) => start + count <= raw.length && isUtf8(raw.subarray(start, start + count)),
    );
    name +=
      length === undefined ? `%${raw[start]!.toString(16).toUpperCase()}` : raw.toString("utf8", start, start + length);
    start += length ?? 1;
  }
  return name.normalize("NFC");
}

function kindOf(entry: Dirent | Dirent<Buffer>): EntryKind {
  return entry.isFile() ? "file" : entry.isDirectory() ? "folder" : entry.isSymbolicLink() ? "link" : "other";
}
