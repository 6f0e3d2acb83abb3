import { execFile } from "node:child_process";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { fakeAws, textractBlocks } from "@groundwork/testing/aws";
import { expect, test } from "vitest";
import { pagePicture } from "../src/page-picture.ts";

const execute = promisify(execFile);
const PACKAGE = fileURLToPath(new URL("..", import.meta.url));
/** Inside the package, so that the snippets find what it depends on. */
const FOLDER = join(PACKAGE, ".run", "readme");

test("the snippets of the README run", async () => {
  const readme = await readFile(join(PACKAGE, "README.md"), "utf8");
  const snippets = [...readme.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map((match) => match[1]!);
  expect(snippets).toHaveLength(3);
  const read = () => textractBlocks([{ kind: "title", text: "Lease of a house" }]);
  await using aws = await fakeAws({ textract: { read } });
  const env = {
    ...process.env,
    AWS_ENDPOINT_URL: aws.endpoint,
    AWS_ACCESS_KEY_ID: aws.credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: aws.credentials.secretAccessKey,
  };
  await rm(FOLDER, { recursive: true, force: true });
  await mkdir(FOLDER, { recursive: true });
  const outputs: string[] = [];
  try {
    const image = { page: 1, width: 4, height: 4, channels: 1, pixels: new Uint8Array(16) } as const;
    await writeFile(join(FOLDER, "scan.png"), pagePicture(image));
    for (const [index, snippet] of snippets.entries()) {
      const file = join(FOLDER, `snippet-${index}.ts`);
      await writeFile(file, snippet);
      const { stdout } = await execute(process.execPath, ["--conditions=@groundwork/source", file], {
        env,
        cwd: FOLDER,
      });
      outputs.push(stdout);
    }
  } finally {
    await rm(FOLDER, { recursive: true, force: true });
  }
  expect(outputs[0]).toContain("title Lease of a house 0.99");
  expect(outputs[0]).toContain("pages: 1");
  expect(outputs[1]).toContain("application/pdf");
  expect(outputs[2]).toContain("extract-textract");
});
