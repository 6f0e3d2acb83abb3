import { isDecimalType } from "./decimal-type.ts";
import { operandsOf, parseCondition, readsHistory, startsCondition } from "./parse-condition.ts";
import { compileFilter } from "./row-filter.ts";
import { ruleTypeOf, suggestRuleType } from "./rule-types.ts";
import type { CompositeRule, Condition, OnFailure, Operand, Rule, RuleNode, Ruleset, SimpleRule } from "./ruleset.ts";
import { TokenReader } from "./token-reader.ts";

const DEEPEST = 50;
const MOST_LABELS = 10;
const LONGEST_LABEL_NAME = 128;
const LONGEST_LABEL_VALUE = 256;
/** The label that tells what a rule's failure leads to. */
const ON_FAILURE_LABEL = "onFailure";

type Labels = Readonly<Record<string, string>>;

/**
 * Reads a ruleset in the Data Quality Definition Language of AWS Glue:
 *
 * ```text
 * DefaultLabels = [ "team" = "records" ]
 * Rules = [
 *   IsComplete "title",                                        # a comment
 *   ColumnValues "language" in ["en", "es"] with threshold > 0.95,
 *   (RowCount > 100) and (Uniqueness "key" = 1.0),
 *   ColumnLength "title" <= 200 where "media_type = 'application/pdf'" labels = ["onFailure" = "quarantine"]
 * ]
 * Analyzers = [ Mean "tokens" ]
 * ```
 *
 * The label `onFailure` (`warn`, `quarantine` or `fail`) is what the gate does when the rule fails.
 *
 * @throws GroundworkError `INVALID_CONFIGURATION` with line, column, what was expected and what was found.
 */
export function parseRuleset(text: string): Ruleset {
  return new RulesetParser(new TokenReader(text)).parse();
}

class RulesetParser {
  readonly #reader: TokenReader;
  readonly #constants = new Map<string, string>();

  constructor(reader: TokenReader) {
    this.#reader = reader;
  }

  parse(): Ruleset {
    const reader = this.#reader;
    let rules: (Omit<Rule, "onFailure"> & { readonly offset: number })[] | undefined;
    let analyzers: SimpleRule[] | undefined;
    let defaults: Labels | undefined;
    while (reader.peek().kind !== "end") {
      const { kind, text, start } = reader.peek();
      if (kind !== "word") throw reader.unexpected('"Rules", "Analyzers", "DefaultLabels" or the name of a constant');
      const isKnownTwice =
        (text === "Rules" && rules !== undefined) ||
        (text === "Analyzers" && analyzers !== undefined) ||
        (text === "DefaultLabels" && defaults !== undefined) ||
        this.#constants.has(text);
      if (isKnownTwice) throw reader.errorAt(start, `"${text}" once`, "it a second time");
      reader.next();
      reader.expectSymbol("=", `after "${text}"`);
      if (text === "Rules") rules = this.#list((offset) => ({ ...this.#labelledRule(), offset }));
      else if (text === "Analyzers") analyzers = this.#list(() => this.#analyzer());
      else if (text === "DefaultLabels") defaults = this.#labels();
      else this.#constants.set(text, reader.expectString(`the text of the constant ${text}, in quotation marks`));
    }
    if (rules === undefined && analyzers === undefined) throw reader.unexpected('"Rules = [ … ]"');
    return {
      rules: (rules ?? []).map(({ root, labels, offset }) => {
        const all: Labels = { ...defaults, ...labels };
        const onFailure = this.#onFailure(all, offset);
        return { root, labels: all, ...(onFailure === undefined ? {} : { onFailure }) };
      }),
      analyzers: analyzers ?? [],
    };
  }

