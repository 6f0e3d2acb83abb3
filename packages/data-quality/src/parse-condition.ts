import { compileRegularExpression } from "./regular-expression.ts";
import type { ComparisonOperator, Condition, HistoryFunction, NumericExpression, Operand } from "./ruleset.ts";
import type { TokenReader } from "./token-reader.ts";

const COMPARISONS: Readonly<Record<string, ComparisonOperator>> = {
  "=": "=",
  "==": "=",
  "!=": "!=",
  "<>": "!=",
  "<": "<",
  "<=": "<=",
  ">": ">",
  ">=": ">=",
};

const UNITS: Readonly<Record<string, number>> = {
  second: 1_000,
  minute: 60_000,
  hour: 3_600_000,
  day: 86_400_000,
  week: 604_800_000,
};

const HISTORY_FUNCTIONS: ReadonlySet<string> = new Set([
  "avg",
  "median",
  "min",
  "max",
  "sum",
  "std",
  "percentile",
  "index",
]);

/** Brackets inside brackets; a deeper expression would end at the limit of the stack. */
const DEEPEST = 100;
/** Earlier values that a rule may look at. */
const MOST_LAST = 1_000;

/** Whether a condition begins at the next token. */
export function startsCondition(reader: TokenReader): boolean {
  const { kind, text } = reader.peek();
  if (kind === "symbol") return COMPARISONS[text] !== undefined;
  return ["between", "in", "not", "matches"].some((word) => reader.isWord(word));
}

/**
 * Reads `> 0.9`, `between 1 and 5`, `not in ["a", NULL]`, `matches "[a-z]+"` and their like.
 *
 * @throws GroundworkError `INVALID_CONFIGURATION` with line and column.
 */
export function parseCondition(reader: TokenReader): Condition {
  const operator = reader.peek().kind === "symbol" ? COMPARISONS[reader.peek().text] : undefined;
  if (operator !== undefined) {
    reader.next();
    return { kind: "comparison", operator, operand: parseOperand(reader) };
  }
  const negated = reader.takeWord("not");
  if (reader.takeWord("between")) {
    const low = parseOperand(reader);
    reader.expectWord("and", "between the two ends of a range");
    return { kind: "between", negated, low, high: parseOperand(reader) };
  }
  if (reader.takeWord("in")) {
    reader.expectSymbol("[", "before the values of a list");
    const operands: Operand[] = [];
    do operands.push(parseOperand(reader));
    while (reader.takeSymbol(","));
    reader.expectSymbol("]", 'or "," after a value of a list');
    return { kind: "in", negated, operands };
  }
  if (reader.takeWord("matches")) {
    const { start } = reader.peek();
    const pattern = reader.expectString("a regular expression in quotation marks");
    const problem = compileRegularExpression(pattern).error;
    if (problem !== undefined) throw reader.errorAt(start, "a regular expression of RE2", `one that ${problem}`);
    return { kind: "matches", negated, pattern };
  }
  throw reader.unexpected(
    negated
      ? '"between", "in" or "matches" after "not"'
      : '"=", "!=", "<", "<=", ">", ">=", "between", "in", "not" or "matches"',
  );
}

function parseOperand(reader: TokenReader): Operand {
  const { kind, text } = reader.peek();
  if (kind === "string") return { kind: "string", value: reader.next().text };
  if (kind === "word") {
    const keyword = text.toUpperCase();
    if (keyword === "NULL" || keyword === "EMPTY" || keyword === "WHITESPACES_ONLY") {
      reader.next();
      return { kind: "keyword", value: keyword };
    }
    if (reader.isWord("now")) return parseNow(reader);
  }
  if (reader.isSymbol("(") && reader.isWord("now", 1)) {
    reader.next();
    const now = parseNow(reader);
    reader.expectSymbol(")", "after a point in time");
    return now;
  }
  const expression = parseSum(reader, 0);
  const unit = unitOf(reader);
  if (unit === undefined) return { kind: "number", expression };
  if (expression.kind !== "number") throw reader.unexpected("no unit of time after a number that is computed");
  reader.next();
  return { kind: "duration", milliseconds: expression.value * unit };
}

function unitOf(reader: TokenReader): number | undefined {
  const { kind, text } = reader.peek();
  return kind === "word" ? UNITS[text.toLowerCase().replace(/s$/, "")] : undefined;
}

/** `now()`, `now() - 3 days`, `now() + 2 hours - 5 minutes`. */
function parseNow(reader: TokenReader): Operand {
  reader.next();
  reader.expectSymbol("(", 'after "now"');
  reader.expectSymbol(")", 'after "now("');
  let offset = 0;
  while (reader.isSymbol("+") || reader.isSymbol("-")) {
    const sign = reader.next().text === "+" ? 1 : -1;
    const amount = parseNumber(reader, "a number of days, hours or minutes");
    const unit = unitOf(reader);
    if (unit === undefined) throw reader.unexpected('a unit of time ("days", "hours", "minutes")');
    reader.next();
    offset += sign * amount * unit;
  }
  return { kind: "now", offset };
}

