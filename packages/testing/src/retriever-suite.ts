import assert from "node:assert/strict";
import {
  type Citation,
  decodeChunks,
  decodeTextRevision,
  encodeChunks,
  type Filter,
  type RetrieveRequest,
  type RetrieveResult,
  type Retriever,
  type VectorStore,
} from "@groundwork/contracts";
import { expectError } from "./expect-error.ts";
import {
  createRetrieverFixture,
  type FixtureDocument,
  type RetrieverFixture,
  type RetrieverParts,
} from "./retriever-fixtures.ts";
import { seededRandom } from "./seeded-random.ts";
import type { SuiteCase } from "./suite-case.ts";

export interface RetrieverSuiteOptions {
  readonly name: string;
  /** A retriever over parts that are open and stay the suite's. */
  readonly create: (parts: RetrieverParts) => Retriever | Promise<Retriever>;
}

const TRAVEL: FixtureDocument = {
  key: "travel.txt",
  title: "Travel rules",
  elements: [
    { kind: "heading", level: 1, text: "Flights" },
    "Employees may book business class when the flight takes longer than eight hours.",
    { kind: "heading", level: 1, text: "Hotels" },
    "A hotel room may cost at most 180 dollars a night, breakfast included.",
  ],
};
const MEALS: FixtureDocument = {
  key: "meals.txt",
  title: "Meal rules",
  elements: ["Meals with customers need the names of all guests on the receipt."],
};
const SALARIES: FixtureDocument = {
  key: "salaries.txt",
  title: "Salary bands",
  permissions: { allow: ["group:people"], deny: ["user:eve"] },
  elements: ["The salary band of senior analysts begins at 90000 dollars."],
};
const MINE: FixtureDocument = {
  key: "mine.txt",
  title: "Bonus letter",
  permissions: { allow: ["user:ana"] },
  elements: ["The bonus of this year is paid in March."],
};

/** Filters that try to widen or to break out of the scope. */
const WIDENING: readonly Filter[] = [
  { or: [{ op: "exists", field: "documentId", value: true }, { and: [] }] },
  { not: { op: "eq", field: "documentId", value: "nothing" } },
  { not: { or: [] } },
  { and: [] },
  { op: "nin", field: "sourceId", value: [] },
  { op: "contains", field: "text", value: "" },
  { op: "startsWith", field: "key", value: "" },
  { op: "ne", field: "key", value: "') OR ('1'='1" },
];

const SCOPE_FIELDS = ["allow", "deny", "role", "publishedFrom", "publishedTo"];

function citationsOf({ passages }: RetrieveResult): Citation[] {
  return passages.map(({ citation }) => citation);
}

async function checkCitations(fixture: RetrieverParts, citations: readonly Citation[]): Promise<void> {
  for (const citation of citations) {
    const record = await fixture.catalog.getRevision(citation.revisionId);
    assert(record !== undefined, "the citation names a revision that the catalog does not know");
    const revision = await decodeTextRevision((await fixture.artifacts.get(record.artifact))!);
    assert.equal(revision.documentId, citation.documentId);
    assert.equal(revision.version, citation.version);
    assert.equal(revision.text.slice(citation.charStart, citation.charEnd), citation.quote);
    assert.notEqual(citation.quote, "");
  }
}

/** A store whose rows come back changed. */
function tampering(store: VectorStore, change: (row: ReturnType<typeof decodeChunks>[number]) => object): VectorStore {
  return new Proxy(store, {
    get(target, name) {
      if (name !== "get") {
        const value: unknown = Reflect.get(target, name, target);
        return typeof value === "function" ? value.bind(target) : value;
      }
      return async (...parameters: Parameters<VectorStore["get"]>) => {
        const [ids, options] = parameters;
        const rows = decodeChunks(await target.get(ids, { ...options, columns: undefined as never }));
        return encodeChunks(rows.map((row) => ({ ...row, ...change(row) })));
      };
    },
  });
}

