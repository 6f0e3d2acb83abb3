import { type DocumentElement, type DocumentMetadata, renderTableText, type TableData } from "@groundwork/contracts";
import { describe, expect, test } from "vitest";
import { effectiveDatesEnricher } from "../src/index.ts";

const enricher = effectiveDatesEnricher();

function table(rows: readonly (readonly string[])[]): DocumentElement {
  const data: TableData = {
    rows: rows.length,
    columns: Math.max(...rows.map((row) => row.length)),
    cells: rows.flatMap((cells, row) => cells.map((text, column) => ({ row, column, text }))),
  };
  return { kind: "table", text: renderTableText(data), table: data };
}

async function datesOf(
  content: string | readonly DocumentElement[],
  metadata: DocumentMetadata = {},
): Promise<{ from?: string; to?: string; warnings: number }> {
  const elements: readonly DocumentElement[] =
    typeof content === "string" ? [{ kind: "paragraph", text: content }] : content;
  const result = await enricher.enrich({ mediaType: "text/plain", metadata, elements });
  return {
    ...(result.metadata?.effectiveFrom === undefined ? {} : { from: result.metadata.effectiveFrom }),
    ...(result.metadata?.effectiveTo === undefined ? {} : { to: result.metadata.effectiveTo }),
    warnings: result.warnings?.length ?? 0,
  };
}

describe("stated dates are taken", () => {
  const cases: readonly (readonly [string, { readonly from?: string; readonly to?: string }])[] = [
    ["Effective January 1, 2024", { from: "2024-01-01" }],
    ["Effective: Jan. 1st, 2024", { from: "2024-01-01" }],
    ["EFFECTIVE DATE: 15 March 2023", { from: "2023-03-15" }],
    ["Effective Date: 03/15/2023", { from: "2023-03-15" }],
    ["Effective date - 15/03/2023", { from: "2023-03-15" }],
    ["effective_date: 2024-02-29", { from: "2024-02-29" }],
    ["**Effective date:** 1 July 2021", { from: "2021-07-01" }],
    ["Policy effective date: 2022/12/05", { from: "2022-12-05" }],
    ["Version 3.1 | Effective date: April 2, 2020 | Owner: Finance", { from: "2020-04-02" }],
    ["Effective as of the 1st day of June, 2019.", { from: "2019-06-01" }],
    ["In force from 14.02.2024", { from: "2024-02-14" }],
    ["Effective October 2021", { from: "2021-10-01" }],
    ["Valid until: December 2025", { to: "2025-12-31" }],
    ["Valid from 1 January 2024 to 31 December 2024", { from: "2024-01-01", to: "2024-12-31" }],
    ["Validity period: 2024-01-01 – 2024-06-30", { from: "2024-01-01", to: "2024-06-30" }],
    ["Expiration date: September 30, 2026", { to: "2026-09-30" }],
    ["Title\nEffective date: May 4, 2018\nExpires: May 3, 2020", { from: "2018-05-04", to: "2020-05-03" }],
    ["This policy takes effect on May 1, 2023 and binds all staff.", { from: "2023-05-01" }],
    ["This Travel and Expense Policy is effective as of 1 May 2023.", { from: "2023-05-01" }],
    ["These rules shall come into force on 1 May 2023.", { from: "2023-05-01" }],
    ["This directive enters into force on 20 June 2022. Staff comply.", { from: "2022-06-20" }],
    ["Effective January 1, 2024, this policy governs all trips.", { from: "2024-01-01" }],
    ["This handbook remains in effect until December 31, 2025.", { to: "2025-12-31" }],
    ["This notice expires on March 1, 2022.", { to: "2022-03-01" }],
    [
      "This agreement is valid from January 1, 2020 through December 31, 2022.",
      { from: "2020-01-01", to: "2022-12-31" },
    ],
    [
      "This policy, effective January 1, 2024, supersedes the policy dated March 3, 2020 and the guide effective May 5, 2021.",
      { from: "2024-01-01" },
    ],
    ["Effective date: 1 March 2024. Supersedes: FIN-12, effective 1 March 2020.", { from: "2024-03-01" }],
  ];
  for (const [text, expected] of cases)
    test(text.slice(0, 90), async () => {
      expect(await datesOf(text)).toEqual({ ...expected, warnings: 0 });
    });

  test("in a table at the start", async () => {
    expect(
      await datesOf([
        table([
          ["Effective date", "2024-01-01"],
          ["Expiry date", "31 December 2026"],
        ]),
      ]),
    ).toEqual({ from: "2024-01-01", to: "2026-12-31", warnings: 0 });
  });

  test("in a document-control block at the end", async () => {
    const body: DocumentElement = { kind: "paragraph", text: "Staff keep receipts. ".repeat(400) };
    const control = table([
      ["Document number", "FIN-7"],
      ["Version", "2.0"],
      ["Effective date", "June 5, 2024"],
    ]);
    expect(await datesOf([body, control])).toEqual({ from: "2024-06-05", warnings: 0 });
  });

  test("four cells a row, form fields, running headers", async () => {
    expect(await datesOf([table([["Owner", "Finance", "Effective date", "2024-01-01"]])])).toMatchObject({
      from: "2024-01-01",
    });
    expect(await datesOf([{ kind: "form_field", text: "Effective date: 2024-01-01" }])).toMatchObject({
      from: "2024-01-01",
    });
    expect(await datesOf([{ kind: "header", text: "FIN-7 | Effective date: 2024-01-01" }])).toMatchObject({
      from: "2024-01-01",
    });
  });
});

