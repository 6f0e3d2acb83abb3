import { readdirSync, readFileSync, statSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { zstdCompressSync, zstdDecompressSync } from "node:zlib";
import type { PiiDetector, PiiFinding } from "@groundwork/contracts";
import { pseudonymize, redact } from "@groundwork/pii-policy";
import { folder } from "@groundwork/source-files";
import { expectError } from "@groundwork/testing";
import { hashEmbedder } from "@groundwork/testing/hash-embedder";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openKnowledgeBase } from "../src/index.ts";

let work: string;
beforeEach(async () => {
  work = await mkdtemp(join(tmpdir(), "groundwork-pii-"));
});
afterEach(() => rm(work, { recursive: true, force: true }));

const PATTERNS = { NAME: /Zelda Quorn/g, SSN: /\b987-65-\d{4}\b/g, EMAIL: /zquorn@[a-z]+\.org/g };

function detector(): PiiDetector {
  return {
    identity: { name: "fake", revision: "1" },
    async detect(texts) {
      return texts.map((text) =>
        Object.entries(PATTERNS)
          .flatMap(([type, pattern]) =>
            Array.from(
              text.matchAll(pattern),
              ({ 0: value, index }): PiiFinding => ({
                type,
                start: index,
                end: index + value.length,
                score: 0.9,
                detector: "fake",
              }),
            ),
          )
          .sort((a, b) => a.start - b.start),
      );
    },
  };
}

const SECRETS = ["Zelda Quorn", "987-65-4321", "zquorn@agency.org"];
const DOCUMENTS: Readonly<Record<string, string>> = {
  "report.md":
    "---\nauthor: Zelda Quorn\nreviewer: zquorn@agency.org\n---\n\n# File of Zelda Quorn\n\nZelda Quorn (987-65-4321) asked for leave. Write to [her](mailto:zquorn@agency.org).\n\n| who | id |\n| --- | --- |\n| Zelda Quorn | 987-65-4321 |\n",
  "list.csv": "name,ssn,mail\nZelda Quorn,987-65-4321,zquorn@agency.org\nnobody,none,none\n",
  "page.html":
    "<html><head><title>Zelda Quorn</title></head><body><h1>Leave</h1><p>Zelda Quorn, <a href='mailto:zquorn@agency.org'>mail</a></p></body></html>",
  "letter to Zelda Quorn.txt": "Dear Zelda Quorn,\n\nyour number is 987-65-4321.\n",
  "mail.eml":
    "From: Zelda Quorn <zquorn@agency.org>\nTo: hr@agency.org\nSubject: Leave of Zelda Quorn\nDate: Mon, 2 Mar 2026 10:00:00 +0000\n\nMy number is 987-65-4321.\n",
};

function filesOf(root: string): string[] {
  return readdirSync(root, { recursive: true })
    .map((name) => join(root, String(name)))
    .filter((path) => statSync(path).isFile());
}

const ZSTD = Buffer.from([0x28, 0xb5, 0x2f, 0xfd]);

/** The bytes of a file, and what is inside every zstd frame in it. */
function decoded(path: string): Buffer[] {
  const bytes = readFileSync(path);
  const all = [bytes];
  for (let at = bytes.indexOf(ZSTD); at >= 0; at = bytes.indexOf(ZSTD, at + 1)) {
    try {
      all.push(zstdDecompressSync(bytes.subarray(at)));
    } catch {
      // Four bytes that happen to look like a frame, or a frame of several pages: those of the artefacts are read by the store below.
    }
  }
  return all;
}

/** Files with a secret in them, in any form. */
function leaksIn(root: string): string[] {
  const found = filesOf(root).flatMap((path) =>
    decoded(path).flatMap((bytes) =>
      SECRETS.filter((secret) => bytes.includes(secret) || bytes.includes(Buffer.from(secret, "utf16le"))).map(
        (secret) => `${relative(root, path)}: ${secret}`,
      ),
    ),
  );
  return [...new Set(found)];
}

async function fill(): Promise<void> {
  await mkdir(join(work, "docs"));
  for (const [name, text] of Object.entries(DOCUMENTS)) await writeFile(join(work, "docs", name), text);
}

