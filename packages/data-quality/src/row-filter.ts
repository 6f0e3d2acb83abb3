import { compileRegularExpression, type RegularExpression } from "./regular-expression.ts";
import { type Cell, isList } from "./row-reader.ts";

/** Gives the value of a column in the row that is looked at; `undefined` where no such column exists. */
export type ColumnReader = (name: string) => Cell | undefined;

/** Whether a row is looked at. What is unknown (a comparison with NULL) is no. */
export type RowFilter = (column: ColumnReader) => boolean;

export interface CompiledFilter {
  readonly filter: RowFilter;
  readonly columns: readonly string[];
  readonly error?: never;
}

/** A node of the condition: gives a value; of a test true, false or, where SQL says unknown, null. */
type Node = (column: ColumnReader) => Cell;

const LONGEST_FILTER = 10_000;
const DEEPEST = 100;
const TOKEN =
  /\s*(?:(\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|\.\d+)|'((?:[^']|'')*)'|`([^`]+)`|([A-Za-z_][A-Za-z0-9_.]*)|(<=>|<=|>=|!=|<>|==|\|\||[()=<>,+\-*/%]))/y;

interface Token {
  readonly kind: "number" | "string" | "column" | "word" | "symbol" | "end";
  readonly text: string;
  readonly at: number;
}

class FilterError extends Error {}

/**
 * Compiles the condition of a `where` clause: the part of SQL that looks at one row. Comparisons, `and`, `or`, `not`, `in`,
 * `between`, `like`, `rlike`, `is null`, arithmetic, and the functions `length`, `lower`, `upper`, `trim`, `abs`, `concat` and `coalesce`;
 * texts in single quotation marks, names bare or in back quotes. Tests follow the three values of SQL.
 *
 * The answer is a filter, or in words what is wrong.
 */
export function compileFilter(text: string): CompiledFilter | { readonly error: string; readonly filter?: never } {
  try {
    const parser = new FilterParser(text);
    const node = parser.parse();
    return { filter: (column) => node(column) === true, columns: [...parser.columns] };
  } catch (error) {
    if (error instanceof FilterError) return { error: error.message };
    throw error;
  }
}

class FilterParser {
  readonly columns = new Set<string>();
  readonly #tokens: Token[];
  #at = 0;

  constructor(text: string) {
    if (text.length > LONGEST_FILTER) throw new FilterError(`more than ${LONGEST_FILTER} characters`);
    this.#tokens = tokenize(text);
  }

  parse(): Node {
    const node = this.#or(0);
    if (this.#peek().kind !== "end") throw this.#unexpected('"and", "or" or its end');
    return node;
  }

  #peek(): Token {
    return this.#tokens[this.#at]!;
  }

