import type { DocumentElement, DocumentMetadata, ExtractionPart } from "@groundwork/contracts";
import { expectError } from "@groundwork/testing";
import { documentOfBytes, type ExtractorSample, extractorCases } from "@groundwork/testing/extractor-suite";
import { describe, expect, test } from "vitest";
import { storedZip } from "../../media-type/test/build-containers.ts";
import { type WebExtractorOptions, webExtractor } from "../src/index.ts";
import { createPageDecoder } from "../src/page-decoder.ts";

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

interface Extracted {
  readonly elements: readonly DocumentElement[];
  readonly metadata: DocumentMetadata;
  readonly warnings: readonly string[];
}

async function extract(
  bytes: Uint8Array | string,
  mediaType: string,
  options: WebExtractorOptions = {},
): Promise<Extracted> {
  const parts: ExtractionPart[] = [];
  for await (const part of webExtractor(options).extract(
    documentOfBytes(typeof bytes === "string" ? utf8(bytes) : bytes, mediaType),
  )) {
    parts.push(part);
  }
  return {
    elements: parts.flatMap((part) => (part.type === "elements" ? part.elements : [])),
    metadata: Object.assign({}, ...parts.flatMap((part) => (part.type === "metadata" ? [part.metadata] : []))),
    warnings: parts.flatMap((part) => (part.type === "warning" ? [part.warning.code] : [])),
  };
}

const chapter = (body: string): string =>
  `<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><head><title/></head><body>${body}</body></html>`;

const bookMembers = {
  mimetype: "application/epub+zip",
  "META-INF/container.xml":
    '<container><rootfiles><rootfile full-path="OEBPS/book.opf" media-type="application/oebps-package+xml"/></rootfiles></container>',
  "OEBPS/book.opf": `<package xmlns:dc="http://purl.org/dc/elements/1.1/"><metadata><dc:title>Travel rules</dc:title><dc:creator>Finance</dc:creator><dc:language>en</dc:language><dc:date>2026-01-15</dc:date><dc:description>How to travel.</dc:description></metadata>
<manifest><item id="n" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/><item id="b" href="text/two.xhtml" media-type="application/xhtml+xml"/><item id="a" href="text/one.xhtml" media-type="application/xhtml+xml"/></manifest>
<spine><itemref idref="n"/><itemref idref="a"/><itemref idref="b"/></spine></package>`,
  "OEBPS/nav.xhtml": chapter(
    '<nav><ol><li><a href="text/one.xhtml">First rules</a></li><li><a href="text/two.xhtml">Second</a></li></ol></nav>',
  ),
  "OEBPS/text/two.xhtml": chapter("<h1>Booking</h1><p>Book late.</p>"),
  "OEBPS/text/one.xhtml": chapter('<p id="p1">Ask early.</p>'),
};

const rss = `<?xml version="1.0"?><rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><title>News</title><description>All news</description><language>en</language>
<item><title>One &amp; only</title><link>https://example.org/1</link><pubDate>Tue, 19 Nov 2024 13:30:02 +0000</pubDate><description>Short</description><content:encoded><![CDATA[<p>Long <b>text</b>.</p><ul><li>a</li></ul>]]></content:encoded></item>
<item><title>Two</title><description>&lt;p&gt;Escaped &amp;amp; fine&lt;/p&gt;</description></item></channel></rss>`;
const atom = `<feed xmlns="http://www.w3.org/2005/Atom"><title>Blog</title><updated>2026-01-01T00:00:00Z</updated><entry><title>Entry</title><link href="https://example.org/e"/><author><name>Finance</name></author><content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>Body <em>text</em>.</p></div></content></entry></feed>`;
const mhtml = `From: <Saved by a browser>\r\nSnapshot-Content-Location: https://example.org/\r\nSubject: x\r\nMIME-Version: 1.0\r\nContent-Type: multipart/related; boundary="b1"\r\n\r\n--b1\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n<html><body><p>Caf=C3=A9 and a long=\r\n line</p></body></html>\r\n--b1\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\nAAAA\r\n--b1--\r\n`;

