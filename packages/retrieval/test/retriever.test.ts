import { retrieverCases } from "@groundwork/testing/retriever-suite";
import { describe, test } from "vitest";
import { createRetriever } from "../src/index.ts";

describe("the contract of a retriever", () => {
  for (const suiteCase of retrieverCases({ name: "hybrid", create: (parts) => createRetriever(parts) }))
    test(suiteCase.name, suiteCase.run);
});
