import { compileRegularExpression } from "./regular-expression.ts";
import { type Cell, isList } from "./row-reader.ts";
import type { ComparisonOperator } from "./ruleset.ts";

/** An operand whose expression has been computed. */
export type Value =
  | { readonly kind: "number"; readonly value: number }
  | { readonly kind: "string"; readonly value: string }
  /** Milliseconds since the epoch. */
  | { readonly kind: "instant"; readonly value: number }
  | { readonly kind: "keyword"; readonly value: "NULL" | "EMPTY" | "WHITESPACES_ONLY" };

/** A condition whose operands have been computed. */
export type ResolvedCondition =
  | { readonly kind: "comparison"; readonly operator: ComparisonOperator; readonly value: Value }
  | { readonly kind: "between"; readonly negated: boolean; readonly low: Value; readonly high: Value }
  | { readonly kind: "in"; readonly negated: boolean; readonly values: readonly Value[] }
  | { readonly kind: "matches"; readonly negated: boolean; readonly pattern: string };

const ISO_DATE = /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:?\d{2})?)?$/;

/** The time a cell stands for: milliseconds, an ISO date or time (without a zone UTC); else NaN. */
export function instantOf(cell: Cell): number {
  if (typeof cell === "number") return cell;
  if (typeof cell !== "string" || !ISO_DATE.test(cell)) return Number.NaN;
  const text = cell.replace(" ", "T");
  return Date.parse(text.length > 10 && !/(?:Z|[+-]\d{2}:?\d{2})$/.test(text) ? `${text}Z` : text);
}

/** The number a cell stands for; else NaN. */
export function numberOf(cell: Cell): number {
  if (typeof cell === "number") return cell;
  return typeof cell === "string" && cell.trim() !== "" ? Number(cell) : Number.NaN;
}

/** Whether a single number meets a condition on numbers. */
export function numberMeets(value: number, condition: ResolvedCondition): boolean {
  return testOf(condition)(value);
}

/**
 * Makes the test of a cell. A cell without a value meets only `= NULL`, `in [… NULL …]`, and `!=` and `not in` where NULL is not
 * named. The members of a list must all meet it; `EMPTY` is a list without members too.
 *
 * Texts are compared as texts, as numbers with a number, and as times where both are ISO dates.
 */
export function testOf(condition: ResolvedCondition): (cell: Cell) => boolean {
  switch (condition.kind) {
    case "comparison": {
      const { operator, value } = condition;
      if (operator === "=") return ofEach((cell) => equals(cell, value));
      if (operator === "!=") return ofEach((cell) => !equals(cell, value));
      return ofEach((cell) => ordered(operator, cell, value));
    }
    case "between": {
      const { negated, low, high } = condition;
      // The ends do not belong to the range, as in the service.
      return ofEach((cell) =>
        negated
          ? ordered("<=", cell, low) || ordered(">=", cell, high)
          : ordered(">", cell, low) && ordered("<", cell, high),
      );
    }
    case "in": {
      const { negated, values } = condition;
      const strings = new Set(values.flatMap((value) => (value.kind === "string" ? [value.value] : [])));
      return ofEach((cell) => {
        if (typeof cell === "string" && strings.has(cell)) return !negated;
        return values.some((value) => equals(cell, value)) !== negated;
      });
    }
    case "matches": {
      const { negated, pattern } = condition;
      const { expression } = compileRegularExpression(pattern);
      return ofEach((cell) => cell !== null && !isList(cell) && expression!.matches(String(cell)) !== negated);
    }
  }
}

/** A list is tested as a whole for being empty, then by its members. */
function ofEach(test: (cell: Cell) => boolean): (cell: Cell) => boolean {
  return (cell) => {
    if (!isList(cell)) return test(cell);
    return cell.length === 0 ? test("") : cell.members().every((member) => test(member));
  };
}

function equals(cell: Cell, value: Value): boolean {
  switch (value.kind) {
    case "keyword":
      if (value.value === "NULL") return cell === null;
      if (typeof cell !== "string") return false;
      return value.value === "EMPTY" ? cell === "" : cell !== "" && cell.trim() === "";
    case "string":
      if (cell === null || isList(cell)) return false;
      return String(cell) === value.value || orderOf(cell, value) === 0;
    default:
      return orderOf(cell, value) === 0;
  }
}

function ordered(operator: "<" | "<=" | ">" | ">=", cell: Cell, value: Value): boolean {
  const order = orderOf(cell, value);
  switch (operator) {
    case "<":
      return order < 0;
    case "<=":
      return order <= 0;
    case ">":
      return order > 0;
    case ">=":
      return order >= 0;
  }
}

/** Below 0, 0 or above 0; NaN where the two cannot be compared. */
function orderOf(cell: Cell, value: Value): number {
  if (cell === null || isList(cell) || value.kind === "keyword") return Number.NaN;
  if (value.kind === "number") return numberOf(cell) - value.value;
  if (value.kind === "instant") return instantOf(cell) - value.value;
  const instant = instantOf(value.value);
  if (!Number.isNaN(instant)) {
    const own = instantOf(cell);
    if (!Number.isNaN(own)) return own - instant;
  }
  if (typeof cell === "number") return cell - numberOf(value.value);
  const text = String(cell);
  return text < value.value ? -1 : text > value.value ? 1 : 0;
}
