import { execFile } from "node:child_process";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { fakeAws } from "@groundwork/testing/aws";
import { expect, test } from "vitest";

const execute = promisify(execFile);
const PACKAGE = fileURLToPath(new URL("..", import.meta.url));
/** Inside the package, so that the snippets find what it depends on. */
const FOLDER = join(PACKAGE, ".run", "readme");

test("the snippets of the README run, and find the address", async () => {
  const readme = await readFile(join(PACKAGE, "README.md"), "utf8");
  const snippets = [...readme.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map((match) => match[1]!);
  expect(snippets).toHaveLength(3);
  await using aws = await fakeAws({ comprehend: { jobs: { queuedMs: 0, runsMs: 0 } } });
  aws.objects.makeBucket("my-input");
  aws.objects.makeBucket("my-output");
  const env = {
    ...process.env,
    AWS_ENDPOINT_URL: aws.endpoint,
    AWS_ACCESS_KEY_ID: aws.credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: aws.credentials.secretAccessKey,
  };
  await mkdir(FOLDER, { recursive: true });
  const outputs: string[] = [];
  try {
    for (const [index, snippet] of snippets.entries()) {
      const file = join(FOLDER, `snippet-${index}.ts`);
      const end = index === 2 ? "console.log(findings.length, failures.length);\n" : "";
      await writeFile(file, snippet + end);
      const { stdout } = await execute(process.execPath, ["--conditions=@groundwork/source", file], { env });
      outputs.push(stdout);
    }
  } finally {
    await rm(FOLDER, { recursive: true, force: true });
  }
  expect(outputs[0]).toMatch(/type: 'EMAIL',\s+start: 9,\s+end: 30/);
  expect(outputs[2]).toBe("2 0\n");
});
