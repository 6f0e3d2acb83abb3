import { rowOf, write } from "@groundwork/testing/vector-store-fixtures";
import { afterAll, expect, test } from "vitest";
import { addressOf } from "../../../test/servers/test-servers.ts";
import { type PostgresStoreOptions, postgresStore } from "../src/index.ts";
import { dropSchema, newSchema, onServer } from "./postgres-schemas.ts";

const schema = newSchema("open");
afterAll(() => dropSchema(schema));

const storeOf = (options: PostgresStoreOptions = {}) =>
  postgresStore({ url: addressOf("postgres"), schema, ...options });

async function opening(options: PostgresStoreOptions, dimensions = 8): Promise<void> {
  const store = storeOf(options);
  await store.open({ dimensions }).finally(() => store.close());
}

test("handles that open at once make the schema and the tables together", async () => {
  await Promise.all(Array.from({ length: 8 }, () => opening({ table: "together" })));
  await opening({ table: "together" });
});

test("a newer format is FORMAT_TOO_NEW", async () => {
  await opening({ table: "newer" });
  await onServer((client) => client.query(`UPDATE "${schema}".newer_format SET format = 99`));
  await expect(opening({ table: "newer" })).rejects.toMatchObject({ code: "FORMAT_TOO_NEW" });
});

test("a table of somebody else is SCHEMA_MISMATCH and stays as it is", async () => {
  await onServer(async (client) => {
    await client.query(`CREATE SCHEMA IF NOT EXISTS "${schema}"`);
    await client.query(`CREATE TABLE "${schema}".foreign_table (id integer)`);
  });
  await expect(opening({ table: "foreign_table" })).rejects.toMatchObject({ code: "SCHEMA_MISMATCH" });
  await onServer((client) => client.query(`SELECT id FROM "${schema}".foreign_table`));
});

test("other dimensions and another type of vectors are SCHEMA_MISMATCH", async () => {
  await opening({ table: "kinds" });
  await expect(opening({ table: "kinds" }, 9)).rejects.toMatchObject({ code: "SCHEMA_MISMATCH" });
  await expect(opening({ table: "kinds", vectorType: "halfvec" })).rejects.toMatchObject({ code: "SCHEMA_MISMATCH" });
  await expect(opening({ table: "wide" }, 20_000)).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
});

test("a column that is gone or changed is STORE_CORRUPT, and so is a table that goes while it is open", async () => {
  await opening({ table: "damaged" });
  await onServer((client) => client.query(`ALTER TABLE "${schema}".damaged ALTER COLUMN tokens TYPE bigint`));
  await expect(opening({ table: "damaged" })).rejects.toMatchObject({ code: "STORE_CORRUPT" });
  await onServer((client) => client.query(`ALTER TABLE "${schema}".damaged DROP COLUMN tokens`));
  await expect(opening({ table: "damaged" })).rejects.toMatchObject({ code: "STORE_CORRUPT" });
  const store = storeOf({ table: "going" });
  await store.open({ dimensions: 8 });
  await onServer((client) => client.query(`DROP TABLE "${schema}".going`));
  await expect(store.count()).rejects.toMatchObject({ code: "STORE_CORRUPT" });
  await store.close();
});

test("a database that is not there is NOT_FOUND", async () => {
  const url = new URL(addressOf("postgres"));
  url.pathname = "/no_such_database";
  await expect(opening({ url: url.href })).rejects.toMatchObject({ code: "NOT_FOUND" });
});

test("rows are read by a handle with other options of search", async () => {
  const first = storeOf({ table: "shared_rows" });
  await first.open({ dimensions: 8 });
  await write(first, [rowOf(1)]);
  await first.close();
  const second = storeOf({ table: "shared_rows", efSearch: 7, m: 8, iterativeScan: "strict_order" });
  await second.open({ dimensions: 8 });
  expect(await second.count()).toBe(1);
  await second.close();
});
