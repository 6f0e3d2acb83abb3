import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { GroundworkError } from "@groundwork/contracts";
import { expectError } from "@groundwork/testing";
import { encodeStoreRows, rowOf, scanIds } from "@groundwork/testing/vector-store-fixtures";
import { connect } from "@lancedb/lancedb";
import { Field, Int32, Schema } from "apache-arrow";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { lancedbStore } from "../src/index.ts";
import { FORMAT_KEY, tableSchema } from "../src/lancedb-schema.ts";

let path: string;
beforeEach(() => {
  path = mkdtempSync(join(tmpdir(), "groundwork-lancedb-"));
});
afterEach(() => rmSync(path, { recursive: true, force: true }));

async function fill(): Promise<void> {
  const store = lancedbStore({ path });
  await store.open({ dimensions: 8 });
  await store.write(encodeStoreRows(Array.from({ length: 50 }, (_, index) => rowOf(index))));
  await store.close();
}

function files(folder: string): string[] {
  return readdirSync(join(path, "chunks.lance", folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

/** Opens and reads everything: damage shows at the first touch of the damaged file. */
async function readAll(): Promise<void> {
  const store = lancedbStore({ path });
  try {
    await store.open({ dimensions: 8 });
    await scanIds(store);
    for await (const _batch of store.scan(undefined, { columns: ["text", "vector"] }));
  } finally {
    await store.close();
  }
}

describe("a damaged folder is STORE_CORRUPT, and the message says what to do", () => {
  const each = (folder: string, change: (file: string, size: number) => void): void => {
    for (const file of files(folder)) change(file, statSync(file).size);
  };
  const noise = (file: string): void => {
    const bytes = readFileSync(file).map((byte, index) => byte ^ (index * 31));
    writeFileSync(file, bytes);
  };
  const damages: readonly (readonly [string, () => void])[] = [
    ["manifests of zeros", () => each("_versions", (file, size) => writeFileSync(file, Buffer.alloc(size)))],
    ["manifests cut in half", () => each("_versions", (file, size) => truncateSync(file, size >> 1))],
    ["manifests of noise", () => each("_versions", noise)],
    ["empty manifests", () => each("_versions", (file) => truncateSync(file, 0))],
    ["no manifests", () => rmSync(join(path, "chunks.lance", "_versions"), { recursive: true })],
    ["no data files", () => each("data", (file) => rmSync(file))],
    ["data files cut in half", () => each("data", (file, size) => truncateSync(file, size >> 1))],
    ["empty data files", () => each("data", (file) => truncateSync(file, 0))],
    ["data files of noise", () => each("data", noise)],
  ];
  for (const [name, damage] of damages)
    test(name, async () => {
      await fill();
      damage();
      const error = await expectError(readAll, "STORE_CORRUPT");
      expect(error.message).toMatch(/backup|ingest again/);
      expect(error.retryable).toBe(false);
    });
});

test("a table of a newer format is FORMAT_TOO_NEW", async () => {
  const schema = new Schema(tableSchema(8).fields, new Map([[FORMAT_KEY, "3"]]));
  const connection = await connect(path);
  await connection.createEmptyTable("chunks", schema as never);
  connection.close();
  await expectError(() => lancedbStore({ path }).open({ dimensions: 8 }), "FORMAT_TOO_NEW");
});

test("a table that somebody else made is SCHEMA_MISMATCH", async () => {
  const connection = await connect(path);
  await connection.createEmptyTable("chunks", new Schema([new Field("id", new Int32())]) as never);
  connection.close();
  await expectError(() => lancedbStore({ path }).open({ dimensions: 8 }), "SCHEMA_MISMATCH");
  await lancedbStore({ path, table: "other" }).open({ dimensions: 8 });
});

test("a path that is a file is a typed error", async () => {
  const file = join(path, "file");
  writeFileSync(file, "text");
  expect(
    GroundworkError.isInstance(await expectError(() => lancedbStore({ path: file }).open({ dimensions: 8 }))),
  ).toBe(true);
});

test("options are checked", () => {
  for (const options of [
    { path: "" },
    { path: "s3://bucket/x" },
    { path, table: "../up" },
    { path, exactUpTo: -1 },
    { path, maxFragments: 1.5 },
    { path, indexCacheBytes: -1 },
    { path, metadataCacheBytes: 0.5 },
  ])
    expect(() => lancedbStore(options)).toThrow(expect.objectContaining({ code: "INVALID_CONFIGURATION" }));
});
