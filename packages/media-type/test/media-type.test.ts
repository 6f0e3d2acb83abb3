import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { expectError } from "@groundwork/testing";
import { countingContent } from "@groundwork/testing/extractor-suite";
import { describe, expect, test } from "vitest";
import { createTextDecoder, decodeContent, detectCharset, detectMediaType } from "../src/index.ts";
import { oleFile, storedZip } from "./build-containers.ts";

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const latin1 = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, "latin1"));

const office = "application/vnd.openxmlformats-officedocument.";

describe("by content", () => {
  const cases: readonly (readonly [string, Uint8Array, string])[] = [
    ["PDF", utf8("%PDF-1.7\n"), "application/pdf"],
    ["PDF after junk", utf8("\n\nHTTP/1.1 200 OK\r\n\r\n%PDF-1.4\n"), "application/pdf"],
    ["RTF", utf8("{\\rtf1\\ansi hello}"), "application/rtf"],
    ["gzip", new Uint8Array(gzipSync("hello")), "application/gzip"],
    [
      "DOCX",
      storedZip({ "[Content_Types].xml": "<Types/>", "word/document.xml": "" }),
      `${office}wordprocessingml.document`,
    ],
    ["XLSX", storedZip({ "[Content_Types].xml": "<Types/>", "xl/workbook.xml": "" }), `${office}spreadsheetml.sheet`],
    ["PPTX", storedZip({ "_rels/.rels": "", "ppt/presentation.xml": "" }), `${office}presentationml.presentation`],
    ["EPUB", storedZip({ mimetype: "application/epub+zip", "META-INF/container.xml": "" }), "application/epub+zip"],
    [
      "ODS",
      storedZip({ mimetype: "application/vnd.oasis.opendocument.spreadsheet" }),
      "application/vnd.oasis.opendocument.spreadsheet",
    ],
    ["ZIP", storedZip({ "word.txt": "hello" }), "application/zip"],
    ["DOC", oleFile(["Root Entry", "WordDocument", "1Table"]), "application/msword"],
    ["XLS", oleFile(["Root Entry", "Workbook"]), "application/vnd.ms-excel"],
    ["PPT", oleFile(["Root Entry", "PowerPoint Document"]), "application/vnd.ms-powerpoint"],
    ["MSG", oleFile(["Root Entry", "__properties_version1.0"]), "application/vnd.ms-outlook"],
    [
      "EML",
      utf8("Received: from a\r\nFrom: a@example.org\r\nTo: b@example.org\r\nSubject: x\r\n\r\nHello"),
      "message/rfc822",
    ],
    ["mbox", utf8("From a@example.org Mon Jun 01 10:00:00 2009\nSubject: x\n\nHello"), "application/mbox"],
    ["HTML without doctype", utf8("<!-- saved -->\n<div><p>Hello</p></div>"), "text/html"],
    [
      "XHTML",
      utf8('<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><body/></html>'),
      "application/xhtml+xml",
    ],
    ["RSS", utf8('<?xml version="1.0"?><rss version="2.0"><channel/></rss>'), "application/rss+xml"],
    ["Atom", utf8('<feed xmlns="http://www.w3.org/2005/Atom"></feed>'), "application/atom+xml"],
    ["XML", utf8('<?xml version="1.0"?><orders><order/></orders>'), "application/xml"],
    ["JSON", utf8('{"a": [1, 2, {"b": null}]}'), "application/json"],
    ["JSON lines", utf8('{"a": 1}\n{"a": 2}\n{"a": 3}\n'), "application/x-ndjson"],
    ["CSV", utf8("id,name,city\n1,Ann,Oslo\n2,Bob,Rome\n3,Cy,Bern\n"), "text/csv"],
    [
      "CSV with line breaks in quotes",
      utf8('id,note,city\n1,"two\nlines, here",Oslo\n2,x,Rome\n3,y,Bern\n'),
      "text/csv",
    ],
    ["TSV", utf8("id\tname\n1\tAnn\n2\tBob\n"), "text/tab-separated-values"],
    ["WebVTT", utf8("WEBVTT\n\n00:00.000 --> 00:01.000\nHi\n"), "text/vtt"],
    ["SRT", utf8("1\n00:00:00,000 --> 00:00:01,000\nHi\n"), "application/x-subrip"],
    ["Markdown", utf8("# Title\n\nSee [a](b) and **this**.\n\n## Two\n"), "text/markdown"],
    ["prose", utf8("Managers, as a rule, approve travel.\nThey do so, in writing, before the trip.\n"), "text/plain"],
    [
      "garbage",
      Uint8Array.from({ length: 999 }, (_, index) => (index * index * 31 + index) & 0xff),
      "application/octet-stream",
    ],
    ["nothing", new Uint8Array(), "application/x-empty"],
  ];
  for (const [name, bytes, mediaType] of cases) {
    test(name, async () => expect((await detectMediaType(bytes)).mediaType).toBe(mediaType));
  }
});

describe("the name", () => {
  test("decides between kinds of text that look alike", async () => {
    const bytes = utf8("one\ntwo\nthree\n");
    expect((await detectMediaType(bytes, { fileName: "a.csv" })).mediaType).toBe("text/csv");
    expect((await detectMediaType(bytes, { fileName: "a.md" })).mediaType).toBe("text/markdown");
    expect((await detectMediaType(bytes, { claimed: "text/markdown; charset=utf-8" })).mediaType).toBe("text/markdown");
    expect((await detectMediaType(bytes, { fileName: "a.py" })).mediaType).toBe("text/x-python");
  });
  test("never overrules content", async () => {
    const zip = storedZip({ "a.txt": "hello" });
    expect((await detectMediaType(zip, { fileName: "a.txt" })).mediaType).toBe("application/zip");
    expect((await detectMediaType(utf8("%PDF-1.4"), { fileName: "a.csv" })).mediaType).toBe("application/pdf");
    expect((await detectMediaType(utf8("a\tb\n1\t2\n3\t4\n"), { fileName: "a.csv" })).mediaType).toBe(
      "text/tab-separated-values",
    );
  });
  test("names an encrypted package, of which nothing else can be seen", async () => {
    const encrypted = oleFile(["Root Entry", "EncryptedPackage", "EncryptionInfo"]);
    expect((await detectMediaType(encrypted, { fileName: "a.xlsx" })).mediaType).toBe(`${office}spreadsheetml.sheet`);
  });
});

