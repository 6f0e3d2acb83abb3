import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { FolderSync } from "../src/folder-sync.ts";

test.skipIf(process.platform === "win32")(
  "who asks while a sync runs shares the next one, and nobody the running one",
  async () => {
    const folder = await mkdtemp(join(tmpdir(), "folder-sync-"));
    try {
      const folders = new FolderSync();
      const [first, second, third] = [folders.sync(folder), folders.sync(folder), folders.sync(folder)];
      expect(second).not.toBe(first);
      expect(third).toBe(second);
      const order: string[] = [];
      await Promise.all([first.then(() => order.push("first")), second.then(() => order.push("second"))]);
      expect(order).toEqual(["first", "second"]);
      // Nothing is left of them: the next begins at once.
      const fourth = folders.sync(folder);
      expect(fourth).not.toBe(third);
      await fourth;
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
);

test.skipIf(process.platform === "win32")(
  "a folder that cannot be synced fails those who asked, not those who ask later",
  async () => {
    const outer = await mkdtemp(join(tmpdir(), "folder-sync-"));
    try {
      const folders = new FolderSync();
      const missing = join(outer, "missing");
      const results = await Promise.allSettled([folders.sync(missing), folders.sync(missing)]);
      expect(results.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
      await folders.sync(outer);
    } finally {
      await rm(outer, { recursive: true, force: true });
    }
  },
);
