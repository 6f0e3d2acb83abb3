import { instantOf, numberOf, type ResolvedCondition, testOf } from "./cell-test.ts";
import { fitsDecimalType } from "./decimal-type.ts";
import { type Measure, type Measured, metricName } from "./measure.ts";
import { NumberStatistics } from "./number-statistics.ts";
import { type Cell, isList, type RowReader } from "./row-reader.ts";

/** Measures that judge every row by its cell in one column. */
abstract class CellMeasure implements Measure {
  readonly judgesRows = true;
  readonly columns: readonly string[];
  #judged = 0;
  #passed = 0;

  constructor(column: string) {
    this.columns = [column];
  }

  add(row: RowReader): boolean {
    const passes = this.judge(row.cell(this.columns[0]!) ?? null);
    this.#judged++;
    if (passes) this.#passed++;
    return passes;
  }

  result(): Measured {
    const [judged, passed] = [this.#judged, this.#passed];
    const share = passed / judged;
    return {
      ...(judged === 0 ? {} : { value: share }),
      metrics: judged === 0 ? {} : this.metrics(share),
      rows: { judged, passed },
    };
  }

  protected abstract judge(cell: Cell): boolean;
  protected abstract metrics(share: number): Record<string, number>;

  protected name(metric: string): string {
    return metricName(this.columns, metric);
  }
}

/** `Completeness`, `IsComplete`: whether there is a value. An empty text is one, as in the service. */
export class CompletenessMeasure extends CellMeasure {
  protected judge(cell: Cell): boolean {
    return cell !== null;
  }

  protected metrics(share: number): Record<string, number> {
    return { [this.name("Completeness")]: share };
  }
}

function rangeMetrics(statistics: NumberStatistics, least: string, greatest: string): Record<string, number> {
  return statistics.count === 0 ? {} : { [least]: statistics.least, [greatest]: statistics.greatest };
}

/** `ColumnValues`: whether the value meets a condition; without one, as an analyzer, only the range of numbers. */
export class ColumnValuesMeasure extends CellMeasure {
  readonly #test: ((cell: Cell) => boolean) | undefined;
  readonly #numbers = new NumberStatistics();

  constructor(column: string, condition?: ResolvedCondition) {
    super(column);
    this.#test = condition === undefined ? undefined : testOf(condition);
  }

  protected judge(cell: Cell): boolean {
    if (typeof cell === "number") this.#numbers.add(cell);
    return this.#test === undefined || this.#test(cell);
  }

