import { type CallOptions, GroundworkError, throwIfAborted } from "@groundwork/contracts";
import type { RecordBatch } from "apache-arrow";
import { buildMeasure, historyMetricOf, type MeasureContext, type Reference, referenceOf } from "./build-measure.ts";
import { FrequencyCounter, keyOf } from "./frequency-counter.ts";
import { resolveCondition } from "./resolve-condition.ts";
import { RowReader } from "./row-reader.ts";
import { CompositeEvaluation, type NodeEvaluation, SimpleRuleEvaluation } from "./rule-evaluation.ts";
import type { AnalyzerOutcome, FailingRow, MetricHistory, RuleOutcome, RulesetOutcome } from "./rule-outcome.ts";
import { ruleTypeOf } from "./rule-types.ts";
import type { OnFailure, Rule, RuleNode, Ruleset, SimpleRule } from "./ruleset.ts";
import { readTable, type TableSource } from "./table-source.ts";

export interface EvaluationOptions extends CallOptions {
  /** Earlier values, for `avg(last(10))` and its like. Where there are none they read zero, as in the service. */
  readonly history?: MetricHistory;
  /** The time of `now()` and of `DataFreshness`, milliseconds since the epoch. @default the clock */
  readonly now?: number;
  /** Other tables, by the names that `ReferentialIntegrity` and `RowCountMatch` use. They are read before the rows. */
  readonly references?: Readonly<Record<string, TableSource>>;
  /**
   * `table`: the members of a composite rule are judged over the table, then joined, which is the service's default. `row`: a row
   * passes `(a) or (b)` when it passes one of them, and the rule when all rows do. Rules about shares and about the table as a
   * whole (`Completeness`, `RowCount`, `with threshold`) cannot be joined so: a composite rule with one of them is judged by `table`.
   *
   * @default "table"
   */
  readonly compositeRules?: "table" | "row";
  /**
   * Which rules are evaluated. `row`: those that a row passes or fails by itself, whatever the other rows (`IsComplete`,
   * `ColumnValues` and their like without a threshold), so that documents can be judged one by one as they come. `table`: the others,
   * and the analyzers.
   *
   * @default "all"
   */
  readonly rules?: "all" | "row" | "table";
  /** What a rule without the label `onFailure` leads to. @default "warn" */
  readonly onFailure?: OnFailure;
  /** Rows that a rule's outcome names. @default 100 */
  readonly maxFailingRows?: number;
  /**
   * Different values that are counted for each set of columns, 20 to 60 bytes each while they are. A rule about more of them ends as
   * `ERROR`.
   *
   * @default 4_000_000
   */
  readonly maxDistinctValues?: number;
  /** Is told every row that fails, also those beyond `maxFailingRows`. `rule` counts from 0. */
  readonly onFailingRow?: (rule: number, row: FailingRow) => void;
}

/** Rows between two looks at the signal and turns of the event loop. */
const ROWS_PER_TURN = 10_000;

/**
 * Evaluates a ruleset over a table in one pass. The memory does not grow with the rows, except for rules about distinct values,
 * which hold 64 bits of each of them up to a bound.
 *
 * @throws GroundworkError `UNSUPPORTED_OPERATION` for a rule type that is not evaluated, `INVALID_CONFIGURATION` for a reference
 * that was not given, `ABORTED`. A rule that cannot be judged is no error but an outcome `ERROR`.
 */
export async function evaluateRuleset(
  ruleset: Ruleset,
  table: TableSource,
  options: EvaluationOptions = {},
): Promise<RulesetOutcome> {
  const evaluation = await RulesetEvaluation.open(ruleset, options);
  for await (const batch of readTable(table, options)) await evaluation.add(batch);
  return evaluation.finish();
}

/** A ruleset at work on a table whose batches come one by one: `open`, `add` for each batch, `finish`. */
export class RulesetEvaluation {
  readonly #options: EvaluationOptions;
  readonly #rules: readonly RuleAtWork[];
  readonly #analyzers: readonly SimpleRuleEvaluation[];
  readonly #row = new RowReader();
  readonly #failedRows: number[];
  readonly #failingRows: FailingRow[][];
  #rows = 0;

  private constructor(
    options: EvaluationOptions,
    rules: readonly RuleAtWork[],
    analyzers: readonly SimpleRuleEvaluation[],
  ) {
    this.#options = options;
    this.#rules = rules;
    this.#analyzers = analyzers;
    this.#failedRows = rules.map(() => 0);
    this.#failingRows = rules.map(() => []);
  }