function parseNumber(reader: TokenReader, what: string): number {
  if (reader.peek().kind !== "number") throw reader.unexpected(what);
  return Number(reader.next().text);
}

function parseSum(reader: TokenReader, depth: number): NumericExpression {
  let left = parseProduct(reader, depth);
  while (reader.isSymbol("+") || reader.isSymbol("-")) {
    const operator = reader.next().text as "+" | "-";
    left = arithmetic(operator, left, parseProduct(reader, depth));
  }
  return left;
}

function parseProduct(reader: TokenReader, depth: number): NumericExpression {
  let left = parseFactor(reader, depth);
  while (reader.isSymbol("*") || reader.isSymbol("/")) {
    const operator = reader.next().text as "*" | "/";
    left = arithmetic(operator, left, parseFactor(reader, depth));
  }
  return left;
}

function arithmetic(
  operator: "+" | "-" | "*" | "/",
  left: NumericExpression,
  right: NumericExpression,
): NumericExpression {
  if (left.kind !== "number" || right.kind !== "number") return { kind: "arithmetic", operator, left, right };
  const [a, b] = [left.value, right.value];
  return {
    kind: "number",
    value: operator === "+" ? a + b : operator === "-" ? a - b : operator === "*" ? a * b : a / b,
  };
}

function parseFactor(reader: TokenReader, depth: number): NumericExpression {
  if (depth > DEEPEST) throw reader.unexpected(`an expression of at most ${DEEPEST} nested brackets`);
  if (reader.takeSymbol("-")) {
    const of = parseFactor(reader, depth + 1);
    return of.kind === "number" ? { kind: "number", value: -of.value } : { kind: "negate", of };
  }
  if (reader.takeSymbol("(")) {
    const inner = parseSum(reader, depth + 1);
    reader.expectSymbol(")", "after an expression");
    return inner;
  }
  const { kind, text } = reader.peek();
  if (kind === "number") return { kind: "number", value: Number(reader.next().text) };
  const name = text.toLowerCase();
  if (kind === "word" && name === "abs") {
    reader.next();
    reader.expectSymbol("(", 'after "abs"');
    const of = parseSum(reader, depth + 1);
    reader.expectSymbol(")", "after an expression");
    return { kind: "absolute", of };
  }
  if (kind === "word" && name === "last") {
    const last = parseLast(reader);
    if (last !== 1) throw reader.unexpected('a function around "last", as in avg(last(10))');
    return { kind: "history", function: "index", last, argument: 0 };
  }
  if (kind === "word" && HISTORY_FUNCTIONS.has(name)) return parseHistory(reader, name as HistoryFunction);
  throw reader.unexpected(
    "a number, a string, NULL, EMPTY, WHITESPACES_ONLY, now() or a function of last(), as avg(last(10))",
  );
}

function parseHistory(reader: TokenReader, name: HistoryFunction): NumericExpression {
  reader.next();
  reader.expectSymbol("(", `after "${name}"`);
  const last = parseLast(reader);
  if (name !== "percentile" && name !== "index") {
    reader.expectSymbol(")", `after the argument of "${name}"`);
    return { kind: "history", function: name, last };
  }
  reader.expectSymbol(",", `after "last(${last})": "${name}" takes two arguments`);
  const { start } = reader.peek();
  const argument = parseNumber(reader, name === "percentile" ? "a rank from 0 to 100" : "a place from 0, the newest");
  if (name === "percentile" ? argument > 100 : !Number.isInteger(argument) || argument >= last)
    throw reader.errorAt(
      start,
      name === "percentile" ? "a rank from 0 to 100" : `a place from 0 to ${last - 1}`,
      String(argument),
    );
  reader.expectSymbol(")", `after the arguments of "${name}"`);
  return { kind: "history", function: name, last, argument };
}

/** `last()` is one value, `last(10)` ten. */
function parseLast(reader: TokenReader): number {
  reader.expectWord("last", "as the values that a function looks at");
  reader.expectSymbol("(", 'after "last"');
  if (reader.takeSymbol(")")) return 1;
  const { start, text } = reader.peek();
  const last = parseNumber(reader, "a number of earlier values");
  if (!Number.isInteger(last) || last < 1 || last > MOST_LAST)
    throw reader.errorAt(start, `a whole number from 1 to ${MOST_LAST}`, text);
  reader.expectSymbol(")", 'after the number of "last"');
  return last;
}

/** Whether a number depends on earlier evaluations. */
export function readsHistory(expression: NumericExpression): boolean {
  switch (expression.kind) {
    case "number":
      return false;
    case "history":
      return true;
    case "arithmetic":
      return readsHistory(expression.left) || readsHistory(expression.right);
    default:
      return readsHistory(expression.of);
  }
}

/** The operands of a condition, in the order in which they are written. */
export function operandsOf(condition: Condition): readonly Operand[] {
  switch (condition.kind) {
    case "comparison":
      return [condition.operand];
    case "between":
      return [condition.low, condition.high];
    case "in":
      return condition.operands;
    case "matches":
      return [];
  }
}
