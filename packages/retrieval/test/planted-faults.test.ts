import type { RetrieveRequest, Retriever } from "@groundwork/contracts";
import type { RetrieverParts } from "@groundwork/testing/retriever-fixtures";
import { retrieverCases } from "@groundwork/testing/retriever-suite";
import { failingCases } from "@groundwork/testing/suite-case";
import { describe, expect, test } from "vitest";
import { createRetriever } from "../src/index.ts";

/** A retriever whose requests or parts are spoilt on the way: what the suite must notice. */
function spoilt(
  request: (request: RetrieveRequest) => RetrieveRequest,
  parts: (parts: RetrieverParts) => RetrieverParts = (same) => same,
): (parts: RetrieverParts) => Retriever {
  return (given) => {
    const inner = createRetriever(parts(given));
    return {
      retrieve: (asked, options) => inner.retrieve(request(asked), options),
      answer: (asked, options) => inner.answer(request(asked), options),
    };
  };
}

const without =
  (...names: readonly (keyof RetrieveRequest)[]) =>
  (request: RetrieveRequest): RetrieveRequest =>
    Object.fromEntries(
      Object.entries(request).filter(([name]) => !names.includes(name as keyof RetrieveRequest)),
    ) as never;

const same = (request: RetrieveRequest): RetrieveRequest => request;

const FAULTS: Readonly<Record<string, { create: (parts: RetrieverParts) => Retriever; caughtBy: string }>> = {
  "forgets the principal": { create: spoilt(without("principal")), caughtBy: "a principal sees what it is allowed" },
  "forgets the filter": { create: spoilt(without("filter")), caughtBy: "a filter narrows" },
  "forgets the day": { create: spoilt(without("asOf")), caughtBy: "only what was in force" },
  "forgets the limit": { create: spoilt(without("limit")), caughtBy: "gives at most `limit`" },
  "always folds": { create: spoilt(without("collapse")), caughtBy: "near-duplicates fold" },
  "ignores aborts": {
    create: (parts) => {
      const inner = createRetriever(parts);
      return { retrieve: (request) => inner.retrieve(request), answer: (request) => inner.answer(request) };
    },
    caughtBy: "an abort stops it",
  },
  "does not look at the watermark again": {
    create: spoilt(same, (parts) => {
      let first: Promise<number> | undefined;
      let calls = 0;
      const catalog = Object.assign(Object.create(parts.catalog) as typeof parts.catalog, {
        watermark: () => {
          // The first two calls belong to one question; each question begins anew.
          if (calls++ % 2 === 0) first = parts.catalog.watermark();
          return first!;
        },
      });
      return { ...parts, catalog };
    }),
    caughtBy: "a publication in the middle",
  },
  "keeps no log": {
    create: spoilt(same, (parts) => ({
      ...parts,
      catalog: Object.assign(Object.create(parts.catalog) as typeof parts.catalog, { recordAnswer: async () => {} }),
    })),
    caughtBy: "logged with what they stand on",
  },
  "always answers": {
    create: (parts) => {
      const inner = createRetriever({
        ...parts,
        answers: {
          name: "yes",
          intercept: 9,
          weights: { passageCosine: 0, statementCosine: 0, passageCoverage: 0, margin: 0 },
        },
      });
      return inner;
    },
    caughtBy: "an unknown question has none",
  },
};

describe("the suite notices a retriever that", () => {
  test.each(Object.entries(FAULTS))("%s", async (_name, { create, caughtBy }) => {
    const failed = await failingCases(retrieverCases({ name: "spoilt", create }));
    expect(
      failed.some((name) => name.includes(caughtBy)),
      failed.join("\n"),
    ).toBe(true);
  });
});
