import { GroundworkError } from "@groundwork/contracts";
import { describe, expect, test } from "vitest";
import { parseRuleset, type SimpleRule } from "../src/index.ts";

const only = (text: string): SimpleRule => {
  const { rules } = parseRuleset(`Rules = [ ${text} ]`);
  expect(rules).toHaveLength(1);
  expect(rules[0]!.root.kind).toBe("rule");
  return rules[0]!.root as SimpleRule;
};

function messageOf(text: string): string {
  try {
    parseRuleset(text);
  } catch (error) {
    expect(GroundworkError.isInstance(error) && error.code).toBe("INVALID_CONFIGURATION");
    return (error as Error).message;
  }
  throw new Error("expected an error");
}

describe("rules", () => {
  test("a rule is its type, parameters, condition, threshold and filter, in any order of the clauses", () => {
    const expected = {
      kind: "rule",
      type: "ColumnValues",
      parameters: ["media_type"],
      condition: {
        kind: "in",
        negated: false,
        operands: [
          { kind: "string", value: "text/plain" },
          { kind: "keyword", value: "NULL" },
          { kind: "keyword", value: "EMPTY" },
        ],
      },
      threshold: {
        kind: "comparison",
        operator: ">",
        operand: { kind: "number", expression: { kind: "number", value: 0.9 } },
      },
      filter: "bytes > 10",
    };
    expect(
      only('ColumnValues "media_type" in ["text/plain", NULL, EMPTY] with threshold > 0.9 where "bytes > 10"'),
    ).toMatchObject(expected);
    expect(
      only('ColumnValues "media_type" in ["text/plain", null, empty] where "bytes > 10" with threshold > .9'),
    ).toMatchObject(expected);
  });

  test("every type of the language is read as its reference writes it", () => {
    const { rules } = parseRuleset(`Rules = [
      IsComplete "order-id", IsUnique "order-id", IsPrimaryKey "a" "b",
      Completeness "First_Name" > 0.95, Completeness "colA" between min(last(5)) - 1 and max(last(5)) + 1,
      ColumnCount = 10, ColumnExists "Middle_Name", ColumnLength "Postal_Code" = 5,
      ColumnDataType "colA" = "Timestamp" with threshold > 0.9, ColumnDataType "colA" in ["Date", "Timestamp"],
      ColumnValues "Country" in [ "US", "CA", NULL, EMPTY, WHITESPACES_ONLY ],
      ColumnValues "First_Name" matches "[a-zA-Z]*", ColumnValues "Load_Date" > (now() - 3 days),
      ColumnValues "Age" not in [21, 22, NULL], ColumnValues "Customer_ID" between 1 and 2000,
      (ColumnValues "Age" > 21) OR (ColumnValues "Age" = NULL),
      RowCount between 10 and 100, RowCount > avg(last(10)) * 0.6, RowCount > percentile(last(8), 25),
      Uniqueness "vendorid" "pickup" = 1, UniqueValueRatio "colA" <= index(last(10),2) + std(last(5)),
      DistinctValuesCount "State" = 3, Mean "Star_Rating" > 3, Sum "total" >= 1000, Entropy "e" between 0 and 1,
      StandardDeviation "Star_Rating" < 1.5, ColumnCorrelation "height" "weight" > 0.8,
      DataFreshness "Order_Date" <= 24 hours, DataFreshness "Order_Date" between 2 days and 5 days,
      ReferentialIntegrity "city,state" "reference.{ref_city,ref_state}" = 1.0,
      ColumnNamesMatchPattern "aws_.*_[a-zA-Z0-9]+", RowCountMatch "reference" >= 0.9,
      CustomSql "select count(*) from primary" between 10 and 20, DetectAnomalies "RowCount",
      FileFreshness "s3://bucket/" between "2024-01-01" and "2024-02-01"
    ]
    Analyzers = [ RowCount, AllStatistics "Fare", Uniqueness "a" "b", Mean "x" where "y > 1", ]`);
    expect(rules).toHaveLength(35);
    expect(rules[33]!.root).toMatchObject({ type: "DetectAnomalies", parameters: ["RowCount"] });
  });

  test("brackets join rules, and nest", () => {
    const { rules } = parseRuleset('Rules = [(RowCount > 0) or ((IsComplete "a") AND (IsUnique "a")), (RowCount = 1)]');
    expect(rules[0]!.root).toMatchObject({
      kind: "composite",
      operator: "or",
      members: [{ type: "RowCount" }, { kind: "composite", operator: "and", members: [{ type: "IsComplete" }, {}] }],
      text: '(RowCount > 0) or ((IsComplete "a") AND (IsUnique "a"))',
    });
    expect(rules[1]!.root).toMatchObject({ kind: "rule", type: "RowCount" });
  });

  test("brackets around single rules may be left out, and labels stand behind all that is joined", () => {
    const { rules } = parseRuleset(
      'Rules = [(IsComplete "a" AND RowCount between 1 and 9) labels=["x"=""], // nine\n RowCount > 1]',
    );
    expect(rules[0]).toMatchObject({
      root: { kind: "composite", operator: "and", members: [{ type: "IsComplete" }, { type: "RowCount" }] },
      labels: { x: "" },
    });
    expect(rules).toHaveLength(2);
  });

  test("labels, default labels, constants and comments", () => {
    const { rules } = parseRuleset(`
      DefaultLabels = [ "team" = "records", "onFailure" = "warn" ]
      names = "title"   # a "constant"
      Rules = [
        IsComplete $names labels = ["onFailure"="quarantine"], # RowCount > 5,
        (RowCount > 0) and (IsUnique "key") labels=["team"="search"]
      ]`);
    expect(rules.map(({ labels, onFailure }) => [labels, onFailure])).toEqual([
      [{ team: "records", onFailure: "quarantine" }, "quarantine"],
      [{ team: "search", onFailure: "warn" }, "warn"],
    ]);
    expect(rules[0]!.root).toMatchObject({ parameters: ["title"], position: { line: 5, column: 9 } });
    expect(rules[0]!.root.text).toBe("IsComplete $names");
  });

  test("a string keeps its backslashes, except before a quotation mark and a backslash", () => {
    expect(only(String.raw`ColumnValues "a" matches "\d+ \"x\" \\d"`).condition).toMatchObject({
      pattern: String.raw`\d+ "x" \d`,
    });
  });

  test("numbers are computed where they are constant", () => {
    expect(only("RowCount > -(2 + 3) * 4 / 2").condition).toMatchObject({
      operand: { expression: { kind: "number", value: -10 } },
    });
    expect(only("RowCount > abs(1 - avg(last(3)))").condition).toMatchObject({
      operand: { expression: { kind: "absolute", of: { kind: "arithmetic", operator: "-" } } },
    });
  });

  test("a ruleset is plain data", () => {
    const ruleset = parseRuleset('Rules = [(RowCount > 0) or (ColumnValues "a" > (now() - 3 days))]');
    expect(JSON.parse(JSON.stringify(ruleset))).toEqual(ruleset);
  });
});

