import { execFile } from "node:child_process";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { BEDROCK_EMBEDDING_MODELS } from "@groundwork/embed-bedrock";
import { fakeAws } from "@groundwork/testing/aws";
import { expect, test } from "vitest";

const execute = promisify(execFile);
const PACKAGE = fileURLToPath(new URL("..", import.meta.url));
/** Inside the package, so that the snippets find what it depends on. */
const FOLDER = join(PACKAGE, ".run", "readme");
const readme = await readFile(join(PACKAGE, "README.md"), "utf8");

test("the snippets of the README run", async () => {
  const snippets = [...readme.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map((match) => match[1]!);
  expect(snippets).toHaveLength(2);
  await using aws = await fakeAws();
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
      await writeFile(file, snippet);
      const { stdout } = await execute(process.execPath, ["--conditions=@groundwork/source", file], { env });
      outputs.push(stdout);
    }
  } finally {
    await rm(FOLDER, { recursive: true, force: true });
  }
  expect(outputs).toEqual(["1024 12\n", "1024\n"]);
});

test("the README's table has the models and their limits", () => {
  const rows = new Map(
    [...readme.matchAll(/^\| `((?:amazon|cohere)\.\S+)` \| ([\d, ]+) \| (.+?) \| (\d+) \|/gm)].map((row) => [
      row[1]!,
      row,
    ]),
  );
  expect([...rows.keys()]).toEqual(Object.keys(BEDROCK_EMBEDDING_MODELS));
  for (const [id, model] of Object.entries(BEDROCK_EMBEDDING_MODELS)) {
    const [, , dimensions, text, texts] = rows.get(id)!;
    expect(dimensions!.split(", ").map(Number), id).toEqual(model.dimensions);
    expect(text).toContain(`${model.maxInputTokens.toLocaleString("en")} tokens`);
    expect(Number(texts)).toBe(model.maxTextsPerRequest);
  }
});
