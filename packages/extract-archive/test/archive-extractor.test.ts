import { gzipSync } from "node:zlib";
import type { ChildDocument, ExtractionPart } from "@groundwork/contracts";
import { expectError } from "@groundwork/testing";
import { documentOfBytes, type ExtractorSample, extractorCases } from "@groundwork/testing/extractor-suite";
import { describe, expect, test } from "vitest";
import { type ArchiveExtractorOptions, archiveExtractor } from "../src/index.ts";
import { tarOf, zipOf } from "./build-archives.ts";

interface Extracted {
  readonly children: readonly ChildDocument[];
  readonly warnings: readonly string[];
}

async function extract(
  bytes: Uint8Array,
  mediaType: string,
  fileName?: string,
  options?: ArchiveExtractorOptions,
): Promise<Extracted> {
  const parts: ExtractionPart[] = [];
  for await (const part of archiveExtractor(options).extract(documentOfBytes(bytes, mediaType, fileName)))
    parts.push(part);
  return {
    children: parts.flatMap((part) => (part.type === "child" ? [part.child] : [])),
    warnings: parts.flatMap((part) => (part.type === "warning" ? [part.warning.code] : [])),
  };
}

const data = (text: string): Buffer => Buffer.from(text);
const textOf = (child: ChildDocument | undefined): string => new TextDecoder().decode(child?.bytes);
const zip = zipOf([
  { name: "docs/policy.txt", data: data("Ask first.") },
  { name: "docs/", data: data("") },
  { name: "__MACOSX/._policy.txt", data: data("x") },
  { name: "data.csv", data: data("a,b\n1,2\n".repeat(1_000)) },
]);
const tar = tarOf({ "docs/a.txt": "A".repeat(2_000), "b.txt": "B" });

const samples: readonly ExtractorSample[] = [
  { name: "docs.zip", mediaType: "application/zip", bytes: zip },
  { name: "docs.tar", mediaType: "application/x-tar", bytes: tar },
  { name: "docs.tar.gz", mediaType: "application/gzip", bytes: new Uint8Array(gzipSync(tar)) },
  { name: "notes.txt.gz", mediaType: "application/gzip", bytes: new Uint8Array(gzipSync("notes ".repeat(50_000))) },
  { name: "cut.zip", mediaType: "application/zip", bytes: zip.subarray(0, 60), expectError: "CORRUPT_DOCUMENT" },
  {
    name: "cut.gz",
    mediaType: "application/gzip",
    bytes: new Uint8Array(gzipSync("x".repeat(9_999))).subarray(0, 20),
    expectError: "CORRUPT_DOCUMENT",
  },
  {
    name: "locked.zip",
    mediaType: "application/zip",
    bytes: zipOf([{ name: "a.txt", data: data("x"), isEncrypted: true }]),
    expectError: "PASSWORD_REQUIRED",
  },
  {
    name: "bomb.gz",
    mediaType: "application/gzip",
    bytes: new Uint8Array(gzipSync(Buffer.alloc(30_000_000))),
    expectError: "ARCHIVE_BOMB",
  },
  {
    name: "bomb.zip",
    mediaType: "application/zip",
    bytes: zipOf([{ name: "a", data: Buffer.alloc(30_000_000) }]),
    expectError: "ARCHIVE_BOMB",
  },
];

describe("the contract", () => {
  for (const suiteCase of extractorCases({ name: "extract-archive", create: () => archiveExtractor(), samples })) {
    test(suiteCase.name, suiteCase.run);
  }
});

describe("members", () => {
  test("ZIP: files in their order, leftovers and folders left out, times of the archive", async () => {
    const { children } = await extract(zip, "application/zip");
    expect(children.map((child) => child.name)).toEqual(["docs/policy.txt", "data.csv"]);
    expect(textOf(children[0])).toBe("Ask first.");
    expect(children[0]!.modifiedAt).toBe(Date.UTC(2026, 2, 5));
  });
  test("tar and tar.gz", async () => {
    for (const [bytes, type] of [
      [tar, "application/x-tar"],
      [new Uint8Array(gzipSync(tar)), "application/gzip"],
    ] as const) {
      const { children } = await extract(bytes, type);
      expect(children.map((child) => [child.name, child.bytes.length])).toEqual([
        ["docs/a.txt", 2_000],
        ["b.txt", 1],
      ]);
    }
  });
  test("gzip: the name without its ending", async () => {
    const bytes = new Uint8Array(gzipSync("hello"));
    expect((await extract(bytes, "application/gzip", "notes.txt.gz")).children.map((child) => child.name)).toEqual([
      "notes.txt",
    ]);
    expect((await extract(bytes, "application/gzip", "notes")).children.map((child) => child.name)).toEqual([
      "content",
    ]);
  });
  test("names cannot leave the archive and are unique", async () => {
    const names = [
      "../../etc/passwd",
      "/etc/passwd",
      "C:\\temp\\x.txt",
      "a/./b//c.txt",
      "a/b/c.txt",
      "x\u0000y.txt",
      "..",
    ];
    const { children } = await extract(zipOf(names.map((name) => ({ name, data: data("x") }))), "application/zip");
    expect(children.map((child) => child.name)).toEqual([
      "etc/passwd",
      "etc/passwd (2)",
      "temp/x.txt",
      "a/b/c.txt",
      "a/b/c (2).txt",
      "x_y.txt",
    ]);
  });
  test("names of old Japanese archivers", async () => {
    const name = Buffer.from([0x95, 0xb6, 0x8f, 0xcd, 0x31, 0x2e, 0x74, 0x78, 0x74]);
    const { children } = await extract(zipOf([{ name, data: data("x") }]), "application/zip");
    expect(children[0]!.name).toBe("文章1.txt");
  });
  test("what cannot be read is a warning when others can", async () => {
    const { children, warnings } = await extract(
      zipOf([
        { name: "good.txt", data: data("good") },
        { name: "locked.txt", data: data("x"), isEncrypted: true },
        { name: "bad.txt", data: data("some text that is damaged ".repeat(20)), isDamaged: true },
        { name: "other.txt", data: data("x"), method: 12 },
      ]),
      "application/zip",
    );
    expect(children.map((child) => child.name)).toEqual(["good.txt"]);
    expect(warnings).toEqual(["member-encrypted", "member-damaged", "member-unsupported"]);
  });
});

describe("limits", () => {
  const many = zipOf(
    Array.from({ length: 20 }, (_, index) => ({ name: `${index}.txt`, data: Buffer.alloc(1_000, "x") })),
  );
  test.each([
    ["entries", { maxEntries: 10 }],
    ["bytes of a member", { maxEntryBytes: 500 }],
    ["bytes in all", { maxTotalBytes: 5_000 }],
  ])("%s", async (_name, options) => {
    await expectError(() => extract(many, "application/zip", "a.zip", options), "ARCHIVE_BOMB");
  });
  test("a directory that lies about sizes does not help", async () => {
    const lying = zipOf([{ name: "a.txt", data: Buffer.alloc(100_000, "x"), statedBytes: 10 }]);
    await expectError(() => extract(lying, "application/zip"), "CORRUPT_DOCUMENT");
  });
  test("a limit that is no limit is refused", async () => {
    await expectError(async () => archiveExtractor({ maxRatio: 0 }), "INVALID_CONFIGURATION");
  });
});
