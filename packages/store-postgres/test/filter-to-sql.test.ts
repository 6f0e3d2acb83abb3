import { FILTER_OPERATORS, type Filter } from "@groundwork/contracts";
import { HOSTILE_TEXTS } from "@groundwork/testing/vector-store-filter-cases";
import { describe, expect, test } from "vitest";
import { filterToSql, principalsOf, whereOf } from "../src/filter-to-sql.ts";
import { SqlParameters } from "../src/sql-parameters.ts";

function compile(filter: Filter): { readonly sql: string; readonly values: readonly unknown[] } {
  const parameters = new SqlParameters();
  return { sql: filterToSql(filter, parameters), values: parameters.values };
}

/** Numbers of the placeholders of a statement, each once. */
function placeholders(sql: string): number[] {
  return [...new Set(Array.from(sql.matchAll(/\$(\d+)/g), (match) => Number(match[1])))].sort((a, b) => a - b);
}

/** A filter with the operator, and texts that a caller chose in every place where one can be. */
function filterOf(op: (typeof FILTER_OPERATORS)[number], field: string, text: string): Filter {
  if (op === "in" || op === "nin" || op === "listContainsAny") return { op, field, value: [text, 1, true] };
  if (op === "exists") return { op, field, value: false };
  return { op, field, value: text } as Filter;
}

describe("a filter as SQL", () => {
  test.each(FILTER_OPERATORS)("%s: nothing that a caller wrote stands in the statement", (op) => {
    const marker = "zqx";
    for (const hostile of HOSTILE_TEXTS) {
      const text = `${marker}${hostile}`;
      for (const field of ["title", "tags", "ordinal", "location", "boxes", "department", text]) {
        const { sql, values } = compile({ not: { or: [filterOf(op, field, text), { and: [] }, { or: [] }] } });
        expect(sql).not.toContain(marker);
        // PostgreSQL refuses a statement with a parameter that it does not use.
        expect(placeholders(sql)).toEqual(values.map((_value, index) => index + 1));
        expect(JSON.stringify(values)).not.toContain("\\u0000");
      }
    }
  });

  test("what lacks a field is matched by the negation, whatever is null", () => {
    expect(compile({ op: "ne", field: "title", value: "a" }).sql).toBe(`("title" = $1::text IS NOT TRUE)`);
    expect(compile({ not: { op: "gte", field: "effectiveFrom", value: "2026" } }).sql).toBe(
      `("effective_from" >= $1::text IS NOT TRUE)`,
    );
    expect(compile({ op: "ne", field: "department", value: "a" })).toEqual({
      sql: "(attributes @> $1::jsonb IS NOT TRUE)",
      values: ['{"department":"a"}'],
    });
  });

  test("values of other types than the column's match nothing", () => {
    for (const value of [1, true]) expect(compile({ op: "eq", field: "title", value }).sql).toBe("false");
    for (const value of ["1", true]) expect(compile({ op: "eq", field: "ordinal", value }).sql).toBe("false");
    expect(compile({ op: "eq", field: "tags", value: "a" }).sql).toBe("false");
    expect(compile({ op: "listContainsAny", field: "allow", value: [] }).sql).toBe("false");
  });

  test("numbers keep all their digits", () => {
    expect(compile({ op: "eq", field: "publishedTo", value: 9_007_199_254_740_991 }).values).toEqual([
      "9007199254740991",
    ]);
    expect(compile({ op: "lt", field: "publishedTo", value: 8.5 })).toEqual({
      sql: `"published_to"::numeric < $1::numeric`,
      values: ["8.5"],
    });
    expect(compile({ op: "gt", field: "level", value: -1e-7 }).values).toContain("-1e-7");
  });

  test("thousands of values are one parameter", () => {
    const value = Array.from({ length: 3_000 }, (_, index) => `d${index}`);
    for (const field of ["documentId", "department"])
      expect(compile({ op: "in", field, value }).values.length).toBeLessThan(3);
  });

  test("an operator that the grammar has not is UNSUPPORTED_FILTER", () => {
    expect(() => compile({ op: "like", field: "title", value: "a" } as unknown as Filter)).toThrow(
      expect.objectContaining({ code: "UNSUPPORTED_FILTER" }),
    );
  });

  test("filter, watermark and more are joined", () => {
    const parameters = new SqlParameters();
    expect(whereOf(parameters, undefined, undefined)).toBe("true");
    expect(whereOf(parameters, { op: "eq", field: "role", value: "passage" }, 7, "searched")).toBe(
      `(searched AND published_from <= $1::bigint AND (published_to IS NULL OR published_to > $1::bigint) AND "role" = $2::text)`,
    );
    expect(parameters.values).toEqual(["7", "passage"]);
  });
});

describe("the principals that a filter demands", () => {
  const allow: Filter = { op: "listContainsAny", field: "allow", value: ["user:ana", "group:hr"] };
  test("are those of a condition that every row must meet", () => {
    expect(principalsOf(allow)).toEqual(["user:ana", "group:hr"]);
    expect(principalsOf({ and: [{ op: "eq", field: "role", value: "passage" }, { and: [allow] }] })).toEqual([
      "user:ana",
      "group:hr",
    ]);
    expect(principalsOf({ op: "listContains", field: "allow", value: "user:ana" })).toEqual(["user:ana"]);
  });

  test("are not those of a choice, of a negation or of another field", () => {
    expect(principalsOf(undefined)).toEqual([]);
    expect(principalsOf({ or: [allow] })).toEqual([]);
    expect(principalsOf({ not: allow })).toEqual([]);
    expect(principalsOf({ ...allow, field: "deny" })).toEqual([]);
  });
});