const open = (policy = redact()) =>
  openKnowledgeBase({ path: join(work, "kb"), embedder: hashEmbedder(), pii: { detectors: [detector()], policy } });

test("no value is in any file of the knowledge base, and what is shown of it verifies", async () => {
  await fill();
  const base = await open();
  const report = await base.ingest(folder(join(work, "docs"), { id: "docs" }));
  expect(report.counts).toMatchObject({ added: 5, failed: 0 });
  const shown = await base.retrieve({
    query: "leave of Zelda Quorn 987-65-4321",
    limit: 10,
  });
  expect(shown.passages.length).toBeGreaterThan(2);
  const seen = JSON.stringify(shown.passages).replaceAll("%20", " ");
  for (const secret of SECRETS) expect(seen, "what a reader gets").not.toContain(secret);
  expect(seen).toContain("[NAME]");
  for await (const batch of base.parts.store.scan(undefined, { columns: ["pii_types", "text", "key", "uri"] })) {
    const rows = batch.toArray().map((row) => JSON.parse(JSON.stringify(row)) as Record<string, unknown>);
    for (const row of rows) {
      const types = row.pii_types as string[];
      expect(types.includes("NAME"), String(row.text)).toBe(String(row.text).includes("[NAME]"));
    }
  }
  for (const name of Object.keys(DOCUMENTS)) {
    const view = await base.show(name);
    const { text, findings = [], elements } = view.revision!;
    for (const { charStart, charEnd, type } of findings) expect(text.slice(charStart, charEnd)).toBe(`[${type}]`);
    for (const secret of SECRETS) expect(JSON.stringify({ text, elements }), name).not.toContain(secret);
  }
  await base.close();
  const left = leaksIn(join(work, "kb"));
  // The catalog names a document by its key at the source: that of a file is its name.
  expect(left.filter((place) => !/^catalog\.sqlite(-wal)?: Zelda Quorn$/.test(place))).toEqual([]);
});

test("another policy makes everything anew, the same one nothing", async () => {
  await fill();
  const source = () => folder(join(work, "docs"), { id: "docs" });
  await using base = await open();
  await base.ingest(source());
  expect((await base.ingest(source())).work).toMatchObject({ extractions: 0, rowsWritten: 0 });
  await base.close();
  await using again = await open(pseudonymize());
  const report = await again.ingest(source());
  expect(report.counts.changed).toBe(5);
  const { revision } = await again.show("letter to Zelda Quorn.txt");
  const name = /^Dear (.+),/.exec(revision!.text)![1]!;
  expect(name).not.toContain("Zelda");
  expect((await again.show("page.html")).revision!.text).toContain(name);
});

test("the key is made once, for its owner alone", async () => {
  await fill();
  await (await open()).close();
  const file = join(work, "kb", "pii.key");
  const key = readFileSync(file, "utf8");
  expect(key).toMatch(/^[0-9a-f]{64}\n$/);
  expect(statSync(file).mode & 0o077).toBe(0);
  await (await open()).close();
  expect(readFileSync(file, "utf8")).toBe(key);
});

