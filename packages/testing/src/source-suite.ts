import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import type { CallOptions, ListingEnd, Source, SourceObject } from "@groundwork/contracts";
import { expectError } from "./expect-error.ts";
import type { SuiteCase } from "./suite-case.ts";

/** A source and the hand that changes what is in it. */
export interface SourceFixture {
  readonly source: Source;
  put(key: string, bytes: Uint8Array): Promise<void>;
  remove(key: string): Promise<void>;
  /** Takes the whole source away, as a disk that is not mounted or a bucket that is deleted. */
  vanish(): Promise<void>;
  /** Makes the source refuse one object (403). */
  readonly hide?: (key: string) => Promise<void>;
  /** Makes the next listing break off in its midst. */
  readonly breakListing?: () => Promise<void>;
  /** Frees everything. */
  dispose(): Promise<void>;
}

export interface SourceSuiteOptions {
  /** A new, empty source. */
  readonly create: () => Promise<SourceFixture>;
  /** Whether keys come in ascending code-unit order. @default true */
  readonly ordered?: boolean;
  /** What cannot be arranged with this source, and why: the cases that need it are left out. */
  readonly lacks?: Readonly<Partial<Record<"hide" | "breakListing" | "watch", string>>>;
}

const KEYS: readonly string[] = [
  "A.md",
  "a b/c d.md",
  "a-b/x.md",
  "a.md",
  "a/b.md",
  "a/b/c.md",
  "a/z.md",
  "a0.md",
  "caf\u00E9.md",
  "deep/er/and/deeper/still.md",
  "percent%20.md",
  "question?.md",
  "\u4E00.md",
  "\u{1F600}.md",
  "\uFF21.md",
].sort((a, b) => (a < b ? -1 : 1));

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

/** A listing: its objects, and its end, after which nothing may come. */
export async function readListing(
  source: Source,
  options?: CallOptions,
): Promise<{ readonly objects: SourceObject[]; readonly end: ListingEnd }> {
  const objects: SourceObject[] = [];
  let end: ListingEnd | undefined;
  for await (const item of source.list(options)) {
    assert.equal(end, undefined, "an item came after the end");
    if ("end" in item) end = item.end;
    else objects.push(item.object);
  }
  if (end === undefined) throw new Error("expected the listing to finish with one end item, found none");
  return { objects, end };
}

async function collectBytes(pieces: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const collected: Uint8Array[] = [];
  for await (const piece of pieces) {
    assert.ok(piece.length <= 256 * 1024, `a piece has ${piece.length} bytes`);
    collected.push(piece.slice());
  }
  return new Uint8Array(Buffer.concat(collected));
}

