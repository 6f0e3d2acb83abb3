import { describe, expect, test } from "vitest";
import { catalogCases } from "../src/catalog-suite.ts";
import { CATALOG_FAULTS, type CatalogFault, faultyCatalog } from "../src/faulty-catalogs.ts";
import { createMemoryCatalogSpace, type MemoryCatalogSpace, memoryCatalog } from "../src/memory-catalog.ts";
import { failingCases, type SuiteCase } from "../src/suite-case.ts";

function casesOf(fault?: CatalogFault): SuiteCase[] {
  const spaces = new Map<string, MemoryCatalogSpace>();
  return catalogCases({
    leaseMs: 60,
    create(place) {
      const space = spaces.get(place) ?? createMemoryCatalogSpace();
      spaces.set(place, space);
      return fault === undefined ? memoryCatalog(space) : faultyCatalog(fault, space);
    },
    remove: (place) => void spaces.delete(place),
  });
}

describe("the catalog in memory keeps the whole contract", () => {
  for (const suiteCase of casesOf()) test(suiteCase.name, suiteCase.run);
});

describe("a catalog with a fault does not pass", () => {
  for (const [name, { fault, caughtBy }] of Object.entries(CATALOG_FAULTS)) {
    test(`one that ${name}`, async () => {
      const cases = casesOf(fault).filter((suiteCase) => caughtBy.test(suiteCase.name));
      expect(cases.length).toBeGreaterThan(0);
      expect(await failingCases(cases)).not.toEqual([]);
    });
  }
});
