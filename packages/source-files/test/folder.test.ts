import { execFile } from "node:child_process";
import { readdirSync } from "node:fs";
import { chmod, mkdir, readFile, rename, rm, symlink, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expectError } from "@groundwork/testing";
import { readListing, sourceCases } from "@groundwork/testing/source-suite";
import { describe, expect, test } from "vitest";
import type { FileSource } from "../src/index.ts";
import { files, folder, type SkippedEntry } from "../src/index.ts";
import { scratchFolder } from "./scratch-folder.ts";

const run = promisify(execFile);

describe("a folder keeps the whole contract", () => {
  const cases = sourceCases({
    lacks: {
      hide: "the tests may run as root, who reads everything: see the test with another user below",
      breakListing: "no part of a disk can be made to fail here: see the test with another user below",
    },
    async create() {
      const scratch = await scratchFolder();
      return {
        source: folder(scratch.root, { debounceMs: 20 }),
        put: scratch.put,
        remove: (key) => rm(join(scratch.root, key)),
        vanish: () => rename(scratch.root, `${scratch.root}-away`),
        dispose: () => scratch[Symbol.asyncDispose](),
      };
    },
  });
  for (const suiteCase of cases) test(suiteCase.name, suiteCase.run);
});

const keysOf = async (source: FileSource): Promise<string[]> =>
  (await readListing(source)).objects.map(({ key }) => key);

describe("identity", () => {
  test("is the folder's name, not its place: a corpus that moves keeps keys, URIs and hints", async () => {
    await using scratch = await scratchFolder("policies");
    await scratch.put("travel/rules & limits.md");
    const before = folder(scratch.root);
    const listed = await readListing(before);
    expect(before.sourceId).toBe("files:policies");
    expect(listed.objects[0]?.uri).toBe("files:policies/travel/rules%20%26%20limits.md");
    const moved = join(scratch.root, "..", "elsewhere");
    await mkdir(moved);
    await rename(scratch.root, join(moved, "policies"));
    const after = folder(join(moved, "policies", "."));
    expect(after.sourceId).toBe(before.sourceId);
    expect(await readListing(after)).toEqual(listed);
  });

  test("can be named, and URIs can point elsewhere", async () => {
    await using scratch = await scratchFolder();
    await scratch.put("a b.md");
    const source = folder(scratch.root, { id: "hr", uriBase: "https://intranet.example/hr" });
    expect(source.sourceId).toBe("files:hr");
    expect((await readListing(source)).objects[0]?.uri).toBe("https://intranet.example/hr/a%20b.md");
    expect(() => folder("/")).toThrow(/id/);
    expect(() => folder(scratch.root, { id: " " })).toThrow(/id/);
  });

  test("the root's identity changes when another folder stands in its place", async () => {
    await using scratch = await scratchFolder();
    const source = folder(scratch.root);
    const before = await source.rootIdentity();
    expect(await source.rootIdentity()).toBe(before);
    await rename(scratch.root, `${scratch.root}-unmounted`);
    await expectError(() => source.rootIdentity(), "SOURCE_NOT_FOUND");
    await mkdir(scratch.root);
    expect(await source.rootIdentity()).not.toBe(before);
  });
});

describe("a folder that is not what it was", () => {
  test("empty where files are expected", async () => {
    await using scratch = await scratchFolder();
    await scratch.put(".hidden");
    await expectError(() => readListing(folder(scratch.root, { expectNonEmpty: true })), "SOURCE_NOT_FOUND");
    expect((await readListing(folder(scratch.root))).end).toEqual({ complete: true });
  });

  test("a file in its place", async () => {
    await using scratch = await scratchFolder();
    await scratch.put("file.md");
    await expectError(() => readListing(folder(join(scratch.root, "file.md"))), "SOURCE_NOT_FOUND");
  });

  test("replaced while it is listed: the listing is not complete", async () => {
    await using scratch = await scratchFolder();
    for (let index = 0; index < 10; index++) await scratch.put(`folder-${index}/a.md`);
    const source = folder(scratch.root);
    let end: unknown;
    let seen = 0;
    for await (const item of source.list()) {
      if ("end" in item) end = item.end;
      else if (++seen === 3) {
        await rename(scratch.root, `${scratch.root}-unmounted`);
        await mkdir(scratch.root);
      }
    }
    expect(seen).toBeLessThan(10);
    expect(end).toMatchObject({ complete: false, reason: expect.stringContaining("replaced") });
  });

  test("folders and files deleted while it is listed: the listing is complete without them", async () => {
    await using scratch = await scratchFolder();
    for (let index = 0; index < 10; index++) await scratch.put(`folder-${index}/a.md`);
    const keys: string[] = [];
    for await (const item of folder(scratch.root).list()) {
      if ("end" in item) expect(item.end).toEqual({ complete: true });
      else if (keys.push(item.object.key) === 1) await rm(join(scratch.root, "folder-7"), { recursive: true });
    }
    expect(keys).toHaveLength(9);
  });
});