/** The suite of the `Retriever` contract: scope, publication, dates in force, verified citations, limits, log. */
export function retrieverCases(options: RetrieverSuiteOptions): SuiteCase[] {
  const named = (
    name: string,
    check: (retriever: Retriever, fixture: RetrieverFixture) => Promise<void>,
    wrap: (fixture: RetrieverFixture) => RetrieverParts = (fixture) => fixture,
  ): SuiteCase => ({
    name: `${options.name}: ${name}`,
    async run() {
      const fixture = await createRetrieverFixture();
      try {
        await check(await options.create(wrap(fixture)), fixture);
      } finally {
        await fixture.store.close();
        await fixture.catalog.close();
        await fixture.artifacts.close();
      }
    },
  });
  const keysOf = ({ passages }: RetrieveResult): string[] =>
    passages.map(({ citation }) => citation.sourceUri.replace("fixture:", ""));

  return [
    named("finds the passage that holds the words and cites it", async (retriever, fixture) => {
      await fixture.publish(TRAVEL, MEALS);
      const result = await retriever.retrieve({ query: "How much may a hotel room cost a night?" });
      assert.equal(result.passages[0]?.citation.quote, TRAVEL.elements[3]);
      assert.deepEqual(result.passages[0]?.citation.sectionPath, ["Hotels"]);
      assert.equal(result.passages[0]?.citation.title, "Travel rules");
      assert.equal(result.unverified, 0);
      assert.equal(result.watermark, await fixture.catalog.watermark());
      for (const { score } of result.passages) assert(score >= 0 && score <= 1, `score ${score} is not 0 to 1`);
      await checkCitations(fixture, citationsOf(result));
    }),
    named("gives at most `limit` passages, in falling order of score", async (retriever, fixture) => {
      await fixture.publish(TRAVEL, MEALS);
      const { passages } = await retriever.retrieve({ query: "business class hotel meals", limit: 2 });
      assert.equal(passages.length, 2);
      assert(passages[0]!.score >= passages[1]!.score);
    }),
    named("every mode finds words and stays in scope", async (retriever, fixture) => {
      await fixture.publish(TRAVEL, SALARIES);
      for (const mode of ["hybrid", "dense", "lexical"] as const) {
        const result = await retriever.retrieve({ query: "business class flight eight hours", mode });
        assert.equal(keysOf(result)[0], "travel.txt", mode);
        assert(!keysOf(result).includes("salaries.txt"), mode);
      }
    }),
    named("an empty knowledge base has no passages", async (retriever) => {
      const result = await retriever.retrieve({ query: "anything" });
      assert.deepEqual(result.passages, []);
      assert.equal((await retriever.answer({ query: "anything" })).answered, false);
    }),
    named("a principal sees what it is allowed and not denied", async (retriever, fixture) => {
      await fixture.publish(TRAVEL, SALARIES, MINE);
      const seen = async (principal: RetrieveRequest["principal"]): Promise<string[]> =>
        keysOf(
          await retriever.retrieve({
            query: "salary band bonus hotel flight",
            limit: 50,
            ...(principal === undefined ? {} : { principal }),
          }),
        ).sort();
      assert.deepEqual(await seen({ groups: ["people"] }), ["salaries.txt"]);
      assert.deepEqual(await seen({ user: "ana", groups: ["people"] }), ["mine.txt", "salaries.txt"]);
      assert.deepEqual(await seen({ user: "eve", groups: ["people"] }), []);
      assert.deepEqual(await seen({ user: "people" }), []);
      assert.deepEqual(await seen(undefined), ["travel.txt", "travel.txt"]);
    }),
    named("an empty principal sees nothing", async (retriever, fixture) => {
      await fixture.publish(TRAVEL, SALARIES, { ...MINE, permissions: { allow: ["user:", "group:", ""] } });
      for (const principal of [{}, { groups: [] }, { user: "" }, { user: "", groups: [""] }]) {
        const request = { query: "bonus salary hotel", principal };
        assert.deepEqual((await retriever.retrieve(request)).passages, []);
        assert.deepEqual((await retriever.answer(request)).passages, []);
      }
    }),
    named("a principal of another form is refused", async (retriever, fixture) => {
      await fixture.publish(TRAVEL);
      for (const principal of [null, "owner:local", [], { user: 1 }, { groups: "people" }, { groups: [null] }])
        await expectError(
          () => retriever.retrieve({ query: "hotel", principal: principal as never }),
          "INVALID_ARGUMENT",
        );
    }),
    named("no filter widens the scope", async (retriever, fixture) => {
      await fixture.publish(TRAVEL, MEALS, SALARIES, MINE);
      const random = seededRandom(7);
      const grow = (depth: number): Filter => {
        if (depth === 0 || random.chance(0.3)) return random.pick(WIDENING);
        const parts = Array.from({ length: random.integer(0, 3) }, () => grow(depth - 1));
        return random.pick<Filter>([{ and: parts }, { or: parts }, { not: grow(depth - 1) }]);
      };
      for (let round = 0; round < 200; round++) {
        const principal = random.pick([{ groups: ["people"] }, { user: "ana" }, {}]);
        const allowed = "groups" in principal ? ["salaries.txt"] : "user" in principal ? ["mine.txt"] : [];
        const filter = grow(4);
        const result = await retriever.retrieve({ query: "salary bonus hotel meals", principal, filter, limit: 50 });
        for (const key of keysOf(result))
          assert(allowed.includes(key), `${JSON.stringify(filter)} shows ${key} to ${JSON.stringify(principal)}`);
      }
    }),
    named("a filter on a field of the scope is refused, however deep", async (retriever, fixture) => {
      await fixture.publish(TRAVEL);
      for (const field of SCOPE_FIELDS) {
        const leaf: Filter = { op: "exists", field, value: true };
        for (const filter of [leaf, { not: leaf }, { or: [{ and: [leaf] }] }] as const)
          await expectError(() => retriever.retrieve({ query: "hotel", filter }), "INVALID_ARGUMENT");
      }
      await expectError(
        () => retriever.retrieve({ query: "hotel", filter: { op: "eq" } as never }),
        "INVALID_ARGUMENT",
      );
    }),
    named("a filter narrows", async (retriever, fixture) => {
      await fixture.publish({ ...TRAVEL, attributes: { unit: "sales" } }, { ...MEALS, attributes: { unit: "legal" } });
      const filter: Filter = { op: "eq", field: "unit", value: "legal" };
      const result = await retriever.retrieve({ query: "hotel room a night", filter });
      assert.deepEqual(keysOf(result), ["meals.txt"]);
    }),
    named("only what was in force on the day, both ends included", async (retriever, fixture) => {
      await fixture.publish(
        { ...TRAVEL, key: "old.txt", effectiveFrom: "2024-01-01", effectiveTo: "2024-12-31" },
        { ...TRAVEL, key: "new.txt", title: "Travel rules, new", effectiveFrom: "2025-01-01" },
        { ...TRAVEL, key: "undated.txt", title: "Travel advice" },
      );
      const seen = async (asOf: string): Promise<string[]> =>
        [...new Set(keysOf(await retriever.retrieve({ query: "hotel", asOf, limit: 50, collapse: false })))].sort();
      assert.deepEqual(await seen("2023-12-31"), ["undated.txt"]);
      assert.deepEqual(await seen("2024-01-01"), ["old.txt", "undated.txt"]);
      assert.deepEqual(await seen("2024-12-31"), ["old.txt", "undated.txt"]);
      assert.deepEqual(await seen("2025-01-01"), ["new.txt", "undated.txt"]);
      for (const asOf of ["2025-02-30", "2025-1-1", "today", ""])
        await expectError(() => retriever.retrieve({ query: "hotel", asOf }), "INVALID_ARGUMENT");
    }),
    named("requests of another form are refused", async (retriever) => {
      const wrong: Record<string, unknown>[] = [
        { query: "" },
        { query: "  " },
        { query: 1 },
        { limit: 0 },
        { limit: 1.5 },
        { candidates: -1 },
        { mode: "fast" },
        { explain: "yes" },
      ];
      for (const fault of wrong)
        await expectError(() => retriever.retrieve({ query: "hotel", ...fault } as never), "INVALID_ARGUMENT");
    }),
    named("what is not published yet or deleted is not found", async (retriever, fixture) => {
      await fixture.publish(TRAVEL, MEALS);
      await fixture.remove("meals.txt");
      const open = await fixture.catalog.beginPublication("run_fixture");
      const result = await retriever.retrieve({ query: "meals with customers", limit: 50 });
      assert(!keysOf(result).includes("meals.txt"));
      assert(keysOf(result).length > 0);
      await fixture.catalog.abortPublication(open);
    }),
    ...(
      [
        ["another text", () => ({ text: "Employees may always book first class." })],
        ["another place", (row) => ({ charStart: row.charStart + 1, charEnd: row.charEnd + 1 })],
        ["another version", () => ({ version: "0".repeat(64) })],
        ["another document", () => ({ documentId: "doc_000000000000000000000000" })],
        ["a revision that is not there", () => ({ revision: "rev_000000000000000000000000" })],
        ["no text", (row) => ({ text: "", charEnd: row.charStart })],
      ] as readonly [string, Parameters<typeof tampering>[1]][]
    ).map(([what, change]) =>
      named(
        `a store that gives ${what} is not believed`,
        async (retriever, fixture) => {
          await fixture.publish(TRAVEL);
          const request = { query: "business class flight eight hours" };
          const result = await retriever.retrieve(request);
          assert.deepEqual(result.passages, []);
          assert.equal(result.unverified, 2);
          assert.deepEqual((await retriever.answer(request)).claims, []);
        },
        (fixture) => ({ ...fixture, store: tampering(fixture.store, change) }),
      ),
    ),
    named(
      "a store that forgets permissions is not believed",
      async (retriever, fixture) => {
        await fixture.publish(SALARIES);
        const result = await retriever.retrieve({ query: "salary band", principal: { user: "bob" } });
        assert.deepEqual(result.passages, []);
      },
      (fixture) => ({
        ...fixture,
        store: new Proxy(fixture.store, {
          get(target, name) {
            const value: unknown = Reflect.get(target, name, target);
            if (typeof value !== "function") return value;
            if (name !== "search" && name !== "score") return value.bind(target);
            return ({ filter: _filter, ...request }: { filter?: Filter }, read: unknown) =>
              (value as (request: unknown, read: unknown) => unknown).call(target, request, read);
          },
        }),
      }),
    ),
    named(
      "a publication in the middle of a search leaves neither gap nor double",
      async (retriever, fixture) => {
        await fixture.publish(TRAVEL, MEALS);
        const result = await retriever.retrieve({ query: "business class flight hotel room", limit: 50 });
        const found = keysOf(result).filter((key) => key === "travel.txt");
        assert.equal(found.length, 2, "passages of the document that was published again meanwhile");
        assert.equal(new Set(result.passages.map(({ citation }) => citation.revisionId)).size, 2);
        await checkCitations(fixture, citationsOf(result));
      },
      (fixture) => {
        let published = false;
        const store = new Proxy(fixture.store, {
          get(target, name) {
            const value: unknown = Reflect.get(target, name, target);
            if (typeof value !== "function") return value;
            if (name !== "get") return value.bind(target);
            return async (...parameters: Parameters<VectorStore["get"]>) => {
              if (!published) {
                published = true;
                await fixture.publish({
                  ...TRAVEL,
                  elements: [...TRAVEL.elements.slice(0, 3), "A hotel room may cost at most 200 dollars a night."],
                });
              }
              return target.get(...parameters);
            };
          },
        });
        return { ...fixture, store };
      },
    ),
    named("near-duplicates fold into the best, unless told or decisive", async (retriever, fixture) => {
      const rule =
        "Employees may book business class when the flight takes longer than eight hours and the journey was approved by the head of the unit before the ticket was bought.";
      await fixture.publish(
        { key: "a.txt", title: "Rules A", elements: [rule] },
        { key: "b.txt", title: "Rules B", elements: [rule] },
        { key: "c.txt", title: "Rules C", elements: [rule.replace("may book", "may not book")] },
      );
      const query = "May employees book business class?";
      const folded = await retriever.retrieve({ query, explain: true });
      assert.equal(folded.passages.length, 2);
      assert(keysOf(folded).includes("c.txt"), "a rule and its opposite are not the same");
      const collapsed = folded.passages.flatMap((passage) => passage.explanation?.collapsed ?? []);
      assert.equal(collapsed.length, 1);
      assert.equal((await retriever.retrieve({ query, collapse: false })).passages.length, 3);
    }),
    named("an answer stands on verified quotes, and an unknown question has none", async (retriever, fixture) => {
      await fixture.publish(TRAVEL, MEALS);
      const answer = await retriever.answer({ query: "How much may a hotel room cost a night, breakfast included?" });
      assert.equal(answer.answered, true);
      assert(answer.claims.length > 0);
      for (const { citations } of answer.claims) {
        assert(citations.length > 0, "a claim without a citation");
        await checkCitations(fixture, citations);
      }
      assert(answer.confidence >= 0 && answer.confidence <= 1);
      const unknown = await retriever.answer({ query: "Which vaccine protects penguins against malaria?" });
      assert.equal(unknown.answered, false);
      assert.deepEqual(unknown.claims, []);
    }),
    named("retrieval and answers are logged with what they stand on", async (retriever, fixture) => {
      await fixture.publish(TRAVEL);
      const result = await retriever.retrieve({ query: "hotel room", principal: undefined as never });
      const { revisionId } = result.passages[0]!.citation;
      const answer = await retriever.answer({ query: "hotel room cost a night" });
      const logged = await fixture.catalog.listAnswers({ revisionId });
      assert.deepEqual(
        logged.map(({ answerId }) => answerId).sort(),
        [result.answerId, answer.answerId].sort(),
        "entries of the log",
      );
    }),
    named("an abort stops it", async (retriever, fixture) => {
      await fixture.publish(TRAVEL);
      const signal = AbortSignal.abort();
      await expectError(() => retriever.retrieve({ query: "hotel" }, { signal }), "ABORTED");
      await expectError(() => retriever.answer({ query: "hotel" }, { signal }), "ABORTED");
    }),
  ];
}
