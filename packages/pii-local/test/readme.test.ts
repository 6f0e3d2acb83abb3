import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

const folder = fileURLToPath(new URL("..", import.meta.url));
const snippets = readFileSync(new URL("../README.md", import.meta.url), "utf8").matchAll(/```ts\n([\s\S]*?)```/g);

function run(code: string): string {
  const options = ["--conditions=@groundwork/source", "--input-type=module", "-e", code];
  const { status, stdout, stderr } = spawnSync(process.execPath, options, { cwd: folder, encoding: "utf8" });
  expect(stderr).toBe("");
  expect(status).toBe(0);
  return stdout;
}

describe("the README's snippets run", () => {
  const [first, own] = Array.from(snippets, (match) => match[1]!);

  test("names, an address, a card", () => {
    const lines = run(first!).trim().split("\n");
    expect(lines.map((line) => line.split(" ", 1)[0])).toEqual(["NAME", "ADDRESS", "CREDIT_DEBIT_NUMBER"]);
    expect(lines[1]).toContain("742 Evergreen Terrace, Springfield");
  });

  test("own recognisers", () => {
    const text = "Case A12345 of EN-4471 on Blue Heron: 12 items";
    const tail = `const [found] = await detector.detect([${JSON.stringify(text)}]); console.log(found.map(({ type }) => type).join());`;
    expect(run(`${own!}\n${tail}`).trim()).toBe("CASE_NUMBER,EMPLOYEE_NUMBER,PROJECT,EVEN_NUMBER");
  });
});
