import { expectError } from "@groundwork/testing";
import { describe, expect, test } from "vitest";
import { type EvaluationOptions, evaluateRuleset, parseRuleset, type RuleOutcome } from "../src/index.ts";
import { compileFilter } from "../src/row-filter.ts";
import { chunks, table } from "./tables.ts";

const NOW = Date.UTC(2026, 5, 30);

const PEOPLE = table({
  document_id: ["d0", "d1", "d2", "d3", "d4", "d5"],
  name: ["Ana", "Bo", "Cy", null, "", "  "],
  age: [30, 40, 50, null, 40, 20],
  code: ["12", "034", "x", "12", null, "5"],
  day: ["2026-06-29", "2026-06-01", "2025-01-01", null, "soon", "2026-06-30"],
});

async function outcome(rule: string, options: EvaluationOptions = {}, rows = PEOPLE): Promise<RuleOutcome> {
  const result = await evaluateRuleset(parseRuleset(`Rules = [ ${rule} ]`), rows, { now: NOW, ...options });
  return result.RuleResults[0]!;
}

/** A rule, its result, and the rows that fail. */
const CASES: readonly (readonly [rule: string, result: "PASS" | "FAIL" | "ERROR", failing?: readonly number[]])[] = [
  ["RowCount = 6", "PASS"],
  ["RowCount > 6", "FAIL"],
  ['RowCount = 2 where "age = 40"', "PASS"],
  ["ColumnCount = 5", "PASS"],
  ['ColumnExists "age"', "PASS"],
  ['ColumnExists "salary"', "FAIL"],
  ['ColumnNamesMatchPattern "[a-z_]+"', "PASS"],
  ['ColumnNamesMatchPattern "[a-z]+"', "FAIL"],
  ['IsComplete "name"', "FAIL", [3]],
  ['Completeness "name" > 0.8', "PASS", [3]],
  ['Completeness "name" > 0.84', "FAIL", [3]],
  ['IsComplete "name" where "age > 10"', "PASS", []],
  ['IsComplete "salary"', "FAIL", []],
  ['IsComplete "name" where "salary > 10"', "FAIL", []],
  ['ColumnLength "name" <= 3', "PASS", []],
  ['ColumnLength "name" > 1', "FAIL", [3, 4]],
  ['ColumnLength "name" > 1 with threshold >= 0.6', "PASS", [3, 4]],
  ['ColumnValues "age" > 25', "FAIL", [3, 5]],
  ['ColumnValues "age" between 20 and 50', "FAIL", [2, 3, 5]],
  ['ColumnValues "age" between 19 and 51 where "age is not null"', "PASS", []],
  ['ColumnValues "age" not between 20 and 50', "FAIL", [0, 1, 3, 4]],
  ['Completeness "name" > "0.8"', "PASS", [3]],
  ["RowCount between 6 and 7", "FAIL"],
  ["RowCount not between 6 and 7", "PASS"],
  ['ColumnValues "age" not between 35 and 45', "FAIL", [1, 3, 4]],
  ['ColumnValues "age" != 40', "FAIL", [1, 4]],
  ['ColumnValues "age" = NULL', "FAIL", [0, 1, 2, 4, 5]],
  ['ColumnValues "age" != NULL', "FAIL", [3]],
  ['ColumnValues "age" in [20, 30, 40]', "FAIL", [2, 3]],
  ['ColumnValues "age" not in [20, 30]', "FAIL", [0, 5]],
  ['ColumnValues "age" not in [20, NULL]', "FAIL", [3, 5]],
  ['ColumnValues "name" != EMPTY', "FAIL", [4]],
  ['ColumnValues "name" not in [EMPTY, WHITESPACES_ONLY, NULL]', "FAIL", [3, 4, 5]],
  ['ColumnValues "name" matches "[A-Z][a-z]+"', "FAIL", [3, 4, 5]],
  ['ColumnValues "name" matches "[A-Z][a-z]"', "FAIL", [0, 3, 4, 5]],
  ['ColumnValues "name" not matches "[A-Z].*"', "FAIL", [0, 1, 2, 3]],
  ['ColumnValues "code" > 10', "FAIL", [2, 4, 5]],
  ['ColumnValues "day" > (now() - 30 days)', "FAIL", [2, 3, 4]],
  ['ColumnValues "day" >= "2026-06-01"', "FAIL", [2, 3]],
  ['DataFreshness "day" <= 24 hours', "FAIL", [1, 2, 3, 4]],
  ['DataFreshness "day" between 20 days and 600 days', "FAIL", [0, 3, 4, 5]],
  ['ColumnDataType "code" = "Integer"', "FAIL", [2, 4]],
  ['ColumnDataType "code" = "Integer" with threshold > 0.6', "PASS", [2, 4]],
  ['ColumnDataType "day" in ["Date", "Integer"]', "FAIL", [3, 4]],
  ['ColumnDataType "code" != "Integer"', "FAIL", [0, 1, 3, 4, 5]],
  ['ColumnDataType "age" = "DECIMAL(2,0)"', "FAIL", [3]],
  ['ColumnDataType "age" = "DECIMAL(2,1)"', "FAIL", [0, 1, 2, 3, 4, 5]],
  ['ColumnDataType "age" = "Integer" where "age is not null"', "PASS", []],
  ['IsUnique "document_id"', "PASS", []],
  ['IsUnique "age"', "FAIL", [4]],
  ['IsPrimaryKey "age"', "FAIL", [3, 4]],
  ['IsPrimaryKey "age" "name"', "FAIL", [3]],
  // 30, 50 and 20 occur once among five values; 40 twice.
  ['Uniqueness "age" = 0.6', "PASS", [4]],
  ['UniqueValueRatio "age" = 0.75', "PASS", [4]],
  ['DistinctValuesCount "age" = 4', "PASS"],
  ['Mean "age" = 36', "PASS"],
  ['Sum "age" = 180', "PASS"],
  // Squares of the differences from 36: 36, 16, 196, 16, 256; their mean is 104.
  ['StandardDeviation "age" between 10.198 and 10.1981', "PASS"],
  ['Mean "name" > 1', "ERROR"],
  ['Mean "age" > 1 where "age > 100"', "ERROR"],
  // ln 5 less two fifths of ln 2.
  ['Entropy "age" between 1.33217 and 1.33218', "PASS"],
  ['(IsComplete "name") and (RowCount > 5)', "FAIL", [3]],
  ['(IsComplete "name") or (RowCount > 5)', "PASS", []],
  ['(ColumnValues "age" > 10) or (ColumnValues "age" = NULL)', "FAIL", []],
  ['(IsComplete "salary") or (RowCount = 6)', "PASS"],
  ['(IsComplete "salary") and (RowCount = 6)', "FAIL"],
  ['(Mean "name" > 1) and (RowCount = 6)', "ERROR"],
  ['(Mean "name" > 1) and (RowCount = 7)', "FAIL"],
  ['(Mean "name" > 1) or (RowCount = 7)', "ERROR"],
];