/** The contract of `Source` as named cases: `for (const c of sourceCases(options)) test(c.name, c.run)`. */
export function sourceCases(options: SourceSuiteOptions): SuiteCase[] {
  const sourceCase = (name: string, check: (fixture: SourceFixture) => Promise<void>): SuiteCase => ({
    name: `source: ${name}`,
    async run() {
      const fixture = await options.create();
      try {
        await check(fixture);
      } finally {
        await fixture.source.close?.();
        await fixture.dispose();
      }
    },
  });
  const only = async ({ source }: SourceFixture, key: string): Promise<SourceObject> => {
    const object = (await readListing(source)).objects.find((listed) => listed.key === key);
    if (object === undefined) throw new Error(`expected "${key}" to be listed`);
    return object;
  };
  const cases: SuiteCase[] = [
    sourceCase("an empty source lists nothing, completely", async ({ source }) => {
      assert.deepEqual(await readListing(source), { objects: [], end: { complete: true } });
    }),
    sourceCase("every key comes once, and the end comes last", async ({ source, put }) => {
      for (const key of KEYS) await put(key, bytesOf(key));
      const { objects, end } = await readListing(source);
      const keys = objects.map(({ key }) => key);
      assert.deepEqual(options.ordered === false ? keys.sort() : keys, [...KEYS]);
      assert.equal(end.complete, true);
      assert.equal(new Set(objects.map(({ uri }) => uri)).size, KEYS.length, "two objects have one URI");
      for (const { key, uri } of objects) assert.ok(!key.startsWith("/") && uri !== "", `key ${key}`);
    }),
    sourceCase("keys are in Unicode NFC, and open what they name", async (fixture) => {
      await fixture.put("re\u0301sume\u0301.md", bytesOf("decomposed"));
      const object = await only(fixture, "r\u00E9sum\u00E9.md");
      assert.deepEqual(await (await fixture.source.open(object)).bytes(), bytesOf("decomposed"));
    }),
    sourceCase("two listings of the same are the same", async ({ source, put }) => {
      for (const key of KEYS) await put(key, bytesOf(key));
      assert.deepEqual(await readListing(source), await readListing(source));
    }),
    sourceCase("open gives the bytes, whole and in pieces, as often as asked", async (fixture) => {
      const large = new Uint8Array(1_000_003).map((_, index) => (index * 17) % 251);
      for (const [key, bytes] of [
        ["large.bin", large],
        ["empty.bin", new Uint8Array()],
        ["a/b/small.md", bytesOf("small")],
      ] as const) {
        await fixture.put(key, bytes);
        const object = await only(fixture, key);
        if (object.size !== undefined) assert.equal(object.size, bytes.length);
        const content = await fixture.source.open(object);
        assert.equal(content.size, bytes.length);
        for (let round = 0; round < 2; round++) {
          assert.ok(Buffer.compare(await content.bytes(), bytes) === 0, `${key}: bytes() differ`);
          assert.ok(Buffer.compare(await collectBytes(content.stream()), bytes) === 0, `${key}: stream() differs`);
        }
        for await (const _ of content.stream()) break;
      }
    }),
    sourceCase("the hint stays while the bytes do, and changes with them", async (fixture) => {
      await fixture.put("a.md", bytesOf("one"));
      await fixture.put("b.md", bytesOf("two"));
      const before = await only(fixture, "a.md");
      const other = await only(fixture, "b.md");
      await sleep(30);
      await fixture.put("a.md", bytesOf("ONE"));
      const after = await only(fixture, "a.md");
      assert.deepEqual(await only(fixture, "b.md"), other);
      if (before.hint !== undefined) assert.notEqual(after.hint, before.hint);
      assert.deepEqual(await (await fixture.source.open(after)).bytes(), bytesOf("ONE"));
    }),
    sourceCase("bytes that changed since the listing are refused as retryable", async (fixture) => {
      await fixture.put("a.md", bytesOf("first"));
      const object = await only(fixture, "a.md");
      await sleep(30);
      await fixture.put("a.md", bytesOf("later"));
      const error = await expectError(async () => (await fixture.source.open(object)).bytes(), "SOURCE_CHANGED");
      assert.equal(error.retryable, true);
    }),
    sourceCase("bytes that change after opening are not given as those of the listing", async (fixture) => {
      await fixture.put("a.md", bytesOf("first"));
      const content = await fixture.source.open(await only(fixture, "a.md"));
      await sleep(30);
      await fixture.put("a.md", bytesOf("a longer second text"));
      const read = await content.bytes().catch(() => undefined);
      if (read === undefined) await expectError(() => content.bytes(), "SOURCE_CHANGED", "NOT_FOUND");
      else assert.deepEqual(read, bytesOf("first"));
    }),
    sourceCase("an object that is gone is not found, and no longer listed", async (fixture) => {
      await fixture.put("a.md", bytesOf("x"));
      await fixture.put("b.md", bytesOf("x"));
      const object = await only(fixture, "a.md");
      await fixture.remove("a.md");
      await expectError(() => fixture.source.open(object), "NOT_FOUND");
      const { objects, end } = await readListing(fixture.source);
      assert.deepEqual(
        objects.map(({ key }) => key),
        ["b.md"],
      );
      assert.equal(end.complete, true);
    }),
    sourceCase("a key that leads outside opens nothing", async ({ source, put }) => {
      await put("a/b.md", bytesOf("x"));
      for (const key of [
        "../a/b.md",
        "a/../../secret",
        "/etc/hostname",
        "a/../a/b.md",
        "",
        ".",
        "a//b.md",
        "a/b.md\0",
      ]) {
        await expectError(
          async () => (await source.open({ key, uri: key })).bytes(),
          "INVALID_ARGUMENT",
          "NOT_FOUND",
          "PERMISSION_DENIED",
        );
      }
    }),
    sourceCase("a source that is not there is an error, never an empty listing", async ({ source, put, vanish }) => {
      await put("a.md", bytesOf("x"));
      await readListing(source);
      await vanish();
      await expectError(() => readListing(source), "SOURCE_NOT_FOUND");
    }),
    sourceCase("leaving a listing frees it, and listings run side by side", async ({ source, put }) => {
      for (const key of KEYS) await put(key, bytesOf(key));
      for (let round = 0; round < 30; round++) for await (const _ of source.list()) break;
      const [first, second] = await Promise.all([readListing(source), readListing(source)]);
      assert.deepEqual(first, second);
    }),
    sourceCase("an abort ends a listing, an opening and a reading", async (fixture) => {
      for (const key of KEYS) await fixture.put(key, new Uint8Array(200_000));
      const signal = AbortSignal.abort();
      await expectError(() => readListing(fixture.source, { signal }), "ABORTED");
      const object = await only(fixture, KEYS[0]!);
      await expectError(() => fixture.source.open(object, { signal }), "ABORTED");
      const content = await fixture.source.open(object);
      await expectError(() => content.bytes({ signal }), "ABORTED");
      await expectError(() => collectBytes(content.stream({ signal })), "ABORTED");
      const controller = new AbortController();
      await expectError(async () => {
        let seen = 0;
        for await (const _ of fixture.source.list({ signal: controller.signal })) {
          if (++seen === 2) controller.abort();
          assert.ok(seen <= 2, "the listing went on after the abort");
        }
      }, "ABORTED");
    }),
  ];
  const optional: Readonly<Record<keyof NonNullable<SourceSuiteOptions["lacks"]>, SuiteCase>> = {
    hide: sourceCase("an object that is refused is listed as hidden, and the rest goes on", async (fixture) => {
      if (fixture.hide === undefined) throw new Error("expected the fixture to have `hide`, or `lacks` to say why not");
      for (const key of ["a.md", "b.md", "c.md"]) await fixture.put(key, bytesOf(key));
      await fixture.hide("b.md");
      const { objects, end } = await readListing(fixture.source);
      assert.deepEqual(
        objects.map(({ key, state = "readable" }) => [key, state]),
        [
          ["a.md", "readable"],
          ["b.md", "hidden"],
          ["c.md", "readable"],
        ],
      );
      assert.equal(end.complete, true);
      await expectError(async () => (await fixture.source.open(objects[1]!)).bytes(), "PERMISSION_DENIED");
    }),
    breakListing: sourceCase("a listing that breaks off never says that it is complete", async (fixture) => {
      if (fixture.breakListing === undefined)
        throw new Error("expected the fixture to have `breakListing`, or `lacks` to say why not");
      for (const key of KEYS) await fixture.put(key, bytesOf(key));
      await fixture.breakListing();
      const listing = await readListing(fixture.source).catch(() => undefined);
      if (listing === undefined) {
        await expectError(
          () => readListing(fixture.source),
          "SOURCE_UNAVAILABLE",
          "SOURCE_INCOMPLETE",
          "SOURCE_NOT_FOUND",
          "PERMISSION_DENIED",
        );
      } else {
        assert.equal(listing.end.complete, false);
        assert.ok((listing.end.reason ?? "") !== "", "it does not say why");
      }
    }),
    watch: sourceCase(
      "a watch tells what changes and what is deleted, and ends with its signal",
      async ({ source, put, remove }) => {
        if (source.watch === undefined)
          throw new Error("expected the source to have `watch`, or `lacks` to say why not");
        await put("a.md", bytesOf("x"));
        await put("b.md", bytesOf("x"));
        const controller = new AbortController();
        const told = new Map<string, string>();
        const watching = (async () => {
          for await (const { key, change } of source.watch!({ signal: controller.signal })) {
            told.set(key, change);
            if (told.get("b.md") === "deleted" && told.get("a.md") === "changed" && told.has("new/c.md"))
              controller.abort();
          }
        })();
        await sleep(200);
        await put("a.md", bytesOf("changed"));
        await put("new/c.md", bytesOf("new"));
        await remove("b.md");
        const late = setTimeout(() => controller.abort(), 5_000);
        await watching;
        clearTimeout(late);
        assert.deepEqual([told.get("a.md"), told.get("b.md"), told.get("new/c.md")], ["changed", "deleted", "changed"]);
      },
    ),
  };
  for (const need of ["hide", "breakListing", "watch"] as const) {
    if (options.lacks?.[need] === undefined) cases.push(optional[need]);
  }
  return cases;
}
