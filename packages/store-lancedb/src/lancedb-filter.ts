import {
  CHUNKS_SCHEMA,
  columnOfField,
  FILTER_OPERATORS,
  type Filter,
  type FilterValue,
  GroundworkError,
} from "@groundwork/contracts";
import { DataType } from "apache-arrow";
import { MEMBER, RECORD, termText, UNIT } from "./attribute-terms.ts";
import { TERMS_COLUMN } from "./lancedb-schema.ts";

type ColumnKind = "string" | "number" | "list" | "other";
type Leaf = Extract<Filter, { op: string }>;

const COLUMNS: ReadonlyMap<string, { readonly column: string; readonly kind: ColumnKind }> = new Map(
  CHUNKS_SCHEMA.fields.map((field) => {
    const name = field.name.replace(/_([a-z])/g, (_match, letter: string) => letter.toUpperCase());
    const isStringList = DataType.isList(field.type) && DataType.isUtf8(field.type.children[0]?.type);
    const kind: ColumnKind =
      name === "location"
        ? "other"
        : DataType.isUtf8(field.type)
          ? "string"
          : DataType.isInt(field.type)
            ? "number"
            : isStringList
              ? "list"
              : "other";
    return [name, { column: columnOfField(name), kind }];
  }),
);

/** The one place where a text becomes part of SQL. DataFusion knows no escapes in literals but the doubled quote. */
export function sqlString(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

function sqlNumber(value: number): string {
  if (!Number.isFinite(value))
    throw new GroundworkError("INVALID_ARGUMENT", `Filter: expected a finite number, found ${value}.`, {
      store: "lancedb",
    });
  if (Number.isSafeInteger(value)) return String(value);
  return `CAST('${value}' AS DOUBLE)`;
}

const TRUE = "true";
const FALSE = "false";
const COMPARISON = { gt: ">", gte: ">=", lt: "<", lte: "<=" } as const;

/** A balanced tree, because LanceDB parses and plans recursively: a chain of a thousand would exhaust its stack. */
function join(operator: "AND" | "OR", parts: readonly string[]): string {
  const [neutral, absorbing] = operator === "AND" ? [TRUE, FALSE] : [FALSE, TRUE];
  if (parts.includes(absorbing)) return absorbing;
  const left = parts.filter((part) => part !== neutral);
  if (left.length === 0) return neutral;
  const build = (start: number, end: number): string => {
    if (end - start === 1) return left[start]!;
    const middle = (start + end) >> 1;
    return `(${build(start, middle)} ${operator} ${build(middle, end)})`;
  };
  return build(0, left.length);
}

function listOf(values: readonly string[]): string {
  return values.map(sqlString).join(",");
}

function isString(value: unknown): value is string {
  return typeof value === "string";
}

function isNumber(value: unknown): value is number {
  return typeof value === "number";
}

function onStringColumn(column: string, leaf: Leaf): string {
  const present = (condition: string): string => `(${column} IS NOT NULL AND ${condition})`;
  switch (leaf.op) {
    case "eq":
      return isString(leaf.value) ? present(`${column} = ${sqlString(leaf.value)}`) : FALSE;
    case "in": {
      const values = leaf.value.filter(isString);
      return values.length === 0 ? FALSE : present(`${column} IN (${listOf(values)})`);
    }
    case "gt":
    case "gte":
    case "lt":
    case "lte":
      return isString(leaf.value) ? present(`${column} ${COMPARISON[leaf.op]} ${sqlString(leaf.value)}`) : FALSE;
    case "startsWith":
      return present(leaf.value === "" ? TRUE : `starts_with(${column}, ${sqlString(leaf.value)})`);
    case "contains":
      return present(leaf.value === "" ? TRUE : `contains(${column}, ${sqlString(leaf.value)})`);
    case "exists":
      return `(${column} IS ${leaf.value ? "NOT " : ""}NULL)`;
    default:
      return FALSE;
  }
}

function onNumberColumn(column: string, leaf: Leaf): string {
  const compare = (operator: string, value: number): string =>
    Number.isSafeInteger(value)
      ? `(${column} IS NOT NULL AND ${column} ${operator} ${sqlNumber(value)})`
      : `(${column} IS NOT NULL AND CAST(${column} AS DOUBLE) ${operator} ${sqlNumber(value)})`;
  switch (leaf.op) {
    case "eq":
      return isNumber(leaf.value) ? compare("=", leaf.value) : FALSE;
    case "in":
      return join(
        "OR",
        leaf.value.filter(isNumber).map((value) => compare("=", value)),
      );
    case "gt":
    case "gte":
    case "lt":
    case "lte":
      return isNumber(leaf.value) ? compare(COMPARISON[leaf.op], leaf.value) : FALSE;
    case "exists":
      return `(${column} IS ${leaf.value ? "NOT " : ""}NULL)`;
    default:
      return FALSE;
  }
}

/** A list column is never missing: without members it is the empty list. */
function onListColumn(column: string, leaf: Leaf): string {
  const present = (condition: string): string =>
    `(${column} IS NOT NULL AND array_length(${column}) > 0 AND ${condition})`;
  switch (leaf.op) {
    case "contains":
      return present(
        leaf.value === ""
          ? TRUE
          : `contains(array_to_string(${column}, ${sqlString(MEMBER)}), ${sqlString(leaf.value)})`,
      );
    case "listContains":
      return isString(leaf.value) ? present(`array_has(${column}, ${sqlString(leaf.value)})`) : FALSE;
    case "listContainsAny": {
      const values = leaf.value.filter(isString);
      return values.length === 0 ? FALSE : present(`array_has_any(${column}, [${listOf(values)}])`);
    }
    case "exists":
      return leaf.value ? TRUE : FALSE;
    default:
      return FALSE;
  }
}

function onOtherColumn(column: string, leaf: Leaf): string {
  if (leaf.op !== "exists") return FALSE;
  if (column === "location") return `(location IS ${leaf.value ? "NOT " : ""}NULL)`;
  return leaf.value ? TRUE : FALSE;
}

function onAttribute(key: string, leaf: Leaf): string {
  const marker = `${RECORD}${termText(key)}${UNIT}`;
  const has = (term: string): string => `contains(${TERMS_COLUMN}, ${sqlString(`${marker}${term}`)})`;
  const value = (type: "s" | "n" | "l"): string =>
    `split_part(split_part(${TERMS_COLUMN}, ${sqlString(`${marker}${type}`)}, 2), ${sqlString(RECORD)}, 1)`;
  const number = `CAST(NULLIF(${value("n")}, '') AS DOUBLE)`;
  const equals = (expected: FilterValue): string => {
    if (isString(expected)) return has(`s${termText(expected)}${RECORD}`);
    if (isNumber(expected)) return `(${has("n")} AND ${number} = ${sqlNumber(expected)})`;
    return has(`b${expected ? 1 : 0}${RECORD}`);
  };
  const listHas = (member: string): string =>
    `(${has("l")} AND contains(${value("l")}, ${sqlString(`${MEMBER}${termText(member)}${MEMBER}`)}))`;
  switch (leaf.op) {
    case "eq":
      return equals(leaf.value);
    case "in":
      return join("OR", leaf.value.map(equals));
    case "gt":
    case "gte":
    case "lt":
    case "lte": {
      const operator = COMPARISON[leaf.op];
      if (isNumber(leaf.value)) return `(${has("n")} AND ${number} ${operator} ${sqlNumber(leaf.value)})`;
      return isString(leaf.value)
        ? `(${has("s")} AND ${value("s")} ${operator} ${sqlString(termText(leaf.value))})`
        : FALSE;
    }
    case "startsWith":
      return has(`s${termText(leaf.value)}`);
    case "contains": {
      const wanted = sqlString(termText(leaf.value));
      const inList = leaf.value === "" ? `${value("l")} <> ${sqlString(MEMBER)}` : `contains(${value("l")}, ${wanted})`;
      const inString = leaf.value === "" ? has("s") : `(${has("s")} AND contains(${value("s")}, ${wanted}))`;
      return `(${inString} OR (${has("l")} AND ${inList}))`;
    }
    case "listContains":
      return isString(leaf.value) ? listHas(leaf.value) : FALSE;
    case "listContainsAny":
      return join("OR", leaf.value.filter(isString).map(listHas));
    case "exists":
      return leaf.value ? has("") : `(NOT ${has("")})`;
    default:
      return FALSE;
  }
}

function negate(condition: string): string {
  return condition === TRUE ? FALSE : condition === FALSE ? TRUE : `(NOT ${condition})`;
}

function onLeaf(leaf: Leaf): string {
  if (leaf.op === "ne") return negate(onLeaf({ op: "eq", field: leaf.field, value: leaf.value }));
  if (leaf.op === "nin") return negate(onLeaf({ op: "in", field: leaf.field, value: leaf.value }));
  const known = COLUMNS.get(leaf.field);
  switch (known?.kind) {
    case undefined:
      return onAttribute(leaf.field, leaf);
    case "string":
      return onStringColumn(known!.column, leaf);
    case "number":
      return onNumberColumn(known!.column, leaf);
    case "list":
      return onListColumn(known!.column, leaf);
    case "other":
      return onOtherColumn(known!.column, leaf);
  }
}

/**
 * SQL of a filter. Every condition is true or false, never null, so that `NOT` means what it says. Names of columns come from
 * a fixed list; everything that a caller wrote is a string literal or a number.
 */
export function filterToSql(filter: Filter): string {
  if ("and" in filter) return join("AND", filter.and.map(filterToSql));
  if ("or" in filter) return join("OR", filter.or.map(filterToSql));
  if ("not" in filter) return negate(filterToSql(filter.not));
  if (!FILTER_OPERATORS.includes(filter.op))
    throw new GroundworkError("UNSUPPORTED_FILTER", `Filter: expected a known operator, found "${filter.op}".`, {
      store: "lancedb",
    });
  return onLeaf(filter);
}

/** Condition of all that is given; `undefined` when everything matches. */
export function whereOf(
  filter: Filter | undefined,
  watermark?: number,
  ...extra: readonly string[]
): string | undefined {
  const parts = [...extra];
  if (watermark !== undefined) {
    const at = sqlNumber(watermark);
    parts.push(`(published_from <= ${at} AND (published_to IS NULL OR published_to > ${at}))`);
  }
  if (filter !== undefined) parts.push(filterToSql(filter));
  const condition = join("AND", parts);
  return condition === TRUE ? undefined : condition;
}

export function chunkIdIn(chunkIds: readonly string[]): string {
  return `chunk_id IN (${listOf(chunkIds)})`;
}

/** The rows of one fragment: its number is the upper half of theirs. */
export function rowsOfFragment(fragment: number): string {
  const first = BigInt(fragment) << 32n;
  return `(_rowid >= ${first} AND _rowid < ${first + (1n << 32n)})`;
}
