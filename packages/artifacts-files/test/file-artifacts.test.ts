import { spawn } from "node:child_process";
import { once } from "node:events";
import { rmSync } from "node:fs";
import { mkdir, mkdtemp, readdir, rm, stat, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expectError } from "@groundwork/testing";
import { artifactStoreCases } from "@groundwork/testing/artifact-store-suite";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { fileArtifacts } from "../src/index.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "groundwork-artifacts-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe("artifacts in a folder keep the whole contract", () => {
  for (const durable of [true, false]) {
    describe(durable ? "durable" : "not durable", () => {
      const cases = artifactStoreCases({
        create: (place) => fileArtifacts({ root: join(folder, place, "artifacts"), durable }),
        remove: (place) => rmSync(join(folder, place), { recursive: true, force: true }),
      });
      for (const suiteCase of cases) test(suiteCase.name, suiteCase.run);
    });
  }
});

describe("the folder", () => {
  test("reading does not make it, the first put does", async () => {
    const root = join(folder, "lazy");
    const store = fileArtifacts({ root });
    expect(await store.get("a")).toBeUndefined();
    expect(await store.deletePrefix("a")).toBe(0);
    await expect(stat(root)).rejects.toThrow();
    await store.put("a", new Uint8Array([1]));
    expect((await stat(root)).isDirectory()).toBe(true);
  });

  test("leftovers of crashed puts are cleared, those of a running put are not, and none is a key", async () => {
    const root = join(folder, "leftovers");
    const drafts = join(root, "~drafts");
    await mkdir(drafts, { recursive: true });
    await writeFile(join(drafts, "old"), "half");
    await writeFile(join(drafts, "new"), "half");
    const twoHoursAgo = Date.now() / 1000 - 7_200;
    await utimes(join(drafts, "old"), twoHoursAgo, twoHoursAgo);
    const store = fileArtifacts({ root });
    await store.put("key", new Uint8Array([1]));
    expect(await readdir(drafts)).toEqual(["new"]);
    const keys: string[] = [];
    for await (const key of store.list("")) keys.push(key);
    expect(keys).toEqual(["key"]);
  });

  test("a process that is killed while it puts leaves whole artefacts", async () => {
    const root = join(folder, "killed");
    const script = fileURLToPath(new URL("./put-forever.ts", import.meta.url));
    for (let round = 0; round < 4; round++) {
      const child = spawn(process.execPath, ["--conditions=@groundwork/source", script, root], {
        stdio: ["ignore", "pipe", "inherit"],
      });
      await once(child.stdout!, "data");
      await new Promise((done) => setTimeout(done, Math.random() * 60));
      child.kill("SIGKILL");
      await once(child, "exit");
      const store = fileArtifacts({ root });
      const keys: string[] = [];
      for await (const key of store.list("")) {
        keys.push(key);
        const bytes = await store.get(key);
        expect(bytes).toHaveLength(2_000_000);
        expect(bytes!.every((byte) => byte === bytes![0])).toBe(true);
      }
      expect(keys).toEqual(["a/1", "a/2", "a/3", "a/4"]);
    }
  });

  test("an aborted or failed put leaves no draft and no key", async () => {
    const root = join(folder, "failed");
    const store = fileArtifacts({ root });
    await store.put("a/b", new Uint8Array([1]));
    await expectError(() => store.put("a", new Uint8Array([2])), "INVALID_ARGUMENT");
    await expectError(() => store.put("a/b/c", new Uint8Array([2])), "INVALID_ARGUMENT");
    const controller = new AbortController();
    const putting = store.put("large", new Uint8Array(50_000_000), { signal: controller.signal });
    controller.abort();
    await expectError(() => putting, "ABORTED");
    expect(await store.has("large")).toBe(false);
    expect(await readdir(join(root, "~drafts"))).toEqual([]);
  });

  test("deleting leaves no empty folders", async () => {
    const root = join(folder, "empty-folders");
    const store = fileArtifacts({ root });
    await store.put("revisions/doc_1/rev_1", new Uint8Array([1]));
    await store.put("revisions/doc_2/rev_1", new Uint8Array([1]));
    await store.deletePrefix("revisions/doc_1/");
    expect(await readdir(join(root, "revisions"))).toEqual(["doc_2"]);
    await store.deletePrefix("revisions/doc_2/");
    expect(await readdir(root)).toEqual(["~drafts"]);
  });

  test("a root that is a file is refused with a typed error", async () => {
    const root = join(folder, "a-file");
    await writeFile(root, "x");
    await expectError(() => fileArtifacts({ root }).put("a", new Uint8Array([1])), "INVALID_ARGUMENT");
    await expectError(async () => fileArtifacts({ root: "" }), "INVALID_CONFIGURATION");
  });
});
