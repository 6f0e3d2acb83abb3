import assert from "node:assert/strict";
import { type ChunkRow, FILTER_OPERATORS, type Filter, matchesFilter } from "@groundwork/contracts";
import type { SuiteCase } from "./suite-case.ts";
import {
  idOf,
  randomNumbers,
  readFilterField,
  rowOf,
  scanIds,
  storeCase,
  type VectorStoreSuiteOptions,
  vectorOf,
  write,
} from "./vector-store-fixtures.ts";

/** Texts that a careless query builder would take for syntax. */
export const HOSTILE_TEXTS: readonly string[] = [
  "' OR 1=1 --",
  "'; DROP TABLE chunks; --",
  '" OR ""="',
  "it's",
  "''",
  "back\\slash",
  "\\' OR true --",
  "\\",
  "100%",
  "under_score",
  "%",
  "_",
  "*",
  "a?c",
  "[abc]",
  "(?i).*",
  "$ne",
  '{"$gt":""}',
  "#{1+1}",
  "`id`",
  "tab\there",
  "line\nbreak",
  "nul\u0000byte",
  "\u001e\u001f\u001d",
  "Größe",
  "Gro\u0308ße",
  "😀 emoji",
  "日本語",
  " leading",
  "trailing ",
  "",
];

const ODD_KEYS: readonly string[] = [
  "a.b",
  "a:b",
  "a-b",
  "_x",
  "Level",
  "select",
  "constructor",
  "toString",
  "__proto__x",
  "length",
  "vector",
  "attributes.level",
];

const ROWS: readonly ChunkRow[] = [
  rowOf(0, {
    attributes: { department: "finance", level: 3, public: true, codes: ["a", "b"] },
    allow: ["group:finance"],
  }),
  rowOf(1, {
    attributes: { department: "Finance", level: 3.5, public: false, codes: [] },
    allow: ["group:hr", "user:ana"],
  }),
  rowOf(2, {
    attributes: { department: "hr", level: -10, codes: ["ab", "c,d"] },
    title: "Travel policy",
    effectiveFrom: "2026-01-01",
  }),
  rowOf(3, {
    attributes: { department: "", level: "3", public: "true", codes: "a" },
    title: "",
    effectiveFrom: "2025-12-31",
  }),
  rowOf(4, { attributes: { level: 0, department: ["finance"] }, publishedTo: 9, language: "en", startMs: 0 }),
  rowOf(5, {
    attributes: {},
    tags: ["finance", "x"],
    sectionPath: ["A", "B"],
    effectiveFrom: "2026-06-30",
    effectiveTo: "2026-12-31",
  }),
  rowOf(6, {
    attributes: { level: 1e21, department: "finance department", due: "2026-03-01" },
    mediaType: "application/pdf",
  }),
  rowOf(7, { role: "parent", attributes: { level: 2, due: "2026-03-02" } }),
];

const eq = (field: string, value: string | number | boolean): Filter => ({ op: "eq", field, value });

