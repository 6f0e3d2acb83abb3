import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const execute = promisify(execFile);
const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const CORPUS = join(ROOT, "examples/policy-search/corpus");

let work: string;
let app: string;
/** Without the variables of the test runner: the installed copy must not see the workspace's sources. */
const environment = { ...process.env, NODE_OPTIONS: "" };

async function run(command: string, args: readonly string[], cwd: string): Promise<string> {
  const { stdout } = await execute(command, [...args], { cwd, env: environment, maxBuffer: 64 * 1024 * 1024 });
  return stdout;
}

beforeAll(async () => {
  work = await mkdtemp(join(tmpdir(), "groundwork-pack-"));
  app = join(work, "app");
  const tarballs = join(work, "tarballs");
  await mkdir(tarballs, { recursive: true });
  await mkdir(join(app, "documents"), { recursive: true });
  const overrides: Record<string, string> = {};
  for (const folder of await readdir(join(ROOT, "packages"), { withFileTypes: true })) {
    if (!folder.isDirectory()) continue;
    const cwd = join(ROOT, "packages", folder.name);
    const { name } = JSON.parse(await readFile(join(cwd, "package.json"), "utf8")) as { name: string };
    const printed = JSON.parse(await run("pnpm", ["pack", "--json", "--pack-destination", tarballs], cwd)) as {
      filename: string;
    };
    overrides[name] = `file:${printed.filename}`;
  }
  await writeFile(
    join(app, "package.json"),
    JSON.stringify({
      name: "app",
      private: true,
      type: "module",
      dependencies: {
        groundwork: overrides.groundwork,
        "@groundwork/cli": overrides["@groundwork/cli"],
        "@groundwork/source-files": overrides["@groundwork/source-files"],
      },
    }),
  );
  await writeFile(
    join(app, "pnpm-workspace.yaml"),
    `packages: []\nignoredOptionalDependencies: ["@huggingface/transformers", "openai"]\noverrides:\n  apache-arrow: 18.1.0\n${Object.entries(
      overrides,
    )
      .map(([name, file]) => `  "${name}": "${file}"\n`)
      .join("")}`,
  );
  await run("pnpm", ["install", "--prefer-offline", "--ignore-scripts"], app);
  for (const name of ["transit-benefit.md", "overtime.docx", "travel-guide-a-amended-authorizations.pdf"])
    await cp(join(CORPUS, name), join(app, "documents", name));
});

afterAll(async () => {
  if (work !== undefined) await rm(work, { recursive: true, force: true });
});

describe("what is packed works elsewhere", () => {
  test("ingests in worker threads and processes from dist, and answers with a verified citation", async () => {
    await writeFile(
      join(app, "main.js"),
      `import { openKnowledgeBase } from "groundwork";
import { folder } from "@groundwork/source-files";
const base = await openKnowledgeBase({ path: "kb" });
const report = await base.ingest(folder("documents"));
const { passages } = await base.retrieve({ query: "How do I amend a travel authorization?", limit: 3 });
await base.close();
console.log(JSON.stringify({ counts: report.counts, work: report.work, outcomes: report.outcomes, first: passages[0] }));`,
    );
    const result = JSON.parse(await run("node", ["main.js"], app)) as {
      counts: Record<string, number>;
      work: { extractions: number };
      first: { citation: { sourceUri: string; quote: string; page?: number }; text: string };
    };
    expect(result.counts.added).toBe(3);
    expect(result.work.extractions).toBe(3);
    expect(result.first.citation.sourceUri).toContain("travel-guide-a-amended-authorizations.pdf");
    expect(result.first.citation.page).toBeGreaterThan(0);
  });

  test("the command runs", async () => {
    const printed = await run("pnpm", ["exec", "groundwork", "status", "--kb", "kb", "--json"], app);
    expect((JSON.parse(printed) as { documents: { live: number } }).documents.live).toBe(3);
  });

  test("nothing but built files, licences and prose is packed", async () => {
    const packed = await readdir(join(app, "node_modules", "groundwork"));
    const allowed = new Set(["LICENSE", "README.md", "dist", "node_modules", "package.json"]);
    expect(packed.filter((name) => !allowed.has(name))).toEqual([]);
    expect(packed).toEqual(expect.arrayContaining(["LICENSE", "dist"]));
  });

  test("the types compile on their own", async () => {
    await writeFile(
      join(app, "types.ts"),
      `import { defineKnowledgeBase, openKnowledgeBase, type Passage } from "groundwork";
export default defineKnowledgeBase({ path: "kb" });
export async function first(query: string): Promise<Passage | undefined> {
  const base = await openKnowledgeBase();
  const { passages } = await base.retrieve({ query, principal: { user: "ana", groups: ["finance"] }, asOf: "2026-03-01" });
  await base.close();
  return passages[0];
}`,
    );
    await writeFile(
      join(app, "tsconfig.json"),
      JSON.stringify({
        compilerOptions: {
          module: "nodenext",
          target: "es2024",
          strict: true,
          noEmit: true,
          types: [],
          lib: ["es2024", "esnext.disposable", "dom"],
        },
        files: ["types.ts"],
      }),
    );
    await run(join(ROOT, "node_modules", ".bin", "tsc"), ["-p", "tsconfig.json", "--skipLibCheck"], app);
  });
});