  protected metrics(share: number): Record<string, number> {
    return {
      ...(this.#test === undefined ? {} : { [this.name("ColumnValues.Compliance")]: share }),
      ...rangeMetrics(this.#numbers, this.name("Minimum"), this.name("Maximum")),
    };
  }
}

/** `ColumnLength`: the characters of a text, the members of a list. A missing value has the length 0, as in the service. */
export class ColumnLengthMeasure extends CellMeasure {
  readonly #test: ((cell: Cell) => boolean) | undefined;
  readonly #lengths = new NumberStatistics();

  constructor(column: string, condition?: ResolvedCondition) {
    super(column);
    this.#test = condition === undefined ? undefined : testOf(condition);
  }

  protected judge(cell: Cell): boolean {
    const length = cell === null ? 0 : isList(cell) ? cell.length : charactersOf(String(cell));
    this.#lengths.add(length);
    return this.#test === undefined || this.#test(length);
  }

  protected metrics(share: number): Record<string, number> {
    return {
      ...(this.#test === undefined ? {} : { [this.name("ColumnLength.Compliance")]: share }),
      ...rangeMetrics(this.#lengths, this.name("MinimumLength"), this.name("MaximumLength")),
    };
  }
}

/** Code points: a pair of surrogates is one character. */
function charactersOf(text: string): number {
  let characters = text.length;
  for (let at = 0; at + 1 < text.length; at++) {
    if ((text.charCodeAt(at) & 0xfc00) !== 0xd800 || (text.charCodeAt(at + 1) & 0xfc00) !== 0xdc00) continue;
    characters--;
    at++;
  }
  return characters;
}

const INTEGER = /^[+-]?\d{1,19}$/;
const NUMBER = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/;
const BOOLEAN = /^(?:true|false)$/i;
const DATE = /^\d{4}-\d{2}-\d{2}$/;
const LARGEST_INTEGER = 2n ** 31n - 1n;
const LARGEST_LONG = 2n ** 63n - 1n;

function isWhole(cell: Cell, largest: bigint): boolean {
  const text = String(cell);
  if (!INTEGER.test(text)) return false;
  const value = BigInt(text.replace("+", ""));
  return value <= largest && value >= -largest - 1n;
}

/** Whether a value is of a type, or is a text that reads as one. */
const DATA_TYPE_TESTS: Readonly<Record<string, (cell: Exclude<Cell, null>) => boolean>> = {
  boolean: (cell) => typeof cell === "boolean" || BOOLEAN.test(String(cell)),
  date: (cell) => typeof cell === "string" && DATE.test(cell) && !Number.isNaN(instantOf(cell)),
  timestamp: (cell) => typeof cell === "string" && !Number.isNaN(instantOf(cell)),
  integer: (cell) => isWhole(cell, LARGEST_INTEGER),
  long: (cell) => isWhole(cell, LARGEST_LONG),
  float: (cell) => NUMBER.test(String(cell)),
  double: (cell) => NUMBER.test(String(cell)),
  decimal: (cell) => NUMBER.test(String(cell)),
  string: (cell) => typeof cell === "string",
};

/** `ColumnDataType`: whether the value can be read as one of some types. A missing value cannot. */
export class ColumnDataTypeMeasure extends CellMeasure {
  readonly #types: readonly string[];
  readonly #negated: boolean;

  constructor(column: string, condition: ResolvedCondition) {
    super(column);
    const values =
      condition.kind === "in" ? condition.values : condition.kind === "comparison" ? [condition.value] : [];
    this.#types = values.map((value) => String(value.value).toLowerCase());
    this.#negated =
      (condition.kind === "in" && condition.negated) ||
      (condition.kind === "comparison" && condition.operator === "!=");
  }

  protected judge(cell: Cell): boolean {
    if (cell === null || isList(cell)) return false;
    return (
      this.#types.some((type) => DATA_TYPE_TESTS[type]?.(cell) ?? fitsDecimalType(String(cell), type)) !== this.#negated
    );
  }

  protected metrics(share: number): Record<string, number> {
    return { [this.name("ColumnDataType.Compliance")]: share };
  }
}

/** `DataFreshness`: whether the age of a time, in milliseconds, meets a condition. A missing or unreadable time does not. */
export class DataFreshnessMeasure extends CellMeasure {
  readonly #test: (cell: Cell) => boolean;
  readonly #now: number;

  constructor(column: string, condition: ResolvedCondition, now: number) {
    super(column);
    this.#test = testOf(condition);
    this.#now = now;
  }

  protected judge(cell: Cell): boolean {
    const instant = instantOf(cell);
    return !Number.isNaN(instant) && this.#test(this.#now - instant);
  }

  protected metrics(share: number): Record<string, number> {
    return { [this.name("DataFreshness.Compliance")]: share };
  }
}

/** `Mean`, `Sum`, `StandardDeviation`: of the values that are there, all of which must be numbers. */
export class NumberMeasure implements Measure {
  readonly judgesRows = false;
  readonly columns: readonly string[];
  readonly #metric: "Mean" | "Sum" | "StandardDeviation";
  readonly #numbers = new NumberStatistics();
  #others = 0;

  constructor(column: string, metric: "Mean" | "Sum" | "StandardDeviation") {
    this.columns = [column];
    this.#metric = metric;
  }

  add(row: RowReader): undefined {
    const cell = row.cell(this.columns[0]!) ?? null;
    if (cell === null) return;
    const value = numberOf(cell);
    if (Number.isFinite(value)) this.#numbers.add(value);
    else this.#others++;
  }

  result(): Measured {
    if (this.#others > 0) return { metrics: {}, problem: `${this.#others} values are no numbers` };
    if (this.#numbers.count === 0) return { metrics: {}, problem: "there is no number to compute from" };
    const value =
      this.#metric === "Mean"
        ? this.#numbers.mean
        : this.#metric === "Sum"
          ? this.#numbers.sum
          : this.#numbers.standardDeviation;
    return { value, metrics: { [metricName(this.columns, this.#metric)]: value } };
  }
}

/** `ColumnCorrelation`: Pearson's coefficient of the rows in which both columns have numbers. */
export class CorrelationMeasure implements Measure {
  readonly judgesRows = false;
  readonly columns: readonly string[];
  #count = 0;
  readonly #means: [number, number] = [0, 0];
  readonly #squares: [number, number] = [0, 0];
  #products = 0;

  constructor(columns: readonly string[]) {
    this.columns = columns;
  }

  add(row: RowReader): undefined {
    const x = numberOf(row.cell(this.columns[0]!) ?? null);
    const y = numberOf(row.cell(this.columns[1]!) ?? null);
    if (!Number.isFinite(x) || !Number.isFinite(y)) return;
    this.#count++;
    const [dx, dy] = [x - this.#means[0], y - this.#means[1]];
    this.#means[0] += dx / this.#count;
    this.#means[1] += dy / this.#count;
    this.#squares[0] += dx * (x - this.#means[0]);
    this.#squares[1] += dy * (y - this.#means[1]);
    this.#products += dx * (y - this.#means[1]);
  }

  result(): Measured {
    const value = this.#products / Math.sqrt(this.#squares[0] * this.#squares[1]);
    if (!Number.isFinite(value)) return { metrics: {}, problem: "one of the columns has no two different numbers" };
    return { value, metrics: { [metricName(this.columns, "ColumnCorrelation")]: value } };
  }
}
