import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expectError } from "@groundwork/testing";
import { randomNumbers } from "@groundwork/testing/vector-store-fixtures";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { WordIndex } from "../src/index.ts";

let folder: string;
let path: string;
let words: WordIndex;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "groundwork-words-"));
  path = join(folder, "words.sqlite");
  words = await WordIndex.open({ path });
});
afterEach(() => {
  words.close();
  rmSync(folder, { recursive: true, force: true });
});

async function write(texts: Readonly<Record<string, string>>, removed: readonly string[] = []): Promise<void> {
  const entries = Object.entries(texts).map(([key, text]) => ({ key, text }));
  await words.confirm(await words.write(entries, removed));
}

/** Scores by key. */
async function scores(query: string, index: WordIndex = words): Promise<Record<string, number>> {
  const ranking = await index.rank(query);
  const best = ranking.best(1_000_000);
  const keys = await index.keysOf(best.map(({ number }) => number));
  return Object.fromEntries(best.map(({ number, score }) => [keys.get(number)!, score]));
}

/** Okapi BM25 by its formula. */
function bm25(texts: Readonly<Record<string, readonly string[]>>, query: readonly string[]): Record<string, number> {
  const all = Object.entries(texts);
  const average = all.reduce((sum, [, terms]) => sum + terms.length, 0) / all.length;
  const result: Record<string, number> = {};
  for (const [key, terms] of all)
    for (const term of query) {
      const count = terms.filter((other) => other === term).length;
      if (count === 0) continue;
      const texts = all.filter(([, others]) => others.includes(term)).length;
      const rarity = Math.log(1 + (all.length - texts + 0.5) / (texts + 0.5));
      const length = 1 - 0.75 + (0.75 * terms.length) / average;
      result[key] = (result[key] ?? 0) + (rarity * count * 2.2) / (count + 1.2 * length);
    }
  return result;
}

function expectClose(found: Record<string, number>, expected: Record<string, number>): void {
  expect(Object.keys(found).sort()).toEqual(Object.keys(expected).sort());
  for (const [key, score] of Object.entries(expected)) expect(found[key], key).toBeCloseTo(score, 10);
}

describe("scores", () => {
  test("are those of BM25 over what is in the index now, whatever came and went, merged or not", async () => {
    const random = randomNumbers(7);
    const below = (most: number): number => Math.floor(random() * most);
    const live: Record<string, string[]> = {};
    for (let round = 0; round < 12; round++) {
      const changed: Record<string, string> = {};
      for (let count = 0; count < 40; count++) {
        const key = `key ${below(200)}`;
        const terms = Array.from({ length: 1 + below(60) }, () => `term${Math.floor(below(30) * random())}`);
        changed[key] = terms.join(" ");
        live[key] = terms;
      }
      const removed = Object.keys(live).filter((key) => changed[key] === undefined && random() < 0.1);
      for (const key of removed) delete live[key];
      await write(changed, removed);
      if (round % 4 === 1) await words.maintain();
      if (round % 4 === 3) await words.purge();
      expect(await words.count()).toBe(Object.keys(live).length);
      for (const query of [["term1"], ["term0", "term7", "term29"], ["absent", "term2"]])
        expectClose(await scores(query.join(" ")), bm25(live, query));
    }
  });

  test("count every occurrence", async () => {
    const often = { once: ["hotel"], many: Array.from({ length: 300 }, () => "hotel"), other: ["train"] };
    await write(Object.fromEntries(Object.entries(often).map(([key, terms]) => [key, terms.join(" ")])));
    expectClose(await scores("hotel"), bm25(often, ["hotel"]));
  });

  test("of words in any form, of a query that repeats a word, in any order", async () => {
    await write({ a: "The managers approve travelling", b: "Größe und Café", c: "approval of a manager" });
    expect(Object.keys(await scores("MANAGER approves"))).toEqual(expect.arrayContaining(["a", "c"]));
    expect(await scores("manager manager approve")).toEqual(await scores("approve manager"));
    expect(Object.keys(await scores("cafe"))).toEqual(["b"]);
    expect(await scores("the of and ?!")).toEqual({});
    await write({ d: "What we do here" });
    expect(await scores("what does the manager do?")).toEqual(await scores("manager"));
    expect(Object.keys(await scores("what do we?")), "a question of such words alone keeps them").toEqual(["d"]);
  });

  test("the best are given with all that tie with the last of them", async () => {
    await write({ best: "hotel hotel", x: "hotel room", y: "hotel room", z: "hotel room", none: "train" });
    const ranking = await words.rank("hotel");
    expect(ranking.size).toBe(4);
    expect(ranking.best(1)).toHaveLength(1);
    expect(ranking.best(2)).toHaveLength(4);
    const numbers = await words.numbersOf(["best", "none", "absent"]);
    expect(numbers.has("absent")).toBe(false);
    expect(ranking.scoreOf(numbers.get("none")!)).toBe(0);
    expect(ranking.scoreOf(numbers.get("best")!)).toBe(ranking.best(1)[0]!.score);
  });
});