/** Filters with the rows that match, worked out by hand from the grammar's prose. */
const TABLE: readonly (readonly [string, Filter, readonly number[]])[] = [
  ["eq on a text is exact and case-sensitive", eq("department", "finance"), [0]],
  ["eq on an empty text", eq("department", ""), [3]],
  ["eq does not turn a text into a number", eq("level", 3), [0]],
  ["eq does not turn a number into a text", eq("level", "3"), [3]],
  ["eq on a boolean", eq("public", true), [0]],
  ["eq on false is not missing", eq("public", false), [1]],
  ["eq does not turn a text into a boolean", eq("public", "true"), [3]],
  ["eq on a list is false", eq("codes", "a"), [3]],
  ["eq on zero is not missing", eq("level", 0), [4]],
  ["eq on a negative number", eq("level", -10), [2]],
  ["eq on a fraction", eq("level", 3.5), [1]],
  ["eq on a large number", eq("level", 1e21), [6]],
  ["eq on an attribute that no row has", eq("nothing", "x"), []],
  ["eq on a column", eq("documentId", "doc_1"), [4, 5, 6, 7]],
  ["eq on a number column", eq("ordinal", 5), [5]],
  ["eq of a text with a number column is false", eq("ordinal", "5"), []],
  ["eq of a fraction with a number column is false", eq("ordinal", 5.5), []],
  ["eq on a nullable column", eq("title", ""), [3]],
  ["eq on the role", eq("role", "parent"), [7]],
  ["ne matches what lacks the attribute", { op: "ne", field: "public", value: true }, [1, 2, 3, 4, 5, 6, 7]],
  ["ne matches what lacks the column", { op: "ne", field: "title", value: "" }, [0, 1, 2, 4, 5, 6, 7]],
  ["ne matches a list", { op: "ne", field: "codes", value: "a" }, [0, 1, 2, 4, 5, 6, 7]],
  ["gt compares numbers", { op: "gt", field: "level", value: 2 }, [0, 1, 6]],
  ["gte includes", { op: "gte", field: "level", value: 3 }, [0, 1, 6]],
  ["lt compares numbers below zero", { op: "lt", field: "level", value: 0 }, [2]],
  ["lte includes zero", { op: "lte", field: "level", value: 0 }, [2, 4]],
  ["gt with a text compares texts only", { op: "gt", field: "level", value: "2" }, [3]],
  ["gte on dates", { op: "gte", field: "effectiveFrom", value: "2026-01-01" }, [2, 5]],
  ["lt on dates does not match what has none", { op: "lt", field: "effectiveFrom", value: "2026-01-01" }, [3]],
  ["lte on dates in attributes", { op: "lte", field: "due", value: "2026-03-01" }, [6]],
  ["gt with a boolean is false", { op: "gt", field: "public", value: false }, []],
  ["gt on a nullable number column", { op: "gt", field: "publishedTo", value: 8.5 }, [4]],
  ["gte on a number that is zero", { op: "gte", field: "startMs", value: 0 }, [4]],
  [
    "not of a comparison matches what is missing",
    { not: { op: "gte", field: "effectiveFrom", value: "2026-01-01" } },
    [0, 1, 3, 4, 6, 7],
  ],
  ["in", { op: "in", field: "department", value: ["hr", "finance", "none"] }, [0, 2]],
  ["in with values of several types", { op: "in", field: "level", value: ["3", 3, true] }, [0, 3]],
  ["in on a column", { op: "in", field: "ordinal", value: [1, 2, 2.5, "3"] }, [1, 2]],
  ["an empty in matches nothing", { op: "in", field: "department", value: [] }, []],
  ["in on a list is false", { op: "in", field: "codes", value: ["a", "b"] }, [3]],
  ["nin matches what lacks the attribute", { op: "nin", field: "public", value: [true, false] }, [2, 3, 4, 5, 6, 7]],
  ["nin matches what lacks the column", { op: "nin", field: "title", value: ["", "x"] }, [0, 1, 2, 4, 5, 6, 7]],
  ["an empty nin matches everything", { op: "nin", field: "department", value: [] }, [0, 1, 2, 3, 4, 5, 6, 7]],
  ["startsWith is case-sensitive", { op: "startsWith", field: "department", value: "fin" }, [0, 6]],
  ["startsWith of nothing matches every text", { op: "startsWith", field: "department", value: "" }, [0, 1, 2, 3, 6]],
  ["startsWith on a column", { op: "startsWith", field: "mediaType", value: "application/" }, [6]],
  ["startsWith on a number is false", { op: "startsWith", field: "level", value: "3" }, [3]],
  ["contains", { op: "contains", field: "department", value: "ance" }, [0, 1, 4, 6]],
  ["contains on a nullable column", { op: "contains", field: "title", value: "policy" }, [2]],
  ["contains matches a substring of a member", { op: "contains", field: "codes", value: "b" }, [0, 2]],
  ["contains does not cross members", { op: "contains", field: "codes", value: "ab" }, [2]],
  ["contains on a list column", { op: "contains", field: "allow", value: "user:" }, [1]],
  ["contains on a number is false", { op: "contains", field: "level", value: "5" }, []],
  ["listContains", { op: "listContains", field: "codes", value: "a" }, [0]],
  ["listContains of a member with a comma", { op: "listContains", field: "codes", value: "c,d" }, [2]],
  ["listContains of half a member is false", { op: "listContains", field: "codes", value: "c" }, []],
  ["listContains on a list column", { op: "listContains", field: "allow", value: "user:ana" }, [1]],
  ["listContains on a text is false", { op: "listContains", field: "department", value: "hr" }, []],
  ["listContains of a number", { op: "listContains", field: "codes", value: 1 }, []],
  ["listContainsAny", { op: "listContainsAny", field: "codes", value: ["x", "b", "c,d"] }, [0, 2]],
  [
    "listContainsAny on a list column",
    { op: "listContainsAny", field: "allow", value: ["group:finance", "group:hr"] },
    [0, 1],
  ],
  ["listContainsAny of nothing is false", { op: "listContainsAny", field: "allow", value: [] }, []],
  ["exists", { op: "exists", field: "public", value: true }, [0, 1, 3]],
  ["exists on an empty list", { op: "exists", field: "codes", value: true }, [0, 1, 2, 3]],
  ["exists false", { op: "exists", field: "department", value: false }, [5, 7]],
  ["exists on a nullable column", { op: "exists", field: "title", value: true }, [2, 3]],
  ["exists false on a nullable column", { op: "exists", field: "publishedTo", value: false }, [0, 1, 2, 3, 5, 6, 7]],
  ["an empty and matches everything", { and: [] }, [0, 1, 2, 3, 4, 5, 6, 7]],
  ["an empty or matches nothing", { or: [] }, []],
  ["and", { and: [eq("department", "finance"), { op: "gt", field: "level", value: 1 }] }, [0]],
  ["or", { or: [eq("department", "hr"), eq("ordinal", 7)] }, [2, 7]],
  ["not", { not: eq("department", "finance") }, [1, 2, 3, 4, 5, 6, 7]],
  [
    "not of or of and",
    { not: { or: [{ and: [eq("level", 3), eq("public", true)] }, eq("ordinal", 1)] } },
    [2, 3, 4, 5, 6, 7],
  ],
  ["not of not", { not: { not: eq("nothing", 1) } }, []],
  ["a field that only looks like a column is an attribute", eq("documentid", "doc_0"), []],
];

