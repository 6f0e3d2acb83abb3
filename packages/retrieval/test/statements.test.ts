import {
  type CatalogDocument,
  type CatalogRevision,
  type ChunkRow,
  type DocumentElement,
  placeElements,
  renderTableText,
  type TableData,
} from "@groundwork/contracts";
import { randomRevision } from "@groundwork/testing/random-revision";
import { describe, expect, test } from "vitest";
import { sentencesOf } from "../src/sentences.ts";
import { statementsOf } from "../src/statements.ts";

function statements(elements: readonly DocumentElement[]): { text: string; quotes: string[]; heading: string }[] {
  const revision = {
    revisionId: "rev_1",
    documentId: "doc_1",
    version: "v",
    mediaType: "text/plain",
    metadata: {},
    ...placeElements(elements, "test"),
  };
  const row = { charStart: 0, charEnd: revision.text.length } as ChunkRow;
  const passage = { row, revision, record: {} as CatalogRevision, document: {} as CatalogDocument };
  return statementsOf(passage).map(({ text, stretches, heading }) => ({
    text,
    heading,
    quotes: stretches.map(({ charStart, charEnd }) => revision.text.slice(charStart, charEnd)),
  }));
}

describe("statements", () => {
  test("sentences, with abbreviations and clause numbers left whole", () => {
    const text = "See sec. 4.2 for limits, e.g. hotels. Mr. Smith\napproves them. 3. Scope is all staff!  Why?";
    expect(sentencesOf(text).map(({ start, end }) => text.slice(start, end))).toEqual([
      "See sec. 4.2 for limits, e.g. hotels.",
      "Mr. Smith\napproves them.",
      "3. Scope is all staff!",
      "Why?",
    ]);
  });

  test("a sentence that points back takes the one before along", () => {
    const [, second] = statements([
      { kind: "paragraph", text: "Upgrades need approval. This is given by the head of the unit." },
    ]);
    expect(second?.quotes).toEqual(["Upgrades need approval. This is given by the head of the unit."]);
  });

  test("an item stands with the sentence that announces it", () => {
    const found = statements([
      { kind: "heading", level: 1, text: "Exceptions" },
      { kind: "paragraph", text: "Rules apply to all. You may fly first class if:" },
      { kind: "list_item", text: "the flight exceeds ten hours" },
      { kind: "list_item", text: "a doctor certifies the need" },
    ]);
    expect(found.at(-1)).toEqual({
      text: "You may fly first class if: a doctor certifies the need",
      quotes: ["You may fly first class if:", "a doctor certifies the need"],
      heading: "Exceptions",
    });
    const lead = found.find(({ quotes }) => quotes.length === 1 && quotes[0]!.startsWith("You may"));
    expect(lead?.quotes[0]).toContain("a doctor certifies the need");
  });

  test("a row stands with the names of its columns", () => {
    const cells = [
      ["City", "Hotel", "Meals"],
      ["London", "180", "60"],
      ["Paris", "170", ""],
    ];
    const table: TableData = {
      rows: 3,
      columns: 3,
      cells: cells.flatMap((row, y) => row.map((text, x) => ({ row: y, column: x, text, header: y === 0 }))),
    };
    const found = statements([{ kind: "table", text: renderTableText(table), table }]);
    expect(found).toEqual([
      { text: "London – Hotel: 180, Meals: 60", quotes: ["City | Hotel | Meals", "London | 180 | 60"], heading: "" },
      { text: "Paris – Hotel: 170", quotes: ["City | Hotel | Meals", "Paris | 170"], heading: "" },
    ]);
  });

  test("a row of a later slice stands with the header of the first", () => {
    const slice = (rows: string[][], continued?: string[][]): DocumentElement => {
      const table: TableData = {
        rows: rows.length,
        columns: 2,
        cells: rows.flatMap((row, y) =>
          row.map((text, x) => ({ row: y, column: x, text, header: continued === undefined && y === 0 })),
        ),
        ...(continued === undefined ? {} : { continuedHeader: continued }),
      };
      return { kind: "table", text: renderTableText(table), table };
    };
    const header = ["City", "Hotel"];
    const found = statements([slice([header, ["London", "180"]]), slice([["Rome", "150"]], [header])]);
    expect(found.at(-1)).toMatchObject({ text: "Rome – Hotel: 150", quotes: ["City | Hotel", "Rome | 150"] });
    const alone = statements([slice([["Rome", "150"]], [header])]);
    expect(alone.at(-1)).toMatchObject({ text: "Rome – 150", quotes: ["Rome | 150"] });
  });

  test("headings, captions and furniture state nothing", () => {
    expect(
      statements([
        { kind: "title", text: "Travel" },
        { kind: "heading", text: "Scope" },
        { kind: "header", text: "Page header" },
        { kind: "caption", text: "Table 1" },
      ]),
    ).toEqual([]);
  });

  test("of any document every stretch is a part of its text, and the words are its own", () => {
    let found = 0;
    for (let seed = 0; seed < 80; seed++) {
      const revision = randomRevision(seed);
      const row = { charStart: 0, charEnd: revision.text.length } as ChunkRow;
      const passage = { row, revision, record: {} as CatalogRevision, document: {} as CatalogDocument };
      for (const { text, stretches } of statementsOf(passage)) {
        found++;
        expect(stretches.length).toBeGreaterThan(0);
        const quoted = stretches.map(({ charStart, charEnd }) => {
          expect(charStart).toBeGreaterThanOrEqual(0);
          expect(charEnd).toBeGreaterThan(charStart);
          expect(charEnd).toBeLessThanOrEqual(revision.text.length);
          return revision.text.slice(charStart, charEnd);
        });
        const words = new Set(quoted.join(" ").match(/[\p{L}\p{N}]+/gu) ?? []);
        for (const word of text.match(/[\p{L}\p{N}]+/gu) ?? []) expect(words.has(word), `${seed}: ${word}`).toBe(true);
      }
    }
    expect(found).toBeGreaterThan(500);
  });
});