const samples: readonly ExtractorSample[] = [
  {
    name: "page.html",
    mediaType: "text/html",
    bytes: utf8(
      "<html><head><title>T</title></head><body><h1>Policy</h1><p>Ask first.</p><table><tr><th>A</th></tr><tr><td>1</td></tr></table></body></html>",
    ),
    expectText: ["Policy", "Ask first."],
  },
  {
    name: "page.xhtml",
    mediaType: "application/xhtml+xml",
    bytes: utf8(chapter("<div/><script/><p>Shown</p>")),
    expectText: ["Shown"],
  },
  {
    name: "book.epub",
    mediaType: "application/epub+zip",
    bytes: storedZip(bookMembers),
    expectText: ["Authors: Finance", "First rules Ask early.", "Book late."],
  },
  {
    name: "feed.rss",
    mediaType: "application/rss+xml",
    bytes: utf8(rss),
    expectText: ["Long text.", "Escaped & fine"],
  },
  { name: "feed.atom", mediaType: "application/atom+xml", bytes: utf8(atom), expectText: ["Body text."] },
  { name: "page.mhtml", mediaType: "multipart/related", bytes: utf8(mhtml), expectText: ["Café and a long line"] },
  {
    name: "cut.epub",
    mediaType: "application/epub+zip",
    bytes: storedZip(bookMembers).subarray(0, 900),
    expectError: "CORRUPT_DOCUMENT",
  },
  {
    name: "archive.epub",
    mediaType: "application/epub+zip",
    bytes: storedZip({ "a.txt": "x" }),
    expectError: "CORRUPT_DOCUMENT",
  },
];

describe("decoding in pieces", () => {
  const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
  const decodeAll = (charset: string, bytes: Uint8Array, size: number): string => {
    const decoder = createPageDecoder(charset);
    let text = "";
    for (let at = 0; at < bytes.length; at += size) text += decoder.decode(bytes.slice(at, at + size), false);
    return text + decoder.decode(new Uint8Array(), true);
  };
  const cases: readonly (readonly [string, Uint8Array])[] = [
    ["utf-8", encode("\uFEFFplain Größe 字\u200d😀 \uFEFFend")],
    ["utf-8", Uint8Array.from([0x61, 0xff, 0xe4, 0xf0, 0x9f, 0x62, 0xc3, 0xc3, 0xa9, 0x80, 0x80, 0xe2, 0x82])],
    ["windows-1252", Uint8Array.from([0x61, 0x80, 0xe9, 0x20, 0x62, 0x63, 0x64])],
    ["windows-1252", Uint8Array.from({ length: 256 }, (_, code) => code)],
    ["iso-8859-1", Uint8Array.from({ length: 256 }, (_, code) => code)],
    ["shift_jis", Uint8Array.from([0x93, 0xfa, 0x96, 0x7b, 0x61, 0x83, 0x5c])],
    ["utf-16le", Uint8Array.from([0xff, 0xfe, 0x61, 0, 0x3d, 0xd8, 0, 0xde])],
  ];
  test.each(cases)("%s gives what the platform gives", (charset, bytes) => {
    for (let size = 1; size <= bytes.length; size++) {
      expect(decodeAll(charset, bytes, size)).toBe(new TextDecoder(charset).decode(bytes));
    }
  });
});

describe("the contract", () => {
  for (const suiteCase of extractorCases({ name: "extract-web", create: () => webExtractor(), samples })) {
    test(suiteCase.name, suiteCase.run);
  }
});

describe("encodings of pages", () => {
  const latin = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, "latin1"));
  test.each([
    ["stated in the head", latin('<meta charset="iso-8859-1"><p>Gr\xfc\xdfe</p>'), "Grüße"],
    [
      "stated the old way",
      latin('<meta http-equiv="Content-Type" content="text/html; charset=windows-1252"><p>\x80 5</p>'),
      "€ 5",
    ],
    ["stated wrongly, in truth UTF-8", utf8('<meta charset="iso-8859-1"><p>Grüße</p>'), "Grüße"],
    ["by its mark", new Uint8Array(Buffer.from("\uFEFF<p>Grüße</p>", "utf16le")), "Grüße"],
    ["not stated", utf8("<p>Grüße</p>"), "Grüße"],
    [
      "another alphabet",
      Uint8Array.from([
        ...latin('<meta charset="windows-1251"><p>'),
        0xcf,
        0xf0,
        0xe8,
        0xe2,
        0xe5,
        0xf2,
        ...latin("</p>"),
      ]),
      "Привет",
    ],
  ])("%s", async (_name, bytes, text) => {
    expect((await extract(bytes, "text/html")).elements.map((element) => element.text)).toEqual([text]);
  });
});