function operatorsOf(filter: Filter): string[] {
  if ("op" in filter) return [filter.op];
  if ("not" in filter) return operatorsOf(filter.not);
  return ("and" in filter ? filter.and : filter.or).flatMap(operatorsOf);
}

async function checkFilter(
  store: Parameters<typeof scanIds>[0],
  filter: Filter,
  rows: readonly ChunkRow[],
): Promise<void> {
  const expected = rows.filter((row) => matchesFilter(filter, (field) => readFilterField(row, field)));
  const text = JSON.stringify(filter).slice(0, 300);
  assert.deepEqual(await scanIds(store, filter), expected.map((row) => row.chunkId).sort(), text);
  assert.equal(await store.count(filter), expected.length, `count of ${text}`);
}

function randomFilter(random: () => number, depth: number, operators: readonly string[]): Filter {
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!;
  if (depth > 0 && random() < 0.5) {
    const parts = Array.from({ length: Math.floor(random() * 4) }, () => randomFilter(random, depth - 1, operators));
    return pick<Filter>([{ and: parts }, { or: parts }, { not: parts[0] ?? { and: [] } }]);
  }
  const field = pick([
    "department",
    "level",
    "public",
    "codes",
    "due",
    "title",
    "ordinal",
    "publishedTo",
    "allow",
    "tags",
    "effectiveFrom",
    "language",
    "nothing",
    "text",
  ]);
  const texts = ["finance", "hr", "a", "3", "", "2026-03-01", "true", "group:hr", "en", "Passage number 3"];
  const scalar = (): string | number | boolean =>
    pick<string | number | boolean>([pick(texts), pick([0, 3, 3.5, -10, 9, 2]), random() < 0.5]);
  const op = pick(operators) as Extract<Filter, { op: string }>["op"];
  if (op === "in" || op === "nin" || op === "listContainsAny")
    return { op, field, value: Array.from({ length: Math.floor(random() * 4) }, scalar) };
  if (op === "startsWith" || op === "contains") return { op, field, value: pick(texts) };
  if (op === "exists") return { op, field, value: random() < 0.5 };
  return { op, field, value: scalar() } as Filter;
}

