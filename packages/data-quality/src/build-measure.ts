import { GroundworkError } from "@groundwork/contracts";
import type { ResolvedCondition } from "./cell-test.ts";
import type { FrequencyCounter } from "./frequency-counter.ts";
import { type Measure, metricName } from "./measure.ts";
import { compileRegularExpression } from "./regular-expression.ts";
import {
  ColumnDataTypeMeasure,
  ColumnLengthMeasure,
  ColumnValuesMeasure,
  CompletenessMeasure,
  CorrelationMeasure,
  DataFreshnessMeasure,
  NumberMeasure,
} from "./row-measures.ts";
import type { SimpleRule } from "./ruleset.ts";
import {
  ColumnsMeasure,
  FrequencyMeasure,
  ReferentialIntegrityMeasure,
  RowCountMatchMeasure,
  RowCountMeasure,
  SharedFrequencies,
  StatisticsMeasure,
} from "./table-measures.ts";

/** What measures of one evaluation share. */
export interface MeasureContext {
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly mostValues: number;
  /** Counters by columns and filter. */
  readonly frequencies: Map<string, SharedFrequencies>;
  /** Other tables, read beforehand. */
  readonly references: ReadonlyMap<string, Reference>;
}

export interface Reference {
  readonly rows: number;
  /** The values of some columns. */
  readonly values: ReadonlyMap<string, FrequencyCounter>;
}

/** The other table a rule names, and the columns of it that are compared. */
export interface ReferenceColumns {
  readonly alias: string;
  readonly columns: readonly string[];
}

/** Reads `documents.document_id` or `documents.{source_id,key}`; of `RowCountMatch` the name alone. */
export function referenceOf(rule: SimpleRule): ReferenceColumns | undefined {
  if (rule.type === "RowCountMatch") return { alias: rule.parameters[0]!, columns: [] };
  if (rule.type !== "ReferentialIntegrity") return undefined;
  const text = rule.parameters[1]!;
  const dot = text.indexOf(".");
  const columns = namesIn(text.slice(dot + 1).replace(/^\{([^{}]*)\}$/, "$1"));
  if (dot < 1 || columns.length === 0 || columns.length !== namesIn(rule.parameters[0]!).length)
    throw new GroundworkError(
      "INVALID_CONFIGURATION",
      `Line ${rule.position.line}, column ${rule.position.column} of the ruleset: expected as many columns of the other table as of this one, as "a,b" "other.{x,y}".`,
    );
  return { alias: text.slice(0, dot), columns };
}

function namesIn(text: string): string[] {
  return text
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "");
}

/** The metric that earlier values are read of: of a column's values the least or the greatest. */
export function historyMetricOf(rule: SimpleRule, role: "low" | "high"): string {
  const { type, parameters } = rule;
  switch (type) {
    case "RowCount":
    case "ColumnCount":
      return `Dataset.*.${type}`;
    case "RowCountMatch":
      return `Dataset.${parameters[0]}.RowCountMatch`;
    case "ReferentialIntegrity":
      return `Column.${referenceOf(rule)!.alias}.ReferentialIntegrity`;
    case "ColumnValues":
      return metricName(parameters, role === "low" ? "Minimum" : "Maximum");
    case "ColumnLength":
      return metricName(parameters, role === "low" ? "MinimumLength" : "MaximumLength");
    default:
      return metricName(parameters, type);
  }
}

/**
 * Builds what a rule or an analyzer measures with. The condition is part of a measure that judges rows by it.
 *
 * @throws GroundworkError `UNSUPPORTED_OPERATION` for a type that is not evaluated.
 */
export function buildMeasure(
  rule: SimpleRule,
  condition: ResolvedCondition | undefined,
  context: MeasureContext,
): Measure {
  const { type, parameters } = rule;
  const column = parameters[0]!;
  const frequency = (columns: readonly string[]): SharedFrequencies => {
    const key = JSON.stringify([columns, rule.filter ?? null]);
    let shared = context.frequencies.get(key);
    if (shared === undefined) {
      shared = new SharedFrequencies(columns, context.mostValues);
      context.frequencies.set(key, shared);
    }
    return shared;
  };
  switch (type) {
    case "RowCount":
      return new RowCountMeasure();
    case "RowCountMatch":
      return new RowCountMatchMeasure(column, context.references.get(column)!.rows);
    case "ColumnCount":
      return ColumnsMeasure.count();
    case "ColumnExists":
      return ColumnsMeasure.exists(column);
    case "ColumnNamesMatchPattern":
      return ColumnsMeasure.namesMatch(patternOf(rule));
    case "Completeness":
    case "IsComplete":
      return new CompletenessMeasure(column);
    case "ColumnValues":
      return new ColumnValuesMeasure(column, condition);
    case "ColumnLength":
      return new ColumnLengthMeasure(column, condition);
    case "ColumnDataType":
      return new ColumnDataTypeMeasure(column, condition!);
    case "DataFreshness":
      return new DataFreshnessMeasure(column, condition!, context.now);
    case "Mean":
    case "Sum":
    case "StandardDeviation":
      return new NumberMeasure(column, type);
    case "ColumnCorrelation":
      return new CorrelationMeasure(parameters);
    case "IsUnique":
      return new FrequencyMeasure(frequency(parameters), "Uniqueness");
    case "IsPrimaryKey":
      return new FrequencyMeasure(frequency(parameters), "PrimaryKey");
    case "Uniqueness":
    case "UniqueValueRatio":
    case "DistinctValuesCount":
    case "Entropy":
      return new FrequencyMeasure(frequency(parameters), type);
    case "ReferentialIntegrity": {
      const { alias, columns } = referenceOf(rule)!;
      const known = context.references.get(alias)!.values.get(JSON.stringify(columns))!;
      return new ReferentialIntegrityMeasure(namesIn(column), alias, known);
    }
    case "AllStatistics":
      return new StatisticsMeasure(parameters, [
        new RowCountMeasure(),
        new CompletenessMeasure(column),
        new FrequencyMeasure(frequency(parameters), "Uniqueness"),
        new ColumnLengthMeasure(column),
        new ColumnValuesMeasure(column),
        new NumberMeasure(column, "Mean"),
        new NumberMeasure(column, "Sum"),
        new NumberMeasure(column, "StandardDeviation"),
      ]);
    default:
      throw new GroundworkError("UNSUPPORTED_OPERATION", `Rules of the type ${type} are not evaluated.`);
  }
}

function patternOf({ parameters, position }: SimpleRule): { matches(text: string): boolean } {
  const { expression, error } = compileRegularExpression(parameters[0]!);
  if (error === undefined) return expression;
  throw new GroundworkError(
    "INVALID_CONFIGURATION",
    `Line ${position.line}, column ${position.column} of the ruleset: expected a regular expression of RE2, found one that ${error}.`,
  );
}
