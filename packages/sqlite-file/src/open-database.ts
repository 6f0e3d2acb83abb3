import { randomUUID } from "node:crypto";
import { constants } from "node:fs";
import { copyFile, link, mkdir, open, rm, stat } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { GroundworkError } from "@groundwork/contracts";
import { Connection } from "./connection.ts";
import type { DatabaseKind } from "./database-kind.ts";
import { fromSqliteError } from "./sqlite-errors.ts";
import { type WaitOptions, whenFree } from "./when-free.ts";

export interface OpenDatabaseOptions extends WaitOptions {
  readonly path: string;
  /** Bytes up to which the whole file is read to find damage. A bigger one is checked as it is read. */
  readonly integrityCheckLimit: number;
}

/**
 * Opens a database for reading and writing, creating or migrating it, and checks whose it is. It has a write-ahead log.
 *
 * @throws GroundworkError the kind's codes for a busy and a damaged file, `SCHEMA_MISMATCH` (another program's), `FORMAT_TOO_NEW`,
 * `PERMISSION_DENIED`, `DISK_FULL`, `INVALID_CONFIGURATION`.
 */
export async function openDatabase(options: OpenDatabaseOptions): Promise<Connection> {
  const { kind, path } = options;
  try {
    const size = (await sizeOf(path, kind)) ?? (await createDatabase(path, kind));
    if (size === 0) throw damaged(kind, `The ${kind.name} file ${basename(path)} is empty.`);
    const connection = new Connection(path);
    try {
      await whenFree(() => checkOwner(connection, path, kind), options);
      connection.exec(kind.settings);
      if (size <= options.integrityCheckLimit) await whenFree(() => checkIntegrity(connection, path, kind), options);
      // A backup made by SQLite comes back without the write-ahead log.
      await whenFree(() => connection.exec("PRAGMA journal_mode = WAL"), options);
      await whenFree(() => migrate(connection, kind.migrations), options);
      return connection;
    } catch (error) {
      connection.close();
      throw error;
    }
  } catch (error) {
    throw fromSqliteError(error, kind);
  }
}

function damaged(kind: DatabaseKind, what: string, cause?: unknown): GroundworkError {
  return new GroundworkError(kind.codes.corrupt, `${what} ${kind.remedy}`, {
    driver: kind.driver,
    ...(cause === undefined ? {} : { cause }),
  });
}

/** Bytes of a file, `undefined` when there is none. */
async function sizeOf(path: string, { driver }: DatabaseKind): Promise<number | undefined> {
  try {
    const stats = await stat(path);
    if (stats.isFile()) return stats.size;
    throw new GroundworkError("INVALID_CONFIGURATION", `Expected ${basename(path)} to be a file, found a folder.`, {
      driver,
    });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/**
 * Makes the database beside its place and puts it there complete: another process never sees an empty or half made file,
 * so an empty file is always damage. Returns its size, or that of the one another process put there first.
 */
async function createDatabase(path: string, kind: DatabaseKind): Promise<number> {
  await mkdir(dirname(path), { recursive: true });
  if ((await sizeOf(`${path}-wal`, kind)) !== undefined && (await sizeOf(path, kind)) === undefined) {
    throw damaged(kind, `The ${kind.name} file ${basename(path)} is missing, but its -wal file is there.`);
  }
  const draft = `${path}.draft-${randomUUID()}`;
  try {
    const connection = new Connection(draft);
    try {
      // Nobody sees the draft: it is enough that it is on the disk whole before it gets its place.
      connection.exec(`PRAGMA synchronous = OFF; ${kind.layout ?? ""}`);
      connection.exec(`PRAGMA application_id = ${kind.applicationId}`);
      migrate(connection, kind.migrations);
      connection.exec("PRAGMA journal_mode = WAL");
    } finally {
      connection.close();
    }
    await syncFile(draft);
    await publish(draft, path);
  } finally {
    for (const suffix of ["", "-wal", "-shm", "-journal"]) await rm(`${draft}${suffix}`, { force: true });
  }
  return (await sizeOf(path, kind)) ?? 0;
}

async function syncFile(path: string): Promise<void> {
  const file = await open(path, "r+");
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

async function publish(draft: string, path: string): Promise<void> {
  try {
    await link(draft, path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EEXIST") return;
    // Some file systems have no hard links.
    if (code !== "EPERM" && code !== "ENOTSUP" && code !== "EOPNOTSUPP" && code !== "ENOSYS") throw error;
    await copyFile(draft, path, constants.COPYFILE_EXCL).catch((failure: NodeJS.ErrnoException) => {
      if (failure.code !== "EEXIST") throw failure;
    });
  }
  const folder = await open(dirname(path), "r").catch(() => undefined);
  // Windows cannot sync a folder, and needs not to.
  await folder?.sync().catch(() => undefined);
  await folder?.close();
}

function checkOwner(connection: Connection, path: string, kind: DatabaseKind): void {
  const { applicationId, driver, migrations, name, nameWithArticle } = kind;
  if (connection.number("PRAGMA application_id") !== applicationId) {
    throw new GroundworkError(
      "SCHEMA_MISMATCH",
      `${basename(path)} is an SQLite database of another program, not ${nameWithArticle}. Choose another path.`,
      { driver },
    );
  }
  const format = connection.number("PRAGMA user_version");
  if (format > migrations.length) {
    throw new GroundworkError(
      "FORMAT_TOO_NEW",
      `The ${name} has format ${format}, this release reads up to ${migrations.length}. Upgrade the packages.`,
      { driver },
    );
  }
}

function checkIntegrity(connection: Connection, path: string, kind: DatabaseKind): void {
  const result = Object.values(connection.get("PRAGMA quick_check(1)") ?? {})[0];
  if (result !== "ok") {
    throw damaged(kind, `The ${kind.name} file ${basename(path)} is damaged.`, new Error(String(result)));
  }
}

/** Brings a database to the newest format. Safe when several processes do it at once. */
export function migrate(connection: Connection, migrations: readonly string[]): void {
  if (connection.number("PRAGMA user_version") >= migrations.length) return;
  connection.transaction(() => {
    for (let format = connection.number("PRAGMA user_version"); format < migrations.length; format++) {
      connection.exec(`${migrations[format]}; PRAGMA user_version = ${format + 1};`);
    }
  });
}
