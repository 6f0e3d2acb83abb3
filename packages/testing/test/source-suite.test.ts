import { describe, expect, test } from "vitest";
import { expectError } from "../src/expect-error.ts";
import { faultySource, SOURCE_FAULTS, type SourceFault } from "../src/faulty-sources.ts";
import { memorySource } from "../src/memory-source.ts";
import { readListing, sourceCases } from "../src/source-suite.ts";
import { failingCases, type SuiteCase } from "../src/suite-case.ts";

function casesOf(fault: SourceFault = () => ({})): SuiteCase[] {
  return sourceCases({
    async create() {
      const memory = memorySource();
      return {
        source: faultySource(fault, memory),
        put: async (key, bytes) => memory.put(key, bytes),
        remove: async (key) => memory.delete(key),
        hide: async (key) => void memory.faults.hidden.add(key),
        vanish: async () => {
          memory.faults.missing = true;
        },
        breakListing: async () => {
          memory.faults.incompleteAfter = 3;
        },
        dispose: async () => undefined,
      };
    },
  });
}

describe("the source in memory keeps the whole contract", () => {
  for (const suiteCase of casesOf()) test(suiteCase.name, suiteCase.run);
});

describe("a source with a fault does not pass", () => {
  for (const [name, { fault, caughtBy }] of Object.entries(SOURCE_FAULTS)) {
    test(`one that ${name}`, { timeout: 30_000 }, async () => {
      const cases = casesOf(fault).filter((suiteCase) => caughtBy.test(suiteCase.name));
      expect(cases.length).toBeGreaterThan(0);
      expect(await failingCases(cases)).not.toEqual([]);
    });
  }
});

describe("faults of the source in memory", () => {
  test("an object that does not answer is listed as unavailable and cannot be opened", async () => {
    const source = memorySource({ objects: { a: "1", b: "2" } });
    source.faults.unavailable.add("b");
    const { objects } = await readListing(source);
    expect(objects.map(({ state }) => state)).toEqual([undefined, "unavailable"]);
    const error = await expectError(() => source.open(objects[1]!), "SOURCE_UNAVAILABLE");
    expect(error.retryable).toBe(true);
  });

  test("an object changes or vanishes between listing and opening, once", async () => {
    const source = memorySource({ objects: { a: "1", b: "2" } });
    source.faults.changing.add("a");
    source.faults.vanishing.add("b");
    const { objects } = await readListing(source);
    await expectError(() => source.open(objects[0]!), "SOURCE_CHANGED");
    await expectError(() => source.open(objects[1]!), "NOT_FOUND");
    const after = await readListing(source);
    expect(after.objects.map(({ key }) => key)).toEqual(["a"]);
    await source.open(after.objects[0]!);
    expect(source.opened).toEqual(["a"]);
  });

  test("a listing throws in its midst", async () => {
    const source = memorySource({ objects: { a: "1", b: "2" } });
    source.faults.throwsAfter = 1;
    await expectError(() => readListing(source), "SOURCE_UNAVAILABLE");
  });
});
