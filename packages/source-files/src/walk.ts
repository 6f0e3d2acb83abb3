import { accessSync, type BigIntStats, statSync } from "node:fs";
import { access, constants, lstat, realpath, stat } from "node:fs/promises";
import { sep } from "node:path";
import { setImmediate } from "node:timers/promises";
import { type SourceObject, throwIfAborted } from "@groundwork/contracts";
import { SIDECAR_SUFFIX } from "@groundwork/source-objects";
import { hintOf } from "./file-content.ts";
import { codeOf, isAbsent, isDenied } from "./file-errors.ts";
import { exists, type FilePath, type FolderEntry, linkKind, readFolder } from "./file-name.ts";
import type { FilesOptions, SkipReason } from "./files-options.ts";
import { IGNORE_FILE, type IgnoreRules } from "./ignore-rules.ts";
import { readSidecar } from "./sidecar.ts";

/** Files looked at together. */
const PARALLEL = 32;

/** Milliseconds that a look at {@link PARALLEL} files takes on a disk of this machine at most; a network takes longer. */
const LOCAL_MS = 25;

/** Looks that may take longer one after the other: a busy machine is no network. */
const LATE_LOOKS = 2;

/** Files looked at without a turn of the event loop. */
const FILES_A_TURN = 256;

/**
 * Whether the file system answers at once. Then asking it directly costs a fifth of asking it through Node's threads; else many
 * questions at once hide the wait, and nothing else stands still meanwhile.
 */
export class Pace {
  #late = 0;

  get isLocal(): boolean {
    return this.#late < LATE_LOOKS;
  }

  /** Notes how long a look took, in milliseconds. */
  note(milliseconds: number): void {
    if (this.isLocal) this.#late = milliseconds > LOCAL_MS ? this.#late + 1 : 0;
  }
}

/** What one listing shares. */
export interface Walk {
  readonly options: FilesOptions;
  readonly signal: AbortSignal | undefined;
  readonly pace: Pace;
  /** Real path of the root: links to places inside are not followed. */
  readonly realRoot: string;
  /** Real paths that links have led to. */
  readonly followed: Set<string>;
  readonly uriOf: (key: string) => string;
  /** A folder could not be read: what was known to be below it must not be taken for deleted. */
  readonly onFailure: (folderKey: string, code: string) => void;
}

interface File {
  readonly key: string;
  readonly path: FilePath;
  readonly sidecar?: FilePath;
}

/** The objects below a folder, in ascending code-unit order of keys. Holds the names of one folder and its parents. */
export async function* walkFolder(
  walk: Walk,
  prefix: string,
  folder: FilePath,
  outerRules: IgnoreRules,
): AsyncGenerator<SourceObject, void, undefined> {
  throwIfAborted(walk.signal);
  let entries: FolderEntry[];
  let rules: IgnoreRules;
  try {
    entries = await readFolder(folder);
    const hasRules = entries.some(({ name }) => name === IGNORE_FILE);
    rules = hasRules ? await outerRules.inside(prefix, folder) : outerRules;
  } catch (error) {
    // A folder that vanished after its parent was read is a deleted one; the root itself is checked at the end.
    if (!isAbsent(error)) walk.onFailure(prefix, codeOf(error));
    return;
  }
  const sidecars = walk.options.sidecars === false ? undefined : new Map<string, FilePath>();
  const kept = await keepEntries(walk, prefix, entries, rules, sidecars);
  let files: File[] = [];
  let looked = 0;
  for (const entry of kept) {
    if (entry.kind === "folder") {
      yield* describeFiles(walk, files);
      files = [];
      yield* walkFolder(walk, `${prefix}${entry.name}/`, entry.path, rules);
      continue;
    }
    const sidecar = sidecars?.get(entry.name);
    files.push({ key: prefix + entry.name, path: entry.path, ...(sidecar === undefined ? {} : { sidecar }) });
    if (files.length === PARALLEL) {
      yield* describeFiles(walk, files);
      looked += files.length;
      if (looked % FILES_A_TURN === 0) await setImmediate();
      files = [];
    }
  }
  yield* describeFiles(walk, files);
}

