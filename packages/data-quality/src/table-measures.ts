import { FrequencyCounter, keyOf } from "./frequency-counter.ts";
import { type Measure, type Measured, metricName } from "./measure.ts";
import type { RegularExpression } from "./regular-expression.ts";
import type { RowReader } from "./row-reader.ts";

/** `RowCount`. */
export class RowCountMeasure implements Measure {
  readonly judgesRows = false;
  readonly columns: readonly string[] = [];
  #rows = 0;

  add(): undefined {
    this.#rows++;
  }

  result(): Measured {
    return { value: this.#rows, metrics: { "Dataset.*.RowCount": this.#rows } };
  }
}

/** `RowCountMatch`: the rows of this table for each row of another. */
export class RowCountMatchMeasure implements Measure {
  readonly judgesRows = false;
  readonly columns: readonly string[] = [];
  readonly #alias: string;
  readonly #otherRows: number;
  #rows = 0;

  constructor(alias: string, otherRows: number) {
    this.#alias = alias;
    this.#otherRows = otherRows;
  }

  add(): undefined {
    this.#rows++;
  }

  result(): Measured {
    if (this.#otherRows === 0) return { metrics: {}, problem: "the other table has no row" };
    const value = this.#rows / this.#otherRows;
    return { value, metrics: { [`Dataset.${this.#alias}.RowCountMatch`]: value } };
  }
}

/** `ColumnCount`, `ColumnExists` and `ColumnNamesMatchPattern`: of the first batch. A batch without rows has columns too. */
export class ColumnsMeasure implements Measure {
  readonly judgesRows = false;
  readonly columns: readonly string[] = [];
  readonly #measure: (names: readonly string[]) => Omit<Measured, "problem">;
  readonly #attribute: string | undefined;
  #hasAttribute = false;
  #names: readonly string[] | undefined;

  private constructor(measure: (names: readonly string[]) => Omit<Measured, "problem">, attribute?: string) {
    this.#measure = measure;
    this.#attribute = attribute;
  }

  static count(): ColumnsMeasure {
    return new ColumnsMeasure(({ length }) => ({ value: length, metrics: { "Dataset.*.ColumnCount": length } }));
  }

  /** An attribute (`attributes.department`) exists when a row has a value for it. */
  static exists(column: string): ColumnsMeasure {
    return new ColumnsMeasure(
      (names) => ({ value: names.includes(column) ? 1 : 0, metrics: {} }),
      column.startsWith("attributes.") ? column : undefined,
    );
  }

  static namesMatch(pattern: RegularExpression): ColumnsMeasure {
    return new ColumnsMeasure((names) => {
      const value = names.filter((name) => pattern.matches(name)).length / Math.max(1, names.length);
      return { value, metrics: { "Dataset.*.ColumnNamesPatternMatchRatio": value } };
    });
  }

  /** The columns of a batch. */
  see(names: readonly string[]): void {
    this.#names ??= names;
  }

