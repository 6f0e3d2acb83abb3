import { createRetrieverFixture, type FixtureDocument } from "@groundwork/testing/retriever-fixtures";
import { describe, expect, test } from "vitest";
import { createRetriever } from "../src/index.ts";

const LONG = "Receipts are kept by the traveller until the claim has been paid and the auditors have closed the year. ";

const RULES: FixtureDocument = {
  key: "rules.txt",
  title: "Travel rules",
  elements: [
    { kind: "heading", level: 1, text: "Scope" },
    "These rules hold for all employees.",
    { kind: "heading", level: 1, text: "Hotels" },
    { kind: "header", text: "Travel rules, page 2" },
    "Rooms are booked by the agency.",
    "A hotel room may cost at most 180 dollars a night.",
    "Breakfast is included in the price.",
    { kind: "heading", level: 1, text: "Flights" },
    "Economy class is the rule.",
  ],
};

describe("parent expansion", () => {
  test("gives the section around the passage, verbatim, and no more", async () => {
    const fixture = await createRetrieverFixture();
    await fixture.publish(RULES);
    const retriever = createRetriever(fixture);
    const { passages } = await retriever.retrieve({ query: "hotel room 180 dollars night", expand: true, limit: 1 });
    const { parent, text } = passages[0]!;
    expect(parent!.text).toContain(text);
    expect(parent!.text.startsWith("Hotels")).toBe(true);
    expect(parent!.text.endsWith("Breakfast is included in the price.")).toBe(true);
    expect(parent!.charEnd - parent!.charStart).toBe(parent!.text.length);
  });

  test("stays under its length", async () => {
    const fixture = await createRetrieverFixture();
    await fixture.publish({ key: "long.txt", elements: Array.from({ length: 60 }, (_, index) => `${index}: ${LONG}`) });
    const retriever = createRetriever(fixture);
    const { passages } = await retriever.retrieve({ query: "receipts 30", expand: true, limit: 1 });
    const { length } = passages[0]!.parent!.text;
    expect(length).toBeGreaterThan(1_000);
    expect(length).toBeLessThanOrEqual(1_500);
  });
});

describe("why a document is absent", () => {
  test("each gate in turn", async () => {
    const fixture = await createRetrieverFixture();
    const rule =
      "Employees may book business class when the flight takes longer than eight hours and the journey was approved.";
    await fixture.publish(
      RULES,
      { key: "theirs.txt", elements: ["Hotel rates of the board."], permissions: { allow: ["group:board"] } },
      { key: "legal.txt", elements: ["Hotel contracts are signed by counsel."], attributes: { unit: "legal" } },
      { key: "old.txt", elements: ["A hotel room may cost 90 dollars."], effectiveTo: "2020-12-31" },
      { key: "gone.txt", elements: ["Hotel list."] },
      { key: "one.txt", title: "One", elements: [rule] },
      { key: "two.txt", title: "Two", elements: [rule] },
      { key: "meals.txt", elements: ["Meals with customers need the names of all guests."] },
    );
    await fixture.remove("gone.txt");
    const retriever = createRetriever(fixture);
    const why = async (key: string, request: object = {}): Promise<string> => {
      const query = "May employees book business class or a hotel room?";
      const { reason, detail } = await retriever.explainAbsence({ query, ...request }, fixture.idOf(key));
      expect(detail).not.toBe("");
      return reason;
    };
    expect(await why("never.txt")).toBe("not-in-catalog");
    expect(await why("gone.txt")).toBe("not-live");
    expect(await why("theirs.txt")).toBe("out-of-scope");
    expect(await why("rules.txt", { principal: {} })).toBe("out-of-scope");
    expect(await why("rules.txt", { filter: { op: "eq", field: "unit", value: "legal" } })).toBe("filtered");
    expect(await why("old.txt")).toBe("not-in-force");
    expect(await why("old.txt", { asOf: "2020-06-01", limit: 20 })).toBe("present");
    expect(await why("meals.txt", { query: "hotel", mode: "lexical" })).toBe("no-match");
    expect([await why("one.txt"), await why("two.txt")].sort()).toEqual(["collapsed", "present"]);
    expect(await why("meals.txt", { limit: 1 })).toBe("below-limit");
    const query = "business class";
    const below = await retriever.explainAbsence({ query, limit: 1 }, fixture.idOf("meals.txt"));
    expect(below.bestRank).toBeGreaterThan(1);
  });

  test("a gate is passed by one passage, not by several together", async () => {
    const fixture = await createRetrieverFixture();
    await fixture.publish({ key: "new.txt", elements: ["Hotel rules."], effectiveFrom: "2999-01-01" });
    const retriever = createRetriever(fixture);
    const { reason, detail } = await retriever.explainAbsence({ query: "hotel" }, fixture.idOf("new.txt"));
    expect(reason).toBe("not-in-force");
    expect(detail).toContain("2999-01-01");
  });
});

describe("reranking", () => {
  test("puts what the reranker likes first, and explains it", async () => {
    const fixture = await createRetrieverFixture();
    await fixture.publish(RULES);
    const asked: string[] = [];
    const reranker = {
      modelId: "likes-breakfast",
      maxPassages: 3,
      doRerank: async (_query: string, passages: readonly { readonly text: string }[]) => {
        asked.push(...passages.map(({ text }) => text));
        return passages.map(({ text }) => (text.includes("Breakfast") ? 1 : 0));
      },
    };
    const retriever = createRetriever({ ...fixture, reranker });
    const request = { query: "hotel room price breakfast", explain: true };
    const { passages } = await retriever.retrieve(request);
    expect(asked).toHaveLength(3);
    expect(passages[0]!.text).toContain("Breakfast");
    expect(passages[0]!.explanation?.rerank).toEqual({ model: "likes-breakfast", score: 1 });
    const scores = passages.map(({ score }) => score);
    expect(scores).toEqual([...scores].sort((a, b) => b - a));
    asked.length = 0;
    await retriever.retrieve({ ...request, rerank: false });
    expect(asked).toEqual([]);
  });
});