/** Whether any file below a folder has a sidecar with permissions. Reads names and sidecars only, up to the first. */
export async function findPermissions(
  walk: Walk,
  prefix: string,
  folder: FilePath,
  outerRules: IgnoreRules,
): Promise<boolean> {
  throwIfAborted(walk.signal);
  let entries: FolderEntry[];
  let rules: IgnoreRules;
  try {
    entries = await readFolder(folder);
    rules = await outerRules.inside(prefix, folder);
  } catch {
    // The listing finds it too, and tells.
    return false;
  }
  // Of a thousand files few have a sidecar: the others need no look.
  const described = new Set(
    entries.flatMap(({ name }) => (name.endsWith(SIDECAR_SUFFIX) ? [name.slice(0, -SIDECAR_SUFFIX.length)] : [])),
  );
  const candidates = entries.filter(
    ({ name, kind }) => kind !== "file" || name.endsWith(SIDECAR_SUFFIX) || described.has(name),
  );
  const sidecars = new Map<string, FilePath>();
  for (const entry of await keepEntries(walk, prefix, candidates, rules, sidecars)) {
    const path = sidecars.get(entry.name);
    if (entry.kind === "folder") {
      if (await findPermissions(walk, `${prefix}${entry.name}/`, entry.path, rules)) return true;
    } else if (path !== undefined) {
      const sidecar = await readSidecar(path).catch(() => undefined);
      if (sidecar?.permissions !== undefined) return true;
    }
  }
  return false;
}

/** Describes a file that is named by itself, with the sidecar beside it. */
export async function describeNamedFile(walk: Walk, key: string, path: string): Promise<SourceObject | undefined> {
  const sidecar = path + SIDECAR_SUFFIX;
  const hasSidecar = walk.options.sidecars !== false && (await exists(sidecar));
  return describeFile(walk, { key, path, ...(hasSidecar ? { sidecar } : {}) });
}

/** Describes one file; `undefined` when it is gone. */
async function describeFile(walk: Walk, { key, path, sidecar }: File): Promise<SourceObject | undefined> {
  const object: SourceObject = { key, uri: walk.uriOf(key) };
  let stats: BigIntStats;
  try {
    stats = await stat(path, { bigint: true });
  } catch (error) {
    if (isAbsent(error)) return (await isLink(path)) ? { ...object, state: "unavailable" } : undefined;
    return { ...object, state: isDenied(error) ? "hidden" : "unavailable" };
  }
  if (!stats.isFile()) return undefined;
  const known: SourceObject = { ...object, ...factsOf(stats), ...(await readAccess(walk, key, sidecar)) };
  if (known.state !== undefined) return known;
  try {
    await access(path, constants.R_OK);
    return known;
  } catch (error) {
    return isAbsent(error) ? undefined : { ...known, state: isDenied(error) ? "hidden" : "unavailable" };
  }
}

function factsOf(stats: BigIntStats): Pick<SourceObject, "size" | "modifiedAt" | "hint"> {
  return {
    size: Number(stats.size),
    modifiedAt: Number(stats.mtimeNs / 1_000_000n),
    hint: hintOf(stats),
  };
}

/** The plain case of {@link describeFile}, with no wait: a file that can be read and has no sidecar. `undefined`: another case. */
function describePlainFile(walk: Walk, { key, path, sidecar }: File): SourceObject | undefined {
  if (sidecar !== undefined) return undefined;
  try {
    const stats = statSync(path, { bigint: true });
    accessSync(path, constants.R_OK);
    if (!stats.isFile()) return undefined;
    const permissions = walk.options.permissions?.(key);
    return { key, uri: walk.uriOf(key), ...factsOf(stats), ...(permissions === undefined ? {} : { permissions }) };
  } catch {
    return undefined;
  }
}

