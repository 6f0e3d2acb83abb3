import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { localPii, rulePii } from "@groundwork/pii-local";
import { mask, pseudonymize } from "@groundwork/pii-policy";
import { folder } from "@groundwork/source-files";
import { hashEmbedder } from "@groundwork/testing/hash-embedder";
import { type KnowledgeBaseConfiguration, openKnowledgeBase } from "groundwork";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

let work: string;
beforeEach(async () => {
  work = await mkdtemp(join(tmpdir(), "groundwork-pii-bad-"));
  await mkdir(join(work, "docs"));
});
afterEach(() => rm(work, { recursive: true, force: true }));

const open = (pii: KnowledgeBaseConfiguration["pii"]) =>
  openKnowledgeBase({ path: join(work, "kb"), embedder: hashEmbedder(), ...(pii === undefined ? {} : { pii }) });
const source = () => folder(join(work, "docs"), { id: "docs" });
const write = (name: string, content: string | Uint8Array) => writeFile(join(work, "docs", name), content);

async function textOf(base: Awaited<ReturnType<typeof open>>, name: string): Promise<string> {
  return (await base.show(name)).revision!.text;
}

/** Whether a text stands in any file of the knowledge base as it is. */
async function stands(text: string): Promise<string[]> {
  const found: string[] = [];
  for (const entry of await readdir(join(work, "kb"), { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    if ((await readFile(path)).includes(text)) found.push(path);
  }
  return found;
}

describe("personal data in bad input: bounded, told, and nothing let through", () => {
  test("10 MB on one line", { timeout: 300_000 }, async () => {
    const filler = "the unit pays the allowance of the month after the claim was approved by the office; ";
    const parts: string[] = [];
    for (let index = 0, length = 0; length < 10_000_000; index++) {
      const piece = index % 1_000 === 7 ? `write to person${index}@example.org or ` : filler;
      parts.push(piece);
      length += piece.length;
    }
    await write("line.txt", parts.join(""));
    await using base = await open({ detectors: [rulePii()], policy: mask() });
    const started = performance.now();
    const report = await base.ingest(source());
    expect(report.counts).toMatchObject({ added: 1, failed: 0 });
    expect(performance.now() - started).toBeLessThan(240_000);
    const { findings = [], text } = (await base.show("line.txt")).revision!;
    const addresses = parts.filter((part) => part.startsWith("write to")).length;
    expect(findings.filter(({ type }) => type === "EMAIL")).toHaveLength(addresses);
    expect(text).not.toContain("@example.org");
    expect(text.length).toBeGreaterThan(9_900_000);
    expect(await stands("person7@example")).toEqual([]);
  });

  test("a hundred thousand findings in one document", { timeout: 300_000 }, async () => {
    const lines = Array.from({ length: 10_000 }, (_, line) =>
      Array.from({ length: 10 }, (_, at) => `write to u${line}x${at}@ex${at}.org`).join(" "),
    );
    await write("many.txt", lines.join("\n\n"));
    await using base = await open({ detectors: [rulePii()], policy: mask() });
    const report = await base.ingest(source());
    expect(report.counts).toMatchObject({ added: 1, failed: 0 });
    const total = { documents: 0, values: 0 };
    for await (const { type, count } of base.findings()) {
      expect(type).toBe("EMAIL");
      total.documents++;
      total.values += count;
    }
    expect(total).toEqual({ documents: 1, values: 100_000 });
    expect(await stands("u777x3@ex3")).toEqual([]);
  });

  test("bytes that are no UTF-8, halves of characters, controls", async () => {
    const text = Buffer.from(
      "Account of \xff\xfe Tom Becker: tom.becker@example.org \x80\x81, phone +44 20 7946 0958.\n",
      "latin1",
    );
    await write("broken.txt", text);
    await write("controls.txt", "A\u0000B\u0001 tom.becker@example.org \u200b\u202e\ufeff end of the text\u0007.");
    await write(
      "halves.md",
      Buffer.from("Half \xed\xa0\xbd of tom.becker@example.org \xed\xb8\x80 character", "latin1"),
    );
    await using base = await open({ detectors: [localPii()], policy: mask() });
    const report = await base.ingest(source());
    for (const { status, error } of report.outcomes)
      if (status !== "added") expect(error?.code).toMatch(/^(?:CORRUPT_DOCUMENT|UNSUPPORTED_MEDIA_TYPE|NO_TEXT)$/);
    expect(report.counts.added).toBeGreaterThanOrEqual(2);
    expect(await stands("tom.becker")).toEqual([]);
    expect(JSON.stringify(report)).not.toContain("tom.becker");
  });

  test("mixed scripts, emoji, marks and right to left: values are gone, what stands around them stays", async () => {
    const around = [
      ["א", "אנא כתבו אל ", " או התקשרו."],
      ["م", "مرحبا، اكتب إلى ", " قبل يوم الخميس."],
      ["👩‍👩‍👧‍👦", "👩‍👩‍👧‍👦 family 🇳🇴 mail ", " 😀🏳️‍🌈"],
      ["担当者", "担当者のメールは", "です。"],
      ["é", "E\u0301crire a\u0300 ", " avant l\u2019e\u0301te\u0301."],
      ["𝒳", "𝒳𝒴 math 𐍈 ", " 𝒵"],
    ] as const;
    for (const [index, [, before, after]] of around.entries())
      await write(`mixed${index}.md`, `${before}zoe.quill${index}@example.org${after}\n`);
    await using base = await open({ detectors: [localPii()], policy: pseudonymize() });
    expect((await base.ingest(source())).counts).toMatchObject({ added: around.length, failed: 0 });
    for (const [index, [mark, before, after]] of around.entries()) {
      const text = await textOf(base, `mixed${index}.md`);
      expect(text).not.toContain("zoe.quill");
      expect(text).toContain(mark.normalize("NFC"));
      expect(text.startsWith(before.normalize("NFC").trim().slice(0, 3))).toBe(true);
      expect(text.endsWith(after.normalize("NFC").trim().slice(-3))).toBe(true);
      const { findings = [] } = (await base.show(`mixed${index}.md`)).revision!;
      const mail = findings.find(({ type }) => type === "EMAIL")!;
      expect(text.slice(mail.charStart, mail.charEnd)).toMatch(/^\S+@\S+$/);
    }
    expect(await stands("zoe.quill")).toEqual([]);
  });

  test("a document of nothing but personal data is told as that", async () => {
    await write("a.txt", "zoe.quill@example.org tom.becker@example.org\n");
    await using base = await open({ detectors: [rulePii()], policy: mask() });
    const [outcome] = (await base.ingest(source())).outcomes;
    expect(outcome).toMatchObject({ status: "empty", error: { code: "NO_TEXT" } });
    expect(outcome!.error!.message).toContain("personal data");
  });

  test("a detector that fails keeps the document out, with an error that tells nothing of it", async () => {
    await write("a.txt", "Nothing of zoe.quill@example.org may be told.");
    await using base = await open({
      detectors: [
        {
          identity: { name: "broken", revision: "1" },
          detect: async (texts) => {
            throw new Error(`cannot read ${texts.join()}`);
          },
        },
      ],
      policy: mask(),
    });
    const report = await base.ingest(source());
    expect(report.counts).toMatchObject({ added: 0, failed: 1 });
    expect(report.outcomes[0]).toMatchObject({ stage: "pii", error: { code: "INTERNAL" } });
    expect(JSON.stringify(report)).not.toContain("zoe.quill");
    expect(await stands("zoe.quill")).toEqual([]);
  });
});