test("a purge leaves no key and no word of removed texts in any file", async () => {
  const random = randomNumbers(3);
  const word = (): string => Array.from({ length: 12 }, () => "bcdfghjkmnpqrtvwxz"[Math.floor(random() * 18)]).join("");
  const texts = Array.from({ length: 400 }, (_, index) => ({ key: `${word()}k${index}`, text: `${word()}q hotel` }));
  await words.confirm(await words.write(texts, []));
  await words.maintain();
  const gone = texts.filter((_text, index) => index % 7 === 0);
  await words.remove(gone.slice(0, 20).map(({ key }) => key));
  await words.confirm(
    await words.write(
      [{ key: texts[1]!.key, text: "replaced" }],
      gone.slice(20).map(({ key }) => key),
    ),
  );
  const files = () => readdirSync(folder).map((name) => readFileSync(join(folder, name), "latin1"));
  const left = () => {
    const all = files();
    return gone.filter(({ key, text }) => all.some((file) => file.includes(key) || file.includes(text.slice(3, 12))));
  };
  expect(left().length, "a removal alone leaves some").toBeGreaterThan(0);
  await words.purge();
  expect(left()).toEqual([]);
  expect(files().some((file) => file.includes(texts[1]!.text.slice(3, 12)))).toBe(false);
  expect(Object.keys(await scores("hotel"))).toHaveLength(400 - gone.length - 1);
});

test("another handle sees what was committed, and both may write", async () => {
  const other = await WordIndex.open({ path });
  try {
    await write({ a: "hotel" });
    expect(Object.keys(await scores("hotel", other))).toEqual(["a"]);
    await other.confirm(await other.write([{ key: "b", text: "hotel hotel" }], []));
    expect(Object.keys(await scores("hotel")).sort()).toEqual(["a", "b"]);
    await Promise.all(
      [words, other].map(async (index, who) => {
        for (let round = 0; round < 20; round++)
          await index.confirm(await index.write([{ key: `${who} ${round}`, text: "train" }], []));
      }),
    );
    expect(Object.keys(await scores("train"))).toHaveLength(40);
  } finally {
    other.close();
  }
});

test("many small writes with maintenance after each stay few pieces", async () => {
  for (let round = 0; round < 120; round++) {
    await write({ [`key ${round}`]: `hotel number ${round}` });
    await words.maintain();
  }
  expect(Object.keys(await scores("hotel"))).toHaveLength(120);
  words.close();
  const { DatabaseSync } = process.getBuiltinModule("node:sqlite");
  const database = new DatabaseSync(path);
  // One row of the index's own page table for each page of each piece.
  expect(Number(database.prepare("SELECT count(DISTINCT segid) AS n FROM words_idx").get()!.n)).toBeLessThan(20);
  database.close();
  words = await WordIndex.open({ path });
});

test("keys are listed in pages", async () => {
  await words.write(
    Array.from({ length: 5_000 }, (_, index) => ({ key: `key ${index}`, text: "hotel" })),
    [],
  );
  let count = 0;
  for await (const page of words.keys()) count += page.length;
  expect(count).toBe(5_000);
});

test("a batch of a living process is its own; of a dead one it is abandoned until it is confirmed", async () => {
  const batch = await words.write([{ key: "a", text: "hotel" }], []);
  expect(await words.abandoned()).toEqual([]);
  expect(await words.isWriting()).toBe(true);
  const { DatabaseSync } = process.getBuiltinModule("node:sqlite");
  const database = new DatabaseSync(path);
  database.exec("UPDATE batches SET instance = 'another', process = 4194305");
  database.close();
  expect(await words.abandoned()).toEqual([{ batch, keys: ["a"] }]);
  await words.confirm(batch);
  expect([await words.abandoned(), await words.isWriting()]).toEqual([[], false]);
});

test("failures are typed", async () => {
  words.close();
  await expectError(async () => words.rank("hotel"), "INVALID_ARGUMENT");
  const broken = join(folder, "broken.sqlite");
  writeFileSync(broken, "not a database at all, but long enough to be read as one".repeat(100));
  const error = await expectError(() => WordIndex.open({ path: broken }), "STORE_CORRUPT");
  expect(error.message).toContain("Remove it");
  words = await WordIndex.open({ path });
  await expectError(() => words.write([{ key: "a", text: "b" }], [], { signal: AbortSignal.abort() }), "ABORTED");
  expect(await words.count()).toBe(0);
});
