import type { SuiteCase } from "./suite-case.ts";
import { filterCases } from "./vector-store-filter-cases.ts";
import type { VectorStoreSuiteOptions } from "./vector-store-fixtures.ts";
import { lifecycleCases } from "./vector-store-lifecycle-cases.ts";
import { searchCases } from "./vector-store-search-cases.ts";
import { writingCases } from "./vector-store-write-cases.ts";

export type { VectorStoreSuiteOptions } from "./vector-store-fixtures.ts";

/**
 * The contract of `VectorStore` as named cases: `for (const c of vectorStoreCases(options)) test(c.name, c.run)`.
 * Every default that its prose states has a case; a store may do more than it, never less.
 */
export function vectorStoreCases(options: VectorStoreSuiteOptions): SuiteCase[] {
  return [...lifecycleCases(options), ...writingCases(options), ...filterCases(options), ...searchCases(options)];
}
