import { expectError } from "@groundwork/testing";
import { describe, expect, test } from "vitest";
import { type GateDecision, type OnFailure, qualityGate } from "../src/index.ts";
import { chunks, table } from "./tables.ts";

const DOCUMENTS = table({
  document_id: ["a", "b", "c", "d"],
  title: ["One", null, "Three", null],
  pages: [1, 2, 900, 4],
});
const CHUNKS = [
  chunks({ documentId: "a", tokens: 3 }, { documentId: "c", tokens: 300 }, { documentId: "gone", tokens: 5 }),
];

const decide = (documents: string, onFailure?: OnFailure): Promise<GateDecision> =>
  qualityGate({ documents: `Rules = [ ${documents} ]`, ...(onFailure === undefined ? {} : { onFailure }) }).evaluate({
    documents: DOCUMENTS,
  });

describe("what follows from a rule that fails", () => {
  test("nothing, when all pass", async () => {
    expect(await decide('RowCount = 4, Completeness "title" >= 0.5', "fail")).toMatchObject({
      action: "pass",
      warned: [],
      quarantined: [],
      fatal: [],
    });
  });

  test("documents are named, kept out, or the run ends", async () => {
    expect(await decide('IsComplete "title"')).toMatchObject({ action: "warn", warned: ["b", "d"], quarantined: [] });
    expect(await decide('IsComplete "title"', "quarantine")).toMatchObject({
      action: "quarantine",
      quarantined: ["b", "d"],
    });
    const ended = await decide('IsComplete "title"', "fail");
    expect(ended).toMatchObject({ action: "fail", quarantined: [], warned: [] });
    expect(ended.fatal.map(({ Name }) => Name)).toEqual(["Rule_1"]);
  });

  test("a label decides for its rule, and a document in quarantine is not warned about", async () => {
    expect(
      await decide('IsComplete "title", ColumnValues "pages" < 3 labels=["onFailure"="quarantine"]'),
    ).toMatchObject({ action: "quarantine", warned: ["b"], quarantined: ["c", "d"] });
  });

  test("a quarantine without a row to blame, or without a judgement, ends the run", async () => {
    expect(await decide("RowCount > 100", "quarantine")).toMatchObject({ action: "fail" });
    expect(await decide('IsComplete "salary"', "quarantine")).toMatchObject({ action: "fail" });
    expect(await decide("RowCount > 100", "warn")).toMatchObject({ action: "warn", warned: [] });
  });

  test("a quarantine is never cut short", async () => {
    const gate = qualityGate({ documents: 'Rules = [ IsComplete "title" ]', onFailure: "quarantine", maxDocuments: 1 });
    expect(await gate.evaluate({ documents: DOCUMENTS })).toMatchObject({ action: "fail", quarantined: [] });
  });
});

describe("one document at a time", () => {
  const gate = qualityGate({
    documents: `Rules = [
      RowCount > 100 labels=["onFailure"="fail"],
      IsComplete "title",
      Completeness "title" > 0.9,
      (ColumnValues "pages" < 3) or (ColumnLength "title" > 4),
      ColumnValues "pages" < 3 with threshold > 0.1
    ]`,
    onFailure: "quarantine",
  });
  const names = ({ documents }: GateDecision): string[] => documents!.RuleResults.map(({ Name }) => Name);

  test("rules that a row passes by itself are asked for by themselves, and the others at the end", async () => {
    const decisions: [string, readonly string[]][] = [];
    for (let row = 0; row < 4; row++) {
      const one = DOCUMENTS.map((batch) => batch.slice(row, row + 1));
      const decision = await gate.evaluate({ documents: one }, { rules: "row" });
      expect(names(decision)).toEqual(["Rule_2", "Rule_4"]);
      decisions.push([decision.action, decision.quarantined]);
    }
    expect(decisions).toEqual([
      ["pass", []],
      ["quarantine", ["b"]],
      ["pass", []],
      ["quarantine", ["d"]],
    ]);
    const end = await gate.evaluate({ documents: DOCUMENTS }, { rules: "table" });
    expect(names(end)).toEqual(["Rule_1", "Rule_3", "Rule_5"]);
    expect(end.fatal.map(({ Name }) => Name)).toEqual(["Rule_1"]);
    expect(names(await gate.evaluate({ documents: DOCUMENTS }))).toHaveLength(5);
  });
});

describe("documents and chunks", () => {
  const gate = qualityGate({
    documents: 'Rules = [ ReferentialIntegrity "document_id" "chunks.document_id" = 1 labels=["onFailure"="warn"] ]',
    chunks: `Rules = [
      ColumnValues "tokens" < 256,
      ReferentialIntegrity "document_id" "documents.document_id" = 1
    ]`,
    onFailure: "quarantine",
  });

  test("a chunk speaks for its document, and the tables refer to each other", async () => {
    const decision = await gate.evaluate({ documents: DOCUMENTS, chunks: () => CHUNKS });
    expect(decision).toMatchObject({ action: "quarantine", quarantined: ["c", "gone"], warned: ["b", "d"] });
    expect(decision.chunks?.RuleResults.map(({ Result }) => Result)).toEqual(["FAIL", "FAIL"]);
  });

  test("a table that is referred to must be there, and readable twice", async () => {
    await expectError(() => gate.evaluate({ documents: DOCUMENTS }), "INVALID_ARGUMENT");
    await expectError(
      () => gate.evaluate({ documents: DOCUMENTS, chunks: CHUNKS[Symbol.iterator]() }),
      "INVALID_ARGUMENT",
    );
    expect(gate.needs).toEqual(["documents", "chunks"]);
    expect(qualityGate({ documents: "Rules = [ RowCount > 0 ]" }).needs).toEqual(["documents"]);
  });

  test("history is kept by table", async () => {
    const growing = qualityGate({ documents: "Rules = [ RowCount >= last() ]", onFailure: "fail" });
    const first = await growing.evaluate({ documents: DOCUMENTS });
    expect(first).toMatchObject({ action: "pass", history: { "documents: Dataset.*.RowCount": 4 } });
    const history = { read: (key: string) => Promise.resolve([first.history[key]! + 1]) };
    expect((await growing.evaluate({ documents: DOCUMENTS }, { history })).action).toBe("fail");
  });

  test("the identity changes with the rules and with nothing else", () => {
    const identity = (rule: string): unknown => qualityGate({ documents: `Rules = [ ${rule} ]` }).identity;
    expect(identity("RowCount > 1")).toEqual(identity("RowCount > 1"));
    expect(identity("RowCount > 1")).not.toEqual(identity("RowCount > 2"));
  });

  test("rules that cannot be read are no gate", () => {
    expect(() => qualityGate({ documents: "Rules = [ Nonsense ]" })).toThrow("Line 1, column 11");
  });
});
