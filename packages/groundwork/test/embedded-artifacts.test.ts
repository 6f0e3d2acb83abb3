import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileArtifacts } from "@groundwork/artifacts-files";
import { folder } from "@groundwork/source-files";
import { hashEmbedder } from "@groundwork/testing/hash-embedder";
import { afterEach, beforeEach, expect, test } from "vitest";
import { embeddedArtifacts } from "../src/embedded-artifacts.ts";
import { openKnowledgeBase } from "../src/index.ts";

let path: string;
beforeEach(async () => {
  path = await mkdtemp(join(tmpdir(), "groundwork-artifacts-"));
});
afterEach(() => rm(path, { recursive: true, force: true }));

async function keep(key: string): Promise<string> {
  const artifacts = embeddedArtifacts(path);
  await artifacts.put(key, new Uint8Array([1]));
  await artifacts.close();
  return artifacts.name;
}

test("a new knowledge base keeps its artifacts in one file", async () => {
  expect(await keep("a")).toBe("sqlite");
  expect(await readdir(path)).toEqual(["artifacts.sqlite"]);
  expect(await keep("b")).toBe("sqlite");
});

test("one that has them in a folder goes on with it, and finds them", async () => {
  const earlier = fileArtifacts({ root: join(path, "artifacts") });
  await earlier.put("revisions/doc_1/rev_1", new Uint8Array([7]));
  await earlier.close();
  expect(await keep("b")).toBe("files");
  const artifacts = embeddedArtifacts(path);
  expect(await artifacts.get("revisions/doc_1/rev_1")).toEqual(new Uint8Array([7]));
  await artifacts.close();
  expect(await readdir(path)).toEqual(["artifacts"]);
});

test("a folder that an earlier release made beside the file changes nothing", async () => {
  await keep("a");
  await mkdir(join(path, "artifacts"));
  expect(await keep("b")).toBe("sqlite");
  const artifacts = embeddedArtifacts(path);
  expect(await Array.fromAsync(artifacts.list(""))).toEqual(["a", "b"]);
  await artifacts.close();
});

test("a deleted document leaves no artifact in the file of a knowledge base", async () => {
  const documents = join(path, "documents");
  await mkdir(documents);
  await writeFile(join(documents, "a.md"), "# Lodging\n\nAsk before you exceed the rate.");
  await writeFile(join(documents, "b.md"), "# Meals\n\nKeep the receipts.");
  const base = await openKnowledgeBase({ path: join(path, "kb"), embedder: hashEmbedder() });
  await base.ingest(folder(documents));
  expect(base.parts.artifacts.name).toBe("sqlite");
  expect(await Array.fromAsync(base.parts.artifacts.list("revisions/"))).toHaveLength(2);
  expect((await base.show("a.md")).revision!.text).toContain("Lodging");
  await rm(join(documents, "a.md"));
  await base.ingest(folder(documents), { allowMassDelete: true });
  expect(await Array.fromAsync(base.parts.artifacts.list("revisions/"))).toHaveLength(1);
  await base.close();
  expect(await readdir(join(path, "kb"))).toContain("artifacts.sqlite");
  expect(await readdir(join(path, "kb"))).not.toContain("artifacts");
});