describe("errors say where, what was expected and what was found", () => {
  for (const [text, ...parts] of [
    ["", "Line 1, column 1", '"Rules = [ … ]"', "the end of the text"],
    ['Rules = [\n  IsComplet "a"\n]', "Line 2, column 3", "IsComplete", 'found "IsComplet"'],
    ['Rules = [ iscomplete "a" ]', '"IsComplete" (rule types are written in this case)'],
    ['Rules = [ IsComplete "a" IsUnique "a" ]', "column 26", '"," or "]"', '"IsUnique"'],
    ['Rules = [ Completeness "a" ]', "column 28", "a condition of Completeness", 'found "]"'],
    ["Rules = [ IsComplete ]", "1 parameter of IsComplete", "(found 0)"],
    ['Rules = [ IsComplete "a" > 3 ]', "no condition after IsComplete"],
    ["Rules = [ RowCount > 5 with threshold > 1 ]", 'no "with threshold" after RowCount'],
    ['Rules = [ Completeness "a" > "x" ]', "expected a number"],
    ['Rules = [ DataFreshness "a" > 3 ]', "an age with its unit"],
    ['Rules = [ ColumnDataType "a" = "Blob" ]', "a type (boolean, date"],
    ['Rules = [ ColumnValues "a" matches "(?=x)" ]', "column 36", "a regular expression of RE2"],
    ['Rules = [ ColumnValues "a" in [avg(last(3))] ]', "least and greatest"],
    ['Rules = [ Mean "a" > 1 where "b >" ]', "column 30", "its end at its character 4"],
    ['Rules = [ Mean "a" > 1 where "f(b) > 1" ]', 'found "f"', "length, lower"],
    ["Rules = [ (RowCount > 1) and (RowCount > 2) or (RowCount > 3) ]", 'expected "and"', 'found "or"'],
    ['Rules = [ RowCount > 1 labels=["onFailure"="explode"] ]', '"warn", "quarantine" or "fail"', '"explode"'],
    ["Rules = [ IsComplete $x ]", '"$x"'],
    ['Rules = [ (IsComplete "a" labels=["x"="y"]) and (RowCount > 0) ]', 'found "labels"'],
    ["Rules = [ RowCount > index(last(3), 3) ]", "a place from 0 to 2", "found 3"],
    ["Rules = [ RowCount > 5", "Line 1, column 23", "the end of the text"],
    ["Rules = [ RowCount > 5 ] Rules = []", "column 26", "once"],
    ['Rules = [ IsComplete "a ]', "column 22", "a string that ends"],
    ["Rules = [ RowCount ~ 5 ]", "column 20", '"~"'],
    ["Analyzers = [ RowCount > 5 ]", "no condition after RowCount"],
    ['Analyzers = [ IsComplete "a" ]', "without a condition", '"IsComplete"'],
  ] as const)
    test(text === "" ? "nothing" : text, () => {
      const message = messageOf(text);
      for (const part of parts) expect(message).toContain(part);
    });

  test("deep nesting and long texts end in an error of the language", () => {
    expect(messageOf(`Rules = [ ${"(".repeat(20_000)}`)).toContain("nested brackets");
    expect(messageOf(`Rules = [ RowCount > ${"(".repeat(20_000)}1 ]`)).toContain("nested brackets");
    expect(messageOf(`Rules = [ RowCount > ${"-".repeat(20_000)}1 ]`)).toContain("nested brackets");
    expect(messageOf(`Rules = [ Mean "a" > 1 where "${"(".repeat(5_000)}" ]`)).toContain("nested brackets");
    expect(messageOf(" ".repeat(1_000_001))).toContain("at most 1000000 characters");
  });

  test("no text whatever gives anything but a ruleset or this error", () => {
    const pieces =
      'Rules = [ ] ( ) and or "a" "b\\" , > >= between in not matches 1 0.5 now() - days last( avg( where with threshold labels RowCount IsComplete ColumnValues # \n $x NULL * /'.split(
        " ",
      );
    let state = 7;
    const random = (bound: number): number => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
      return state % bound;
    };
    for (let round = 0; round < 5_000; round++) {
      const text = `Rules = [ ${Array.from({ length: random(12) }, () => pieces[random(pieces.length)]).join(" ")} ]`;
      try {
        parseRuleset(text);
      } catch (error) {
        expect(GroundworkError.isInstance(error) && error.code, text).toBe("INVALID_CONFIGURATION");
      }
    }
  });
});
