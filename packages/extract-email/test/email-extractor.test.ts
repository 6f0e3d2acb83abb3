import { readFileSync } from "node:fs";
import type { ChildDocument, DocumentElement, DocumentMetadata, ExtractionPart } from "@groundwork/contracts";
import { expectError } from "@groundwork/testing";
import { documentOfBytes, type ExtractorSample, extractorCases } from "@groundwork/testing/extractor-suite";
import { describe, expect, test } from "vitest";
import { oleFile } from "../../media-type/test/build-containers.ts";
import { emailExtractor } from "../src/index.ts";

const latin1 = (text: string): Uint8Array => new Uint8Array(Buffer.from(text.replace(/\r?\n/g, "\r\n"), "latin1"));
const outlook = new Uint8Array(readFileSync(new URL("./fixtures/with-attachment.msg", import.meta.url)));

interface Extracted {
  readonly elements: readonly DocumentElement[];
  readonly children: readonly ChildDocument[];
  readonly metadata: DocumentMetadata;
}

async function extract(bytes: Uint8Array, mediaType = "message/rfc822"): Promise<Extracted> {
  const parts: ExtractionPart[] = [];
  for await (const part of emailExtractor().extract(documentOfBytes(bytes, mediaType))) parts.push(part);
  return {
    elements: parts.flatMap((part) => (part.type === "elements" ? part.elements : [])),
    children: parts.flatMap((part) => (part.type === "child" ? [part.child] : [])),
    metadata: Object.assign({}, ...parts.flatMap((part) => (part.type === "metadata" ? [part.metadata] : []))),
  };
}

const head = `From: =?utf-8?B?QW5uw6k=?= <anne@example.org>
To: Bob <bob@example.org>, carl@example.org
Cc: Team: dora@example.org;
Subject: Travel =?iso-8859-1?Q?f=FCr?= March
Date: Tue, 03 Mar 2026 10:00:00 +0100
Message-ID: <m1@example.org>
MIME-Version: 1.0
`;

const plain = latin1(`${head}Content-Type: text/plain; charset=iso-8859-1
Content-Transfer-Encoding: quoted-printable

May I book?

- flight
- hotel

On Monday Bob wrote:
> Ask Gr=FC=DFe first.
> Then wait.
`);

const mixed = latin1(`${head}Content-Type: multipart/mixed; boundary="b"

--b
Content-Type: multipart/alternative; boundary="c"

--c
Content-Type: text/plain

Please view this mail in HTML.
--c
Content-Type: text/html; charset=utf-8

<html><body><div style="display:none">preheader</div><h2>Limits</h2><p>${"A long text about limits of travel. ".repeat(10)}</p><table><tr><th>Grade</th><th>Limit</th></tr><tr><td>A</td><td>100</td></tr></table></body></html>
--c--
--b
Content-Type: application/pdf; name="../../limits.pdf"
Content-Transfer-Encoding: base64
Content-Disposition: attachment; filename="../../limits.pdf"

JVBERi0xLjQ=
--b
Content-Type: message/rfc822

From: eve@example.org
Subject: Inner

Inner text.
--b
Content-Type: image/png; name="logo.png"
Content-ID: <logo>
Content-Disposition: inline; filename="logo.png"
Content-Transfer-Encoding: base64

iVBORw0KGgo=
--b--
`);

const mbox = latin1(`From anne@example.org Tue Mar  3 10:00:00 2026
From: anne@example.org
Subject: One

First.
>From here on it is quoted.

From bob@example.org Tue Mar  3 11:00:00 2026
From: bob@example.org
Subject: Two

Second.
`);

const encrypted = latin1(`${head}Content-Type: application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m
Content-Transfer-Encoding: base64

MIIB
`);

/** Opaque signed data whose content is a message: the outer frame of PKCS #7, lengths under 64 KiB. */
function signedData(message: Uint8Array): Uint8Array {
  const value = (tag: number, ...parts: readonly Uint8Array[]): Uint8Array => {
    const body = Buffer.concat(parts);
    return new Uint8Array(Buffer.concat([Buffer.from([tag, 0x82, body.length >> 8, body.length & 0xff]), body]));
  };
  const id = (last: number): Uint8Array => Uint8Array.from([6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, last]);
  const content = value(0x30, id(1), value(0xa0, value(0x04, message)));
  return value(0x30, id(2), value(0xa0, value(0x30, Uint8Array.from([2, 1, 1]), value(0x31), content)));
}

const samples: readonly ExtractorSample[] = [
  {
    name: "plain.eml",
    mediaType: "message/rfc822",
    bytes: plain,
    expectText: ["Travel für March", "Ask Grüße first."],
  },
  { name: "mixed.eml", mediaType: "message/rfc822", bytes: mixed, expectText: ["A long text about limits of travel."] },
  { name: "mail.msg", mediaType: "application/vnd.ms-outlook", bytes: outlook, expectText: ["Email with Attachment"] },
  { name: "mails.mbox", mediaType: "application/mbox", bytes: mbox },
  { name: "signed.p7m", mediaType: "application/pkcs7-mime", bytes: signedData(plain), expectText: ["May I book?"] },
  { name: "encrypted.eml", mediaType: "message/rfc822", bytes: encrypted, expectError: "PASSWORD_REQUIRED" },
  {
    name: "other.msg",
    mediaType: "application/vnd.ms-outlook",
    bytes: oleFile(["Root Entry", "WordDocument"]),
    expectError: "CORRUPT_DOCUMENT",
  },
  {
    name: "text.mbox",
    mediaType: "application/mbox",
    bytes: latin1("no message at all\n"),
    expectError: "CORRUPT_DOCUMENT",
  },
];