export function filterCases(options: VectorStoreSuiteOptions): SuiteCase[] {
  const operators = options.capabilities?.filters ?? FILTER_OPERATORS;
  const can = (...needed: readonly string[]): boolean =>
    needed.every((operator) => operators.includes(operator as never));
  const byName = TABLE.filter(([, filter]) => can(...operatorsOf(filter))).map(([name, filter, expected]) =>
    storeCase(options, `filter: ${name}`, async (store) => {
      await write(store, ROWS);
      assert.deepEqual(await scanIds(store, filter), expected.map(idOf));
      assert.equal(await store.count(filter), expected.length);
    }),
  );
  const hostileRows = HOSTILE_TEXTS.map((text, index) =>
    rowOf(index, {
      title: text,
      attributes: { note: text, notes: [text, "other"] },
      tags: [text],
      documentId: `d${text}`,
    }),
  );
  return [
    ...byName,
    storeCase(options, "filter: random filters agree with the reference", async (store) => {
      await write(store, ROWS);
      const random = randomNumbers(20_260_101);
      for (let index = 0; index < 120; index++) await checkFilter(store, randomFilter(random, 3, operators), ROWS);
    }),
    storeCase(options, "filter: quotes, wildcards, escapes and operators in a value are text", async (store) => {
      await write(store, hostileRows);
      for (const value of HOSTILE_TEXTS) {
        for (const field of ["note", "title"]) {
          if (can("eq")) await checkFilter(store, { op: "eq", field, value }, hostileRows);
          if (can("startsWith")) await checkFilter(store, { op: "startsWith", field, value }, hostileRows);
          if (can("contains")) await checkFilter(store, { op: "contains", field, value }, hostileRows);
        }
        if (can("in")) await checkFilter(store, { op: "in", field: "documentId", value: [`d${value}`] }, hostileRows);
        for (const field of ["notes", "tags"]) {
          if (can("listContains")) await checkFilter(store, { op: "listContains", field, value }, hostileRows);
          if (can("listContainsAny"))
            await checkFilter(store, { op: "listContainsAny", field, value: [value, "none"] }, hostileRows);
          if (can("contains")) await checkFilter(store, { op: "contains", field, value }, hostileRows);
        }
      }
    }),
    storeCase(options, "filter: attributes with odd names", async (store) => {
      const rows = ODD_KEYS.map((key, index) => rowOf(index, { attributes: { [key]: "v", level: index } }));
      await write(store, [...rows, rowOf(90)]);
      for (const field of [...ODD_KEYS, "x' OR 1=1 --", 'level" > 0 --', "note`", "a b", "é"]) {
        await checkFilter(store, { op: "eq", field, value: "v" }, [...rows, rowOf(90)]);
        if (can("exists")) await checkFilter(store, { op: "exists", field, value: true }, [...rows, rowOf(90)]);
        if (can("ne")) await checkFilter(store, { op: "ne", field, value: "v" }, [...rows, rowOf(90)]);
      }
    }),
    storeCase(options, "filter: deep nesting and thousands of values", async (store) => {
      await write(store, ROWS);
      let deep: Filter = eq("department", "finance");
      for (let depth = 0; depth < 10; depth++) deep = { not: { and: [{ or: [deep, eq("nothing", depth)] }] } };
      await checkFilter(store, deep, ROWS);
      const many = Array.from({ length: 900 }, (_, index) => eq("department", `d${index}`));
      await checkFilter(store, { or: [...many, eq("ordinal", 1)] }, ROWS);
      const value = Array.from({ length: 3_000 }, (_, index) => `doc_${index + 1}`);
      if (can("in")) await checkFilter(store, { op: "in", field: "documentId", value }, ROWS);
      if (can("nin")) await checkFilter(store, { op: "nin", field: "department", value: [...value, "hr"] }, ROWS);
    }),
    storeCase(options, "filter: search applies the same filters as scan", async (store) => {
      const rows = ROWS.filter((row) => row.role !== "parent");
      await write(store, ROWS);
      for (const [name, filter] of TABLE.filter(([, filter]) => can(...operatorsOf(filter)))) {
        const ids = rows
          .filter((row) => matchesFilter(filter, (field) => readFilterField(row, field)))
          .map((row) => row.chunkId);
        const hits = await store.search({ vector: vectorOf(1), limit: 20, filter });
        assert.deepEqual(hits.dense?.map((hit) => hit.chunkId).sort(), ids, name);
        if (store.capabilities.lexical === "none") continue;
        const words = await store.search({ text: "passage", limit: 20, filter });
        assert.deepEqual(words.lexical?.map((hit) => hit.chunkId).sort(), ids, `${name}, lexical`);
      }
    }),
  ];
}
