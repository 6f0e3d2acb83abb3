import { type BigIntStats, realpathSync, statSync } from "node:fs";
import { realpath, stat } from "node:fs/promises";
import { basename, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import {
  type CallOptions,
  type DocumentContent,
  GroundworkError,
  type ListingItem,
  type Permissions,
  type Source,
  type SourceObject,
  throwIfAborted,
} from "@groundwork/contracts";
import { changed, FileContent, hintOf } from "./file-content.ts";
import { codeOf, fromFileError } from "./file-errors.ts";
import { type FilePath, findPath, isSafeKey } from "./file-name.ts";
import type { FilesOptions } from "./files-options.ts";
import { IgnoreRules } from "./ignore-rules.ts";
import { type Root, rootsOf } from "./roots.ts";
import { contains, describeNamedFile, findPermissions, Pace, type Walk, walkFolder } from "./walk.ts";
import { watchRoots } from "./watch-roots.ts";

/** A key that is the same in a URI. */
const PLAIN_KEY = /^[\w./~-]*$/;

/** Files as a source, with what a plan can use to tell an unmounted folder from an emptied one. */
export interface FileSource extends Source {
  /**
   * Tells this folder from another that stands in its place: an unmounted disk leaves a folder of another identity. An
   * opaque text to compare with that of the last run; a restart or a move of the corpus may change it too, so a
   * difference is a reason to ask before deleting much, not a proof. Throws `SOURCE_NOT_FOUND`.
   */
  rootIdentity(options?: CallOptions): Promise<string>;
}

/**
 * Longest time in milliseconds for which a file system gives two changes the same time. A file that was changed a moment ago
 * is read after it, so that a later change shows in its time.
 */
const CLOCK_TICK_MS = 20;

/** The files of a folder and of its folders. Keys are the paths inside it. */
export function folder(path: string, options: FilesOptions = {}): FileSource {
  const name = basename(resolve(path)).normalize("NFC");
  if (options.id === undefined && name === "") {
    throw new GroundworkError("INVALID_CONFIGURATION", "Expected `id`, since this folder has no name of its own.");
  }
  return new Files([{ prefix: "", path: resolve(path) }], options.id ?? name, options);
}

/**
 * Files and folders from several places. The key of a file is its base name, that of a file in a folder begins with the base
 * name of the folder. Deletes are found in the folders named; a file that is named and missing is `SOURCE_NOT_FOUND`.
 */
export function files(paths: readonly string[], options: FilesOptions = {}): FileSource {
  return new Files(rootsOf(paths), options.id ?? "local", options);
}

interface LocatedFile {
  readonly path: FilePath;
  readonly stats: BigIntStats;
  readonly realFile: string;
}

/** The file of a key inside a root; `undefined` when there is none. */
async function locate(root: Root, inside: string): Promise<LocatedFile | undefined> {
  const path = inside === "" ? root.path : await findPath(root.path, inside);
  if (path === undefined) return undefined;
  return { path, stats: await stat(path, { bigint: true }), realFile: String(await realpath(path)) };
}

class Files implements FileSource {
  readonly sourceId: string;
  readonly defaultAccess?: Permissions;
  readonly #roots: readonly Root[];
  readonly #options: FilesOptions;
  readonly #uriBase: string;
  readonly #closing = new AbortController();
  readonly #pace = new Pace();
  readonly #realRoots = new Map<string, string>();
  #permissionsSeen = false;

  constructor(roots: readonly Root[], id: string, options: FilesOptions) {
    if (id.trim() === "")
      throw new GroundworkError("INVALID_CONFIGURATION", "Expected `id` to be a name, found blanks.");
    this.sourceId = `files:${id}`;
    if (options.defaultAccess !== undefined) this.defaultAccess = options.defaultAccess;
    this.#roots = roots;
    this.#options = options;
    this.#uriBase = (options.uriBase ?? `files:${encodeURIComponent(id)}`).replace(/\/?$/, "/");
  }

  get carriesPermissions(): boolean {
    return this.#options.carriesPermissions ?? (this.#options.permissions !== undefined || this.#permissionsSeen);
  }

  async *list(options: CallOptions = {}): AsyncGenerator<ListingItem, void, undefined> {
    const signal = this.#signal(options);
    throwIfAborted(signal, { sourceId: this.sourceId });
    const identity = await this.rootIdentity(options);
    this.#permissionsSeen = await this.#findPermissions(signal);
    const failures: string[] = [];
    let failed = 0;
    let listed = 0;
    const onFailure = (folderKey: string, code: string): void => {
      failed++;
      if (failures.length < 3) failures.push(`"${folderKey}" (${code})`);
    };
    const scope: string[] = [];
    for (const root of this.#roots) {
      for await (const object of this.#listRoot(root, signal, onFailure, scope)) {
        listed++;
        if (object.permissions !== undefined) this.#permissionsSeen = true;
        yield { object };
      }
    }
    // An unmounted disk makes folders vanish one by one, as if they were deleted.
    const after = await this.rootIdentity(options).catch(codeOf);
    if (after !== identity) {
      yield { end: { complete: false, reason: "The root folder was replaced or vanished while it was listed." } };
      return;
    }
    if (failed > 0) {
      const reason = `${failed} folder(s) could not be read: ${failures.join(", ")}${failed > failures.length ? ", ..." : ""}.`;
      yield { end: { complete: false, reason } };
      return;
    }
    if (listed === 0 && this.#options.expectNonEmpty === true) {
      throw new GroundworkError(
        "SOURCE_NOT_FOUND",
        "Expected at least one file, found none. Check whether the disk is mounted; set `expectNonEmpty` to false if the folder may be empty.",
        { sourceId: this.sourceId },
      );
    }
    yield { end: { complete: true, ...(this.#roots[0]?.prefix === "" ? {} : { scope }) } };
  }

  async open(object: SourceObject, options: CallOptions = {}): Promise<DocumentContent> {
    const signal = this.#signal(options);
    const { key } = object;
    const ids = { sourceId: this.sourceId, key };
    throwIfAborted(signal, ids);
    if (!isSafeKey(key)) {
      throw new GroundworkError("INVALID_ARGUMENT", 'Expected a relative key without empty parts, "." and "..".', ids);
    }
    const root = this.#roots.find(({ prefix }) => key === prefix || prefix === "" || key.startsWith(`${prefix}/`));
    if (root === undefined) throw new GroundworkError("NOT_FOUND", "No root of this source has this key.", ids);
    const inside = root.prefix === "" ? key : key.slice(root.prefix.length + 1);
    try {
      const found = this.#locate(root, inside) ?? (await locate(root, inside));
      if (found === undefined || !found.stats.isFile()) {
        throw new GroundworkError("NOT_FOUND", "Expected a file, found none. List the source again.", ids);
      }
      const { path, stats, realFile } = found;
      if (this.#options.followSymlinks !== true && inside !== "" && !(await this.#isInside(root, realFile))) {
        throw new GroundworkError("PERMISSION_DENIED", "The key leads out of the folder through a link.", ids);
      }
      const hint = hintOf(stats);
      const size = Number(stats.size);
      if (hint !== (object.hint ?? hint) || size !== (object.size ?? size)) throw changed(ids);
      const age = Date.now() - Number(stats.mtimeNs / 1_000_000n);
      if (age >= 0 && age < CLOCK_TICK_MS) await sleep(CLOCK_TICK_MS - age, undefined, { signal });
      return new FileContent(path, size, hint, ids);
    } catch (error) {
      throw fromFileError(error, ids);
    }
  }

  watch(options: CallOptions = {}): AsyncIterable<{ readonly key: string; readonly change: "changed" | "deleted" }> {
    return watchRoots(this.#roots, this.#options, this.#signal(options), { sourceId: this.sourceId });
  }

  async rootIdentity(options: CallOptions = {}): Promise<string> {
    const parts: string[] = [];
    for (const { path } of this.#roots) {
      throwIfAborted(options.signal, { sourceId: this.sourceId });
      try {
        const { dev, ino } = await stat(path, { bigint: true });
        parts.push(`${dev}:${ino}`);
      } catch (error) {
        throw fromFileError(error, { sourceId: this.sourceId }, "SOURCE_NOT_FOUND");
      }
    }
    return parts.join(",");
  }

  /** Ends watches and listings. Closing twice is allowed. */
  async close(): Promise<void> {
    this.#closing.abort();
  }

  /** The plain case of {@link locate}, with no wait, on a file system that answers at once. `undefined`: another case. */
  #locate(root: Root, inside: string): LocatedFile | undefined {
    if (!this.#pace.isLocal) return undefined;
    const path = inside === "" ? root.path : resolve(root.path, inside);
    try {
      return {
        path,
        stats: statSync(path, { bigint: true }),
        realFile: realpathSync.native(path),
      };
    } catch {
      return undefined;
    }
  }

  /** Whether a file lies in a root. The root's real path is kept, and asked for again before the answer is no. */
  async #isInside(root: Root, realFile: string): Promise<boolean> {
    const known = this.#realRoots.get(root.path);
    if (known !== undefined && contains(known, realFile)) return true;
    const realRoot = await realpath(root.path);
    this.#realRoots.set(root.path, realRoot);
    return contains(realRoot, realFile);
  }

  async *#listRoot(
    { prefix, path }: Root,
    signal: AbortSignal,
    onFailure: Walk["onFailure"],
    scope: string[],
  ): AsyncGenerator<SourceObject, void, undefined> {
    const ids = { sourceId: this.sourceId };
    try {
      const stats = await stat(path);
      const walk = await this.#walk(path, this.#options, signal, onFailure);
      if (stats.isDirectory()) {
        const base = prefix === "" ? "" : `${prefix}/`;
        scope.push(base);
        yield* walkFolder(walk, base, path, IgnoreRules.from(this.#options));
      } else if (prefix !== "" && stats.isFile()) {
        const object = await describeNamedFile(walk, prefix, path);
        if (object !== undefined) yield object;
      } else {
        throw new GroundworkError("SOURCE_NOT_FOUND", "Expected a folder, found something else. Check the path.", ids);
      }
    } catch (error) {
      throw fromFileError(error, ids, "SOURCE_NOT_FOUND");
    }
  }

  /**
   * Looks for permissions before the first object is listed: who may read an object without any must not depend on whether
   * it comes before or after the first that has some.
   */
  async #findPermissions(signal: AbortSignal): Promise<boolean> {
    const { sidecars, permissions, carriesPermissions } = this.#options;
    if (sidecars === false || permissions !== undefined || carriesPermissions !== undefined) return false;
    const { onSkip: _, ...options } = this.#options;
    for (const { prefix, path } of this.#roots) {
      const walk = await this.#walk(path, options, signal, () => undefined);
      const base = prefix === "" ? "" : `${prefix}/`;
      if (await findPermissions(walk, base, path, IgnoreRules.from(options))) return true;
      if ((await describeNamedFile(walk, prefix, path))?.permissions !== undefined) return true;
    }
    return false;
  }

  async #walk(path: string, options: FilesOptions, signal: AbortSignal, onFailure: Walk["onFailure"]): Promise<Walk> {
    const uriOf = (key: string): string =>
      this.#uriBase + (PLAIN_KEY.test(key) ? key : key.split("/").map(encodeURIComponent).join("/"));
    return { options, signal, pace: this.#pace, realRoot: await realpath(path), followed: new Set(), uriOf, onFailure };
  }

  #signal({ signal }: CallOptions): AbortSignal {
    return signal === undefined ? this.#closing.signal : AbortSignal.any([signal, this.#closing.signal]);
  }
}