  #list<T>(member: (offset: number) => T): T[] {
    const reader = this.#reader;
    reader.expectSymbol("[", "before a list");
    const members: T[] = [];
    while (!reader.isSymbol("]")) {
      members.push(member(reader.peek().start));
      if (reader.takeSymbol(",")) continue;
      if (!reader.isSymbol("]")) throw reader.unexpected('"," or "]" after a rule');
    }
    reader.expectSymbol("]", "after a list");
    return members;
  }

  #labelledRule(): { root: RuleNode; labels: Labels } {
    const root = this.#rule(0);
    // Behind all that is joined: a member of a composite rule has no labels of its own.
    return { root, labels: this.#reader.isWord("labels") ? this.#labelClause() : {} };
  }

  #rule(depth: number): RuleNode {
    const reader = this.#reader;
    if (depth > DEEPEST) throw reader.unexpected(`at most ${DEEPEST} nested brackets`);
    const { start } = reader.peek();
    const members: RuleNode[] = [];
    let operator: "and" | "or" | undefined;
    for (;;) {
      if (reader.takeSymbol("(")) {
        members.push(this.#rule(depth + 1));
        reader.expectSymbol(")", "after a rule that is joined with others");
      } else members.push(this.#simpleRule());
      const word = reader.isWord("and") ? "and" : reader.isWord("or") ? "or" : undefined;
      if (word === undefined) break;
      if (operator !== undefined && word !== operator)
        throw reader.unexpected(`"${operator}": rules joined by both words need brackets around one kind`);
      operator = word;
      reader.next();
    }
    if (members.length === 1) return members[0]!;
    const composite: CompositeRule = {
      kind: "composite",
      operator: operator!,
      members,
      text: reader.text.slice(start, reader.previousEnd),
      position: reader.positionAt(start),
    };
    return composite;
  }

  #analyzer(): SimpleRule {
    const { start } = this.#reader.peek();
    const rule = this.#simpleRule(true);
    if (ruleTypeOf(rule.type)?.analyzer !== true)
      throw this.#reader.errorAt(start, "a type that can be measured without a condition", `"${rule.type}"`);
    return rule;
  }

  #simpleRule(isAnalyzer = false): SimpleRule {
    const reader = this.#reader;
    const { kind, text: type, start } = reader.peek();
    const ruleType = kind === "word" ? ruleTypeOf(type) : undefined;
    if (ruleType === undefined) throw reader.unexpected(kind === "word" ? suggestRuleType(type) : "a rule");
    reader.next();
    const parameters: string[] = [];
    while (reader.peek().kind === "string" || reader.peek().kind === "constant") parameters.push(this.#string());
    const [least, most] = ruleType.parameters;
    if (parameters.length < least || parameters.length > most)
      throw reader.unexpected(
        `${least === most ? least : `${least} to ${most}`} parameter${most === 1 ? "" : "s"} of ${type} in quotation marks (found ${parameters.length}) before what follows`,
      );
    let condition: Condition | undefined;
    let conditionSpan: readonly [number, number] | undefined;
    let threshold: Condition | undefined;
    let filter: string | undefined;
    for (;;) {
      if (condition === undefined && startsCondition(reader)) {
        if (isAnalyzer || ruleType.condition === "none") throw reader.unexpected(`no condition after ${type}`);
        const from = reader.peek().start;
        condition = NUMERIC_TYPES.has(type) ? withNumbers(parseCondition(reader)) : parseCondition(reader);
        if (ruleType.unsupported === undefined) this.#checkCondition(type, condition, from);
        conditionSpan = [from - start, reader.previousEnd - start];
      } else if (threshold === undefined && reader.isWord("with")) {
        if (isAnalyzer || ruleType.threshold !== true) throw reader.unexpected(`no "with threshold" after ${type}`);
        reader.next();
        reader.expectWord("threshold", 'after "with"');
        const from = reader.peek().start;
        threshold = parseCondition(reader);
        if (!operandsOf(threshold).every((operand) => operand.kind === "number" && !readsHistory(operand.expression)))
          throw reader.errorAt(from, "a share between 0 and 1", "something else");
      } else if (filter === undefined && reader.isWord("where")) {
        if (ruleType.filter !== true) throw reader.unexpected(`no "where" after ${type}`);
        reader.next();
        const from = reader.peek().start;
        filter = this.#string("a condition on columns in quotation marks");
        const problem = compileFilter(filter).error;
        if (problem !== undefined) throw reader.errorAt(from, "a condition on columns", problem);
      } else break;
    }
    if (condition === undefined && !isAnalyzer && (ruleType.condition ?? "required") === "required")
      throw reader.unexpected(`a condition of ${type}, such as "> 0.9"`);
    const end = reader.previousEnd;
    return {
      kind: "rule",
      type,
      parameters,
      ...(condition === undefined ? {} : { condition, conditionSpan: conditionSpan! }),
      ...(threshold === undefined ? {} : { threshold }),
      ...(filter === undefined ? {} : { filter }),
      text: reader.text.slice(start, end),
      position: reader.positionAt(start),
    };
  }

  /** What a rule's value can be compared with depends on its type. */
  #checkCondition(type: string, condition: Condition, offset: number): void {
    const operands = operandsOf(condition);
    const fail = (expected: string): never => {
      throw this.#reader.errorAt(offset, expected, "a condition of another kind");
    };
    if (type === "DataFreshness") {
      if (condition.kind === "in" || condition.kind === "matches" || operands.some(({ kind }) => kind !== "duration"))
        fail('an age with its unit, such as "<= 24 hours"');
    } else if (type === "ColumnDataType") {
      const isNamed = operands.every(({ kind }) => kind === "string");
      if (
        !isNamed ||
        !(condition.kind === "in" || (condition.kind === "comparison" && /^!?=$/.test(condition.operator)))
      )
        fail('the name of a type, such as "= \\"Date\\"", or "in [ … ]"');
      for (const operand of operands)
        if (operand.kind === "string" && !DATA_TYPES.has(operand.value.toLowerCase()) && !isDecimalType(operand.value))
          fail(`a type (${[...DATA_TYPES].join(", ")})`);
    } else if (type === "ColumnValues" || type === "ColumnLength") {
      if (operands.some(({ kind }) => kind === "duration")) fail("no bare length of time");
      const isRange =
        (condition.kind === "between" && !condition.negated) ||
        (condition.kind === "comparison" && /[<>]/.test(condition.operator));
      if (!isRange && operands.some((operand) => operand.kind === "number" && readsHistory(operand.expression)))
        fail("<, <=, >, >= or between: earlier values are known as least and greatest only");
      if (type === "ColumnLength" && (condition.kind === "matches" || operands.some(({ kind }) => kind !== "number")))
        fail("a number of characters");
    } else if (condition.kind === "matches" || operands.some(({ kind }) => kind !== "number")) fail("a number");
  }

  #string(what = "a name in quotation marks"): string {
    const reader = this.#reader;
    const { kind, text, start } = reader.peek();
    if (kind !== "constant") return reader.expectString(what);
    reader.next();
    const value = this.#constants.get(text.slice(1));
    if (value === undefined) throw reader.errorAt(start, `"${text.slice(1)} = \\"…\\"" above its use`, `"${text}"`);
    return value;
  }

  #labelClause(): Labels {
    this.#reader.next();
    this.#reader.expectSymbol("=", 'after "labels"');
    return this.#labels();
  }

  /** `[ "name" = "value", … ]` */
  #labels(): Labels {
    const reader = this.#reader;
    const labels: [string, string][] = [];
    reader.expectSymbol("[", "before labels");
    do {
      const { start } = reader.peek();
      const name = reader.expectString("the name of a label in quotation marks");
      reader.expectSymbol("=", "after the name of a label");
      const value = reader.expectString("the value of a label in quotation marks");
      if (name.length < 1 || name.length > LONGEST_LABEL_NAME || value.length > LONGEST_LABEL_VALUE)
        throw reader.errorAt(
          start,
          `a name of 1 to ${LONGEST_LABEL_NAME} characters and a value of at most ${LONGEST_LABEL_VALUE}`,
          `${name.length} and ${value.length}`,
        );
      labels.push([name, value]);
      if (labels.length > MOST_LABELS) throw reader.errorAt(start, `at most ${MOST_LABELS} labels`, "one more");
    } while (reader.takeSymbol(","));
    reader.expectSymbol("]", 'or "," after a label');
    return Object.fromEntries(labels);
  }

  #onFailure(labels: Labels, offset: number): OnFailure | undefined {
    const value = Object.hasOwn(labels, ON_FAILURE_LABEL) ? labels[ON_FAILURE_LABEL] : undefined;
    if (value === undefined || value === "warn" || value === "quarantine" || value === "fail") return value;
    throw this.#reader.errorAt(offset, 'the label "onFailure" as "warn", "quarantine" or "fail"', `"${value}"`);
  }
}

