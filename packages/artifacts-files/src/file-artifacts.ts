import { randomUUID } from "node:crypto";
import { closeSync, type Dirent, fsync, mkdirSync, openSync, renameSync, rmSync, writeSync } from "node:fs";
import { mkdir, open, readdir, readFile, rm, rmdir, stat, unlink } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { promisify } from "node:util";
import {
  type ArtifactStore,
  type CallOptions,
  checkArtifactKey,
  checkArtifactPrefix,
  GroundworkError,
  throwIfAborted,
} from "@groundwork/contracts";
import { fromFileError, isAbsent } from "./file-errors.ts";
import { FolderSync } from "./folder-sync.ts";

export interface FileArtifactsOptions {
  /** The folder of the artifacts. Made by the first `put`. */
  readonly root: string;
  /**
   * Force every artifact to the disk before `put` returns, so that it survives a power cut. Without it a crash of the
   * process still leaves whole artifacts. @default true
   */
  readonly durable?: boolean;
}

const IDS = { driver: "artifacts-files" };

/** Where artifacts are written before they get their name. `~` is in no key. On the same file system as the keys. */
const DRAFTS = "~drafts";

/** Milliseconds after which a draft is a leftover of a crash: no put takes as long. */
const DRAFT_LIFETIME_MS = 60 * 60 * 1000;

/** Times that a put makes its folder again when a delete has just removed it. */
const FOLDER_ATTEMPTS = 5;

/**
 * Bytes up to which a draft is written in the calling thread: the system takes them into memory in less time than a turn of
 * Node's threads takes. What waits for the disk, its sync, never stands in the calling thread.
 */
const MAX_AT_ONCE = 256 * 1024;

const syncFile = promisify(fsync);

/** Artifacts as files of a folder: the key is the path inside it. */
export function fileArtifacts(options: FileArtifactsOptions): ArtifactStore {
  return new FileArtifacts(options);
}

class FileArtifacts implements ArtifactStore {
  readonly name = "files";
  readonly #root: string;
  readonly #durable: boolean;
  readonly #folders = new FolderSync();
  #prepared: Promise<void> | undefined;
  #closed = false;

  constructor({ root, durable = true }: FileArtifactsOptions) {
    if (typeof root !== "string" || root === "") {
      throw new GroundworkError("INVALID_CONFIGURATION", "Expected `root` to be the path of a folder.", IDS);
    }
    this.#root = resolve(root);
    this.#durable = durable;
  }

