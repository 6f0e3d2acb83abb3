import { describe, expect, test } from "vitest";
import { artifactStoreCases } from "../src/artifact-store-suite.ts";
import { ARTIFACT_STORE_FAULTS, type ArtifactStoreFault, faultyArtifactStore } from "../src/faulty-artifact-stores.ts";
import {
  createMemoryArtifactSpace,
  type MemoryArtifactSpace,
  memoryArtifactStore,
} from "../src/memory-artifact-store.ts";
import { failingCases, type SuiteCase } from "../src/suite-case.ts";

function casesOf(fault?: ArtifactStoreFault): SuiteCase[] {
  const spaces = new Map<string, MemoryArtifactSpace>();
  return artifactStoreCases({
    create(place) {
      const space = spaces.get(place) ?? createMemoryArtifactSpace();
      spaces.set(place, space);
      return fault === undefined ? memoryArtifactStore(space) : faultyArtifactStore(fault, space);
    },
    remove: (place) => void spaces.delete(place),
  });
}

describe("the artifact store in memory keeps the whole contract", () => {
  for (const suiteCase of casesOf()) test(suiteCase.name, suiteCase.run);
});

describe("an artifact store with a fault does not pass", () => {
  for (const [name, { fault, caughtBy }] of Object.entries(ARTIFACT_STORE_FAULTS)) {
    test(`one that ${name}`, async () => {
      const cases = casesOf(fault).filter((suiteCase) => caughtBy.test(suiteCase.name));
      expect(cases.length).toBeGreaterThan(0);
      expect(await failingCases(cases)).not.toEqual([]);
    });
  }
});