test("the same person has one pseudonym in every file; it is revealed for a purpose, to readers alone, while a document holds it", async () => {
  await fill();
  const source = () => folder(join(work, "docs"), { id: "docs" });
  const open = () =>
    openKnowledgeBase({
      path: join(work, "kb"),
      embedder: hashEmbedder(),
      pii: {
        detectors: [detector()],
        policy: pseudonymize(),
        vault: { purposes: { audit: ["owner:local", "group:audit"] } },
      },
    });
  await using base = await open();
  await base.ingest(source());
  const { revision } = await base.show("letter to Zelda Quorn.txt");
  const token = /^Dear (.+),/.exec(revision!.text)![1]!;
  const [found] = await base.reveal({ token, purpose: "audit" });
  expect(found).toMatchObject({ type: "NAME", value: "Zelda Quorn" });
  expect(found!.documentIds).toHaveLength(5);
  await expectError(() => base.reveal({ token, purpose: "curiosity" }), "PERMISSION_DENIED");
  await expectError(() => base.reveal({ token, purpose: "audit", principal: {} }), "PERMISSION_DENIED");
  await expectError(() => base.reveal({ token, purpose: "audit", principal: { groups: ["audit"] } }), "NOT_FOUND");
  expect((await base.parts.vault!.audit()).map(({ granted }) => granted)).toEqual([false, false, false, true]);
  expect(leaksIn(join(work, "kb")).filter((place) => place.startsWith("vault"))).toEqual([]);
  // A second file with the same bytes, then without the first; then a text that has changed.
  await writeFile(join(work, "docs", "copy.txt"), DOCUMENTS["letter to Zelda Quorn.txt"]!);
  await base.ingest(source());
  expect((await base.reveal({ token, purpose: "audit" }))[0]!.documentIds).toHaveLength(6);
  for (const name of Object.keys(DOCUMENTS)) await rm(join(work, "docs", name));
  await base.ingest(source(), { allowMassDelete: true });
  expect((await base.reveal({ token, purpose: "audit" }))[0]!.documentIds).toHaveLength(1);
  await writeFile(join(work, "docs", "copy.txt"), "Nobody is named here any more.");
  await base.ingest(source());
  await expectError(() => base.reveal({ token, purpose: "audit" }), "NOT_FOUND");
});

test("a planted leak is found by the scan", async () => {
  const root = join(work, "kb");
  await mkdir(root);
  const plants = {
    raw: Buffer.from("log: 987-65-4321"),
    wide: Buffer.from("xZelda Quorn", "utf16le"),
    packed: Buffer.concat([Buffer.from("header"), zstdCompressSync(Buffer.from("to zquorn@agency.org".repeat(20)))]),
  };
  for (const [name, bytes] of Object.entries(plants)) await writeFile(join(root, name), bytes);
  expect(leaksIn(root).sort()).toEqual(["packed: zquorn@agency.org", "raw: 987-65-4321", "wide: Zelda Quorn"]);
});

test("an audience sees in quotes what its purpose reaches; the checked text stays as it is", async () => {
  await fill();
  await using base = await openKnowledgeBase({
    path: join(work, "kb"),
    embedder: hashEmbedder(),
    pii: {
      detectors: [detector()],
      policy: pseudonymize({ scope: "claims" }),
      vault: {
        purposes: {
          fraud: ["owner:local"],
          support: { principals: ["owner:local"], otherwise: "hash", types: { NAME: "mask" } },
          nobody: { principals: ["group:none"] },
        },
      },
    },
  });
  await base.ingest(folder(join(work, "docs"), { id: "docs" }));
  const ask = async (purpose?: string) => {
    const { passages } = await base.retrieve({
      query: "Dear letter",
      limit: 5,
      ...(purpose === undefined ? {} : { reveal: { purpose } }),
    });
    return passages.find(({ citation }) => citation.quote.startsWith("Dear "))!.citation;
  };
  const plain = await ask();
  expect(plain.revealed).toBeUndefined();
  expect(plain.quote).not.toContain("Zelda");
  const fraud = await ask("fraud");
  expect(fraud.quote).toBe(plain.quote);
  expect(fraud.revealed!.text).toContain("Dear Zelda Quorn");
  expect(fraud.revealed).toMatchObject({ withheld: 0 });
  const { text } = (await base.show(fraud.documentId)).revision!;
  expect(text.slice(fraud.charStart, fraud.charEnd)).toBe(fraud.quote);
  const support = await ask("support");
  expect(support.revealed!.text).toContain("Dear ***** *****");
  expect(support.revealed!.text).not.toMatch(/Zelda|Quorn/);
  for (const secret of SECRETS.filter((one) => !/Zelda/.test(one)))
    expect(support.revealed!.text).not.toContain(secret);
  expect(support.revealed!.withheld + support.revealed!.revealed).toBe(fraud.revealed!.revealed);
  await expectError(() => ask("nobody"), "PERMISSION_DENIED");
  const rows = await base.parts.vault!.audit();
  expect(rows.filter(({ granted }) => granted).length).toBeGreaterThanOrEqual(fraud.revealed!.revealed * 2);
  expect(rows.filter(({ purpose }) => purpose === "nobody").every(({ granted }) => !granted)).toBe(true);
});