  /** Reads the history and the other tables that the rules need. Errors are those of {@link evaluateRuleset}. */
  static async open(ruleset: Ruleset, options: EvaluationOptions = {}): Promise<RulesetEvaluation> {
    throwIfAborted(options.signal, { stage: "data-quality" });
    const { rules: scope = "all" } = options;
    checkSupported([...ruleset.rules.flatMap(({ root }) => simpleRulesIn(root)), ...ruleset.analyzers]);
    const selected = ruleset.rules
      .map((rule, index) => ({ rule, index }))
      .filter(({ rule }) => scope === "all" || isRowRule(rule.root) === (scope === "row"));
    const measured = scope === "row" ? [] : ruleset.analyzers;
    const simple = [...selected.flatMap(({ rule }) => simpleRulesIn(rule.root)), ...measured];
    const context: MeasureContext = {
      now: options.now ?? Date.now(),
      mostValues: options.maxDistinctValues ?? 4_000_000,
      frequencies: new Map(),
      references: await readReferences(simple, options),
    };
    const rules: RuleAtWork[] = [];
    for (const { rule, index } of selected)
      rules.push({ rule, index, evaluation: await buildNode(rule.root, context, options) });
    const analyzers = measured.map(
      (rule) => new SimpleRuleEvaluation({ rule, measure: buildMeasure(rule, undefined, context), isDynamic: false }),
    );
    return new RulesetEvaluation(options, rules, analyzers);
  }

