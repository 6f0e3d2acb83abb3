import { closeSync, fdatasync, openSync } from "node:fs";
import { promisify } from "node:util";
import { GroundworkError } from "@groundwork/contracts";
import { ARTIFACT_DATABASE } from "./artifact-database.ts";

const syncFile = promisify(fdatasync);

/**
 * Forces the write-ahead log of a database to the disk. SQLite itself would do so inside COMMIT and the calling thread would stand
 * still; here a thread of Node's waits for the disk.
 *
 * Its own handle on the log is safe: SQLite's locks are on the database and on the -shm file, and the log stays the same file as long
 * as the connection is open. What has left the log was synced into the database by whoever moved it there.
 */
export class LogSync {
  readonly #path: string;
  #file: number | undefined;

  /** Of the database at `path`. The log must be there at the first `sync`: a connection that has read or written has made it. */
  constructor(path: string) {
    this.#path = path;
  }

  async sync(): Promise<void> {
    this.#file ??= this.#openLog();
    await syncFile(this.#file);
  }

  close(): void {
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
  }

  #openLog(): number {
    try {
      return openSync(`${this.#path}-wal`, "r+");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
      // Without shared memory for its index SQLite quietly does without a log.
      throw new GroundworkError(
        "INVALID_CONFIGURATION",
        "Expected the file system of the artifact store to keep a write-ahead log, found none. Choose a path on a local disk.",
        { driver: ARTIFACT_DATABASE.driver, cause: error },
      );
    }
  }
}