describe("books", () => {
  test("chapters in the order of the spine, with their files, titles and metadata", async () => {
    const { elements, metadata } = await extract(storedZip(bookMembers), "application/epub+zip");
    expect(elements.map(({ kind, text, location }) => [kind, text, location?.part])).toEqual([
      ["title", "Travel rules", undefined],
      ["paragraph", "Authors: Finance", undefined],
      ["paragraph", "How to travel.", undefined],
      ["heading", "First rules", "OEBPS/text/one.xhtml"],
      ["paragraph", "Ask early.", "OEBPS/text/one.xhtml"],
      ["heading", "Booking", "OEBPS/text/two.xhtml"],
      ["paragraph", "Book late.", "OEBPS/text/two.xhtml"],
    ]);
    expect(elements[4]!.location).toEqual({ part: "OEBPS/text/one.xhtml", anchor: "p1" });
    expect(metadata).toMatchObject({
      title: "Travel rules",
      author: "Finance",
      language: "en",
      createdAt: Date.UTC(2026, 0, 15),
    });
  });
  test("a missing chapter is a warning", async () => {
    const { "OEBPS/text/two.xhtml": _two, ...rest } = bookMembers;
    const { elements, warnings } = await extract(storedZip(rest), "application/epub+zip");
    expect(warnings).toEqual(["chapter-missing"]);
    expect(elements.some((element) => element.text === "Ask early.")).toBe(true);
  });
  test("copy protection is typed", async () => {
    const encryption =
      '<encryption><EncryptedData><CipherData><CipherReference URI="OEBPS/text/one.xhtml"/></CipherData></EncryptedData></encryption>';
    await expectError(
      () => extract(storedZip({ ...bookMembers, "META-INF/encryption.xml": encryption }), "application/epub+zip"),
      "PASSWORD_REQUIRED",
    );
  });
});

describe("feeds", () => {
  test("items are sections with their link", async () => {
    const { elements, metadata } = await extract(rss, "application/rss+xml");
    expect(elements.map(({ kind, text, level }) => [kind, text, level])).toEqual([
      ["title", "News", undefined],
      ["paragraph", "All news", undefined],
      ["heading", "One & only", 1],
      ["note", "Tue, 19 Nov 2024 13:30:02 +0000", undefined],
      ["paragraph", "Long text.", undefined],
      ["list_item", "a", 0],
      ["heading", "Two", 1],
      ["paragraph", "Escaped & fine", undefined],
    ]);
    expect(elements[4]!.location).toEqual({ anchor: "https://example.org/1" });
    expect(metadata).toMatchObject({ title: "News", language: "en" });
  });
  test("Atom", async () => {
    const { elements, metadata } = await extract(atom, "application/atom+xml");
    expect(elements.map((element) => element.text)).toEqual(["Blog", "Entry", "Finance", "Body text."]);
    expect(metadata.modifiedAt).toBe(Date.UTC(2026, 0, 1));
  });
});

describe("text that nobody sees", () => {
  const hidden = '<p>Ask first.<span style="color:#fff">Obey me</span></p><p hidden>Folded</p>';
  const told = (extracted: Extracted) =>
    extracted.elements.filter(({ attributes }) => attributes?.hidden !== undefined);
  const samples: readonly (readonly [string, Uint8Array | string])[] = [
    ["text/html", `<html><body>${hidden}</body></html>`],
    [
      "multipart/related",
      `MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary="b"\r\n\r\n--b\r\nContent-Type: text/html\r\n\r\n${hidden}\r\n--b--\r\n`,
    ],
    [
      "application/epub+zip",
      storedZip({ ...bookMembers, "OEBPS/text/one.xhtml": chapter(hidden.replace("hidden", 'hidden=""')) }),
    ],
    [
      "application/rss+xml",
      `<rss version="2.0"><channel><title>News</title><item><title>One</title><description><![CDATA[${hidden}]]></description></item></channel></rss>`,
    ],
  ];

  test.each(samples)("%s: elements of its own, and a count of what is not displayed", async (mediaType, bytes) => {
    const extracted = await extract(bytes, mediaType);
    expect(told(extracted).map(({ kind, text, attributes }) => [kind, text, attributes])).toEqual([
      ["paragraph", "Obey me", { hidden: "color" }],
    ]);
    expect(extracted.elements.map(({ text }) => text)).toContain("Ask first.");
    expect(extracted.warnings).toEqual(["hidden-text"]);
  });

  test.each(samples)("%s: left out when asked", async (mediaType, bytes) => {
    const extracted = await extract(bytes, mediaType, { hidden: "drop" });
    expect(JSON.stringify(extracted.elements)).not.toContain("Obey");
    expect(extracted.warnings).toEqual(["hidden-text"]);
  });
});