/** Types that `ColumnDataType` knows, in lower case. */
const DATA_TYPES: ReadonlySet<string> = new Set([
  "boolean",
  "date",
  "timestamp",
  "integer",
  "long",
  "float",
  "double",
  "decimal",
  "string",
]);

/** Types whose value is a number: it may stand in quotation marks too. */
const NUMERIC_TYPES: ReadonlySet<string> = new Set([
  "ColumnCorrelation",
  "ColumnCount",
  "ColumnLength",
  "Completeness",
  "DistinctValuesCount",
  "Entropy",
  "Mean",
  "ReferentialIntegrity",
  "RowCount",
  "RowCountMatch",
  "StandardDeviation",
  "Sum",
  "UniqueValueRatio",
  "Uniqueness",
]);

function withNumbers(condition: Condition): Condition {
  const number = (operand: Operand): Operand =>
    operand.kind === "string" && operand.value.trim() !== "" && Number.isFinite(Number(operand.value))
      ? { kind: "number", expression: { kind: "number", value: Number(operand.value) } }
      : operand;
  switch (condition.kind) {
    case "comparison":
      return { ...condition, operand: number(condition.operand) };
    case "between":
      return { ...condition, low: number(condition.low), high: number(condition.high) };
    case "in":
      return { ...condition, operands: condition.operands.map(number) };
    default:
      return condition;
  }
}