async function* describeFiles(walk: Walk, files: readonly File[]): AsyncGenerator<SourceObject, void, undefined> {
  if (files.length === 0) return;
  throwIfAborted(walk.signal);
  const started = performance.now();
  const plain = files.map((file) => (walk.pace.isLocal ? describePlainFile(walk, file) : undefined));
  walk.pace.note(performance.now() - started);
  const objects = plain.includes(undefined)
    ? await Promise.all(files.map((file, index) => plain[index] ?? describeFile(walk, file)))
    : plain;
  for (const object of objects) {
    throwIfAborted(walk.signal);
    if (object !== undefined) yield object;
  }
}

/** Attributes and permissions. A sidecar that cannot be read or understood makes the object unavailable, never public. */
async function readAccess(
  walk: Walk,
  key: string,
  path: FilePath | undefined,
): Promise<Pick<SourceObject, "attributes" | "permissions" | "state">> {
  const given = walk.options.permissions?.(key);
  const permissions = given === undefined ? {} : { permissions: given };
  if (path === undefined) return permissions;
  const sidecar = await readSidecar(path).catch((error: unknown) => (isAbsent(error) ? { attributes: {} } : undefined));
  return sidecar === undefined ? { ...permissions, state: "unavailable" } : { ...sidecar, ...permissions };
}

/** Leaves out what is ignored, sorts the rest by key, sets sidecars apart and follows links. */
async function keepEntries(
  walk: Walk,
  prefix: string,
  entries: readonly FolderEntry[],
  rules: IgnoreRules,
  sidecars: Map<string, FilePath> | undefined,
): Promise<FolderEntry[]> {
  const kept = new Map<string, FolderEntry>();
  const skip = (name: string, reason: SkipReason): void => walk.options.onSkip?.({ key: prefix + name, reason });
  // In order: of two links to one place, and of two names that clash, the same is kept on every machine.
  for (const found of [...entries].sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (sidecars !== undefined && found.name.endsWith(SIDECAR_SUFFIX) && found.kind === "file") {
      sidecars.set(found.name.slice(0, -SIDECAR_SUFFIX.length), found.path);
      continue;
    }
    if (rules.ignores(prefix + found.name, found.kind === "folder")) continue;
    const entry = found.kind === "link" ? await followLink(walk, found) : found;
    if (entry.kind === "link" || entry.kind === "other") {
      skip(entry.name, entry.kind === "link" ? "link" : "special");
    } else if (found.kind === "link" && entry.kind === "folder" && rules.ignores(prefix + found.name, true)) {
      // A pattern for folders covers a link to one.
    } else if (kept.has(entry.name)) {
      // The entry whose own name is in NFC wins: its path ends with the key's name.
      if (String(entry.path).endsWith(entry.name)) kept.set(entry.name, entry);
      skip(entry.name, "name-clash");
    } else {
      kept.set(entry.name, entry);
    }
  }
  const orderOf = ({ name, kind }: FolderEntry): string => (kind === "folder" ? `${name}/` : name);
  return [...kept.values()].sort((a, b) => (orderOf(a) < orderOf(b) ? -1 : 1));
}

/** The entry as what its link leads to; as a link when it is not followed. A link that leads nowhere is a missing file. */
async function followLink(walk: Walk, entry: FolderEntry): Promise<FolderEntry> {
  if (walk.options.followSymlinks !== true) return entry;
  try {
    const kind = await linkKind(entry.path);
    if (kind === undefined) return { ...entry, kind: "file" };
    const target = await realpath(entry.path);
    if (contains(walk.realRoot, target) || contains(target, walk.realRoot) || walk.followed.has(target)) return entry;
    walk.followed.add(target);
    return { ...entry, kind };
  } catch {
    return { ...entry, kind: "file" };
  }
}

/** Whether a path is a folder or lies below it. */
export function contains(folder: string, path: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}

async function isLink(path: FilePath): Promise<boolean> {
  return lstat(path).then(
    (stats) => stats.isSymbolicLink(),
    () => false,
  );
}
