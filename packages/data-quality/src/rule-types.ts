/** What a rule of a type is written with, and whether this package can evaluate it. */
export interface RuleType {
  /** Least and most parameters in quotation marks. */
  readonly parameters: readonly [number, number];
  /** @default "required" */
  readonly condition?: "required" | "optional" | "none";
  /** Takes `with threshold`. @default false */
  readonly threshold?: boolean;
  /** Takes `where`. @default false */
  readonly filter?: boolean;
  /** May stand among the analyzers. @default false */
  readonly analyzer?: boolean;
  /** Why it is read but not evaluated. */
  readonly unsupported?: string;
}

const MANY = 100;
const statistic: RuleType = { parameters: [1, 1], filter: true, analyzer: true };
const elsewhere = (unsupported: string): RuleType => ({ parameters: [0, MANY], condition: "optional", unsupported });

const TYPES: Readonly<Record<string, RuleType>> = {
  AllStatistics: { parameters: [1, 1], condition: "none", filter: true, analyzer: true },
  ColumnCorrelation: { parameters: [2, 2], filter: true, analyzer: true },
  ColumnCount: { parameters: [0, 0], analyzer: true },
  ColumnDataType: { parameters: [1, 1], threshold: true, filter: true },
  ColumnExists: { parameters: [1, 1], condition: "none" },
  ColumnLength: { parameters: [1, 1], threshold: true, filter: true, analyzer: true },
  ColumnNamesMatchPattern: { parameters: [1, 1], condition: "none" },
  ColumnValues: { parameters: [1, 1], threshold: true, filter: true, analyzer: true },
  Completeness: statistic,
  DataFreshness: { parameters: [1, 1], threshold: true, filter: true },
  DistinctValuesCount: statistic,
  Entropy: statistic,
  IsComplete: { parameters: [1, 1], condition: "none", filter: true },
  IsPrimaryKey: { parameters: [1, MANY], condition: "none", filter: true },
  IsUnique: { parameters: [1, 1], condition: "none", filter: true },
  Mean: statistic,
  ReferentialIntegrity: { parameters: [2, 2], filter: true },
  // The reference of the language writes a column here in one place; it changes nothing.
  RowCount: { parameters: [0, 1], filter: true, analyzer: true },
  RowCountMatch: { parameters: [1, 1] },
  StandardDeviation: statistic,
  Sum: statistic,
  UniqueValueRatio: statistic,
  Uniqueness: { parameters: [1, MANY], filter: true, analyzer: true },

  CustomSql: {
    parameters: [1, 1],
    condition: "optional",
    threshold: true,
    unsupported:
      "there is no SQL engine over the rows, and a statement of a user could run for ever. Write it with ColumnValues, RowCount and a where clause",
  },
  AggregateMatch: elsewhere("it compares aggregates of two tables"),
  DatasetMatch: elsewhere("it joins two tables"),
  DetectAnomalies: elsewhere("it needs the service's model. Compare with avg(last(10)) and std(last(10)) instead"),
  FileFreshness: elsewhere("it looks at objects of a bucket"),
  FileMatch: elsewhere("it looks at objects of a bucket"),
  FileSize: elsewhere("it looks at objects of a bucket"),
  FileUniqueness: elsewhere("it looks at objects of a bucket"),
  SchemaMatch: elsewhere("it compares the schemas of two tables"),
};

/** How rules of a type are written; `undefined` for a name that is no type. */
export function ruleTypeOf(name: string): RuleType | undefined {
  return Object.hasOwn(TYPES, name) ? TYPES[name] : undefined;
}

/** The type with this name in another case, else the names of all. For messages. */
export function suggestRuleType(name: string): string {
  const folded = name.toLowerCase();
  const names = Object.keys(TYPES).filter((type) => TYPES[type]!.unsupported === undefined);
  const similar =
    names.find((type) => type.toLowerCase() === folded) ?? (folded === "customsql" ? "CustomSql" : undefined);
  return similar === undefined
    ? `a rule type (${names.join(", ")})`
    : `"${similar}" (rule types are written in this case)`;
}