describe("a rule's result and the rows that fail it", () => {
  for (const [rule, result, failing] of CASES)
    test(rule, async () => {
      const found = await outcome(rule);
      expect(found.Result, found.EvaluationMessage).toBe(result);
      if (failing === undefined) return;
      expect(found.failingRows.map(({ rowId }) => rowId)).toEqual(failing.map((row) => `d${row}`));
      expect(found.failedRows).toBe(failing.length);
    });
});

describe("what an outcome says", () => {
  test("its metrics have the names of the service", async () => {
    const metrics = async (rule: string): Promise<object> => (await outcome(rule)).EvaluatedMetrics;
    expect(await metrics("RowCount > 0")).toEqual({ "Dataset.*.RowCount": 6 });
    expect(await metrics('Completeness "name" > 0')).toEqual({ "Column.name.Completeness": 5 / 6 });
    expect(await metrics('ColumnLength "name" < 9')).toEqual({
      "Column.name.ColumnLength.Compliance": 1,
      "Column.name.MinimumLength": 0,
      "Column.name.MaximumLength": 3,
    });
    expect(await metrics('Uniqueness "age" "name" > 0')).toEqual({ "Multicolumn.[age,name].Uniqueness": 1 });
    expect(await metrics('(Mean "age" > 0) and (RowCount > 0)')).toEqual({
      "Column.age.Mean": 36,
      "Dataset.*.RowCount": 6,
    });
  });

  test("a message has figures and the rule's own words, nothing of a row", async () => {
    const secret = table({ document_id: ["d"], note: ["Ana earns 5000"], salary: ["Ana"] });
    for (const rule of [
      'ColumnValues "note" = "x"',
      'ColumnValues "note" matches "x"',
      'ColumnLength "note" < 3',
      'Mean "salary" > 3',
      'IsUnique "note"',
      'ColumnDataType "note" = "Date"',
    ])
      expect(JSON.stringify(await outcome(rule, {}, secret))).not.toMatch(/Ana|5000/);
    expect((await outcome('Completeness "name" > 0.9')).EvaluationMessage).toBe(
      "Measured 0.833333, expected > 0.9. 1 of 6 rows fail.",
    );
    expect((await outcome('ColumnValues "age" > 25 with threshold > 0.9')).EvaluationMessage).toBe(
      "2 of 6 rows fail. A share > 0.9 must pass.",
    );
  });

  test("rows beyond the limit are counted, not named", async () => {
    const rows = table({
      document_id: Array.from({ length: 500 }, (_, index) => `d${index}`),
      x: new Array(500).fill(1),
    });
    const { failedRows, failingRows } = await outcome('ColumnValues "x" = 2', { maxFailingRows: 3 }, rows);
    expect(failedRows).toBe(500);
    expect(failingRows).toEqual([0, 1, 2].map((index) => ({ rowId: `d${index}`, documentId: `d${index}` })));
  });

  test("no rows: what asks for rows passes, what must compute does not", async () => {
    const empty = PEOPLE.map((batch) => batch.slice(0, 0));
    for (const [rule, result] of [
      ['IsComplete "name"', "PASS"],
      ['Completeness "name" > 0.9', "PASS"],
      ["RowCount > 0", "FAIL"],
      ['Mean "age" > 0', "ERROR"],
      ['IsPrimaryKey "age"', "PASS"],
      ['IsComplete "salary"', "FAIL"],
    ] as const)
      expect((await outcome(rule, {}, empty)).Result, rule).toBe(result);
  });

  test("joined by row, a row passes when it passes one of the members", async () => {
    const rule = '(ColumnValues "age" > 25) or (ColumnValues "age" = NULL)';
    expect((await outcome(rule)).Result).toBe("FAIL");
    const byRow = await outcome(rule, { compositeRules: "row" });
    expect(byRow).toMatchObject({ Result: "FAIL", EvaluationMessage: "1 of 6 rows fail." });
    expect(byRow.failingRows.map(({ rowId }) => rowId)).toEqual(["d5"]);
    const shared = '(Completeness "age" > 0.9) or (ColumnValues "age" > 25)';
    expect((await outcome(shared, { compositeRules: "row" })).EvaluationMessage).toContain("Measured 0.833333");
    expect((await outcome(`${rule.slice(0, -1)} where "age > 900")`, { compositeRules: "row" })).Result).toBe("PASS");
  });
});

