import { closeSync, fsync, openSync } from "node:fs";
import { promisify } from "node:util";

const sync = promisify(fsync);

interface Turn {
  readonly running: Promise<void>;
  /** Begins when `running` has ended; all that ask meanwhile share it. */
  next: Promise<void> | undefined;
}

/**
 * Forces folders to the disk. Many that ask for one folder at once share a sync, which begins after the last of them asked: what
 * each did before is in it.
 */
export class FolderSync {
  readonly #turns = new Map<string, Turn>();

  sync(path: string): Promise<void> {
    // Windows cannot open folders, and some file systems cannot sync them: there the rename itself has to do.
    if (process.platform === "win32") return Promise.resolve();
    const turn = this.#turns.get(path);
    if (turn === undefined) return this.#begin(path);
    const again = (): Promise<void> => this.#begin(path);
    turn.next ??= turn.running.then(again, again);
    return turn.next;
  }

  #begin(path: string): Promise<void> {
    const turn: Turn = { running: syncFolder(path), next: undefined };
    this.#turns.set(path, turn);
    const ended = (): void => {
      if (turn.next === undefined) this.#turns.delete(path);
    };
    turn.running.then(ended, ended);
    return turn.running;
  }
}

async function syncFolder(path: string): Promise<void> {
  const folder = openSync(path, "r");
  try {
    await sync(folder);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== "EINVAL" && code !== "ENOTSUP" && code !== "EPERM") throw error;
  } finally {
    closeSync(folder);
  }
}
