/** What happens to documents whose rows fail a rule: they are named, kept out, or the run ends. */
export type OnFailure = "warn" | "quarantine" | "fail";

/** Aggregates over earlier values of a rule's metric. */
export type HistoryFunction = "avg" | "median" | "min" | "max" | "sum" | "std" | "percentile" | "index";

/** A number that a condition compares with. It is constant unless it reads the history of the metric. */
export type NumericExpression =
  | { readonly kind: "number"; readonly value: number }
  | { readonly kind: "negate" | "absolute"; readonly of: NumericExpression }
  | {
      readonly kind: "arithmetic";
      readonly operator: "+" | "-" | "*" | "/";
      readonly left: NumericExpression;
      readonly right: NumericExpression;
    }
  | {
      readonly kind: "history";
      readonly function: HistoryFunction;
      /** How many earlier values are looked at. */
      readonly last: number;
      /** The rank of `percentile` (0..100), the place of `index` (0 = newest). */
      readonly argument?: number;
    };

export type Operand =
  | { readonly kind: "number"; readonly expression: NumericExpression }
  | { readonly kind: "string"; readonly value: string }
  | { readonly kind: "keyword"; readonly value: "NULL" | "EMPTY" | "WHITESPACES_ONLY" }
  /** The time of the evaluation and so many milliseconds. */
  | { readonly kind: "now"; readonly offset: number }
  | { readonly kind: "duration"; readonly milliseconds: number };

export type ComparisonOperator = "=" | "!=" | "<" | "<=" | ">" | ">=";

export type Condition =
  | { readonly kind: "comparison"; readonly operator: ComparisonOperator; readonly operand: Operand }
  | { readonly kind: "between"; readonly negated: boolean; readonly low: Operand; readonly high: Operand }
  | { readonly kind: "in"; readonly negated: boolean; readonly operands: readonly Operand[] }
  | { readonly kind: "matches"; readonly negated: boolean; readonly pattern: string };

/** Where something begins in the text of a ruleset; both count from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** One rule of a type: `Completeness "title" > 0.9`. */
export interface SimpleRule {
  readonly kind: "rule";
  readonly type: string;
  /** Names of columns; of `ReferentialIntegrity` the two lists, of `CustomSql` the statement. */
  readonly parameters: readonly string[];
  readonly condition?: Condition;
  /** Of `with threshold`: what the share of passing rows (0..1) must meet. */
  readonly threshold?: Condition;
  /** Of `where`: the rule looks only at rows for which this holds. */
  readonly filter?: string;
  readonly text: string;
  /** UTF-16 offsets of the condition in `text`. */
  readonly conditionSpan?: readonly [number, number];
  readonly position: Position;
}

/** Rules joined by `and` or `or`: `(IsComplete "title") and (RowCount > 0)`. */
export interface CompositeRule {
  readonly kind: "composite";
  readonly operator: "and" | "or";
  readonly members: readonly RuleNode[];
  readonly text: string;
  readonly position: Position;
}

export type RuleNode = SimpleRule | CompositeRule;

/** A rule of the list with its labels, those of `DefaultLabels` included. */
export interface Rule {
  readonly root: RuleNode;
  readonly labels: Readonly<Record<string, string>>;
  /** From the label `onFailure`. */
  readonly onFailure?: OnFailure;
}

/** A parsed ruleset. It is plain data: it can be kept as JSON and sent to another thread. */
export interface Ruleset {
  readonly rules: readonly Rule[];
  /** Metrics that are measured and judged by nobody. */
  readonly analyzers: readonly SimpleRule[];
}