describe("several batches, other tables and analyzers", () => {
  test("batches are one table", async () => {
    const batches = [...PEOPLE, ...PEOPLE];
    expect((await outcome("RowCount = 12", {}, batches)).Result).toBe("PASS");
    expect((await outcome('IsUnique "document_id"', {}, batches)).failingRows.map(({ rowId }) => rowId)).toEqual([
      "d0",
      "d1",
      "d2",
      "d3",
      "d4",
      "d5",
    ]);
  });

  test("references to another table", async () => {
    const references = { staff: table({ id: ["d0", "d1", "d2"], kind: ["Ana", "Bo", "Zoe"] }) };
    const whole = await outcome('ReferentialIntegrity "document_id" "staff.id" = 1.0', { references });
    expect(whole).toMatchObject({
      Result: "FAIL",
      value: 0.5,
      EvaluatedMetrics: { "Column.staff.ReferentialIntegrity": 0.5 },
    });
    expect(whole.failingRows.map(({ rowId }) => rowId)).toEqual(["d3", "d4", "d5"]);
    const pairs = await outcome('ReferentialIntegrity "document_id,name" "staff.{id,kind}" > 0.3', { references });
    expect(pairs).toMatchObject({ Result: "PASS", value: 2 / 6 });
    expect((await outcome('RowCountMatch "staff" = 2', { references })).Result).toBe("PASS");
    await expectError(() => outcome('RowCountMatch "other" = 2', { references }), "INVALID_CONFIGURATION");
    await expectError(
      () => outcome('ReferentialIntegrity "name" "staff.{id,kind}" = 1', { references }),
      "INVALID_CONFIGURATION",
    );
  });

  test("analyzers measure without a judgement", async () => {
    const { AnalyzerResults } = await evaluateRuleset(
      parseRuleset('Analyzers = [ RowCount where "age = 40", AllStatistics "age", ColumnLength "name", Mean "name" ]'),
      PEOPLE,
    );
    expect(AnalyzerResults.map(({ EvaluatedMetrics }) => EvaluatedMetrics)).toEqual([
      { "Dataset.*.RowCount": 2 },
      {
        "Dataset.*.RowCount": 6,
        "Column.age.Completeness": 5 / 6,
        "Column.age.Uniqueness": 0.6,
        "Column.age.MinimumLength": 0,
        "Column.age.MaximumLength": 2,
        "Column.age.Minimum": 20,
        "Column.age.Maximum": 50,
        "Column.age.Mean": 36,
        "Column.age.Sum": 180,
        "Column.age.StandardDeviation": Math.sqrt(104),
      },
      { "Column.name.MinimumLength": 0, "Column.name.MaximumLength": 3 },
      {},
    ]);
    expect(AnalyzerResults[3]!.EvaluationMessage).toContain("no numbers");
  });

  test("columns of chunks: lists, attributes, times", async () => {
    const rows = [
      chunks(
        { text: "a b c", tags: ["hr", "travel"], attributes: { department: "finance", year: 2026, draft: false } },
        { text: "😀", tags: [], attributes: { year: 2020 }, publishedFrom: NOW - 3_600_000 },
      ),
    ];
    for (const [rule, result] of [
      ['ColumnLength "tags" <= 2', "PASS"],
      ['ColumnLength "tags" >= 1', "FAIL"],
      ['ColumnValues "tags" in ["hr", "travel", EMPTY]', "PASS"],
      ['ColumnValues "tags" in ["hr", EMPTY]', "FAIL"],
      ['ColumnValues "tags" != EMPTY', "FAIL"],
      ['ColumnValues "attributes.year" >= 2020', "PASS"],
      ['ColumnValues "attributes.draft" = "false" where "attributes.draft is not null"', "PASS"],
      ['Completeness "attributes.department" = 0.5', "PASS"],
      ['ColumnExists "attributes.department"', "PASS"],
      ['ColumnExists "attributes.colour"', "FAIL"],
      ['ColumnLength "text" = 1 where "text not like \'a%\'"', "PASS"],
      ['DataFreshness "published_from" <= 1 hour where "published_from > 1"', "PASS"],
      ['DistinctValuesCount "tags" = 2', "PASS"],
      ['IsUnique "chunk_id"', "PASS"],
    ] as const)
      expect((await outcome(rule, {}, rows)).Result, rule).toBe(result);
    expect((await outcome('ColumnLength "tags" >= 1', {}, rows)).failingRows).toEqual([
      { rowId: "chk_1", documentId: "doc_a" },
    ]);
  });
});

