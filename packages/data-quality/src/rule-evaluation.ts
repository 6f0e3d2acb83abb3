import { numberMeets, type ResolvedCondition } from "./cell-test.ts";
import type { Measure } from "./measure.ts";
import { printCondition, printNumber } from "./resolve-condition.ts";
import { compileFilter, type RowFilter } from "./row-filter.ts";
import type { RowReader } from "./row-reader.ts";
import type { CompositeRule, SimpleRule } from "./ruleset.ts";
import { ColumnsMeasure } from "./table-measures.ts";

/** The outcome of a rule or of a member of a composite one. */
export interface NodeOutcome {
  readonly result: "PASS" | "FAIL" | "ERROR";
  readonly message?: string;
  readonly evaluatedRule: string;
  readonly metrics: Readonly<Record<string, number>>;
  readonly value?: number;
}

/** A rule, or a member of a composite one, at work on the rows of a table. */
export interface NodeEvaluation {
  /** Whether it holds exactly when every row passes that it judges: no share is asked for. */
  readonly asksAllRows: boolean;
  /** Begins a batch: its columns are known. */
  open(row: RowReader, columns: readonly string[]): void;
  /** Whether the row passes; `undefined` where nothing is said about it. */
  add(row: RowReader): boolean | undefined;
  finish(): NodeOutcome;
  simpleRules(): Generator<SimpleRuleEvaluation>;
}

/** Types that compare no number: all rows that they judge must pass, or the share that `with threshold` asks for. */
const ROW_TYPES: ReadonlySet<string> = new Set([
  "ColumnValues",
  "ColumnLength",
  "ColumnDataType",
  "DataFreshness",
  "IsComplete",
  "IsUnique",
  "IsPrimaryKey",
]);

export interface ResolvedRule {
  readonly rule: SimpleRule;
  readonly measure: Measure;
  readonly condition?: ResolvedCondition;
  readonly threshold?: ResolvedCondition;
  /** Whether the condition was computed from earlier values. */
  readonly isDynamic: boolean;
}

export class SimpleRuleEvaluation implements NodeEvaluation {
  readonly rule: SimpleRule;
  readonly #resolved: ResolvedRule;
  readonly #filter: RowFilter | undefined;
  readonly #filterColumns: readonly string[];
  readonly #missing = new Set<string>();

  constructor(resolved: ResolvedRule) {
    this.rule = resolved.rule;
    this.#resolved = resolved;
    const compiled = resolved.rule.filter === undefined ? undefined : compileFilter(resolved.rule.filter);
    this.#filter = compiled?.filter;
    this.#filterColumns = compiled?.filter === undefined ? [] : compiled.columns;
  }

  get asksAllRows(): boolean {
    return ROW_TYPES.has(this.rule.type) && this.#resolved.threshold === undefined;
  }

