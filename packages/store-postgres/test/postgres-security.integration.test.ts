import type { Filter, VectorStore } from "@groundwork/contracts";
import { idOf, rowOf, scanIds, vectorOf, write } from "@groundwork/testing/vector-store-fixtures";
import { afterAll, beforeAll, expect, test } from "vitest";
import { addressOf } from "../../../test/servers/test-servers.ts";
import { postgresStore } from "../src/index.ts";
import { dropSchema, newSchema, onServer } from "./postgres-schemas.ts";

const schema = newSchema("security");
const role = `${schema}_reader`;

function addressAs(user: string): string {
  const url = new URL(addressOf("postgres"));
  url.username = user;
  return url.href;
}

const ROWS = [
  rowOf(0, { text: "otter", allow: ["group:all"] }),
  rowOf(1, { text: "otter", allow: ["user:ana"] }),
  rowOf(2, { text: "otter", allow: ["group:all"], deny: ["user:ana"] }),
  rowOf(3, { text: "otter", allow: [] }),
  rowOf(4, { text: "otter", allow: ["user:o'hara", 'user:"quote\\'] }),
];

let owner: VectorStore;
/** Principals of the reader's calls; changed by each test. */
let principals: readonly string[] = [];
let reader: VectorStore;

beforeAll(async () => {
  owner = postgresStore({ url: addressOf("postgres"), schema, rowLevelSecurity: true });
  await owner.open({ dimensions: 8 });
  await write(owner, ROWS);
  await onServer(async (client) => {
    await client.query(`CREATE ROLE "${role}" LOGIN`);
    await client.query(`GRANT USAGE ON SCHEMA "${schema}" TO "${role}"`);
    await client.query(`GRANT SELECT ON ALL TABLES IN SCHEMA "${schema}" TO "${role}"`);
  });
  reader = postgresStore({ url: addressAs(role), schema, rowLevelSecurity: true, principals: () => principals });
  await reader.open({ dimensions: 8 });
});

afterAll(async () => {
  await reader.close();
  await owner.close();
  await dropSchema(schema);
  await onServer((client) => client.query(`DROP ROLE "${role}"`));
});

const CASES: readonly (readonly [readonly string[], readonly number[]])[] = [
  [[], []],
  [["group:all"], [0, 2]],
  [
    ["user:ana", "group:all"],
    [0, 1],
  ],
  [["user:mallory"], []],
  [["user:o'hara"], [4]],
  [['user:"quote\\'], [4]],
  [["' OR true --"], []],
];

test.each(CASES)("a reader with %j sees the rows it may, without any filter", async (names, expected) => {
  principals = names;
  const ids = expected.map(idOf);
  expect(await scanIds(reader)).toEqual(ids);
  expect(await reader.count()).toBe(ids.length);
  const found = await reader.search({ vector: vectorOf(0), text: "otter", limit: 9 });
  expect(found.dense?.map((hit) => hit.chunkId).sort()).toEqual(ids);
  expect(found.lexical?.map((hit) => hit.chunkId).sort()).toEqual(ids);
  const all = ROWS.map((row) => row.chunkId);
  expect((await reader.get(all)).numRows).toBe(ids.length);
  const scores = await reader.score({ chunkIds: all, vector: vectorOf(0), text: "otter" });
  expect([...scores.dense!.keys()].sort()).toEqual(ids);
});

test("a filter that asks for everything widens nothing", async () => {
  principals = ["user:ana"];
  const filter: Filter = { or: [{ and: [] }, { op: "listContainsAny", field: "allow", value: ["group:all"] }] };
  expect(await scanIds(reader, filter)).toEqual([idOf(1)]);
});

test("without the option the principals are those that the filter demands, and none see none", async () => {
  const derived = postgresStore({ url: addressAs(role), schema, rowLevelSecurity: true });
  await derived.open({ dimensions: 8 });
  try {
    expect(await derived.count()).toBe(0);
    expect(await derived.count({ op: "listContainsAny", field: "allow", value: ["user:ana", "group:all"] })).toBe(2);
    expect(await derived.count({ or: [{ op: "listContainsAny", field: "allow", value: ["group:all"] }] })).toBe(0);
  } finally {
    await derived.close();
  }
});

test("a statement of the role beside the store sees no row, nor does one after a read of the store", async () => {
  await onServer(async (client) => {
    expect((await client.query(`SELECT count(*)::integer AS rows FROM "${schema}".chunks`)).rows[0].rows).toBe(0);
    await client.query("BEGIN");
    await client.query("SELECT set_config('groundwork.principals', '[\"group:all\"]', true)");
    expect((await client.query(`SELECT count(*)::integer AS rows FROM "${schema}".chunks`)).rows[0].rows).toBe(2);
    await client.query("COMMIT");
    expect((await client.query(`SELECT count(*)::integer AS rows FROM "${schema}".chunks`)).rows[0].rows).toBe(0);
  }, addressAs(role));
});

test("the owner sees every row, and the reader may change none", async () => {
  expect(await owner.count()).toBe(ROWS.length);
  principals = ["group:all"];
  const denied = { code: "PERMISSION_DENIED", retryable: false };
  await expect(reader.deleteBy({ and: [] })).rejects.toMatchObject(denied);
  await expect(reader.stamp({ and: [] }, { publishedTo: 3 })).rejects.toMatchObject(denied);
  await expect(write(reader, [rowOf(9)])).rejects.toMatchObject(denied);
  expect(await owner.count(undefined, { watermark: 5 })).toBe(ROWS.length);
});

test("a policy that was dropped is made again by the owner, and no other role opens without it", async () => {
  const open = async (url: string): Promise<void> => {
    const store = postgresStore({ url, schema, rowLevelSecurity: true });
    await store.open({ dimensions: 8 }).finally(() => store.close());
  };
  await onServer((client) => client.query(`DROP POLICY groundwork_principals ON "${schema}".chunks`));
  await expect(open(addressAs(role))).rejects.toMatchObject({ code: "PERMISSION_DENIED" });
  await open(addressOf("postgres"));
  await open(addressAs(role));
  principals = ["user:ana"];
  expect(await scanIds(reader)).toEqual([idOf(1)]);
});
