import { describe, expect, test } from "vitest";
import {
  type ArrivedDocument,
  findNearDuplicateFloods,
  findOutlyingSources,
  type NearDuplicateFlood,
  type OutlyingSource,
  type WatchedDocument,
} from "../src/index.ts";

/** Numbers that look random and are the same in every run. */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

const random = randomNumbers(7);
const pick = (from: number, count: number, prefix: string): string =>
  Array.from({ length: count }, () => `${prefix}${from + Math.floor(random() * 400)}`).join(" ");

function copies(count: number, sourceOf: (index: number) => string): WatchedDocument[] {
  const words = pick(0, 200, "w").split(" ");
  return Array.from({ length: count }, (_, index) => {
    // Four words differ from copy to copy.
    const own = words.map((word, at) => (at % 50 === 49 ? `x${index}y${at}` : word));
    return { documentId: `copy${index}`, sourceId: sourceOf(index), text: own.join(" ") };
  });
}

const different = (count: number): WatchedDocument[] =>
  Array.from({ length: count }, (_, index) => ({
    documentId: `doc${index}`,
    sourceId: "handbook",
    text: pick(1_000 * index, 200, "d"),
  }));

async function all<T>(stream: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const each of stream) found.push(each);
  return found;
}

describe("floods of near duplicates", () => {
  test("changed copies among other documents are one flood, told at its size and when it doubles", async () => {
    const flood = copies(45, (index) => `site${index % 2}`);
    const mixed = different(300).flatMap((document, index) => [document, ...(flood[index] ? [flood[index]] : [])]);
    const found = await all<NearDuplicateFlood>(findNearDuplicateFloods(mixed, { floodSize: 20 }));
    expect(found.map(({ documents }) => documents)).toEqual([20, 40]);
    expect(found[0]).toMatchObject({ firstDocumentId: "copy0", sourceIds: ["site0", "site1"] });
  });

  test("different documents are no flood", async () => {
    expect(await all(findNearDuplicateFloods(different(300), { floodSize: 2 }))).toEqual([]);
  });

  test("memory is bounded: what was forgotten is not compared", async () => {
    const flood = copies(3, () => "site");
    const between = different(50);
    const stream = [flood[0]!, ...between, flood[1]!, flood[2]!];
    const remembered = await all(findNearDuplicateFloods(stream, { floodSize: 3 }));
    const forgotten = await all(findNearDuplicateFloods(stream, { floodSize: 3, mostRemembered: 10 }));
    expect([remembered.length, forgotten.length]).toEqual([1, 0]);
  });

  test("options out of range and an abort", async () => {
    await expect(all(findNearDuplicateFloods([], { similarity: 0.2 }))).rejects.toMatchObject({
      code: "INVALID_ARGUMENT",
    });
    await expect(all(findNearDuplicateFloods(different(2), { signal: AbortSignal.abort() }))).rejects.toMatchObject({
      code: "ABORTED",
    });
  });
});

const DAY = 86_400_000;

function arrivals(sourceId: string, perDay: readonly number[], textOf: () => string): ArrivedDocument[] {
  return perDay.flatMap((count, day) =>
    Array.from({ length: count }, (_, index) => ({
      documentId: `${sourceId}-${day}-${index}`,
      sourceId,
      text: textOf(),
      arrivedAt: day * DAY + index,
    })),
  );
}

const inOrder = (documents: readonly ArrivedDocument[]): ArrivedDocument[] =>
  documents.toSorted((a, b) => a.arrivedAt - b.arrivedAt);

describe("outlying sources", () => {
  const about = (): string => pick(0, 80, "topic");
  const other = (): string => pick(90_000, 80, "casino");

  test("a source that brings many times its usual", async () => {
    const stream = inOrder([
      ...arrivals("wiki", [10, 12, 9, 11, 10, 200], about),
      ...arrivals("mail", [30, 28, 33, 30, 31, 60], about),
    ]);
    const found = await all<OutlyingSource>(findOutlyingSources(stream));
    expect(found.filter(({ kind }) => kind === "volume").map(({ sourceId }) => sourceId)).toEqual(["wiki"]);
    expect(found[0]!.value / found[0]!.usual).toBeGreaterThan(10);
  });

  test("a source whose documents are far from all others", async () => {
    const stream = inOrder([
      ...arrivals("wiki", [20, 20, 20], about),
      ...arrivals("mail", [20, 20, 20], about),
      ...arrivals("drop", [0, 10, 15], other),
    ]);
    const found = await all<OutlyingSource>(findOutlyingSources(stream));
    expect(found).toMatchObject([{ sourceId: "drop", kind: "distance" }]);
    expect(found[0]!.value).toBeLessThan(found[0]!.usual);
  });

  test("vectors of an embedder instead of words", async () => {
    const vector = (angle: number): number[] => [Math.cos(angle), Math.sin(angle)];
    const near = (): ArrivedDocument => ({
      documentId: "d",
      sourceId: random() < 0.5 ? "a" : "b",
      text: "",
      arrivedAt: 0,
      vector: vector(random() * 0.2),
    });
    const far = Array.from({ length: 25 }, () => ({ ...near(), sourceId: "far", vector: vector(2 + random() * 0.2) }));
    const found = await all(findOutlyingSources([...Array.from({ length: 200 }, near), ...far]));
    expect(found).toMatchObject([{ sourceId: "far", kind: "distance" }]);
    const mixed = [near(), { ...near(), vector: [1, 0, 0] }];
    await expect(all(findOutlyingSources(mixed))).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
  });

  test("sources alike are not told", async () => {
    const stream = inOrder(["a", "b", "c"].flatMap((id) => arrivals(id, [40, 42, 44, 60, 80], about)));
    expect(await all(findOutlyingSources(stream))).toEqual([]);
  });
});
