import { type FSWatcher, watch } from "node:fs";
import { lstat, realpath, stat } from "node:fs/promises";
import { dirname, sep } from "node:path";
import { type ErrorIds, GroundworkError, throwIfAborted } from "@groundwork/contracts";
import { SIDECAR_SUFFIX } from "@groundwork/source-objects";
import { fromFileError } from "./file-errors.ts";
import { type FilePath, findPath } from "./file-name.ts";
import type { FilesOptions } from "./files-options.ts";
import { IgnoreRules } from "./ignore-rules.ts";
import type { Root } from "./roots.ts";
import { contains, Pace, type Walk, walkFolder } from "./walk.ts";

export interface FileChange {
  readonly key: string;
  readonly change: "changed" | "deleted";
}

/** Keys that wait for their file to come to rest. More at once are a reason to list again. */
const MAX_PENDING = 50_000;

/**
 * Changes below the roots, each key once it has rested for `debounceMs`. Changes are told from when the first item is asked
 * for. A folder that vanishes is told by its own key: what was below it is deleted. A change is a hint: what the plan
 * lists is the truth. Ends when the signal fires.
 */
export async function* watchRoots(
  roots: readonly Root[],
  options: FilesOptions,
  signal: AbortSignal,
  ids: ErrorIds,
): AsyncGenerator<FileChange, void, undefined> {
  throwIfAborted(signal, ids);
  const debounceMs = options.debounceMs ?? 250;
  /** Key -> when it has rested, in the order of time: a key that changes again goes to the end. */
  const pending = new Map<string, { readonly root: Root; readonly dueAt: number }>();
  const watchers: FSWatcher[] = [];
  let failure: unknown;
  let wake = (): void => undefined;
  const fail = (error: unknown): void => {
    failure ??= error;
    wake();
  };
  const onAbort = (): void => wake();
  try {
    signal.addEventListener("abort", onAbort);
    for (const root of roots) {
      const isFolder = (await stat(root.path)).isDirectory();
      const add = (name: string | null): void => {
        if (name === null || (!isFolder && name !== root.path.slice(dirname(root.path).length).replace(/^[\\/]/, "")))
          return;
        // A name that is not UTF-8 arrives broken: then its folder is looked at.
        const whole = name.includes("\uFFFD") ? dirname(name).replace(/^\.$/, "") : name;
        const key = keyOf(root, isFolder ? whole : "", options);
        pending.delete(key);
        pending.set(key, { root, dueAt: performance.now() + debounceMs });
        if (pending.size > MAX_PENDING) {
          fail(
            new GroundworkError(
              "SOURCE_INCOMPLETE",
              "Too many files changed at once to tell them all. List the source.",
              ids,
            ),
          );
        }
        wake();
      };
      // A single file is watched through its folder: editors replace files, and a watch would stay with the old one.
      const watcher = watch(isFolder ? root.path : dirname(root.path), { recursive: isFolder }, (_event, name) =>
        add(name),
      );
      watcher.on("error", fail);
      watchers.push(watcher);
    }
    for (;;) {
      if (failure !== undefined) throw failure;
      if (signal.aborted) return;
      const next = pending.entries().next().value;
      const wait = next === undefined ? undefined : next[1].dueAt - performance.now();
      if (next === undefined || wait === undefined || wait > 0) {
        await new Promise<void>((done) => {
          const timer = wait === undefined ? undefined : setTimeout(done, wait);
          wake = (): void => {
            clearTimeout(timer);
            done();
          };
          if (failure !== undefined || signal.aborted) wake();
        });
        continue;
      }
      pending.delete(next[0]);
      yield* changesOf(next[1].root, next[0], options, signal);
    }
  } catch (error) {
    throw fromFileError(error, ids, "SOURCE_NOT_FOUND");
  } finally {
    signal.removeEventListener("abort", onAbort);
    for (const watcher of watchers) watcher.close();
  }
}

/** Key of what the system reports; that of its file for a sidecar. */
function keyOf({ prefix }: Root, name: string, options: FilesOptions): string {
  const key = [prefix, ...name.split(sep)]
    .filter((part) => part !== "")
    .join("/")
    .normalize("NFC");
  return options.sidecars !== false && key.endsWith(SIDECAR_SUFFIX) ? key.slice(0, -SIDECAR_SUFFIX.length) : key;
}

async function* changesOf(
  root: Root,
  key: string,
  options: FilesOptions,
  signal: AbortSignal,
): AsyncGenerator<FileChange, void, undefined> {
  const inside = root.prefix === "" ? key : key.slice(root.prefix.length + 1);
  const base = root.prefix === "" ? "" : `${root.prefix}/`;
  const realRoot = await realpath(root.path);
  // The rules on the way down: a file in an ignored folder is ignored too.
  let rules = await IgnoreRules.from(options).inside(base, root.path);
  if (inside === "") {
    yield* changesAt(root.path, key);
    return;
  }
  let folderKey = base;
  let path: FilePath = root.path;
  let viaLink = false;
  const parts = inside.split("/");
  for (const [index, part] of parts.entries()) {
    const partKey = folderKey + part;
    const found: FilePath | undefined = await findPath(path, part);
    const stats = found === undefined ? undefined : await stat(found).catch(() => undefined);
    const isFolder = stats?.isDirectory() === true;
    if (rules.ignores(partKey, isFolder)) return;
    if (found === undefined || stats === undefined) {
      yield { key, change: "deleted" };
      return;
    }
    viaLink ||= (await lstat(found)).isSymbolicLink();
    // As in a listing: a link is followed when asked for, and never to a place inside.
    if (viaLink && (options.followSymlinks !== true || contains(realRoot, String(await realpath(found))))) return;
    if (index === parts.length - 1) {
      yield* changesAt(found, key);
      return;
    }
    folderKey = `${partKey}/`;
    path = found;
    rules = await rules.inside(folderKey, path);
  }

  async function* changesAt(found: FilePath, foundKey: string): AsyncGenerator<FileChange, void, undefined> {
    if ((await stat(found)).isFile()) {
      yield { key: foundKey, change: "changed" };
      return;
    }
    // A folder that is moved in brings files of which the system says nothing.
    const walk: Walk = {
      options,
      signal,
      pace: new Pace(),
      realRoot,
      followed: new Set(),
      uriOf: (name) => name,
      onFailure: () => undefined,
    };
    const prefix = foundKey === "" ? "" : `${foundKey}/`;
    for await (const object of walkFolder(walk, prefix, found, rules)) yield { key: object.key, change: "changed" };
  }
}
