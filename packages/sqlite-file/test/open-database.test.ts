import { mkdtempSync } from "node:fs";
import { readdir, rm, stat, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expectError } from "@groundwork/testing";
import { afterAll, expect, test } from "vitest";
import { type Connection, type DatabaseKind, openDatabase } from "../src/index.ts";
import { NOTE_DATABASE } from "./fixtures/note-database.ts";

const folder = mkdtempSync(join(tmpdir(), "groundwork-sqlite-file-"));
afterAll(() => rm(folder, { recursive: true, force: true }));

let places = 0;
const newPath = (): string => join(folder, `place-${++places}`, "notes.sqlite");
const openNotes = (path: string, kind: DatabaseKind = NOTE_DATABASE): Promise<Connection> =>
  openDatabase({ kind, path, integrityCheckLimit: 2 ** 30, timeoutMs: 10_000 });

test("a new database has the layout, the owner and the format of its kind, and no draft is left", async () => {
  const path = newPath();
  const connection = await openNotes(path);
  expect(connection.number("PRAGMA page_size")).toBe(8192);
  expect(connection.number("PRAGMA application_id")).toBe(NOTE_DATABASE.applicationId);
  expect(connection.number("PRAGMA user_version")).toBe(1);
  expect(Object.values(connection.get("PRAGMA journal_mode")!)).toEqual(["wal"]);
  connection.close();
  expect(await readdir(join(path, ".."))).toEqual(["notes.sqlite"]);
});

test("many that open a new place at once share one database", async () => {
  const path = newPath();
  const connections = await Promise.all(Array.from({ length: 6 }, () => openNotes(path)));
  connections[0]!.run("INSERT INTO notes VALUES ('one')");
  for (const connection of connections) {
    expect(connection.number("SELECT count(*) FROM notes")).toBe(1);
    connection.close();
  }
});

test("another kind's file and a newer format are refused untouched", async () => {
  const path = newPath();
  (await openNotes(path)).close();
  const other = { ...NOTE_DATABASE, applicationId: 1, nameWithArticle: "a shopping list" };
  const foreign = await expectError(() => openNotes(path, other), "SCHEMA_MISMATCH");
  expect(foreign.message).toMatch(/notes\.sqlite is an SQLite database of another program, not a shopping list/);
  const older = { ...NOTE_DATABASE, migrations: [] };
  const newer = await expectError(() => openNotes(path, older), "FORMAT_TOO_NEW");
  expect(newer.message).toMatch(/The note store has format 1, this release reads up to 0\. Upgrade/);
});

test("an empty file, a log without its file and no database at all are damage, in the words of the kind", async () => {
  const path = newPath();
  (await openNotes(path)).close();
  await truncate(path, 0);
  const empty = await expectError(() => openNotes(path), "STORE_CORRUPT");
  expect(empty.message).toBe("The note store file notes.sqlite is empty. Write the notes again.");
  await writeFile(path, "no database ".repeat(1_000));
  await expectError(() => openNotes(path), "STORE_CORRUPT");
  expect((await stat(path)).size).toBe(12_000);
  await rm(path);
  await writeFile(`${path}-wal`, "old log");
  const alone = await expectError(() => openNotes(path), "STORE_CORRUPT");
  expect(alone.message).toMatch(/^The note store file notes\.sqlite is missing, but its -wal file is there\./);
  expect(alone.ids).toEqual({ driver: "notes-sqlite" });
});

test("what throws inside a transaction undoes all of it", async () => {
  const connection = await openNotes(newPath());
  expect(() =>
    connection.transaction(() => {
      connection.run("INSERT INTO notes VALUES ('one')");
      connection.run("INSERT INTO notes VALUES (NULL)");
    }),
  ).toThrow();
  expect(connection.number("SELECT count(*) FROM notes")).toBe(0);
  connection.close();
});
