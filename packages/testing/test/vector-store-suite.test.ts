import { describe, test } from "vitest";
import { createMemoryVectorSpace, type MemoryVectorSpace, memoryVectorStore, vectorStoreCases } from "../src/index.ts";

describe("the store in memory keeps the whole contract", () => {
  const spaces = new Map<string, MemoryVectorSpace>();
  const spaceOf = (place: string): MemoryVectorSpace => {
    const space = spaces.get(place) ?? createMemoryVectorSpace();
    spaces.set(place, space);
    return space;
  };
  const cases = vectorStoreCases({
    create: (place) => memoryVectorStore(spaceOf(place)),
    remove: (place) => void spaces.delete(place),
  });
  for (const suiteCase of cases) test(suiteCase.name, suiteCase.run);
});