  #unexpected(expected: string): FilterError {
    const { kind, text, at } = this.#peek();
    return new FilterError(`${kind === "end" ? "its end" : `"${text}"`} at its character ${at + 1}, not ${expected}`);
  }

  #take(kind: "word" | "symbol", ...texts: readonly string[]): string | undefined {
    const token = this.#peek();
    const text = kind === "word" ? token.text.toLowerCase() : token.text;
    if (token.kind !== kind || !texts.includes(text)) return undefined;
    this.#at++;
    return text;
  }

  #expect(kind: "word" | "symbol", text: string): void {
    if (this.#take(kind, text) === undefined) throw this.#unexpected(`"${text}"`);
  }

  #or(depth: number): Node {
    if (depth > DEEPEST) throw new FilterError(`more than ${DEEPEST} nested brackets`);
    const members = [this.#and(depth)];
    while (this.#take("word", "or") !== undefined) members.push(this.#and(depth));
    if (members.length === 1) return members[0]!;
    return (column) => {
      let result: Cell = false;
      for (const member of members) {
        const value = truth(member(column));
        if (value === true) return true;
        if (value === null) result = null;
      }
      return result;
    };
  }

  #and(depth: number): Node {
    const members = [this.#not(depth)];
    while (this.#take("word", "and") !== undefined) members.push(this.#not(depth));
    if (members.length === 1) return members[0]!;
    return (column) => {
      let result: Cell = true;
      for (const member of members) {
        const value = truth(member(column));
        if (value === false) return false;
        if (value === null) result = null;
      }
      return result;
    };
  }

  #not(depth: number): Node {
    let negations = 0;
    while (this.#take("word", "not") !== undefined) negations++;
    const node = this.#test(depth);
    return negations % 2 === 0 ? node : negate(node);
  }

  #test(depth: number): Node {
    const left = this.#sum(depth);
    const operator = this.#take("symbol", "<=>", "=", "==", "!=", "<>", "<", "<=", ">", ">=");
    if (operator !== undefined) {
      const right = this.#sum(depth);
      if (operator === "<=>")
        return (column) => {
          const [a, b] = [left(column), right(column)];
          return a === null || b === null ? a === b : compare(a, b) === 0;
        };
      return (column) => holds(operator, left(column), right(column));
    }
    if (this.#take("word", "is") !== undefined) {
      const negated = this.#take("word", "not") !== undefined;
      this.#expect("word", "null");
      return (column) => (left(column) === null) !== negated;
    }
    const negated = this.#take("word", "not") !== undefined;
    const test = this.#predicate(left, depth);
    if (test === undefined) {
      if (negated) throw this.#unexpected('"in", "between", "like" or "rlike" after "not"');
      return left;
    }
    return negated ? negate(test) : test;
  }

  #predicate(left: Node, depth: number): Node | undefined {
    if (this.#take("word", "between") !== undefined) {
      const low = this.#sum(depth);
      this.#expect("word", "and");
      const high = this.#sum(depth);
      return (column) => {
        const value = left(column);
        const above = holds(">=", value, low(column));
        const below = holds("<=", value, high(column));
        return above === false || below === false ? false : above === null || below === null ? null : true;
      };
    }
    if (this.#take("word", "in") !== undefined) {
      this.#expect("symbol", "(");
      const members = [this.#sum(depth)];
      while (this.#take("symbol", ",") !== undefined) members.push(this.#sum(depth));
      this.#expect("symbol", ")");
      return (column) => {
        const value = left(column);
        let result: Cell = false;
        for (const member of members) {
          const equal = holds("=", value, member(column));
          if (equal === true) return true;
          if (equal === null) result = null;
        }
        return result;
      };
    }
    const pattern = this.#take("word", "like", "rlike");
    if (pattern === undefined) return undefined;
    const token = this.#peek();
    if (token.kind !== "string") throw this.#unexpected("a pattern in single quotation marks");
    this.#at++;
    // What `rlike` looks for may stand anywhere in the text.
    const expression =
      pattern === "like" ? likeExpression(token.text) : compileOrThrow(`(?s:.*)(?:${token.text})(?s:.*)`);
    return (column) => {
      const value = left(column);
      return value === null ? null : expression.matches(textOf(value));
    };
  }

  #sum(depth: number): Node {
    let left = this.#product(depth);
    for (;;) {
      const operator = this.#take("symbol", "+", "-", "||");
      if (operator === undefined) return left;
      const [a, b] = [left, this.#product(depth)];
      left =
        operator === "||"
          ? (column) => both(a(column), b(column), (x, y) => textOf(x) + textOf(y))
          : (column) => both(a(column), b(column), (x, y) => number(operator === "+" ? +x + +y : +x - +y));
    }
  }

  #product(depth: number): Node {
    let left = this.#value(depth);
    for (;;) {
      const operator = this.#take("symbol", "*", "/", "%");
      if (operator === undefined) return left;
      const [a, b] = [left, this.#value(depth)];
      left = (column) =>
        both(a(column), b(column), (x, y) => number(operator === "*" ? +x * +y : operator === "/" ? +x / +y : +x % +y));
    }
  }

  #value(depth: number): Node {
    const token = this.#peek();
    if (this.#take("symbol", "(") !== undefined) {
      const inner = this.#or(depth + 1);
      this.#expect("symbol", ")");
      return inner;
    }
    let signs = 0;
    while (this.#take("symbol", "-") !== undefined) signs++;
    if (signs > 0) {
      const of = this.#value(depth + 1);
      return (column) => both(of(column), 0, (x) => number(signs % 2 === 1 ? -x : +x));
    }
    if (token.kind === "end" || token.kind === "symbol") throw this.#unexpected("a column, a text or a number");
    this.#at++;
    if (token.kind === "number") {
      const value = Number(token.text);
      return () => value;
    }
    if (token.kind === "string") return () => token.text;
    if (token.kind === "word") {
      const word = token.text.toLowerCase();
      if (word === "null") return () => null;
      if (word === "true" || word === "false") return () => word === "true";
      if (this.#peek().kind === "symbol" && this.#peek().text === "(") return this.#call(word, depth);
      if (RESERVED.has(word)) {
        this.#at--;
        throw this.#unexpected("a column, a text or a number");
      }
    }
    const name = token.text;
    this.columns.add(name);
    return (column) => column(name) ?? null;
  }

  #call(name: string, depth: number): Node {
    const apply = FUNCTIONS[name];
    if (apply === undefined) {
      this.#at--;
      throw this.#unexpected(`one of the functions ${Object.keys(FUNCTIONS).join(", ")}`);
    }
    this.#expect("symbol", "(");
    const members = [this.#or(depth + 1)];
    while (this.#take("symbol", ",") !== undefined) members.push(this.#or(depth + 1));
    this.#expect("symbol", ")");
    return (column) => apply(members.map((member) => member(column)));
  }
}

const RESERVED: ReadonlySet<string> = new Set(["and", "or", "not", "in", "between", "like", "rlike", "is"]);

const FUNCTIONS: Readonly<Record<string, (values: readonly Cell[]) => Cell>> = {
  length: ([value = null]) => (value === null ? null : isList(value) ? value.length : [...textOf(value)].length),
  lower: ([value = null]) => (value === null ? null : textOf(value).toLowerCase()),
  upper: ([value = null]) => (value === null ? null : textOf(value).toUpperCase()),
  trim: ([value = null]) => (value === null ? null : textOf(value).trim()),
  abs: ([value = null]) => both(value, 0, (x) => number(Math.abs(+x))),
  concat: (values) => (values.includes(null) ? null : values.map((value) => textOf(value!)).join("")),
  coalesce: (values) => values.find((value) => value !== null) ?? null,
};

function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  let at = 0;
  const end = text.trimEnd().length;
  while (at < end) {
    TOKEN.lastIndex = at;
    const match = TOKEN.exec(text);
    if (match === null) throw new FilterError(`a sign at its character ${at + 1} that is not part of a condition`);
    const [whole, digits, quoted, name, word, symbol] = match;
    const add = (kind: Token["kind"], value: string): unknown => tokens.push({ kind, text: value, at });
    if (digits !== undefined) add("number", digits);
    else if (quoted !== undefined) add("string", quoted.replaceAll("''", "'"));
    else if (name !== undefined) add("column", name);
    else if (word !== undefined) add("word", word);
    else add("symbol", symbol!);
    at += whole.length;
  }
  tokens.push({ kind: "end", text: "", at });
  return tokens;
}

function truth(cell: Cell): boolean | null {
  if (cell === null || typeof cell === "boolean") return cell;
  return typeof cell === "number" ? cell !== 0 : null;
}

function negate(node: Node): Node {
  return (column) => {
    const value = truth(node(column));
    return value === null ? null : !value;
  };
}

function number(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

function textOf(cell: Exclude<Cell, null>): string {
  return isList(cell) ? JSON.stringify(cell.members()) : String(cell);
}

/** Applies an operation where neither value is missing. Texts are numbers where a number is needed. */
function both(a: Cell, b: Cell, operation: (x: string | number | boolean, y: string | number | boolean) => Cell): Cell {
  if (a === null || b === null || isList(a) || isList(b)) return null;
  return operation(a, b);
}

/** Less than, equal or greater as a number below, at or above 0; `null` where two values cannot be compared. */
function compare(a: Exclude<Cell, null>, b: Exclude<Cell, null>): number | null {
  if (typeof a === "number" || typeof b === "number") {
    const [x, y] = [isList(a) ? Number.NaN : Number(a), isList(b) ? Number.NaN : Number(b)];
    if (Number.isNaN(x) || Number.isNaN(y)) return null;
    return x - y;
  }
  const [x, y] = [textOf(a), textOf(b)];
  return x < y ? -1 : x > y ? 1 : 0;
}

function holds(operator: string, a: Cell, b: Cell): boolean | null {
  if (a === null || b === null) return null;
  const order = compare(a, b);
  if (order === null) return null;
  switch (operator) {
    case "=":
    case "==":
      return order === 0;
    case "!=":
    case "<>":
      return order !== 0;
    case "<":
      return order < 0;
    case "<=":
      return order <= 0;
    case ">":
      return order > 0;
    default:
      return order >= 0;
  }
}

function compileOrThrow(pattern: string): RegularExpression {
  const { expression, error } = compileRegularExpression(pattern);
  if (error !== undefined) throw new FilterError(`a pattern that ${error}`);
  return expression;
}

/** `%` is any text, `_` any character; a backslash takes their meaning away. */
function likeExpression(like: string): RegularExpression {
  let pattern = "";
  for (let at = 0; at < like.length; at++) {
    let character = like[at]!;
    if (character === "%") pattern += ".*";
    else if (character === "_") pattern += ".";
    else {
      if (character === "\\" && at + 1 < like.length) character = like[++at]!;
      pattern += character.replace(/[\\^$.*+?()[\]{}|]/, "\\$&");
    }
  }
  return compileOrThrow(`(?s:${pattern})`);
}
