import { mkdir, rename, rm, symlink } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expectError } from "@groundwork/testing";
import { expect, test } from "vitest";
import { folder } from "../src/index.ts";
import { scratchFolder } from "./scratch-folder.ts";

/** Collects what a watch tells while `work` runs and shortly after. */
async function changesDuring(root: string, work: () => Promise<void>): Promise<Record<string, string>> {
  const controller = new AbortController();
  const told: Record<string, string> = {};
  const watching = (async () => {
    for await (const { key, change } of folder(root, { debounceMs: 50 }).watch!({ signal: controller.signal }))
      told[key] = change;
  })();
  await sleep(150);
  await work();
  await sleep(600);
  controller.abort();
  await watching;
  return told;
}

test("what a listing leaves out is not told", async () => {
  await using scratch = await scratchFolder();
  await scratch.put(".groundworkignore", "*.log");
  await mkdir(join(scratch.root, "sub"));
  const told = await changesDuring(scratch.root, async () => {
    for (const key of ["a.log", ".hidden", "node_modules/x.js", "sub/b.log", "sub/c.md", ".git/HEAD"])
      await scratch.put(key);
    await symlink(scratch.root, join(scratch.root, "loop"));
  });
  expect(told).toEqual({ "sub/c.md": "changed" });
});

test("a folder that is moved in or away is told by its files, or by itself", async () => {
  await using scratch = await scratchFolder();
  await using outside = await scratchFolder("outside");
  await outside.put("new/deep/a.md");
  await outside.put("new/b.md");
  await scratch.put("old/c.md");
  const told = await changesDuring(scratch.root, async () => {
    await rename(join(outside.root, "new"), join(scratch.root, "new"));
    await rename(join(scratch.root, "old"), join(outside.root, "old"));
  });
  expect(told).toMatchObject({ "new/deep/a.md": "changed", "new/b.md": "changed", old: "deleted" });
});

test("a sidecar that changes is a change of its file", async () => {
  await using scratch = await scratchFolder();
  await scratch.put("a.md");
  const told = await changesDuring(scratch.root, () => scratch.put("a.md.metadata.json", "{}"));
  expect(told).toEqual({ "a.md": "changed" });
});

test("many writes of one file are told once it rests", async () => {
  await using scratch = await scratchFolder();
  await scratch.put("a.md");
  const controller = new AbortController();
  let times = 0;
  const watching = (async () => {
    for await (const _ of folder(scratch.root, { debounceMs: 200 }).watch!({ signal: controller.signal })) times++;
  })();
  await sleep(150);
  for (let round = 0; round < 20; round++) {
    await scratch.put("a.md", String(round));
    await sleep(10);
  }
  await sleep(600);
  controller.abort();
  await watching;
  expect(times).toBe(1);
});

test("a watch of a folder that is not there is an error", async () => {
  await using scratch = await scratchFolder();
  await rm(scratch.root, { recursive: true });
  await expectError(async () => {
    for await (const _ of folder(scratch.root).watch!()) break;
  }, "SOURCE_NOT_FOUND");
});