describe("encodings", () => {
  const russian = "Сотрудники обязаны согласовать командировку с руководителем заранее, до покупки билетов.";
  const cp866 = Uint8Array.from(russian, (char) => {
    const code = char.codePointAt(0)!;
    if (code < 0x80) return code;
    const index = code - 0x410;
    return index < 48 ? 0x80 + index : 0xe0 + index - 48;
  });
  const cases: readonly (readonly [string, Uint8Array, string])[] = [
    ["ASCII", utf8("plain"), "utf-8"],
    ["UTF-8", utf8("Grüße"), "utf-8"],
    ["UTF-8 with mark", utf8("\uFEFFx"), "utf-8"],
    ["UTF-16LE with mark", new Uint8Array(Buffer.from("\uFEFFhello", "utf16le")), "utf-16le"],
    ["UTF-16LE without mark", new Uint8Array(Buffer.from("hello world, again", "utf16le")), "utf-16le"],
    ["UTF-16BE without mark", new Uint8Array(Buffer.from("hello world", "utf16le").swap16()), "utf-16be"],
    [
      "windows-1252",
      latin1("Die Grö\xdfe des Kartons: \x8020, f\xfcr den M\xe4rz geb\xfchrenfrei, sagte M\xfcller."),
      "windows-1252",
    ],
    [
      "Shift_JIS",
      Uint8Array.from([0x96, 0xbc, 0x91, 0x4f, 0x2c, 0x94, 0x4e, 0x97, 0xee, 0x2c, 0x8f, 0x5a, 0x8f, 0x8a, 0x0a]),
      "shift_jis",
    ],
    ["IBM 866", cp866, "ibm866"],
  ];
  for (const [name, bytes, charset] of cases) test(name, () => expect(detectCharset(bytes).charset).toBe(charset));

  test("EBCDIC is refused by name", async () => {
    const ebcdic = Uint8Array.from("THE QUICK BROWN FOX JUMPS OVER THE LAZY DOG".repeat(3), (char) => {
      const index = "ABCDEFGHIJKLMNOPQRSTUVWXYZ".indexOf(char);
      return index < 0 ? 0x40 : index < 9 ? 0xc1 + index : index < 18 ? 0xd1 + index - 9 : 0xe2 + index - 18;
    });
    expect(await detectMediaType(ebcdic, { fileName: "a.txt" })).toMatchObject({
      mediaType: "application/octet-stream",
      charset: "ebcdic",
    });
    await expectError(async () => {
      for await (const _text of decodeContent(countingContent({ bytes: ebcdic })));
    }, "UNSUPPORTED_MEDIA_TYPE");
  });
  test("UTF-32 is decoded across pieces", () => {
    const decoder = createTextDecoder("utf-32be");
    const bytes = Uint8Array.from([0, 0, 0xfe, 0xff, 0, 0, 0, 0x41, 0, 1, 0xf6, 0]);
    expect(decoder.decode(bytes.subarray(0, 6), { stream: true }) + decoder.decode(bytes.subarray(6))).toBe(
      "A\u{1F600}",
    );
  });
  test("an accent after a long stretch of ASCII decides", async () => {
    const bytes = Buffer.concat([
      Buffer.alloc(200_000, "plain text, "),
      Buffer.from("Gr\xfc\xdfe aus M\xfcnchen", "latin1"),
    ]);
    let text = "";
    const content = countingContent({ bytes });
    for await (const piece of decodeContent(content)) text += piece;
    expect(text.endsWith("Grüße aus München")).toBe(true);
    expect(content.openStreams()).toBe(0);
  });
});

describe("reading", () => {
  test("a file is read in place, its directory at the end included", async () => {
    const folder = await mkdtemp(join(tmpdir(), "media-type-"));
    try {
      const bytes = storedZip({ "[Content_Types].xml": "x".repeat(200_000), "ppt/presentation.xml": "" });
      const path = join(folder, "a.bin");
      await writeFile(path, bytes);
      const content = {
        size: bytes.length,
        path,
        bytes: () => Promise.reject(new Error("the whole was read")),
        stream: () => {
          throw new Error("the whole was streamed");
        },
      };
      expect((await detectMediaType(content)).mediaType).toBe(`${office}presentationml.presentation`);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
  test("a content without a file is streamed, and the stream is closed", async () => {
    const content = countingContent({ bytes: new Uint8Array(Buffer.alloc(300_000, "line of text\n")) });
    expect((await detectMediaType(content)).mediaType).toBe("text/plain");
    expect(content.openStreams()).toBe(0);
  });
  test("an abort is an abort", async () => {
    await expectError(() => detectMediaType(utf8("x"), { signal: AbortSignal.abort() }), "ABORTED");
  });
  test("a cut archive is told by what is left", async () => {
    const bytes = storedZip({ "[Content_Types].xml": "<Types/>", "word/document.xml": "x".repeat(500) });
    expect((await detectMediaType(bytes.subarray(0, 300))).mediaType).toBe(`${office}wordprocessingml.document`);
  });
});