describe("earlier values", () => {
  const history = {
    read: (key: string, last: number) => (key === "Dataset.*.RowCount" ? [6, 8, 10, 20].slice(0, last) : []),
  };

  for (const [rule, result, evaluated] of [
    ["RowCount >= avg(last(3))", "FAIL", "RowCount >= 8"],
    ["RowCount = last()", "PASS", "RowCount = 6"],
    ["RowCount = index(last(4), 3) - 14", "PASS", "RowCount = 6"],
    ["RowCount between min(last(4)) - 1 and max(last(4)) + 1", "PASS", "RowCount between 5 and 21"],
    ["RowCount > median(last(4)) - 3.5", "PASS", "RowCount > 5.5"],
    ["RowCount > percentile(last(3), 75)", "FAIL", "RowCount > 9"],
    ["RowCount < sum(last(2)) + std(last(2))", "PASS", "RowCount < 15"],
  ] as const)
    test(rule, async () => {
      expect(await outcome(rule, { history })).toMatchObject({
        Result: result,
        EvaluatedRule: evaluated,
        Description: rule,
      });
    });

  test("the first time an earlier value reads zero, and one that is named and missing is not judged", async () => {
    expect(await outcome("RowCount > avg(last(10))")).toMatchObject({ Result: "PASS", EvaluatedRule: "RowCount > 0" });
    expect(await outcome("RowCount < last()")).toMatchObject({ Result: "FAIL", EvaluatedRule: "RowCount < 0" });
    expect(await outcome("RowCount < index(last(9), 8)", { history })).toMatchObject({
      Result: "PASS",
      EvaluationMessage: "There are not as many earlier values yet as the rule names.",
    });
  });

  test("what is measured is what is asked for the next time", async () => {
    const rules = parseRuleset(
      'Rules = [ RowCount > avg(last(2)) where "age > 0", ColumnValues "age" between min(last(3)) - 1 and max(last(3)) + 1 ]',
    );
    const first = await evaluateRuleset(rules, PEOPLE);
    expect(first.history).toMatchObject({
      "Dataset.*.RowCount where age > 0": 5,
      "Column.age.Minimum": 20,
      "Column.age.Maximum": 50,
    });
    const read = (key: string): number[] => [first.history[key]!];
    const second = await evaluateRuleset(rules, PEOPLE, { history: { read } });
    expect(second.RuleResults.map(({ EvaluatedRule }) => EvaluatedRule)).toEqual([
      'RowCount > 5 where "age > 0"',
      'ColumnValues "age" between 19 and 51',
    ]);
    expect(second.RuleResults.map(({ failedRows }) => failedRows)).toEqual([0, 1]);
  });
});