describe("what is listed", () => {
  test("not: versions, dependencies, dotfiles, our own data, leftovers of editors, ignored patterns", async () => {
    await using scratch = await scratchFolder();
    for (const key of [
      ".git/config",
      ".env",
      "node_modules/a/index.js",
      "sub/node_modules/b.js",
      ".groundwork/catalog.sqlite",
      "sub/.DS_Store",
      "~$draft.docx",
      "Thumbs.db",
      "sub/desktop.ini",
      "a.log",
      "sub/b.log",
      "sub/keep.log",
      "drafts/a.md",
      "sub/drafts/a.md",
      "a.md",
    ]) {
      await scratch.put(key);
    }
    await scratch.put(".groundworkignore", "*.log\n/drafts/\n# a comment\n");
    await scratch.put("sub/.groundworkignore", "!keep.log\n");
    expect(await keysOf(folder(scratch.root))).toEqual(["a.md", "sub/drafts/a.md", "sub/keep.log"]);
    expect(await keysOf(folder(scratch.root, { ignore: ["sub/"] }))).toEqual(["a.md"]);
    expect(await keysOf(folder(scratch.root, { dotfiles: true }))).toEqual([
      ".env",
      "a.md",
      "sub/.DS_Store",
      "sub/drafts/a.md",
      "sub/keep.log",
    ]);
  });

  test("links are not followed by default, and nothing is opened through them", async () => {
    await using scratch = await scratchFolder();
    await using outside = await scratchFolder("outside");
    await outside.put("secret.md");
    await scratch.put("a.md");
    await symlink(outside.root, join(scratch.root, "out"));
    await symlink(join(outside.root, "secret.md"), join(scratch.root, "out.md"));
    const skipped: SkippedEntry[] = [];
    const source = folder(scratch.root, { onSkip: (entry) => skipped.push(entry) });
    expect(await keysOf(source)).toEqual(["a.md"]);
    expect(skipped).toEqual([
      { key: "out", reason: "link" },
      { key: "out.md", reason: "link" },
    ]);
    for (const key of ["out/secret.md", "out.md"]) {
      await expectError(() => source.open({ key, uri: key }), "PERMISSION_DENIED");
    }
  });

  test("links that are followed lead out, once, and never in circles", async () => {
    await using scratch = await scratchFolder();
    await using outside = await scratchFolder("outside");
    await outside.put("deep/b.md");
    await symlink(scratch.root, join(outside.root, "back"));
    await symlink(outside.root, join(outside.root, "deep", "self"));
    await scratch.put("sub/a.md");
    await symlink(outside.root, join(scratch.root, "out"));
    await symlink(outside.root, join(scratch.root, "again"));
    await symlink("/", join(scratch.root, "everything"));
    await symlink(scratch.root, join(scratch.root, "loop"));
    await symlink(join(scratch.root, "sub"), join(scratch.root, "inside"));
    await symlink(join(outside.root, "gone.md"), join(scratch.root, "gone.md"));
    const source = folder(scratch.root, { followSymlinks: true });
    const { objects, end } = await readListing(source);
    // Of two links to one place the first is followed; what a broken link led to may only be away for now.
    expect(objects.map(({ key, state }) => [key, state])).toEqual([
      ["again/deep/b.md", undefined],
      ["gone.md", "unavailable"],
      ["sub/a.md", undefined],
    ]);
    expect(end.complete).toBe(true);
    const linked = objects.find(({ key }) => key.endsWith("b.md"))!;
    expect(Buffer.from(await (await source.open(linked)).bytes()).toString()).toBe("deep/b.md");
  });

  test("names that are not UTF-8 or not NFC get keys that open them", async () => {
    await using scratch = await scratchFolder();
    await writeFile(
      Buffer.concat([Buffer.from(`${scratch.root}/caf`), Buffer.from([0xe9]), Buffer.from(".md")]),
      "latin",
    );
    await scratch.put("re\u0301sume\u0301/cafe\u0301.md", "decomposed");
    const source = folder(scratch.root);
    const { objects } = await readListing(source);
    expect(objects.map(({ key }) => key)).toEqual(["caf%E9.md", "r\u00E9sum\u00E9/caf\u00E9.md"]);
    const texts = await Promise.all(
      objects.map(async (object) => Buffer.from(await (await source.open(object)).bytes()).toString()),
    );
    expect(texts).toEqual(["latin", "decomposed"]);
    const { path } = await source.open(objects[1]!);
    expect(await readFile(path!, "utf8")).toBe("decomposed");
  });

  test("of two names that are one in NFC one is listed, and the other told", async () => {
    await using scratch = await scratchFolder();
    await scratch.put("caf\u00E9.md", "composed");
    await scratch.put("cafe\u0301.md", "decomposed");
    const skipped: SkippedEntry[] = [];
    const source = folder(scratch.root, { onSkip: (entry) => skipped.push(entry) });
    const { objects } = await readListing(source);
    expect(objects.map(({ key }) => key)).toEqual(["caf\u00E9.md"]);
    expect(Buffer.from(await (await source.open(objects[0]!)).bytes()).toString()).toBe("composed");
    expect(objects[0]?.size).toBe("composed".length);
    expect(skipped).toEqual([{ key: "caf\u00E9.md", reason: "name-clash" }]);
  });

  test("pipes and sockets are left out, and never opened", async () => {
    await using scratch = await scratchFolder();
    await run("mkfifo", [join(scratch.root, "pipe")]);
    const skipped: SkippedEntry[] = [];
    const source = folder(scratch.root, { onSkip: (entry) => skipped.push(entry) });
    expect(await keysOf(source)).toEqual([]);
    expect(skipped).toEqual([{ key: "pipe", reason: "special" }]);
    await expectError(() => source.open({ key: "pipe", uri: "pipe" }), "NOT_FOUND");
  });

  test("what another user may not read is hidden, and a folder that he may not read makes the listing incomplete", async (context) => {
    if (process.getuid?.() !== 0) context.skip("only root can run a process as another user");
    await using scratch = await scratchFolder();
    await chmod(join(scratch.root, ".."), 0o755);
    for (const key of ["a.md", "b.md", "c.md", "closed/d.md", "e.md"]) await scratch.put(key);
    await chmod(join(scratch.root, "b.md"), 0o000);
    await chmod(join(scratch.root, "closed"), 0o000);
    const script = fileURLToPath(new URL("./list-folder.ts", import.meta.url));
    const { stdout } = await run(process.execPath, ["--conditions=@groundwork/source", script, scratch.root]);
    expect(JSON.parse(stdout)).toEqual({
      objects: [
        ["a.md", "opened"],
        ["b.md", "hidden", "PERMISSION_DENIED"],
        ["c.md", "opened"],
        ["e.md", "opened"],
      ],
      end: { complete: false, reason: '1 folder(s) could not be read: "closed/" (EACCES).' },
    });
  });
});

