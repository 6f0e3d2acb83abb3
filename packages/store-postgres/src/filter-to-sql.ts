import { CHUNKS_SCHEMA, FILTER_OPERATORS, type Filter, type FilterValue, GroundworkError } from "@groundwork/contracts";
import { DataType } from "apache-arrow";
import { quoted, type SqlParameters } from "./sql-parameters.ts";
import { storedJson, storedText } from "./stored-text.ts";

type Kind = "text" | "number" | "list" | "json" | "other";
type Leaf = Extract<Filter, { op: string }>;

function kindOf(type: DataType, name: string): Kind {
  if (name === "location") return "json";
  if (DataType.isUtf8(type)) return "text";
  if (DataType.isInt(type)) return "number";
  return DataType.isList(type) && DataType.isUtf8(type.children[0]?.type) ? "list" : "other";
}

const COLUMNS: ReadonlyMap<string, { readonly column: string; readonly kind: Kind }> = new Map(
  CHUNKS_SCHEMA.fields.map(({ name, type }) => [
    name.replace(/_([a-z])/g, (_match, letter: string) => letter.toUpperCase()),
    { column: quoted(name), kind: kindOf(type, name) },
  ]),
);

const TRUE = "true";
const FALSE = "false";
const COMPARISON = { gt: ">", gte: ">=", lt: "<", lte: "<=" } as const;
/** Values of an `in` on an attribute up to which each is a condition that an index can answer. */
const INDEXED_VALUES = 16;

/** What decides the whole stays in it with all else: a statement must use every parameter that it has. */
function join(operator: "AND" | "OR", parts: readonly string[]): string {
  const neutral = operator === "AND" ? TRUE : FALSE;
  const left = parts.filter((part) => part !== neutral);
  if (left.length === 0) return neutral;
  return left.length === 1 ? left[0]! : `(${left.join(` ${operator} `)})`;
}

/** Where a condition can be null, null means false: what is not true is false. */
function negate(condition: string): string {
  return condition === TRUE ? FALSE : condition === FALSE ? TRUE : `(${condition} IS NOT TRUE)`;
}

const isString = (value: unknown): value is string => typeof value === "string";
const isNumber = (value: unknown): value is number => typeof value === "number";

function jsonOf(value: unknown): string {
  return JSON.stringify(storedJson(value));
}

function onText(column: string, leaf: Leaf, parameters: SqlParameters): string {
  switch (leaf.op) {
    case "eq":
      return isString(leaf.value) ? `${column} = ${parameters.text(leaf.value)}` : FALSE;
    case "in": {
      const values = leaf.value.filter(isString);
      return values.length === 0 ? FALSE : `${column} = ANY (${parameters.texts(values)})`;
    }
    case "gt":
    case "gte":
    case "lt":
    case "lte":
      return isString(leaf.value) ? `${column} ${COMPARISON[leaf.op]} ${parameters.text(leaf.value)}` : FALSE;
    case "startsWith":
      return `starts_with(${column}, ${parameters.text(leaf.value)})`;
    case "contains":
      return `strpos(${column}, ${parameters.text(leaf.value)}) > 0`;
    case "exists":
      return `${column} IS ${leaf.value ? "NOT " : ""}NULL`;
    default:
      return FALSE;
  }
}

function onNumber(column: string, leaf: Leaf, parameters: SqlParameters): string {
  const compare = (operator: string, value: number): string =>
    Number.isSafeInteger(value)
      ? `${column} ${operator} ${parameters.add(String(value), "bigint")}`
      : `${column}::numeric ${operator} ${parameters.add(String(value), "numeric")}`;
  switch (leaf.op) {
    case "eq":
      return isNumber(leaf.value) ? compare("=", leaf.value) : FALSE;
    case "in": {
      const values = leaf.value.filter((value) => Number.isSafeInteger(value)).map(String);
      return values.length === 0 ? FALSE : `${column} = ANY (${parameters.add(values, "bigint[]")})`;
    }
    case "gt":
    case "gte":
    case "lt":
    case "lte":
      return isNumber(leaf.value) ? compare(COMPARISON[leaf.op], leaf.value) : FALSE;
    case "exists":
      return `${column} IS ${leaf.value ? "NOT " : ""}NULL`;
    default:
      return FALSE;
  }
}

/** A list column is never missing: without members it is the empty list. */
function onList(column: string, leaf: Leaf, parameters: SqlParameters): string {
  switch (leaf.op) {
    case "contains":
      return `EXISTS (SELECT FROM unnest(${column}) AS member WHERE strpos(member, ${parameters.text(leaf.value)}) > 0)`;
    case "listContains":
      return isString(leaf.value) ? `${column} @> ${parameters.texts([leaf.value])}` : FALSE;
    case "listContainsAny": {
      const values = leaf.value.filter(isString);
      return values.length === 0 ? FALSE : `${column} && ${parameters.texts(values)}`;
    }
    case "exists":
      return leaf.value ? TRUE : FALSE;
    default:
      return FALSE;
  }
}

/**
 * Attributes are one `jsonb`. Conditions of equality are containment (`@>`), which an index answers; containment of an object
 * with a scalar or a list of one scalar is equality, because a scalar is never contained in a list below the top.
 */