describe("limits", () => {
  test("what is not evaluated is said before a row is read", async () => {
    const unread = (): never => {
      throw new Error("read");
    };
    const rules = parseRuleset('Rules = [ IsComplete "a",\n CustomSql "select count(*) from primary" > 3 ]');
    const error = await expectError(() => evaluateRuleset(rules, unread), "UNSUPPORTED_OPERATION");
    expect(error.message).toContain("Line 2, column 2");
  });

  test("more different values than are counted: no judgement", async () => {
    const rows = table({ x: Array.from({ length: 3_000 }, (_, index) => index % 2_500) });
    expect(await outcome('DistinctValuesCount "x" = 2500', {}, rows)).toMatchObject({ Result: "PASS" });
    expect(await outcome('Uniqueness "x" = 0.8', {}, rows)).toMatchObject({ Result: "FAIL", value: 2_000 / 3_000 });
    expect(await outcome('IsUnique "x"', { maxDistinctValues: 2_000 }, rows)).toMatchObject({ Result: "ERROR" });
  });

  test("a pattern that hangs a backtracking engine takes linear time", async () => {
    const rows = table({ x: [`${"a".repeat(50_000)}!`] });
    const started = performance.now();
    expect((await outcome('ColumnValues "x" matches "(a+)+"', {}, rows)).Result).toBe("FAIL");
    expect((await outcome("RowCount = 0 where \"x like '%a%a%a%a%a%b'\"", {}, rows)).Result).toBe("PASS");
    expect(performance.now() - started).toBeLessThan(5_000);
  });

  test("an abort ends the evaluation", async () => {
    const controller = new AbortController();
    const rows = table({ x: Array.from({ length: 50_000 }, (_, index) => index) });
    async function* endless(): AsyncGenerator<(typeof rows)[number]> {
      for (;;) {
        yield rows[0]!;
        controller.abort();
      }
    }
    await expectError(
      () => evaluateRuleset(parseRuleset("Rules = [ RowCount > 1 ]"), endless(), { signal: controller.signal }),
      "ABORTED",
    );
  });
});

test("a where clause is compiled or refused, whatever it is", () => {
  const pieces = [
    "age",
    "=",
    "'x'",
    "(",
    ")",
    "and",
    "or",
    "not",
    "in",
    "between",
    "like",
    "'%a_'",
    "rlike",
    "'('",
    "is",
    "null",
    "1",
    "-",
    "length(",
    ",",
    "`a b`",
    "||",
    "'",
    "true",
  ];
  let state = 3;
  const random = (bound: number): number => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return (state >> 8) % bound;
  };
  let compiled = 0;
  for (let round = 0; round < 20_000; round++) {
    const text = Array.from({ length: 1 + random(6) }, () => pieces[random(pieces.length)]).join(" ");
    const { filter, error } = compileFilter(text);
    expect(filter === undefined, text).toBe(error !== undefined);
    if (filter === undefined) continue;
    compiled++;
    expect(typeof filter((name) => (name === "age" ? 3 : null)), text).toBe("boolean");
  }
  expect(compiled).toBeGreaterThan(100);
});

describe("where", () => {
  for (const [filter, rows] of [
    ["age > 20 and age < 50", 3],
    ["age = 30 or age = 50", 2],
    ["not (age = 30)", 4],
    ["not age = 30", 4],
    ["age in (30, 50)", 2],
    ["age not in (30, null)", 0],
    ["age between 30 and 40", 3],
    ["name like '_o'", 1],
    ["name rlike 'n'", 1],
    ["name is null", 1],
    ["age is not null and name is not null", 5],
    ["length(trim(name)) = 0", 2],
    ["upper(name) = 'ANA'", 1],
    ["coalesce(age, 0) = 0", 1],
    ["age * 2 - 10 > 50 and age / 2 <= 20", 2],
    ["`age` >= 40 AND code <> 'x'", 1],
    ["code = 12", 2],
    ["age <=> null", 1],
    ["name = 'it''s'", 0],
    ["concat(name, '-', age) = 'Ana-30'", 1],
    ["day >= '2026-06-01' and day < '2026-07'", 3],
  ] as const)
    test(filter, async () => {
      expect((await outcome(`RowCount = ${rows} where "${filter}"`)).value).toBe(rows);
    });
});
