import { mkdtempSync } from "node:fs";
import { rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openDatabase } from "@groundwork/sqlite-file";
import { expectError } from "@groundwork/testing";
import { afterAll, expect, test } from "vitest";
import { ARTIFACT_DATABASE } from "../src/artifact-database.ts";
import { LogSync } from "../src/log-sync.ts";

const folder = mkdtempSync(join(tmpdir(), "groundwork-log-sync-"));
afterAll(() => rm(folder, { recursive: true, force: true }));

test("the log stays the same file while a connection is open, whatever others do with it", async () => {
  const options = {
    kind: ARTIFACT_DATABASE,
    path: join(folder, "artifacts.sqlite"),
    integrityCheckLimit: 0,
    timeoutMs: 1_000,
  };
  const connection = await openDatabase(options);
  const write = "INSERT INTO artifacts (key, bytes) VALUES (?, zeroblob(10))";
  connection.run(write, "a");
  const log = new LogSync(options.path);
  await log.sync();
  const { ino } = await stat(`${options.path}-wal`);
  for (let round = 0; round < 3; round++) {
    const other = await openDatabase(options);
    other.run(write, `other/${round}`);
    expect(other.number("PRAGMA wal_checkpoint(TRUNCATE)")).toBe(0);
    other.close();
    connection.run(write, `own/${round}`);
    await log.sync();
    expect((await stat(`${options.path}-wal`)).ino).toBe(ino);
  }
  log.close();
  log.close();
  connection.close();
});

test("where SQLite keeps no log, that is a typed error that says what to do", async () => {
  const error = await expectError(() => new LogSync(join(folder, "absent.sqlite")).sync(), "INVALID_CONFIGURATION");
  expect(error.message).toMatch(/local disk/);
  expect(error.message).not.toContain(folder);
});
