import { execFile } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expectError } from "@groundwork/testing";
import { encodeStoreRows, rowOf } from "@groundwork/testing/vector-store-fixtures";
import { connect } from "@lancedb/lancedb";
import { afterEach, beforeEach, expect, test } from "vitest";
import { lancedbStore } from "../src/index.ts";

let path: string;
beforeEach(async () => {
  path = mkdtempSync(join(tmpdir(), "groundwork-lancedb-"));
  const store = lancedbStore({ path });
  await store.open({ dimensions: 8 });
  await store.write(encodeStoreRows([rowOf(1), rowOf(2)]));
  await store.close();
});
afterEach(() => rmSync(path, { recursive: true, force: true }));

async function openInProcess(): Promise<unknown> {
  const script = fileURLToPath(new URL("./processes/open-store.ts", import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, ["--conditions=@groundwork/source", script, path]);
  return JSON.parse(stdout);
}

test("the native module is loaded with the first use of a table that is as it was left", async () => {
  expect(await openInProcess()).toEqual({ afterOpen: false, afterCount: true, rows: 2 });
});

test("a table that somebody else has written to is looked at when it is opened", async () => {
  const connection = await connect(path);
  await (await connection.openTable("chunks")).delete("ordinal = 2");
  connection.close();
  expect(await openInProcess()).toEqual({ afterOpen: true, afterCount: true, rows: 1 });
  expect(await openInProcess(), "and is known then").toEqual({ afterOpen: false, afterCount: true, rows: 1 });
});

test("a manifest that was damaged since is STORE_CORRUPT when the store is opened", async () => {
  const folder = join(path, "chunks.lance", "_versions");
  for (const name of readdirSync(folder).filter((file) => file.endsWith(".manifest"))) {
    const file = join(folder, name);
    writeFileSync(file, readFileSync(file).fill(7));
  }
  await expectError(() => lancedbStore({ path }).open({ dimensions: 8 }), "STORE_CORRUPT");
});

test("other dimensions, and a note that says nothing, go the long way", async () => {
  await expectError(() => lancedbStore({ path }).open({ dimensions: 16 }), "SCHEMA_MISMATCH");
  writeFileSync(join(path, "chunks.verified.json"), "{");
  const store = lancedbStore({ path });
  await store.open({ dimensions: 8 });
  expect(await store.count()).toBe(2);
  await store.close();
});
