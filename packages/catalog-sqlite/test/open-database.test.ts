import { mkdtempSync } from "node:fs";
import { chmod, copyFile, mkdir, open, readdir, rm, stat, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { Catalog } from "@groundwork/contracts";
import { Connection, migrate, openDatabase } from "@groundwork/sqlite-file";
import { expectError } from "@groundwork/testing";
import { documentOf } from "@groundwork/testing/catalog-fixtures";
import { afterAll, describe, expect, test } from "vitest";
import { CATALOG_DATABASE } from "../src/catalog-database.ts";
import { sqliteCatalog } from "../src/index.ts";
import { MIGRATIONS } from "../src/schema.ts";

const folder = mkdtempSync(join(tmpdir(), "groundwork-open-"));
afterAll(() => rm(folder, { recursive: true, force: true }));

let places = 0;
const newPath = (): string => join(folder, `place-${++places}`, "deep", "catalog.sqlite");

async function written(documents = 500): Promise<string> {
  const path = newPath();
  const catalog = sqliteCatalog({ path });
  await catalog.open();
  await catalog.updateDocuments(Array.from({ length: documents }, (_, index) => documentOf(`d${index}.md`)));
  await catalog.close();
  return path;
}

const tryOpen = async (path: string, options: { integrityCheckLimit?: number } = {}): Promise<void> => {
  const catalog: Catalog = sqliteCatalog({ path, ...options });
  try {
    await catalog.open();
  } finally {
    await catalog.close();
  }
};

describe("a damaged catalog", () => {
  test("an empty file is damage, and the message says what to do", async () => {
    const path = await written();
    await truncate(path, 0);
    const error = await expectError(() => tryOpen(path), "CATALOG_CORRUPT");
    expect(error.message).toMatch(/empty.*[Rr]estore.*backup.*ingest again/);
    expect(error.message).not.toContain(folder);
    expect((await stat(path)).size).toBe(0);
  });

  test.each([
    ["text", Buffer.from("this is not a database, however long the text may be. ".repeat(100))],
    ["zeros", Buffer.alloc(8_192)],
    ["a short file", Buffer.from("SQLite")],
  ])("%s is damage, and stays as it is", async (_name, content) => {
    const path = await written();
    await writeFile(path, content);
    const error = await expectError(() => tryOpen(path), "CATALOG_CORRUPT", "SCHEMA_MISMATCH");
    expect(error.code).toBe("CATALOG_CORRUPT");
    expect(error.message).toMatch(/Restore/);
    expect((await stat(path)).size).toBe(content.length);
  });

  test("a file cut short is damage", async () => {
    const path = await written();
    await truncate(path, 8_192);
    await expectError(() => tryOpen(path), "CATALOG_CORRUPT");
    await expectError(() => tryOpen(path, { integrityCheckLimit: 0 }), "CATALOG_CORRUPT");
  });

  test("a page of garbage is found when opening, and when reading where the check is switched off", async () => {
    const path = await written();
    const { size } = await stat(path);
    const file = await open(path, "r+");
    for (let position = 8_192; position < size; position += 4_096)
      await file.write(Buffer.alloc(4_000, 0xa5), 0, 4_000, position);
    await file.close();
    await expectError(() => tryOpen(path), "CATALOG_CORRUPT");
    const catalog = sqliteCatalog({ path, integrityCheckLimit: 0 });
    await expectError(async () => {
      await catalog.open();
      for await (const _ of catalog.listDocuments());
    }, "CATALOG_CORRUPT");
    await catalog.close();
  });

  test("a write-ahead log without its file is damage: a new catalog must not swallow it", async () => {
    const path = await written();
    await rm(path);
    await writeFile(`${path}-wal`, "old log");
    await expectError(() => tryOpen(path), "CATALOG_CORRUPT");
    expect(await readdir(join(path, ".."))).toEqual(["catalog.sqlite-wal"]);
  });

  test("a database of another program is left alone", async () => {
    const path = join(folder, "other.sqlite");
    const database = new DatabaseSync(path);
    database.exec("CREATE TABLE theirs (x)");
    database.close();
    await expectError(() => tryOpen(path), "SCHEMA_MISMATCH");
    const again = new DatabaseSync(path);
    expect(again.prepare("SELECT name FROM sqlite_schema").all()).toEqual([{ name: "theirs" }]);
    expect(again.prepare("PRAGMA journal_mode").get()).toEqual({ journal_mode: "delete" });
    again.close();
  });
});

describe("formats", () => {
  test("a newer one is refused untouched", async () => {
    const path = await written();
    const database = new DatabaseSync(path);
    database.exec(`PRAGMA user_version = ${MIGRATIONS.length + 1}`);
    database.close();
    const error = await expectError(() => tryOpen(path), "FORMAT_TOO_NEW");
    expect(error.message).toMatch(/Upgrade/);
  });

  test("an older one is migrated once, by many at once, and keeps its rows", async () => {
    const path = await written();
    const migrations = [
      ...MIGRATIONS,
      "ALTER TABLE documents ADD COLUMN added TEXT",
      "UPDATE documents SET added = 'yes'",
    ];
    const kind = { ...CATALOG_DATABASE, migrations };
    const options = { path, kind, integrityCheckLimit: 0, timeoutMs: 10_000 };
    const connections = await Promise.all(Array.from({ length: 4 }, () => openDatabase(options)));
    for (const connection of connections) {
      expect(connection.number("PRAGMA user_version")).toBe(migrations.length);
      expect(connection.number("SELECT count(*) FROM documents WHERE added = 'yes'")).toBe(500);
      connection.close();
    }
  });

  test("a migration that fails leaves the old format whole", async () => {
    const path = await written();
    const connection = new Connection(path);
    expect(() =>
      migrate(connection, [...MIGRATIONS, "ALTER TABLE documents ADD COLUMN added; SELECT * FROM absent"]),
    ).toThrow();
    expect(connection.number("PRAGMA user_version")).toBe(MIGRATIONS.length);
    expect(connection.all("PRAGMA table_info(documents)").map(({ name }) => name)).not.toContain("added");
    connection.close();
  });

  test("a backup made by SQLite opens, with the log switched on again", async () => {
    const path = await written();
    const backup = newPath();
    await mkdir(join(backup, ".."), { recursive: true });
    const database = new DatabaseSync(path);
    database.exec(`VACUUM INTO '${backup}'`);
    database.close();
    await tryOpen(backup);
    const connection = new Connection(backup);
    expect(Object.values(connection.get("PRAGMA journal_mode")!)).toEqual(["wal"]);
    expect(connection.number("SELECT count(*) FROM documents")).toBe(500);
    connection.close();
  });
});

describe("files", () => {
  test("opening leaves the catalog and no drafts; closing leaves no log", async () => {
    const path = await written();
    expect(await readdir(join(path, ".."))).toEqual(["catalog.sqlite"]);
  });

  test("a folder in its place, or a file as its folder, is a typed error", async () => {
    await expectError(() => tryOpen(folder), "INVALID_CONFIGURATION");
    const file = join(folder, "a-file");
    await writeFile(file, "x");
    await expectError(() => tryOpen(join(file, "catalog.sqlite")), "INVALID_CONFIGURATION");
    for (const path of ["", ":memory:"]) expect(() => sqliteCatalog({ path })).toThrow(/path/);
    expect(() => sqliteCatalog({ path: "x", busyTimeoutMs: 0 })).toThrow(/busyTimeoutMs/);
  });

  test("a catalog that may not be written is PERMISSION_DENIED", async (context) => {
    if (process.getuid?.() === 0) context.skip("root writes what it likes");
    const path = await written();
    await chmod(path, 0o444);
    await chmod(join(path, ".."), 0o555);
    const catalog = sqliteCatalog({ path });
    await expectError(async () => {
      await catalog.open();
      await catalog.setSetting("a", "b");
    }, "PERMISSION_DENIED");
    await catalog.close();
    await chmod(join(path, ".."), 0o755);
  });

  test("purged content is in no file of the catalog", async () => {
    const path = newPath();
    const catalog = sqliteCatalog({ path });
    await catalog.open();
    const revision = {
      revisionId: "rev_1",
      documentId: "doc_1",
      version: "v",
      artifact: "a",
      metadata: { author: "NEEDLE-IN-THE-PAGES" },
      mediaType: "text/plain",
      extraction: "e",
      chunker: "c",
      embedder: "m",
      chunks: 1,
      publishedFrom: 1,
      runId: "r",
    };
    const commit = { documents: [], revisions: [], retired: [], outcomes: [], edges: [] };
    await catalog.commitPublication(await catalog.beginPublication("r"), { ...commit, revisions: [revision] });
    await catalog.commitPublication(await catalog.beginPublication("r"), { ...commit, purged: ["rev_1"] });
    const copy = join(folder, "copy");
    for (const name of await readdir(join(path, ".."))) {
      await copyFile(join(path, "..", name), copy);
      const file = await open(copy);
      expect((await file.readFile()).includes("NEEDLE-IN-THE-PAGES"), name).toBe(false);
      await file.close();
    }
    await catalog.close();
  });
});
