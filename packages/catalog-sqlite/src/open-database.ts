import { randomUUID } from "node:crypto";
import { constants } from "node:fs";
import { copyFile, link, mkdir, open, rm, stat } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { GroundworkError } from "@groundwork/contracts";
import { Connection } from "./connection.ts";
import { APPLICATION_ID, MIGRATIONS } from "./schema.ts";
import { REMEDY } from "./sqlite-errors.ts";
import { type WaitOptions, whenFree } from "./when-free.ts";

const IDS = { driver: "catalog-sqlite" };

export interface OpenDatabaseOptions extends WaitOptions {
  readonly path: string;
  readonly integrityCheckLimit: number;
  readonly migrations?: readonly string[];
}

/** Opens a catalog, creating or migrating it, and checks what is there. */
export async function openDatabase(options: OpenDatabaseOptions): Promise<Connection> {
  const { path, migrations = MIGRATIONS } = options;
  const size = (await sizeOf(path)) ?? (await createDatabase(path, migrations));
  if (size === 0) {
    throw new GroundworkError("CATALOG_CORRUPT", `The catalog file ${basename(path)} is empty. ${REMEDY}`, IDS);
  }
  const connection = new Connection(path);
  try {
    await whenFree(() => checkOwner(connection, path, migrations.length), options);
    connection.configure();
    if (size <= options.integrityCheckLimit) await whenFree(() => checkIntegrity(connection, path), options);
    // A backup made by SQLite comes back without the write-ahead log.
    await whenFree(() => connection.exec("PRAGMA journal_mode = WAL"), options);
    await whenFree(() => migrate(connection, migrations), options);
    return connection;
  } catch (error) {
    connection.close();
    throw error;
  }
}

/** Bytes of a file, `undefined` when there is none. */
async function sizeOf(path: string): Promise<number | undefined> {
  try {
    const stats = await stat(path);
    if (stats.isFile()) return stats.size;
    throw new GroundworkError("INVALID_CONFIGURATION", `Expected ${basename(path)} to be a file, found a folder.`, IDS);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/**
 * Makes the catalog beside its place and puts it there complete: another process never sees an empty or half made file,
 * so an empty file is always damage. Returns its size, or that of the one another process put there first.
 */
async function createDatabase(path: string, migrations: readonly string[]): Promise<number> {
  await mkdir(dirname(path), { recursive: true });
  if ((await sizeOf(`${path}-wal`)) !== undefined && (await sizeOf(path)) === undefined) {
    throw new GroundworkError(
      "CATALOG_CORRUPT",
      `The catalog file ${basename(path)} is missing, but its -wal file is there. ${REMEDY}`,
      IDS,
    );
  }
  const draft = `${path}.draft-${randomUUID()}`;
  try {
    const connection = new Connection(draft);
    try {
      connection.configure();
      connection.exec(`PRAGMA application_id = ${APPLICATION_ID}`);
      migrate(connection, migrations);
      connection.exec("PRAGMA journal_mode = WAL");
    } finally {
      connection.close();
    }
    await publish(draft, path);
  } finally {
    for (const suffix of ["", "-wal", "-shm", "-journal"]) await rm(`${draft}${suffix}`, { force: true });
  }
  return (await sizeOf(path)) ?? 0;
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

function checkOwner(connection: Connection, path: string, newest: number): void {
  if (connection.number("PRAGMA application_id") !== APPLICATION_ID) {
    throw new GroundworkError(
      "SCHEMA_MISMATCH",
      `${basename(path)} is an SQLite database of another program, not a catalog. Choose another path.`,
      IDS,
    );
  }
  const format = connection.number("PRAGMA user_version");
  if (format > newest) {
    throw new GroundworkError(
      "FORMAT_TOO_NEW",
      `The catalog has format ${format}, this release reads up to ${newest}. Upgrade the packages.`,
      IDS,
    );
  }
}

function checkIntegrity(connection: Connection, path: string): void {
  const result = Object.values(connection.get("PRAGMA quick_check(1)") ?? {})[0];
  if (result !== "ok") {
    throw new GroundworkError("CATALOG_CORRUPT", `The catalog file ${basename(path)} is damaged. ${REMEDY}`, {
      ...IDS,
      cause: new Error(String(result)),
    });
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