function onAttribute(key: string, leaf: Leaf, parameters: SqlParameters): string {
  // A key of its own for each use would be a parameter more; one that stands twice in a condition is the same.
  let placeholder: string | undefined;
  const name = (): string => {
    placeholder ??= parameters.text(key);
    return placeholder;
  };
  const value = (): string => `(attributes -> ${name()})`;
  const text = (): string => `(attributes ->> ${name()}) COLLATE "C"`;
  const isA = (type: "string" | "number" | "array"): string => `jsonb_typeof${value()} = '${type}'`;
  const has = (member: FilterValue | readonly FilterValue[]): string =>
    `attributes @> ${parameters.add(jsonOf(Object.fromEntries([[key, member]])), "jsonb")}`;
  switch (leaf.op) {
    case "eq":
      return has(leaf.value);
    case "in": {
      if (leaf.value.length <= INDEXED_VALUES) return join("OR", leaf.value.map(has));
      return `${value()} = ANY (${parameters.add(leaf.value.map(jsonOf), "jsonb[]")})`;
    }
    case "gt":
    case "gte":
    case "lt":
    case "lte": {
      const operator = COMPARISON[leaf.op];
      if (isNumber(leaf.value))
        return `(${isA("number")} AND ${value()} ${operator} ${parameters.add(jsonOf(leaf.value), "jsonb")})`;
      return isString(leaf.value)
        ? `(${isA("string")} AND ${text()} ${operator} ${parameters.text(leaf.value)})`
        : FALSE;
    }
    case "startsWith":
      return `(${isA("string")} AND starts_with(${text()}, ${parameters.text(leaf.value)}))`;
    case "contains": {
      const needle = parameters.text(leaf.value);
      // A branch of CASE is evaluated only where its condition holds: members are read of lists alone.
      const member = `EXISTS (SELECT FROM jsonb_array_elements${value()} AS member
        WHERE jsonb_typeof(member) = 'string' AND strpos(member #>> '{}', ${needle}) > 0)`;
      return `CASE jsonb_typeof${value()} WHEN 'string' THEN strpos(${text()}, ${needle}) > 0 WHEN 'array' THEN ${member} ELSE false END`;
    }
    case "listContains":
      return has([leaf.value]);
    case "listContainsAny":
      return join(
        "OR",
        leaf.value.map((member) => has([member])),
      );
    case "exists":
      return leaf.value ? `attributes ? ${name()}` : negate(`attributes ? ${name()}`);
    default:
      return FALSE;
  }
}

function onLeaf(leaf: Leaf, parameters: SqlParameters): string {
  if (leaf.op === "ne") return negate(onLeaf({ ...leaf, op: "eq" }, parameters));
  if (leaf.op === "nin") return negate(onLeaf({ ...leaf, op: "in" }, parameters));
  const known = COLUMNS.get(leaf.field);
  switch (known?.kind) {
    case undefined:
      return onAttribute(storedText(leaf.field), leaf, parameters);
    case "text":
      return onText(known!.column, leaf, parameters);
    case "number":
      return onNumber(known!.column, leaf, parameters);
    case "list":
      return onList(known!.column, leaf, parameters);
    case "json":
      return leaf.op === "exists" ? `${known!.column} IS ${leaf.value ? "NOT " : ""}NULL` : FALSE;
    case "other":
      return leaf.op === "exists" && leaf.value ? TRUE : FALSE;
  }
}

/**
 * SQL of a filter. Null stands for false in every condition. Names of columns come from a fixed list; all that a caller wrote, keys
 * of attributes included, is a parameter.
 *
 * @throws GroundworkError `UNSUPPORTED_FILTER` for an operator that the grammar has not.
 */
export function filterToSql(filter: Filter, parameters: SqlParameters): string {
  const visit = (part: Filter): string => filterToSql(part, parameters);
  if ("and" in filter) return join("AND", filter.and.map(visit));
  if ("or" in filter) return join("OR", filter.or.map(visit));
  if ("not" in filter) return negate(visit(filter.not));
  if (!FILTER_OPERATORS.includes(filter.op))
    throw new GroundworkError("UNSUPPORTED_FILTER", `Filter: expected a known operator, found "${filter.op}".`, {
      store: "postgres",
    });
  return onLeaf(filter, parameters);
}

/** Condition of a filter, a watermark and more, all of which must hold. `"true"` when everything matches. */
export function whereOf(
  parameters: SqlParameters,
  filter: Filter | undefined,
  watermark: number | undefined,
  ...more: readonly string[]
): string {
  const parts = [...more];
  if (watermark !== undefined) {
    const at = parameters.add(String(watermark), Number.isSafeInteger(watermark) ? "bigint" : "numeric");
    parts.push(`published_from <= ${at}`, `(published_to IS NULL OR published_to > ${at})`);
  }
  if (filter !== undefined) parts.push(filterToSql(filter, parameters));
  return join("AND", parts);
}

/** Principals that the filter demands in `allow`: those of the first such condition that every row it matches must meet. */
export function principalsOf(filter: Filter | undefined): readonly string[] {
  if (filter === undefined) return [];
  if ("and" in filter) {
    for (const part of filter.and) {
      const found = principalsOf(part);
      if (found.length > 0) return found;
    }
    return [];
  }
  if (!("op" in filter) || filter.field !== "allow") return [];
  if (filter.op === "listContainsAny") return filter.value.filter(isString);
  return filter.op === "listContains" && isString(filter.value) ? [filter.value] : [];
}