  add(row: RowReader): undefined {
    if (this.#attribute !== undefined && !this.#hasAttribute)
      this.#hasAttribute = (row.cell(this.#attribute) ?? null) !== null;
  }

  result(): Measured {
    if (this.#names === undefined) return { metrics: {}, problem: "the table has no batch that names its columns" };
    return this.#measure(this.#hasAttribute ? [...this.#names, this.#attribute!] : this.#names);
  }
}

/** Counts the values of some columns once for all rules that look at them. */
export class SharedFrequencies {
  readonly counter: FrequencyCounter;
  readonly columns: readonly string[];
  /** Rows in which a column has no value. */
  incomplete = 0;
  rows = 0;
  #lastRow = -1;
  #lastCount: number | undefined;

  constructor(columns: readonly string[], mostValues: number) {
    this.columns = columns;
    this.counter = new FrequencyCounter(mostValues);
  }

  /** How often the values of the row have occurred; `undefined` in a row without any. */
  add(row: RowReader): { readonly count: number | undefined; readonly isComplete: boolean } {
    const cells = this.columns.map((column) => row.cell(column) ?? null);
    const isComplete = !cells.includes(null);
    if (row.index !== this.#lastRow) {
      this.#lastRow = row.index;
      this.rows++;
      if (!isComplete) this.incomplete++;
      this.#lastCount = cells.every((cell) => cell === null) ? undefined : this.counter.add(keyOf(cells));
    }
    return { count: this.#lastCount, isComplete };
  }
}

export type FrequencyMetric = "Uniqueness" | "UniqueValueRatio" | "DistinctValuesCount" | "Entropy" | "PrimaryKey";

/**
 * The rules about how often values occur. Rows without a value are not looked at; of a primary key they fail. Of equal values the
 * first row passes and each later one fails.
 */
export class FrequencyMeasure implements Measure {
  readonly judgesRows: boolean;
  readonly columns: readonly string[];
  readonly #frequencies: SharedFrequencies;
  readonly #metric: FrequencyMetric;
  #judged = 0;
  #passed = 0;

  constructor(frequencies: SharedFrequencies, metric: FrequencyMetric) {
    this.#frequencies = frequencies;
    this.#metric = metric;
    this.columns = frequencies.columns;
    this.judgesRows = metric === "Uniqueness" || metric === "PrimaryKey" || metric === "UniqueValueRatio";
  }

  add(row: RowReader): boolean | undefined {
    const { count, isComplete } = this.#frequencies.add(row);
    if (!this.judgesRows) return undefined;
    if (this.#metric === "PrimaryKey" ? count === undefined && isComplete : count === undefined) return undefined;
    const passes = count === 1 && (isComplete || this.#metric !== "PrimaryKey");
    this.#judged++;
    if (passes) this.#passed++;
    return passes;
  }

  result(): Measured {
    const { counter, rows, incomplete } = this.#frequencies;
    if (counter.isFull)
      return {
        metrics: {},
        problem: "there are more different values than maxDistinctValues, the bound of what is counted",
      };
    const judged = this.judgesRows ? { rows: { judged: this.#judged, passed: this.#passed } } : {};
    const name = (metric: string): string => metricName(this.columns, metric);
    const uniqueness = counter.singles / counter.rows;
    switch (this.#metric) {
      case "DistinctValuesCount":
        return { value: counter.distinct, metrics: { [name("DistinctValuesCount")]: counter.distinct } };
      case "Entropy": {
        if (counter.rows === 0) return { metrics: {}, problem: "there is no value to compute from" };
        const entropy = counter.entropy();
        return { value: entropy, metrics: { [name("Entropy")]: entropy } };
      }
      case "UniqueValueRatio": {
        if (counter.rows === 0) return { metrics: {}, ...judged };
        const ratio = counter.singles / counter.distinct;
        return { value: ratio, metrics: { [name("UniqueValueRatio")]: ratio }, ...judged };
      }
      case "PrimaryKey":
        return {
          ...(rows === 0 ? {} : { value: this.#passed / this.#judged }),
          metrics:
            rows === 0
              ? {}
              : {
                  [name("Completeness")]: (rows - incomplete) / rows,
                  ...(counter.rows === 0 ? {} : { [name("Uniqueness")]: uniqueness }),
                },
          ...judged,
        };
      default:
        if (counter.rows === 0) return { metrics: {}, ...judged };
        return { value: uniqueness, metrics: { [name("Uniqueness")]: uniqueness }, ...judged };
    }
  }
}

/** `ReferentialIntegrity`: whether the values of a row occur in another table. A row without a value fails. */
export class ReferentialIntegrityMeasure implements Measure {
  readonly judgesRows = true;
  readonly columns: readonly string[];
  readonly #alias: string;
  readonly #known: FrequencyCounter;
  #judged = 0;
  #passed = 0;

  constructor(columns: readonly string[], alias: string, known: FrequencyCounter) {
    this.columns = columns;
    this.#alias = alias;
    this.#known = known;
  }

  add(row: RowReader): boolean {
    const cells = this.columns.map((column) => row.cell(column) ?? null);
    const passes = !cells.includes(null) && this.#known.has(keyOf(cells));
    this.#judged++;
    if (passes) this.#passed++;
    return passes;
  }

  result(): Measured {
    if (this.#known.isFull)
      return { metrics: {}, problem: "the other table has more different values than maxDistinctValues" };
    const [judged, passed] = [this.#judged, this.#passed];
    if (judged === 0) return { metrics: {}, rows: { judged, passed } };
    return {
      value: passed / judged,
      metrics: { [`Column.${this.#alias}.ReferentialIntegrity`]: passed / judged },
      rows: { judged, passed },
    };
  }
}

/** Several measures of one column at once: `AllStatistics`. What cannot be measured is left out. */
export class StatisticsMeasure implements Measure {
  readonly judgesRows = false;
  readonly columns: readonly string[];
  readonly #members: readonly Measure[];

  constructor(columns: readonly string[], members: readonly Measure[]) {
    this.columns = columns;
    this.#members = members;
  }

  add(row: RowReader): undefined {
    for (const member of this.#members) member.add(row);
  }

  result(): Measured {
    return { metrics: Object.assign({}, ...this.#members.map((member) => member.result().metrics)) };
  }
}
