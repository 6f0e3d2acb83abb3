import type { ResolvedCondition, Value } from "./cell-test.ts";
import { readsHistory } from "./parse-condition.ts";
import type { Condition, NumericExpression, Operand } from "./ruleset.ts";

/** The metric an operand is compared with: of a range of values the least or the greatest. */
export type OperandRole = "low" | "high";

/** Earlier values of a metric, the newest first. */
export type ReadHistory = (role: OperandRole, last: number) => Promise<readonly number[]>;

/** A condition is missing where it names an earlier value (`index(last(3), 2)`) that is not there yet. */
export interface Resolution {
  readonly condition?: ResolvedCondition;
  /** Whether earlier values were needed. */
  readonly isDynamic: boolean;
}

class NoHistory extends Error {}

/** Computes the operands of a condition at a time (milliseconds since the epoch). */
export async function resolveCondition(
  condition: Condition,
  now: number,
  readHistory: ReadHistory = () => Promise.resolve([]),
): Promise<Resolution> {
  let isDynamic = false;
  const compute = async (operand: Operand, role: OperandRole): Promise<Value> => {
    switch (operand.kind) {
      case "number":
        isDynamic ||= readsHistory(operand.expression);
        return { kind: "number", value: await computeNumber(operand.expression, (last) => readHistory(role, last)) };
      case "duration":
        return { kind: "number", value: operand.milliseconds };
      case "now":
        return { kind: "instant", value: now + operand.offset };
      default:
        return operand;
    }
  };
  try {
    return { condition: await resolve(condition, compute), isDynamic };
  } catch (error) {
    if (error instanceof NoHistory) return { isDynamic: true };
    throw error;
  }
}

async function resolve(
  condition: Condition,
  compute: (operand: Operand, role: OperandRole) => Promise<Value>,
): Promise<ResolvedCondition> {
  switch (condition.kind) {
    case "comparison": {
      const { operator, operand } = condition;
      return { kind: "comparison", operator, value: await compute(operand, operator.startsWith("<") ? "high" : "low") };
    }
    case "between": {
      const { negated, low, high } = condition;
      return { kind: "between", negated, low: await compute(low, "low"), high: await compute(high, "high") };
    }
    case "in": {
      const values: Value[] = [];
      for (const operand of condition.operands) values.push(await compute(operand, "low"));
      return { kind: "in", negated: condition.negated, values };
    }
    case "matches":
      return condition;
  }
}

async function computeNumber(
  expression: NumericExpression,
  read: (last: number) => Promise<readonly number[]>,
): Promise<number> {
  switch (expression.kind) {
    case "number":
      return expression.value;
    case "negate":
      return -(await computeNumber(expression.of, read));
    case "absolute":
      return Math.abs(await computeNumber(expression.of, read));
    case "arithmetic": {
      const left = await computeNumber(expression.left, read);
      const right = await computeNumber(expression.right, read);
      switch (expression.operator) {
        case "+":
          return left + right;
        case "-":
          return left - right;
        case "*":
          return left * right;
        default:
          return left / right;
      }
    }
    case "history": {
      const known = (await read(expression.last)).slice(0, expression.last);
      // As in the service: the first time there is a zero.
      const values = known.length === 0 ? [0] : known;
      const value = aggregate(expression.function, values, expression.argument ?? 0);
      if (value === undefined) throw new NoHistory();
      return value;
    }
  }
}

function aggregate(name: string, values: readonly number[], argument: number): number | undefined {
  const sum = values.reduce((total, value) => total + value, 0);
  const mean = sum / values.length;
  switch (name) {
    case "avg":
      return mean;
    case "sum":
      return sum;
    case "min":
      return Math.min(...values);
    case "max":
      return Math.max(...values);
    case "std":
      return Math.sqrt(values.reduce((total, value) => total + (value - mean) ** 2, 0) / values.length);
    case "median":
      return percentile(values, 50);
    case "percentile":
      return percentile(values, argument);
    default:
      return values[argument];
  }
}

/** Linear between the two nearest ranks. */
function percentile(values: readonly number[], rank: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const place = ((sorted.length - 1) * rank) / 100;
  const below = sorted[Math.floor(place)]!;
  return below + (sorted[Math.ceil(place)]! - below) * (place - Math.floor(place));
}

/** A condition as it is written in a rule, with its numbers computed. */
export function printCondition(condition: ResolvedCondition): string {
  switch (condition.kind) {
    case "comparison":
      return `${condition.operator} ${printValue(condition.value)}`;
    case "between":
      return `${condition.negated ? "not " : ""}between ${printValue(condition.low)} and ${printValue(condition.high)}`;
    case "in":
      return `${condition.negated ? "not " : ""}in [${condition.values.map(printValue).join(", ")}]`;
    case "matches":
      return `${condition.negated ? "not " : ""}matches ${quoted(condition.pattern)}`;
  }
}

function quoted(text: string): string {
  return `"${text.replace(/["\\]/g, "\\$&")}"`;
}

function printValue({ kind, value }: Value): string {
  if (kind === "string") return quoted(value);
  if (kind === "instant") return quoted(new Date(value).toISOString());
  return typeof value === "number" ? printNumber(value) : value;
}

/** At most six digits after the point. */
export function printNumber(value: number): string {
  return Number.isInteger(value) ? String(value) : String(Number(value.toFixed(6)));
}
