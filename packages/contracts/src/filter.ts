import { GroundworkError } from "./errors.ts";

export type FilterValue = string | number | boolean;

/**
 * One filter grammar for every store and every dialect that is parsed into it.
 *
 * - A field is a column of `chunks.v1` in camel case (`documentId`, `mediaType`, `effectiveFrom`, ...), or the name of an
 *   attribute. Where both exist the column wins.
 * - A comparison with a missing field is false, but for `ne` and `nin`, which also match what lacks the field.
 * - `gt`, `gte`, `lt`, `lte` compare numbers with numbers and strings with strings (by code units, so ISO dates order
 *   rightly); any other pair is false.
 * - `in` and `nin` take a list; an empty `in` matches nothing, an empty `nin` everything. On a list field `eq` and `in` are false.
 * - `startsWith` and `contains` are for strings, case-sensitive; `contains` also matches a substring of a list's member.
 * - `listContains`: a list attribute has the member; `listContainsAny`: one of the members; an empty list of members: false.
 * - `exists` with `value: false` matches what lacks the field.
 * - `and: []` matches everything, `or: []` nothing.
 *
 * A store that cannot express an operator answers `UNSUPPORTED_FILTER`; it never ignores one.
 */
export type Filter =
  | { readonly op: "eq" | "ne" | "gt" | "gte" | "lt" | "lte"; readonly field: string; readonly value: FilterValue }
  | { readonly op: "in" | "nin" | "listContainsAny"; readonly field: string; readonly value: readonly FilterValue[] }
  | { readonly op: "startsWith" | "contains"; readonly field: string; readonly value: string }
  | { readonly op: "listContains"; readonly field: string; readonly value: FilterValue }
  | { readonly op: "exists"; readonly field: string; readonly value: boolean }
  | { readonly and: readonly Filter[] }
  | { readonly or: readonly Filter[] }
  | { readonly not: Filter };

export type FilterOperator = Extract<Filter, { op: string }>["op"];

export const FILTER_OPERATORS: readonly FilterOperator[] = [
  "eq",
  "ne",
  "gt",
  "gte",
  "lt",
  "lte",
  "in",
  "nin",
  "listContainsAny",
  "startsWith",
  "contains",
  "listContains",
  "exists",
];

const FIELD = /^[A-Za-z_][A-Za-z0-9_.:-]{0,127}$/;
const MAX_NODES = 2_000;
const MAX_DEPTH = 32;

function isScalar(value: unknown): value is FilterValue {
  return (
    typeof value === "string" || typeof value === "boolean" || (typeof value === "number" && Number.isFinite(value))
  );
}

/** Checks a filter that came from outside. Throws `INVALID_ARGUMENT` that says which part is wrong. */
export function parseFilter(input: unknown): Filter {
  let nodes = 0;
  const wrong = (path: string, expected: string): GroundworkError =>
    new GroundworkError(
      "INVALID_ARGUMENT",
      `Filter${path}: expected ${expected}. See the filter grammar in @groundwork/contracts.`,
    );
  const visit = (node: unknown, path: string, depth: number): Filter => {
    if (++nodes > MAX_NODES || depth > MAX_DEPTH)
      throw wrong(path, `at most ${MAX_NODES} conditions, nested at most ${MAX_DEPTH} deep`);
    if (typeof node !== "object" || node === null || Array.isArray(node)) throw wrong(path, "an object");
    const record = node as Record<string, unknown>;
    const keys = Object.keys(record);
    for (const key of ["and", "or"] as const) {
      if (!(key in record)) continue;
      const list = record[key];
      if (keys.length !== 1 || !Array.isArray(list)) throw wrong(path, `only "${key}", with a list`);
      const parts = list.map((part: unknown, index) => visit(part, `${path}.${key}[${index}]`, depth + 1));
      return key === "and" ? { and: parts } : { or: parts };
    }
    if ("not" in record) {
      if (keys.length !== 1) throw wrong(path, `only "not"`);
      return { not: visit(record.not, `${path}.not`, depth + 1) };
    }
    const { op, field, value, ...rest } = record;
    if (Object.keys(rest).length > 0) throw wrong(path, `"op", "field" and "value" only`);
    if (typeof op !== "string" || !FILTER_OPERATORS.includes(op as FilterOperator))
      throw wrong(`${path}.op`, `one of ${FILTER_OPERATORS.join(", ")}`);
    if (typeof field !== "string" || !FIELD.test(field)) throw wrong(`${path}.field`, "a field name");
    if (op === "in" || op === "nin" || op === "listContainsAny") {
      if (!Array.isArray(value) || !value.every(isScalar))
        throw wrong(`${path}.value`, "a list of strings, numbers or booleans");
    } else if (op === "startsWith" || op === "contains") {
      if (typeof value !== "string") throw wrong(`${path}.value`, "a string");
    } else if (op === "exists") {
      if (typeof value !== "boolean") throw wrong(`${path}.value`, "true or false");
    } else if (!isScalar(value)) throw wrong(`${path}.value`, "a string, number or boolean");
    return { op, field, value } as Filter;
  };
  return visit(input, "", 0);
}

/** Reference semantics of {@link Filter}: what every store must agree with. */
export function matchesFilter(filter: Filter, read: (field: string) => unknown): boolean {
  if ("and" in filter) return filter.and.every((part) => matchesFilter(part, read));
  if ("or" in filter) return filter.or.some((part) => matchesFilter(part, read));
  if ("not" in filter) return !matchesFilter(filter.not, read);
  const raw = read(filter.field);
  const actual = raw === null ? undefined : raw;
  const missing = actual === undefined;
  switch (filter.op) {
    case "exists":
      return missing !== filter.value;
    case "eq":
      return actual === filter.value;
    case "ne":
      return actual !== filter.value;
    case "in":
      return filter.value.some((value) => value === actual);
    case "nin":
      return !filter.value.some((value) => value === actual);
    case "gt":
    case "gte":
    case "lt":
    case "lte": {
      const value = filter.value;
      const comparable =
        (typeof actual === "number" && typeof value === "number") ||
        (typeof actual === "string" && typeof value === "string");
      if (!comparable) return false;
      if (filter.op === "gt") return actual > value;
      if (filter.op === "gte") return actual >= value;
      if (filter.op === "lt") return actual < value;
      return actual <= value;
    }
    case "startsWith":
      return typeof actual === "string" && actual.startsWith(filter.value);
    case "contains":
      if (typeof actual === "string") return actual.includes(filter.value);
      return (
        Array.isArray(actual) && actual.some((member) => typeof member === "string" && member.includes(filter.value))
      );
    case "listContains":
      return Array.isArray(actual) && actual.includes(filter.value);
    case "listContainsAny":
      return Array.isArray(actual) && filter.value.some((value) => actual.includes(value));
  }
}

/** All of the filters that are there; `undefined` when none is. */
export function allOf(...filters: readonly (Filter | undefined)[]): Filter | undefined {
  const present = filters.filter((filter) => filter !== undefined);
  return present.length <= 1 ? present[0] : { and: present };
}
