import { mkdtempSync } from "node:fs";
import { chmod, open, readdir, rm, stat, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expectError } from "@groundwork/testing";
import { afterAll, describe, expect, test } from "vitest";
import { ARTIFACT_DATABASE } from "../src/artifact-database.ts";
import { sqliteArtifacts } from "../src/index.ts";

const folder = mkdtempSync(join(tmpdir(), "groundwork-artifact-damage-"));
afterAll(() => rm(folder, { recursive: true, force: true }));

let places = 0;
const newPath = (): string => join(folder, `place-${++places}`, "artifacts.sqlite");

async function written(artifacts = 300): Promise<string> {
  const path = newPath();
  const store = sqliteArtifacts({ path });
  await Promise.all(
    Array.from({ length: artifacts }, (_, index) => store.put(`docs/${index}`, new Uint8Array(6_000).fill(index))),
  );
  await store.close();
  return path;
}

/** Reads and writes everything. */
async function useAll(path: string): Promise<void> {
  const store = sqliteArtifacts({ path });
  try {
    for await (const key of store.list("")) await store.get(key);
    await store.put("docs/new", new Uint8Array([1]));
  } finally {
    await store.close();
  }
}

describe("a damaged file", () => {
  test("an empty one is damage, and the message says what to do", async () => {
    const path = await written(1);
    await truncate(path, 0);
    for (const call of [
      () => useAll(path),
      () => sqliteArtifacts({ path }).get("a"),
      () => sqliteArtifacts({ path }).put("a", new Uint8Array([1])),
    ]) {
      const error = await expectError(call, "STORE_CORRUPT");
      expect(error.message).toMatch(/artifacts\.sqlite is empty.*Restore.*backup.*reconcile/);
      expect(error.message).not.toContain(folder);
      expect(error.retryable).toBe(false);
    }
    expect((await stat(path)).size).toBe(0);
  });

  test.each([
    ["text", Buffer.from("this is not a database, however long the text may be. ".repeat(500))],
    ["zeros", Buffer.alloc(16_384)],
    ["a short file", Buffer.from("SQLite")],
  ])("%s is damage, and stays as it is", async (_name, content) => {
    const path = await written(1);
    await writeFile(path, content);
    await expectError(() => useAll(path), "STORE_CORRUPT");
    expect((await stat(path)).size).toBe(content.length);
  });

  test("one cut short is damage", async () => {
    const path = await written();
    await truncate(path, 32_768);
    await expectError(() => useAll(path), "STORE_CORRUPT");
  });

  test("pages of garbage are found when they are read", async () => {
    const path = await written();
    const { size } = await stat(path);
    const file = await open(path, "r+");
    for (let position = 24_576; position < size; position += 8_192)
      await file.write(Buffer.alloc(8_000, 0xa5), 0, 8_000, position);
    await file.close();
    await expectError(() => useAll(path), "STORE_CORRUPT");
  });

  test("a write-ahead log without its file is damage: a new store must not swallow it", async () => {
    const path = await written(1);
    await rm(path);
    await writeFile(`${path}-wal`, "old log");
    await expectError(() => useAll(path), "STORE_CORRUPT");
    expect(await readdir(join(path, ".."))).toEqual(["artifacts.sqlite-wal"]);
  });
});

describe("a file of somebody else", () => {
  test("a database of another program is left alone", async () => {
    const path = join(folder, "other.sqlite");
    const database = new DatabaseSync(path);
    database.exec("CREATE TABLE theirs (x)");
    database.close();
    const error = await expectError(() => useAll(path), "SCHEMA_MISMATCH");
    expect(error.message).toMatch(/of another program, not an artifact store/);
    const again = new DatabaseSync(path);
    expect(again.prepare("SELECT name FROM sqlite_schema").all()).toEqual([{ name: "theirs" }]);
    expect(again.prepare("PRAGMA journal_mode").get()).toEqual({ journal_mode: "delete" });
    again.close();
  });

  test("a newer format is refused untouched", async () => {
    const path = await written(1);
    const database = new DatabaseSync(path);
    database.exec(`PRAGMA user_version = ${ARTIFACT_DATABASE.migrations.length + 1}`);
    database.close();
    const error = await expectError(() => useAll(path), "FORMAT_TOO_NEW");
    expect(error.message).toMatch(/Upgrade/);
  });

  test("a folder in its place, or a file as its folder, is a typed error", async () => {
    await expectError(() => useAll(folder), "INVALID_CONFIGURATION");
    const file = join(folder, "a-file");
    await writeFile(file, "x");
    await expectError(() => useAll(join(file, "artifacts.sqlite")), "INVALID_CONFIGURATION");
  });

  test("one that may not be written is PERMISSION_DENIED", async (context) => {
    if (process.getuid?.() === 0) context.skip("root writes what it likes");
    const path = await written(1);
    await chmod(path, 0o444);
    await chmod(join(path, ".."), 0o555);
    await expectError(() => useAll(path), "PERMISSION_DENIED");
    await chmod(join(path, ".."), 0o755);
  });
});

test("a store that could not be opened opens when the cause is gone", async () => {
  const path = newPath();
  const store = sqliteArtifacts({ path });
  const blocked = join(path, "..");
  await writeFile(blocked, "a file where the folder should be");
  await expectError(() => store.put("a", new Uint8Array([1])), "INVALID_CONFIGURATION");
  await rm(blocked);
  await store.put("a", new Uint8Array([1]));
  expect(await store.has("a")).toBe(true);
  await store.close();
});