  async put(key: string, bytes: Uint8Array, options: CallOptions = {}): Promise<void> {
    await this.#call(options, async () => {
      checkArtifactKey(key, IDS.driver);
      await this.#prepare();
      const draft = join(this.#root, DRAFTS, randomUUID());
      try {
        await this.#writeDraft(draft, bytes, options.signal);
        await this.#moveInPlace(draft, join(this.#root, key));
      } catch (error) {
        try {
          rmSync(draft, { force: true });
        } catch {
          // The next store clears it.
        }
        throw error;
      }
    });
  }

  async get(key: string, options: CallOptions = {}): Promise<Uint8Array | undefined> {
    return this.#call(options, async () => {
      checkArtifactKey(key, IDS.driver);
      try {
        const { signal } = options;
        const content = await readFile(join(this.#root, key), signal === undefined ? {} : { signal });
        return new Uint8Array(content.buffer, content.byteOffset, content.byteLength);
      } catch (error) {
        if (isAbsent(error) || (error as NodeJS.ErrnoException).code === "EISDIR") return undefined;
        throw error;
      }
    });
  }

  async has(key: string, options: CallOptions = {}): Promise<boolean> {
    return this.#call(options, async () => {
      checkArtifactKey(key, IDS.driver);
      try {
        return (await stat(join(this.#root, key))).isFile();
      } catch (error) {
        if (isAbsent(error)) return false;
        throw error;
      }
    });
  }

  /** Memory grows with the names of one folder and its parents, not with the store. */
  async *list(prefix: string, options: CallOptions = {}): AsyncGenerator<string, void, undefined> {
    this.#require();
    checkArtifactPrefix(prefix, IDS.driver);
    throwIfAborted(options.signal, IDS);
    const slash = prefix.lastIndexOf("/");
    try {
      yield* this.#walk(prefix.slice(0, slash + 1), prefix, options.signal);
    } catch (error) {
      throw fromFileError(error);
    }
  }

  async deletePrefix(prefix: string, options: CallOptions = {}): Promise<number> {
    if (prefix === "") {
      throw new GroundworkError(
        "INVALID_ARGUMENT",
        "Expected a prefix: an empty one would delete every artifact. Delete the folder itself if that is meant.",
        IDS,
      );
    }
    let deleted = 0;
    let folder = "";
    for await (const key of this.list(prefix, options)) {
      const parent = key.slice(0, key.lastIndexOf("/") + 1);
      if (parent !== folder) await this.#removeEmptyFolders(folder);
      folder = parent;
      await this.#call(options, async () => {
        try {
          await unlink(join(this.#root, key));
          deleted++;
        } catch (error) {
          // Another process was faster.
          if (!isAbsent(error)) throw error;
        }
      });
    }
    await this.#removeEmptyFolders(folder);
    return deleted;
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#prepared?.catch(() => undefined);
  }

  async *#walk(
    folder: string,
    prefix: string,
    signal: AbortSignal | undefined,
  ): AsyncGenerator<string, void, undefined> {
    for (const entry of await this.#entries(folder)) {
      throwIfAborted(signal, IDS);
      const key = folder + entry;
      if (key.endsWith("/")) {
        if (key.startsWith(prefix) || prefix.startsWith(key)) yield* this.#walk(key, prefix, signal);
      } else if (key.startsWith(prefix)) {
        yield key;
      }
    }
  }

  /** Names in a folder, those of folders with a `/` behind, in the order of the keys below them. */
  async #entries(folder: string): Promise<string[]> {
    let entries: Dirent[];
    try {
      entries = await readdir(join(this.#root, folder), { withFileTypes: true });
    } catch (error) {
      if (isAbsent(error)) return [];
      throw error;
    }
    return entries
      .filter((entry) => (entry.isFile() || entry.isDirectory()) && !entry.name.includes("~"))
      .map((entry) => (entry.isDirectory() ? `${entry.name}/` : entry.name))
      .sort((a, b) => (a < b ? -1 : 1));
  }

  async #writeDraft(draft: string, bytes: Uint8Array, signal: AbortSignal | undefined): Promise<void> {
    if (bytes.length <= MAX_AT_ONCE) {
      const file = openSync(draft, "wx");
      try {
        for (let written = 0; written < bytes.length; ) written += writeSync(file, bytes, written);
        if (this.#durable) await syncFile(file);
      } finally {
        closeSync(file);
      }
    } else {
      const file = await open(draft, "wx");
      try {
        await file.writeFile(bytes, signal === undefined ? {} : { signal });
        if (this.#durable) await file.sync();
      } finally {
        await file.close();
      }
    }
    throwIfAborted(signal, IDS);
  }

  async #moveInPlace(draft: string, path: string): Promise<void> {
    const folder = dirname(path);
    for (let attempt = 1; ; attempt++) {
      const firstMade = mkdirSync(folder, { recursive: true });
      try {
        renameSync(draft, path);
      } catch (error) {
        if (isAbsent(error) && attempt < FOLDER_ATTEMPTS) continue;
        throw error;
      }
      if (this.#durable) await this.#syncFolders(folder, firstMade);
      return;
    }
  }

  /** Makes a rename survive a power cut: the folder, and the parents of the folders that were made for it. */
  async #syncFolders(folder: string, firstMade: string | undefined): Promise<void> {
    const last = firstMade === undefined ? folder : dirname(firstMade);
    const synced: Promise<void>[] = [];
    for (let path = folder; ; path = dirname(path)) {
      synced.push(this.#folders.sync(path));
      if (path === last || path === dirname(path)) break;
    }
    await Promise.all(synced);
  }

  async #removeEmptyFolders(folder: string): Promise<void> {
    let rest = folder;
    while (rest !== "") {
      try {
        await rmdir(join(this.#root, rest));
      } catch {
        // Not empty, or removed by another process: the artifacts are gone, and that is what counts.
        return;
      }
      rest = rest.slice(0, rest.lastIndexOf("/", rest.length - 2) + 1);
    }
  }

  /** Makes the folder and clears what crashed puts have left. Once per store, by its first put. */
  #prepare(): Promise<void> {
    this.#prepared ??= this.#clearDrafts().catch((error: unknown) => {
      this.#prepared = undefined;
      throw error;
    });
    return this.#prepared;
  }

  async #clearDrafts(): Promise<void> {
    const drafts = join(this.#root, DRAFTS);
    await mkdir(drafts, { recursive: true });
    for (const name of await readdir(drafts)) {
      const path = join(drafts, name);
      // Another process may be done with its draft at this moment.
      const modified = await stat(path).then(
        (stats) => stats.mtimeMs,
        () => Number.POSITIVE_INFINITY,
      );
      if (modified < Date.now() - DRAFT_LIFETIME_MS) await rm(path, { force: true });
    }
  }

  #require(): void {
    if (this.#closed) throw new GroundworkError("INVALID_ARGUMENT", "The artifact store is closed.", IDS);
  }

  async #call<T>(options: CallOptions, work: () => Promise<T>): Promise<T> {
    this.#require();
    throwIfAborted(options.signal, IDS);
    try {
      return await work();
    } catch (error) {
      throw fromFileError(error);
    }
  }
}
