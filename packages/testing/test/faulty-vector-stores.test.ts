import { expect, test } from "vitest";
import {
  createMemoryVectorSpace,
  failingCases,
  faultyVectorStore,
  type MemoryVectorSpace,
  VECTOR_STORE_FAULTS,
  vectorStoreCases,
} from "../src/index.ts";

/** The first case of the suite that a store with the fault fails. */
async function firstFailure(fault: (typeof VECTOR_STORE_FAULTS)[string]): Promise<string | undefined> {
  const spaces = new Map<string, MemoryVectorSpace>();
  const cases = vectorStoreCases({
    create(place) {
      const space = spaces.get(place) ?? createMemoryVectorSpace();
      spaces.set(place, space);
      return faultyVectorStore(fault, space);
    },
    remove: (place) => void spaces.delete(place),
    mostRows: 1_100,
  });
  for (const suiteCase of cases) {
    const [failed] = await failingCases([suiteCase]);
    if (failed !== undefined) return failed;
  }
  return undefined;
}

for (const [name, fault] of Object.entries(VECTOR_STORE_FAULTS))
  test(`a store that ${name} does not pass`, async () => {
    expect(await firstFailure(fault)).toBeTypeOf("string");
  });

test("a store without a fault passes", async () => {
  expect(await firstFailure(() => ({}))).toBeUndefined();
});