  open(row: RowReader, columns: readonly string[]): void {
    const { measure } = this.#resolved;
    if (measure instanceof ColumnsMeasure) measure.see(columns);
    for (const column of [...measure.columns, ...this.#filterColumns])
      if (!row.hasColumn(column)) this.#missing.add(column);
  }

  add(row: RowReader): boolean | undefined {
    if (this.#missing.size > 0) return undefined;
    if (this.#filter !== undefined && !this.#filter((name) => row.cell(name))) return undefined;
    return this.#resolved.measure.add(row);
  }

  finish(): NodeOutcome {
    const { rule, measure, condition, threshold, isDynamic } = this.#resolved;
    const evaluatedRule = evaluatedText(rule, isDynamic ? condition : undefined);
    if (this.#missing.size > 0)
      return {
        result: "FAIL",
        message: `The table has no column ${[...this.#missing].map((name) => `"${name}"`).join(", ")}.`,
        evaluatedRule,
        metrics: {},
      };
    const { value, metrics, rows, problem } = measure.result();
    const common = { evaluatedRule, metrics, ...(value === undefined ? {} : { value }) };
    if (problem !== undefined) return { ...common, result: "ERROR", message: `Nothing was measured: ${problem}.` };
    if (isDynamic && condition === undefined)
      return { ...common, result: "PASS", message: "There are not as many earlier values yet as the rule names." };
    if (ROW_TYPES.has(rule.type)) return { ...common, ...judgeRows(rows!, threshold) };
    if (rule.type === "ColumnExists" || rule.type === "ColumnNamesMatchPattern")
      return value === 1
        ? { ...common, result: "PASS" }
        : {
            ...common,
            result: "FAIL",
            message: rule.type === "ColumnExists" ? "There is no such column." : "Names of columns do not match.",
          };
    if (value === undefined) return { ...common, result: "PASS", message: "There was no row to judge." };
    if (condition === undefined || numberMeets(value, condition)) return { ...common, result: "PASS" };
    return {
      ...common,
      result: "FAIL",
      message: `Measured ${printNumber(value)}, expected ${printCondition(condition)}.${rows === undefined ? "" : ` ${rowCounts(rows)}`}`,
    };
  }

  *simpleRules(): Generator<SimpleRuleEvaluation> {
    yield this;
  }
}

function rowCounts({ judged, passed }: { readonly judged: number; readonly passed: number }): string {
  return `${judged - passed} of ${judged} rows fail.`;
}

function judgeRows(
  rows: { readonly judged: number; readonly passed: number },
  threshold: ResolvedCondition | undefined,
): Pick<NodeOutcome, "result" | "message"> {
  if (rows.judged === 0) return { result: "PASS", message: "There was no row to judge." };
  const share = rows.passed / rows.judged;
  const passes = threshold === undefined ? rows.passed === rows.judged : numberMeets(share, threshold);
  if (passes) return { result: "PASS" };
  const expected = threshold === undefined ? "" : ` A share ${printCondition(threshold)} must pass.`;
  return { result: "FAIL", message: `${rowCounts(rows)}${expected}` };
}

/** The rule with its condition computed; the rule itself where nothing had to be. */
function evaluatedText({ text, conditionSpan }: SimpleRule, condition: ResolvedCondition | undefined): string {
  if (condition === undefined || conditionSpan === undefined) return text;
  return text.slice(0, conditionSpan[0]) + printCondition(condition) + text.slice(conditionSpan[1]);
}

export class CompositeEvaluation implements NodeEvaluation {
  readonly #rule: CompositeRule;
  readonly #members: readonly NodeEvaluation[];
  /** Rows are joined, not the outcomes of the members: a row passes an `or` when it passes one of them. */
  readonly #byRow: boolean;
  readonly asksAllRows: boolean;
  #judged = 0;
  #passed = 0;

  constructor(rule: CompositeRule, members: readonly NodeEvaluation[], byRow: boolean) {
    this.#rule = rule;
    this.#members = members;
    this.asksAllRows = members.every((member) => member.asksAllRows);
    this.#byRow = byRow && this.asksAllRows;
  }

  open(row: RowReader, columns: readonly string[]): void {
    for (const member of this.#members) member.open(row, columns);
  }

  add(row: RowReader): boolean | undefined {
    // Every member must see every row: none is left out because the answer is known.
    const verdicts = this.#members.map((member) => member.add(row));
    const verdict = this.#rule.operator === "and" ? allOf(verdicts) : anyOf(verdicts);
    if (verdict !== undefined) this.#judged++;
    if (verdict === true) this.#passed++;
    return verdict;
  }

  finish(): NodeOutcome {
    const outcomes = this.#members.map((member) => member.finish());
    const has = (result: NodeOutcome["result"]): boolean => outcomes.some((outcome) => outcome.result === result);
    const metrics: Record<string, number> = Object.assign({}, ...outcomes.map((outcome) => outcome.metrics));
    const evaluatedRule = outcomes.map((outcome) => `(${outcome.evaluatedRule})`).join(` ${this.#rule.operator} `);
    const common = { metrics, evaluatedRule };
    const messages = outcomes.flatMap(({ message, result }) =>
      message === undefined || result === "PASS" ? [] : [message],
    );
    if (this.#byRow && !has("ERROR")) {
      if (this.#passed === this.#judged) return { ...common, result: "PASS" };
      return { ...common, result: "FAIL", message: rowCounts({ judged: this.#judged, passed: this.#passed }) };
    }
    const [decisive, other] = this.#rule.operator === "and" ? (["FAIL", "PASS"] as const) : (["PASS", "FAIL"] as const);
    const result = has(decisive) ? decisive : has("ERROR") ? "ERROR" : other;
    return {
      ...common,
      result,
      ...(result === "PASS" || messages.length === 0 ? {} : { message: messages.join(" ") }),
    };
  }

  *simpleRules(): Generator<SimpleRuleEvaluation> {
    for (const member of this.#members) yield* member.simpleRules();
  }
}

function allOf(verdicts: readonly (boolean | undefined)[]): boolean | undefined {
  if (verdicts.includes(false)) return false;
  return verdicts.includes(true) ? true : undefined;
}

/** A member that says nothing about a row may hold for it: the row does not fail. */
function anyOf(verdicts: readonly (boolean | undefined)[]): boolean | undefined {
  if (verdicts.includes(true)) return true;
  return verdicts.includes(undefined) ? undefined : false;
}
