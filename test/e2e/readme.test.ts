import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { workspacePackages } from "../architecture/workspace.ts";

const execute = promisify(execFile);
const ROOT = fileURLToPath(new URL("../..", import.meta.url));
/** Snippets lie inside this package, so that they find what it depends on. */
const SNIPPETS = fileURLToPath(new URL("./.snippets", import.meta.url));

let readme: string;
let snippets: string[];
let work: string;

beforeAll(async () => {
  readme = await readFile(join(ROOT, "README.md"), "utf8");
  snippets = [...readme.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map((match) => match[1]!);
  work = await mkdtemp(join(tmpdir(), "groundwork-readme-"));
  await rm(SNIPPETS, { recursive: true, force: true });
  await mkdir(SNIPPETS, { recursive: true });
  await mkdir(join(work, "policies"));
  for (const name of ["purchase-requests.md", "travel-guide-a-amended-authorizations.pdf"]) {
    await cp(join(ROOT, "examples/policy-search/corpus", name), join(work, "policies", name));
  }
});
afterAll(async () => {
  await rm(SNIPPETS, { recursive: true, force: true });
  await rm(work, { recursive: true, force: true });
});

async function runSnippet(index: number): Promise<string> {
  const file = join(SNIPPETS, `snippet-${index}.ts`);
  await writeFile(file, snippets[index]!);
  const { stdout } = await execute(process.execPath, ["--conditions=@groundwork/source", file], { cwd: work });
  return stdout;
}

describe("the README is true", () => {
  test("its snippets run, in order, in one folder", { timeout: 180_000 }, async () => {
    expect(snippets).toHaveLength(6);
    expect(await runSnippet(0)).toContain("added: 2");
    expect(await runSnippet(1)).toContain("unchanged: 2");
    await runSnippet(2);
    // A configuration for AWS: its parts are made, and ask nobody before they are used.
    await runSnippet(3);
    expect(await runSnippet(4)).toContain("passages with names:");
    const printed = await runSnippet(5);
    expect(printed).toContain("travel-guide-a-amended-authorizations.pdf");
  });

  test("it lists every package", () => {
    const missing = workspacePackages().filter(({ name }) => !readme.includes(`\`${name}\``));
    expect(missing.map(({ name }) => name)).toEqual([]);
  });
});
