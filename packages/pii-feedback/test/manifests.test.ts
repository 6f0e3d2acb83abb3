import { expectError } from "@groundwork/testing";
import { describe, expect, test } from "vitest";
import { labelCategories, manifestLine, type ReviewCase } from "../src/index.ts";
import { answered, entriesOf } from "./feedback-fixtures.ts";

describe("manifests of Ground Truth", () => {
  const one: ReviewCase = {
    id: "a".repeat(24),
    text: "Line one\nMercury 😀 met Ada.",
    proposed: [{ type: "NAME", start: 9, end: 16, score: 0.4, detector: "words" }],
  };

  test("a line has the text, and the proposals as an earlier job's labels", () => {
    const line = manifestLine(one, { at: 0 });
    expect(line).not.toContain("\n");
    expect(JSON.parse(line)).toMatchObject({
      source: one.text,
      "groundwork-pii": {
        annotations: { entities: [{ label: "NAME", startOffset: 9, endOffset: 16 }], labels: [{ label: "NAME" }] },
      },
      "groundwork-pii-metadata": {
        entities: [{ confidence: 0.4 }],
        type: "groundtruth/text-span",
        "creation-date": "1970-01-01T00:00:00.000Z",
        "human-annotated": "no",
        "job-name": "labeling-job/groundwork-pii",
      },
    });
  });

  test("an answered line comes back with both", async () => {
    const [entry] = await entriesOf([answered(manifestLine(one), [["NAME", 24, 27]])]);
    expect(entry).toMatchObject({
      line: 1,
      outcome: "reviewed",
      reviewed: { text: one.text, proposed: one.proposed, labelled: [{ type: "NAME", start: 24, end: 27 }] },
    });
  });

  test("offsets that count code points are told and can be read", async () => {
    const line = answered(manifestLine(one), [["NAME", 23, 26]]);
    const [entry] = await entriesOf([line], { offsets: "code-points" });
    expect(entry).toMatchObject({ reviewed: { labelled: [{ start: 24, end: 27 }] } });
    const inside = answered(manifestLine(one), [["NAME", 18, 23]]);
    await expectError(() => entriesOf([inside]), "INVALID_ARGUMENT");
  });

  test("a line of a job of somebody else's: labels become types", async () => {
    const line =
      '{"source":"Kofi is an engineer.","Jobs":{"annotations":{"entities":[{"endOffset":4,"startOffset":0,"label":"Person name"}],"labels":[{"label":"Person name"}]}},' +
      '"Jobs-metadata":{"entities":[{"confidence":0.92}],"job-name":"labeling-job/jobs","type":"groundtruth/text-span","creation-date":"2020-05-14T21:45:27.175903","human-annotated":"yes"}}';
    expect(await entriesOf([line])).toMatchObject([
      { reviewed: { proposed: [], labelled: [{ type: "PERSON_NAME", start: 0, end: 4 }] } },
    ]);
    expect(await entriesOf([line], { typeOf: () => "NAME" })).toMatchObject([
      { reviewed: { labelled: [{ type: "NAME" }] } },
    ]);
    expect(await entriesOf([line], { attribute: "Other" })).toEqual([{ line: 1, outcome: "unreviewed" }]);
  });

  test("the last answer of people counts; unanswered and failed lines are told", async () => {
    const first = answered(manifestLine(one), [["NAME", 9, 16]]);
    const twice = JSON.parse(first);
    twice["review-2"] = { annotations: { entities: [], labels: [] } };
    twice["review-2-metadata"] = { ...twice["review-1-metadata"], "creation-date": "2026-03-01T00:00:00" };
    const failed = JSON.parse(first);
    failed["review-1-metadata"]["failure-reason"] = "ClientError";
    const entries = await entriesOf([JSON.stringify(twice), manifestLine(one), "", JSON.stringify(failed)]);
    expect(entries).toMatchObject([
      { line: 1, outcome: "reviewed", reviewed: { labelled: [] } },
      { line: 2, outcome: "unreviewed" },
      { line: 4, outcome: "failed" },
    ]);
  });

  test("texts in objects are loaded", async () => {
    const line = JSON.stringify({
      ...JSON.parse(answered(manifestLine(one), [])),
      source: undefined,
      "source-ref": "s3://b/k",
    });
    expect(await entriesOf([line], { load: async (reference: string) => `of ${reference}` })).toMatchObject([
      { reviewed: { text: "of s3://b/k" } },
    ]);
    await expectError(() => entriesOf([line]), "INVALID_ARGUMENT");
  });

  test.each([
    ["no JSON", "{Mercury"],
    ["no object", "[1]"],
    ["no text", answered(manifestLine(one), []).replace('"source"', '"sauce"')],
    ["no entities", answered(manifestLine(one), []).replaceAll('"annotations"', '"notes"')],
    ["offsets outside", answered(manifestLine(one), [["NAME", 20, 900]])],
    ["offsets the wrong way round", answered(manifestLine(one), [["NAME", 20, 10]])],
  ])("a line with %s is refused by its number, without its text", async (_, line) => {
    const error = await expectError(() => entriesOf(["", line]), "INVALID_ARGUMENT");
    expect(error.message).toContain("Line 2");
    expect(`${error.message} ${error.stack}`).not.toContain("Mercury");
  });

  test("categories are unique and have instructions", async () => {
    expect(labelCategories(["NAME", "EMAIL", "NAME"])).toMatchObject({
      "document-version": "2018-11-28",
      labels: [{ label: "EMAIL" }, { label: "NAME" }],
      instructions: {
        shortInstruction: expect.stringContaining("<p>"),
        fullInstruction: expect.stringContaining("<p>"),
      },
    });
    await expectError(async () => labelCategories([]), "INVALID_ARGUMENT");
    await expectError(async () => manifestLine(one, { attribute: "x-metadata" }), "INVALID_ARGUMENT");
  });
});