  /** Looks at the rows of a batch. */
  async add(batch: RecordBatch): Promise<void> {
    const row = this.#row;
    const columns = batch.schema.fields.map((field) => field.name);
    row.open(batch);
    for (const { evaluation } of this.#rules) evaluation.open(row, columns);
    for (const analyzer of this.#analyzers) analyzer.open(row, columns);
    for (let index = 0; index < batch.numRows; index++) {
      if (this.#rows++ % ROWS_PER_TURN === ROWS_PER_TURN - 1) {
        await new Promise((resolve) => setImmediate(resolve));
        throwIfAborted(this.#options.signal, { stage: "data-quality" });
      }
      row.moveTo(index);
      for (let rule = 0; rule < this.#rules.length; rule++)
        if (this.#rules[rule]!.evaluation.add(row) === false) this.#fail(rule, row);
      for (const analyzer of this.#analyzers) analyzer.add(row);
    }
  }

  #fail(rule: number, row: RowReader): void {
    this.#failedRows[rule]!++;
    const { onFailingRow, maxFailingRows = 100 } = this.#options;
    const named = this.#failingRows[rule]!;
    if (named.length >= maxFailingRows && onFailingRow === undefined) return;
    const documentId = row.cell("document_id");
    const rowId = row.cell("chunk_id") ?? documentId ?? row.index;
    const failing: FailingRow = {
      rowId: String(rowId),
      ...(typeof documentId === "string" ? { documentId } : {}),
    };
    if (named.length < maxFailingRows) named.push(failing);
    onFailingRow?.(this.#rules[rule]!.index, failing);
  }

  /** The outcome over all batches so far. */
  finish(): RulesetOutcome {
    const results = this.#rules.map((_, place) => this.#outcome(place));
    const analyzers = this.#analyzers.map((analyzer, index): AnalyzerOutcome => {
      const { metrics, message } = analyzer.finish();
      return {
        Name: `Analyzer_${index + 1}`,
        Description: analyzer.rule.text,
        ...(message === undefined ? {} : { EvaluationMessage: message }),
        EvaluatedMetrics: metrics,
      };
    });
    const history: Record<string, number> = {};
    for (const evaluation of [...this.#rules.flatMap((rule) => [...rule.evaluation.simpleRules()]), ...this.#analyzers])
      for (const [name, value] of Object.entries(evaluation.finish().metrics))
        history[historyKey(name, evaluation.rule.filter)] = value;
    const passed = results.filter(({ Result }) => Result === "PASS").length;
    return {
      RuleResults: results,
      AnalyzerResults: analyzers,
      Score: results.length === 0 ? 1 : passed / results.length,
      rows: this.#rows,
      history,
    };
  }

  #outcome(place: number): RuleOutcome {
    const { rule, index, evaluation } = this.#rules[place]!;
    const { result, message, evaluatedRule, metrics, value } = evaluation.finish();
    return {
      Name: `Rule_${index + 1}`,
      Description: rule.root.text,
      EvaluatedRule: evaluatedRule,
      Result: result,
      ...(message === undefined ? {} : { EvaluationMessage: message }),
      EvaluatedMetrics: metrics,
      Labels: rule.labels,
      ...(value === undefined ? {} : { value }),
      failedRows: this.#failedRows[place]!,
      failingRows: this.#failingRows[place]!,
      onFailure: rule.onFailure ?? this.#options.onFailure ?? "warn",
    };
  }
}

/** A rule of the list and what it measures with. */
interface RuleAtWork {
  readonly rule: Rule;
  /** Its place in the ruleset. */
  readonly index: number;
  readonly evaluation: NodeEvaluation;
}

/** Types by which a row passes or fails whatever the other rows are. */
const ROW_BY_ROW: ReadonlySet<string> = new Set([
  "ColumnDataType",
  "ColumnLength",
  "ColumnValues",
  "DataFreshness",
  "IsComplete",
]);

function isRowRule(node: RuleNode): boolean {
  return simpleRulesIn(node).every(({ type, threshold }) => ROW_BY_ROW.has(type) && threshold === undefined);
}

function historyKey(metric: string, filter: string | undefined): string {
  return filter === undefined ? metric : `${metric} where ${filter}`;
}

function simpleRulesIn(node: RuleNode): SimpleRule[] {
  return node.kind === "rule" ? [node] : node.members.flatMap(simpleRulesIn);
}

/** The other tables that the rules of a ruleset name. */
export function referencedTables({ rules }: Ruleset): ReadonlySet<string> {
  return new Set(rules.flatMap(({ root }) => simpleRulesIn(root).flatMap((rule) => referenceOf(rule)?.alias ?? [])));
}

function checkSupported(rules: readonly SimpleRule[]): void {
  for (const { type, position } of rules) {
    const unsupported = ruleTypeOf(type)?.unsupported;
    if (unsupported !== undefined)
      throw new GroundworkError(
        "UNSUPPORTED_OPERATION",
        `Line ${position.line}, column ${position.column} of the ruleset: ${type} is not evaluated here: ${unsupported}.`,
      );
  }
}

async function buildNode(node: RuleNode, context: MeasureContext, options: EvaluationOptions): Promise<NodeEvaluation> {
  if (node.kind === "composite") {
    const members: NodeEvaluation[] = [];
    for (const member of node.members) members.push(await buildNode(member, context, options));
    return new CompositeEvaluation(node, members, options.compositeRules === "row");
  }
  const { history } = options;
  const { condition, isDynamic } =
    node.condition === undefined
      ? { condition: undefined, isDynamic: false }
      : await resolveCondition(node.condition, context.now, async (role, last) => {
          const values = await history?.read(historyKey(historyMetricOf(node, role), node.filter), last, {
            signal: options.signal,
          });
          throwIfAborted(options.signal, { stage: "data-quality" });
          return values ?? [];
        });
  const threshold =
    node.threshold === undefined ? undefined : (await resolveCondition(node.threshold, context.now)).condition;
  return new SimpleRuleEvaluation({
    rule: node,
    measure: buildMeasure(node, condition, context),
    ...(condition === undefined ? {} : { condition }),
    ...(threshold === undefined ? {} : { threshold }),
    isDynamic,
  });
}

/** Reads each table that the rules refer to once. */
async function readReferences(
  rules: readonly SimpleRule[],
  { references = {}, maxDistinctValues = 4_000_000, signal }: EvaluationOptions,
): Promise<ReadonlyMap<string, Reference>> {
  const wanted = new Map<string, Map<string, readonly string[]>>();
  for (const rule of rules) {
    const reference = referenceOf(rule);
    if (reference === undefined) continue;
    const { alias, columns } = reference;
    if (!Object.hasOwn(references, alias))
      throw new GroundworkError(
        "INVALID_CONFIGURATION",
        `Line ${rule.position.line}, column ${rule.position.column} of the ruleset: expected the table "${alias}" in the option references, found ${Object.keys(references).join(", ") || "none"}.`,
      );
    const sets = wanted.get(alias) ?? new Map<string, readonly string[]>();
    if (columns.length > 0) sets.set(JSON.stringify(columns), columns);
    wanted.set(alias, sets);
  }
  const read = new Map<string, Reference>();
  for (const [alias, sets] of wanted) {
    const values = new Map([...sets.keys()].map((key) => [key, new FrequencyCounter(maxDistinctValues)]));
    const row = new RowReader();
    let rows = 0;
    for await (const batch of readTable(references[alias]!, { signal })) {
      row.open(batch);
      for (const column of [...sets.values()].flat())
        if (!row.hasColumn(column))
          throw new GroundworkError(
            "INVALID_CONFIGURATION",
            `A rule refers to the column "${column}" of the table "${alias}", which has no such column.`,
          );
      for (let index = 0; index < batch.numRows; index++) {
        row.moveTo(index);
        for (const [key, columns] of sets) {
          const cells = columns.map((column) => row.cell(column) ?? null);
          if (!cells.includes(null)) values.get(key)!.add(keyOf(cells));
        }
      }
      rows += batch.numRows;
    }
    read.set(alias, { rows, values });
  }
  return read;
}
