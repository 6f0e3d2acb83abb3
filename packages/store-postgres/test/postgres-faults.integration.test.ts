import { GroundworkError } from "@groundwork/contracts";
import { vectorStoreCases } from "@groundwork/testing";
import pg from "pg";
import { afterAll, afterEach, expect, test } from "vitest";
import { addressOf } from "../../../test/servers/test-servers.ts";
import { postgresStore } from "../src/index.ts";
import { dropSchema, newSchema } from "./postgres-schemas.ts";

const schema = newSchema("faults");
afterAll(() => dropSchema(schema));

const cases = vectorStoreCases({
  create: (place) => postgresStore({ url: addressOf("postgres"), schema, table: place, maxConnections: 4 }),
  mostRows: 1_100,
});

interface Statement {
  text: string;
}

const query = pg.Client.prototype.query as (...call: unknown[]) => unknown;
afterEach(() => {
  pg.Client.prototype.query = query as typeof pg.Client.prototype.query;
});

/** Rewrites the statements that reach the server. Returns how often a statement was changed. */
function plant(change: (sql: string) => string): () => number {
  let changes = 0;
  const changed = (sql: string): string => {
    const result = change(sql);
    if (result !== sql) changes++;
    return result;
  };
  pg.Client.prototype.query = function (this: unknown, first: string | Statement, ...rest: unknown[]) {
    if (typeof first === "string") return query.call(this, changed(first), ...rest);
    if (!(first instanceof Object && "submit" in first)) first.text = changed(first.text);
    return query.call(this, first, ...rest);
  } as typeof pg.Client.prototype.query;
  return () => changes;
}

/** What is wrong in a statement, and cases of the suite that must notice. */
const FAULTS: readonly (readonly [string, RegExp, (sql: string) => string])[] = [
  [
    "rows of the same keys are not deleted first",
    /^write: a key that/,
    (sql) => sql.replace("chunk_id = ANY ($1::text[]) RETURNING", "false AND chunk_id = ANY ($1::text[]) RETURNING"),
  ],
  [
    "a negation forgets what is missing",
    /^filter: n(e|in|ot)/,
    (sql) => sql.replace(/(\S+ (?:=|>=|@>) \$\d+::\w+) IS NOT TRUE/g, "NOT $1"),
  ],
  [
    "the watermark is not asked for",
    /^watermark/,
    (sql) => sql.replace(/published_from <= (\$\d+::bigint)/, "$1 IS NOT NULL"),
  ],
  ["a retired row is shown", /^watermark/, (sql) => sql.replace(/published_to > (\$\d+::bigint)/, "$1 IS NOT NULL")],
  [
    "parents are searched",
    /^search: parents/,
    (sql) => sql.replaceAll("WHERE searched", "WHERE true").replaceAll("(searched AND", "(true AND"),
  ],
  [
    "equal scores come in any order",
    /^(dense|lexical): equal/,
    (sql) => sql.replaceAll(", chunk_id LIMIT", ", chunk_id DESC LIMIT"),
  ],
  [
    "a stamp changes every row",
    /^stamp/,
    (sql) => sql.replace(/(UPDATE .* SET published_to = \S+) WHERE (.*)/, "$1 WHERE true OR $2"),
  ],
  [
    "a deletion forgets its filter",
    /^deleteBy/,
    (sql) => sql.replace(/DELETE FROM (\S+) WHERE (.*) RETURNING/, "DELETE FROM $1 WHERE true OR $2 RETURNING"),
  ],
  [
    "words of new rows are not counted",
    /^lexical/,
    (sql) =>
      sql.replace("FROM unnest($1::bigint[], $2::integer[])", "FROM unnest($1::bigint[], $2::integer[]) LIMIT 0"),
  ],
  [
    "a column of a row is lost",
    /^write: every column/,
    (sql) => sql.replace('array_to_json("deny")', `array_to_json('{}'::text[])`),
  ],
  [
    "distances are given for similarities",
    /^dense: order/,
    (sql) => sql.replace("1 - distance AS score", "-distance AS score"),
  ],
  ["a scan passes over rows", /^scan/, (sql) => sql.replace(/^DECLARE rows .*/s, "$& OFFSET 3")],
  [
    "wildcards are taken for wildcards",
    /^filter: quotes/,
    (sql) => sql.replace(/starts_with\((\S+), (\$\d+::text)\)/g, "$1 LIKE $2 || '%'"),
  ],
];

test.each(FAULTS)("the suite notices when %s", { timeout: 240_000 }, async (_name, noticing, change) => {
  const changes = plant(change);
  const chosen = cases.filter(({ name }) => noticing.test(name));
  expect(chosen.length).toBeGreaterThan(0);
  const failures: unknown[] = [];
  for (const { run } of chosen) await run().catch((error: unknown) => failures.push(error));
  expect(changes()).toBeGreaterThan(0);
  // A statement that the server refuses would fail every case and show nothing.
  expect(
    failures.filter((error) => !GroundworkError.isInstance(error) || error.code !== "INTERNAL").length,
  ).toBeGreaterThan(0);
});
