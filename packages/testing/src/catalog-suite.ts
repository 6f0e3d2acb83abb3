import { documentCases } from "./catalog-document-cases.ts";
import type { CatalogSuiteOptions } from "./catalog-fixtures.ts";
import { leaseCases } from "./catalog-lease-cases.ts";
import { lifecycleCases } from "./catalog-lifecycle-cases.ts";
import { publicationCases } from "./catalog-publication-cases.ts";
import { runCases } from "./catalog-run-cases.ts";
import type { SuiteCase } from "./suite-case.ts";

export type { CatalogSuiteOptions } from "./catalog-fixtures.ts";

/**
 * The contract of `Catalog` as named cases: `for (const c of catalogCases(options)) test(c.name, c.run)`. Each has a place of
 * its own; many work with two handles on it, as two processes would.
 */
export function catalogCases(options: CatalogSuiteOptions): SuiteCase[] {
  return [
    ...lifecycleCases(options),
    ...documentCases(options),
    ...runCases(options),
    ...publicationCases(options),
    ...leaseCases(options),
  ];
}