describe("opening", () => {
  test("a file that changes while it is read is refused", async () => {
    await using scratch = await scratchFolder();
    await scratch.put("large.bin", new Uint8Array(400_000));
    const source = folder(scratch.root);
    const { objects } = await readListing(source);
    const content = await source.open(objects[0]!);
    await expectError(async () => {
      for await (const _ of content.stream())
        await writeFile(join(scratch.root, "large.bin"), new Uint8Array(400_000).fill(1));
    }, "SOURCE_CHANGED");
  });

  test("a file of the same length and an older time is another", async () => {
    await using scratch = await scratchFolder();
    await scratch.put("a.md", "one");
    const source = folder(scratch.root);
    const { objects } = await readListing(source);
    await scratch.put("a.md", "two");
    await utimes(join(scratch.root, "a.md"), 1_000_000, 1_000_000);
    await expectError(() => source.open(objects[0]!), "SOURCE_CHANGED");
  });

  test("a file changed a moment ago is read after its clock tick: a change that comes then shows in its time", async () => {
    await using scratch = await scratchFolder();
    for (let round = 0; round < 20; round++) {
      await scratch.put("a.md", "one");
      const source = folder(scratch.root);
      const { objects } = await readListing(source);
      const content = await source.open(objects[0]!);
      await scratch.put("a.md", "two");
      await expectError(() => content.bytes(), "SOURCE_CHANGED");
    }
  });
});

