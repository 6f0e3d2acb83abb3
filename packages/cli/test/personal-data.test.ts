import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Writable } from "node:stream";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { EXIT } from "../src/exit-code.ts";
import { run } from "../src/index.ts";

class Collector extends Writable {
  text = "";
  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}

/** A detector that takes every word with a capital inside a sentence for a name, and is not sure. */
const CONFIGURATION = `
const detector = {
  identity: { name: "capitals", revision: "1" },
  detect: async (texts) => texts.map((text) => Array.from(text.matchAll(/(?<=[a-z] )[A-Z][a-z]+/g), ({ 0: word, index }) => (
    { type: "NAME", start: index, end: index + word.length, score: 0.5, detector: "capitals" }))),
};
export default {
  pii: {
    detectors: [detector],
    policy: { otherwise: "mask", types: {} },
    key: new Uint8Array(32).fill(5),
    corrections: process.env.TEST_CORRECTIONS,
  },
};
`;

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "groundwork-pii-"));
  process.env.TEST_CORRECTIONS = join(folder, "corrections.json");
  await writeFile(join(folder, "groundwork.config.mjs"), CONFIGURATION);
  await mkdir(join(folder, "documents"));
  await writeFile(
    join(folder, "documents", "a.md"),
    "# Notes\n\nThe keys are with Tomasz in the office.\n\nThe fair opens in October every year.\n\nNothing in this line.\n",
  );
});
afterEach(async () => {
  delete process.env.TEST_CORRECTIONS;
  await rm(folder, { recursive: true, force: true });
});

async function groundwork(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const [out, err] = [new Collector(), new Collector()];
  const terminal = { out, err, color: false, columns: 200, interactive: false } as never;
  const code = await run(
    [...args, "--kb", join(folder, "kb"), "--config", join(folder, "groundwork.config.mjs")],
    terminal,
  );
  return { code, out: out.text, err: err.text };
}

describe("groundwork pii", () => {
  test("what is in doubt goes out, what people say comes back and changes what is stored", async () => {
    const documents = join(folder, "documents");
    const manifest = join(folder, "manifest.jsonl");
    const labels = join(folder, "labels.json");
    const asked = await groundwork("pii", "review", documents, "--out", manifest, "--labels", labels);
    expect([asked.code, asked.err]).toEqual([EXIT.ok, ""]);
    expect(asked.out).toContain("2 texts of 1 documents");
    expect((await stat(manifest)).mode & 0o777).toBe(0o600);
    expect(JSON.parse(await readFile(labels, "utf8")).labels).toEqual([{ label: "NAME" }]);
    const lines = (await readFile(manifest, "utf8")).trim().split("\n");
    expect(lines.map((line) => JSON.parse(line).source)).toEqual([
      "The keys are with Tomasz in the office.",
      "The fair opens in October every year.",
    ]);

    const answers = lines.map((line) => {
      const members = JSON.parse(line);
      const start = members.source.indexOf("Tomasz");
      const entities = start < 0 ? [] : [{ label: "NAME", startOffset: start, endOffset: start + 6 }];
      return JSON.stringify({
        ...members,
        checked: { annotations: { entities, labels: [{ label: "NAME" }] } },
        "checked-metadata": {
          type: "groundtruth/text-span",
          "human-annotated": "yes",
          "creation-date": "2026-01-01T00:00:00",
          "job-name": "labeling-job/checked",
          entities: entities.map(() => ({ confidence: 0.9 })),
        },
      });
    });
    await writeFile(manifest, `${answers.join("\n")}\n`);
    const before = await groundwork("pii", "check", manifest, "--least", "0.95");
    expect(before.code).toBe(EXIT.error);
    expect(before.out).toContain("wrong");
    expect(before.out).not.toMatch(/Tomasz|October/);

    const taken = await groundwork("pii", "corrections", manifest, "--json");
    expect(JSON.parse(taken.out)).toMatchObject({ reviewed: 2, confirmed: 1, rejected: 1, verdicts: 2 });
    expect(await readFile(process.env.TEST_CORRECTIONS!, "utf8")).not.toMatch(/tomasz|october/i);
    expect((await groundwork("pii", "check", manifest, "--least", "1")).code).toBe(EXIT.ok);
    expect((await groundwork("pii", "review", documents, "--out", manifest)).out).toContain("0 texts of 1 documents");

    expect((await groundwork("ingest", documents)).code).toBe(EXIT.ok);
    const { out } = await groundwork("show", "a.md", "--text");
    expect(out).toContain("opens in October every year");
    expect(out).not.toContain("Tomasz");

    const held = await groundwork("pii", "inventory", "--documents");
    expect(held.out).toMatch(/NAME +mask +1 +1/);
    expect(held.out).toMatch(/NAME +mask +1 +\S*a\.md/);
    expect(JSON.parse((await groundwork("pii", "inventory", "--json")).out)).toEqual({
      types: [{ type: "NAME", action: "mask", documents: 1, values: 1 }],
    });
    expect((await groundwork("pii", "inventory", "--type", "SSN")).code).toBe(EXIT.nothing);
  }, 60_000);

  test("a review that cannot be made leaves the manifest of an earlier one as it is", async () => {
    const manifest = join(folder, "manifest.jsonl");
    await writeFile(manifest, "answers of people\n");
    await writeFile(join(folder, "groundwork.config.mjs"), "export default {};\n");
    const { code, err } = await groundwork("pii", "review", join(folder, "documents"), "--out", manifest);
    expect([code, err]).toEqual([EXIT.usage, expect.stringContaining("names no detectors")]);
    expect(await readFile(manifest, "utf8")).toBe("answers of people\n");
    expect((await readdir(folder)).filter((name) => name.endsWith(".new"))).toEqual([]);
    await groundwork("ingest", join(folder, "documents"));
    expect((await groundwork("pii", "inventory")).out).toContain("Nobody has looked for personal data");
  }, 60_000);

  test.each([
    [["pii"], "Say what to do"],
    [["pii", "review", "."], "--out FILE"],
    [["pii", "corrections"], "Name the manifest"],
    [["pii", "corrections", "no.jsonl"], "cannot be read"],
    [["pii", "review", ".", "--out", "/dev/null", "--below", "7"], "from 0 to 1"],
  ])("%j is told as wrong use", async (args, message) => {
    const { code, err } = await groundwork(...args);
    expect(code).toBe(EXIT.usage);
    expect(err).toContain(message);
  });
});