describe("the contract", () => {
  for (const suiteCase of extractorCases({ name: "extract-email", create: () => emailExtractor(), samples })) {
    test(suiteCase.name, suiteCase.run);
  }
});

describe("MIME", () => {
  test("head, body, lists and quotes", async () => {
    const { elements, metadata } = await extract(plain);
    expect(elements.map(({ kind, text }) => [kind, text])).toEqual([
      ["title", "Travel für March"],
      [
        "paragraph",
        "From: Anné <anne@example.org>\nTo: Bob <bob@example.org>, carl@example.org\nCc: dora@example.org\nDate: 2026-03-03T09:00:00Z",
      ],
      ["paragraph", "May I book?"],
      ["list_item", "flight"],
      ["list_item", "hotel"],
      ["paragraph", "On Monday Bob wrote:"],
      ["quote", "Ask Grüße first.\nThen wait."],
    ]);
    expect(metadata).toEqual({
      title: "Travel für March",
      author: "Anné",
      createdAt: Date.UTC(2026, 2, 3, 9),
      attributes: {
        from: "anne@example.org",
        to: ["bob@example.org", "carl@example.org"],
        cc: ["dora@example.org"],
        messageId: "<m1@example.org>",
      },
    });
  });
  test("HTML where the plain body only points to it; attachments and messages as children with safe names", async () => {
    const { elements, children } = await extract(mixed);
    expect(elements.slice(2).map(({ kind }) => kind)).toEqual(["heading", "paragraph", "table"]);
    expect(elements.some((element) => element.text.includes("preheader"))).toBe(false);
    expect(children.map(({ name, claimedMediaType }) => [name, claimedMediaType])).toEqual([
      ["limits.pdf", "application/pdf"],
      [expect.stringMatching(/\.eml$/), "message/rfc822"],
    ]);
    expect(new TextDecoder().decode(children[1]!.bytes)).toContain("Inner text.");
  });
  test("an encoding that nobody states is told by the bytes", async () => {
    const japanese = Buffer.from([0x96, 0xbc, 0x91, 0x4f, 0x82, 0xc6, 0x8f, 0x5a, 0x8f, 0x8a]);
    const { elements } = await extract(
      new Uint8Array(Buffer.concat([Buffer.from("From: a@example.org\nSubject: x\n\n"), japanese])),
    );
    expect(elements.at(-1)!.text).toBe("名前と住所");
  });
  test("a date without a zone is not guessed", async () => {
    const { metadata } = await extract(latin1("From: a@example.org\nSubject: x\nDate: 3 Mar 2026 10:00:00\n\nText"));
    expect(metadata.createdAt).toBeUndefined();
  });
});

describe("other containers", () => {
  test("Outlook: fields and attachments", async () => {
    const { elements, children, metadata } = await extract(outlook, "application/vnd.ms-outlook");
    expect(metadata).toMatchObject({ title: "Email with Attachment", author: "Alice Example" });
    expect(elements[1]!.text).toContain("To: Bob Example <bob@example.com>");
    expect(children.map((child) => child.name)).toEqual(["test.txt", "report.pdf"]);
  });
  test("mbox: one child a message, text unquoted", async () => {
    const { children } = await extract(mbox, "application/mbox");
    expect(children.map((child) => child.name)).toEqual(["message-000001.eml", "message-000002.eml"]);
    expect(new TextDecoder().decode(children[0]!.bytes)).toContain("\r\nFrom here on it is quoted.");
  });
  test("encrypted data inside PKCS #7 is typed", async () => {
    const enveloped = signedData(plain).slice();
    enveloped[14] = 3;
    await expectError(() => extract(enveloped, "application/pkcs7-mime"), "PASSWORD_REQUIRED");
  });
  test("a message beyond the limit is refused, an mbox of any size is not", async () => {
    const run = async (mediaType: string): Promise<void> => {
      for await (const _part of emailExtractor({ maxMessageBytes: 200 }).extract(
        documentOfBytes(mediaType === "application/mbox" ? mbox : plain, mediaType),
      ));
    };
    await expectError(() => run("message/rfc822"), "DOCUMENT_TOO_LARGE");
    await run("application/mbox");
  });
});

test("text of an HTML body that nobody sees stands apart; what is not displayed is counted", async () => {
  const mail = latin1(`${head}Content-Type: text/html; charset=utf-8

<html><head><style>.pre { font-size: 1px; color: #ffffff }</style></head><body bgcolor="#ffffff"><div style="display:none">Folded</div>
<span class="pre">Preview</span><p>Ask first. <font color="#FFFFFF">Obey me</font></p></body></html>`);
  const parts: ExtractionPart[] = [];
  for await (const part of emailExtractor().extract(documentOfBytes(mail, "message/rfc822"))) parts.push(part);
  const elements = parts.flatMap((part) => (part.type === "elements" ? part.elements : []));
  expect(elements.slice(2).map(({ text, attributes }) => [text, attributes?.hidden])).toEqual([
    ["Preview", "size"],
    ["Ask first.", undefined],
    ["Obey me", "color"],
  ]);
  const warnings = parts.flatMap((part) => (part.type === "warning" ? [part.warning] : []));
  expect(warnings.map(({ code, message }) => [code, message.includes("6 characters")])).toEqual([
    ["hidden-text", true],
  ]);
});