describe("several paths", () => {
  test("folders and files get keys by their names, and only the folders can lose documents", async () => {
    await using scratch = await scratchFolder();
    for (const key of ["b/x.md", "b.md", "a/y.md", "other/z.md"]) await scratch.put(key);
    const source = files([join(scratch.root, "b"), join(scratch.root, "b.md"), join(scratch.root, "a")]);
    const { objects, end } = await readListing(source);
    expect(objects.map(({ key }) => key)).toEqual(["a/y.md", "b.md", "b/x.md"]);
    expect(end).toEqual({ complete: true, scope: ["a/", "b/"] });
    expect(source.sourceId).toBe("files:local");
    for (const object of objects) {
      const text = Buffer.from(await (await source.open(object)).bytes()).toString();
      expect(text).toBe(object.key);
    }
    await expectError(() => source.open({ key: "other/z.md", uri: "" }), "NOT_FOUND");
  });

  test("a missing one is an error, two of one name are too", async () => {
    await using scratch = await scratchFolder();
    await scratch.put("a/x.md");
    await expectError(
      () => readListing(files([join(scratch.root, "a"), join(scratch.root, "absent.md")])),
      "SOURCE_NOT_FOUND",
    );
    expect(() => files([join(scratch.root, "a"), join(scratch.root, "b", "a")])).toThrow(/twice/);
    expect(() => files([])).toThrow(/at least one/);
    expect(await keysOf(files([join(scratch.root, "a", "x.md"), join(scratch.root, "a", "x.md")]))).toEqual(["x.md"]);
  });

  test("a watch of a file tells of that file", async () => {
    await using scratch = await scratchFolder();
    await scratch.put("a.md");
    await scratch.put("b.md");
    const source = files([join(scratch.root, "a.md")], { debounceMs: 20 });
    const change = source.watch!()[Symbol.asyncIterator]();
    const next = change.next();
    await new Promise((done) => setTimeout(done, 100));
    await scratch.put("b.md", "changed");
    await scratch.put("a.md", "changed");
    expect((await next).value).toEqual({ key: "a.md", change: "changed" });
    await source.close?.();
  });
});

test("a listing holds few handles, however many files there are", async (context) => {
  if (process.platform !== "linux") context.skip("open handles are counted in /proc");
  await using scratch = await scratchFolder();
  for (let index = 0; index < 40; index++) {
    await mkdir(join(scratch.root, `d${index}`));
    const names = Array.from({ length: 50 }, (_, file) => join(scratch.root, `d${index}`, `f${file}.md`));
    await Promise.all(names.map((name) => writeFile(name, "")));
  }
  const countHandles = (): number => readdirSync("/proc/self/fd").length;
  const before = countHandles();
  let most = before;
  let seen = 0;
  for await (const item of folder(scratch.root).list()) {
    if ("object" in item) seen++;
    most = Math.max(most, countHandles());
  }
  expect(seen).toBe(2_000);
  expect(most - before).toBeLessThan(10);
  expect(countHandles()).toBeLessThanOrEqual(before + 1);
});