describe("other dates are not taken", () => {
  const texts = [
    "Published January 1, 2024",
    "Last updated: January 1, 2024",
    "Next review date: January 1, 2025",
    "Regulation (EU) 2016/679, effective May 25, 2018, applies to personal data.",
    "The Sarbanes-Oxley Act took effect on July 30, 2002.",
    "This policy supersedes the travel policy effective January 1, 2019.",
    "It replaces the handbook that was effective March 1, 2015.",
    "This policy amends the directive which is effective as of 1 May 2019.",
    "Original effective date: 1 January 2010",
    "Effective date of the merger: January 1, 2020",
    "The new rates are effective January 1, 2022 for hotels in Boston.",
    "Contractors hired before this rule is effective must sign by January 5, 2020.",
    "Effective 03/04/2024",
    "Effective date: February 30, 2024",
    "Effective date: 2024",
    "Effective management of travel, January 2024",
    "The card expires on 12/31/2025.",
    "A receipt is valid until March 1, 2022 at the latest.",
    "If this policy takes effect on May 1, 2023, managers are told.",
    "Employees effective date: see contract, 2024-01-01",
  ];
  for (const text of texts)
    test(text.slice(0, 90), async () => {
      expect(await datesOf(text)).toEqual({ warnings: 0 });
    });

  test("far from the start, in quotes, in footnotes", async () => {
    const body: DocumentElement = { kind: "paragraph", text: "Staff keep receipts. ".repeat(400) };
    const statement = "This policy takes effect on May 1, 2023.";
    expect(await datesOf([body, { kind: "paragraph", text: statement }])).toEqual({ warnings: 0 });
    for (const kind of ["quote", "footnote", "comment"] as const)
      expect(await datesOf([{ kind, text: statement }])).toEqual({ warnings: 0 });
  });

  test("in a revision history", async () => {
    const history = table([
      ["Version", "Effective date", "Author"],
      ["1.0", "2020-01-01", "A"],
      ["2.0", "2022-01-01", "B"],
    ]);
    expect(await datesOf([history])).toEqual({ warnings: 0 });
  });
});

test("statements that contradict each other give a warning and no date", async () => {
  expect(await datesOf("Effective date: 2024-01-01\nEffective date: 2024-02-01")).toEqual({ warnings: 1 });
  expect(await datesOf("Effective date: 2024-01-01\nExpires: 2023-01-01")).toEqual({ warnings: 1 });
});

test("a label weighs more than a sentence", async () => {
  expect(await datesOf("Effective date: 2024-01-01\nThis policy takes effect on May 1, 2023.")).toEqual({
    from: "2024-01-01",
    warnings: 0,
  });
});

test("what the metadata states is not overwritten", async () => {
  expect(await datesOf("Effective date: 2024-01-01\nExpires: 2025-01-01", { effectiveFrom: "2023-06-01" })).toEqual({
    to: "2025-01-01",
    warnings: 0,
  });
});
