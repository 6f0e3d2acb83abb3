import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { AMENDMENT, prepareChangedCorpus, prepareCorpus, type TextCorpus } from "../src/ingest/text-corpus.ts";

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "text-corpus-"));
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function corpusOf(name: string): Promise<TextCorpus & { readonly digest: string }> {
  return prepareCorpus([join(folder, "data")], 120, join(folder, name));
}

test("a selection is the same each time, and its second state differs in 1 % changed and 1 % deleted", async () => {
  await mkdir(join(folder, "data"));
  for (let file = 0; file < 140; file++)
    await writeFile(
      join(folder, "data", `policy-${file}.md`),
      `# Policy ${file}\n\n${`Staff of department ${file} may book travel. `.repeat(20)}\n`,
    );
  const [first, second] = [await corpusOf("first"), await corpusOf("second")];
  expect(first.documents).toBe(120);
  expect(second.digest).toBe(first.digest);
  const changed = await prepareChangedCorpus(first, join(folder, "changed"));
  const before = new Set(await readdir(join(folder, "first/data")));
  const after = await readdir(join(folder, "changed/data"));
  expect(changed.documents).toBe(after.length);
  expect(after.every((name) => before.has(name))).toBe(true);
  expect(before.size - after.length).toBe(1);
  const amended: string[] = [];
  for (const name of after) {
    const path = join(folder, "changed/data", name);
    if ((await readFile(path, "utf8")).includes(AMENDMENT)) amended.push(path);
  }
  expect(amended).toHaveLength(2);
  const original = await stat(join(folder, "first/data", amended[0]!.split("/").at(-1)!));
  expect((await stat(amended[0]!)).mtimeMs).toBeGreaterThan(original.mtimeMs);
});

test("front matter alone is no document", async () => {
  await mkdir(join(folder, "data"));
  const filler = "The manager approves every trip of the team. ".repeat(20);
  await writeFile(join(folder, "data/prose.md"), `---\ntitle: Prose\n---\n\n${filler}`);
  await writeFile(join(folder, "data/redirect.md"), `---\ntitle: ${filler}\n---\n`);
  expect((await corpusOf("corpus")).documents).toBe(1);
});
