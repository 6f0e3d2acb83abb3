import {
  type DocumentElement,
  type DocumentMetadata,
  type ExtractionPart,
  renderMarkdown,
} from "@groundwork/contracts";
import { expectError } from "@groundwork/testing";
import { documentOfBytes, type ExtractorSample, extractorCases } from "@groundwork/testing/extractor-suite";
import { describe, expect, test } from "vitest";
import { textExtractor } from "../src/index.ts";

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

interface Extracted {
  readonly elements: readonly DocumentElement[];
  readonly metadata: DocumentMetadata;
  readonly warnings: readonly string[];
  readonly parts: readonly ExtractionPart[];
}

async function extract(text: string | Uint8Array, mediaType: string): Promise<Extracted> {
  const parts: ExtractionPart[] = [];
  const bytes = typeof text === "string" ? utf8(text) : text;
  for await (const part of textExtractor().extract(documentOfBytes(bytes, mediaType))) parts.push(part);
  return {
    parts,
    elements: parts.flatMap((part) => (part.type === "elements" ? part.elements : [])),
    metadata: Object.assign({}, ...parts.flatMap((part) => (part.type === "metadata" ? [part.metadata] : []))),
    warnings: parts.flatMap((part) => (part.type === "warning" ? [part.warning.code] : [])),
  };
}

const shape = (elements: readonly DocumentElement[]) =>
  elements.map(({ kind, text, level }) => (level === undefined ? [kind, text] : [kind, text, level]));

const markdown = `---
title: Travel policy
owner: Finance
tags: [travel, approval]
effective_date: 2026-01-01
effective_to: 2026-12-31
date: 2025-11-03
region: { name: EMEA, budget: 1200 }
---
# Travel policy

Managers **approve** travel, see the [guide](https://example.org "x") and ![the chart](chart.png).

1. Ask
   - in writing
2. Wait

> Never book first.

| Grade | Limit |
|-------|-------|
| A     | 100   |

\`\`\`ts
const limit = 100;
\`\`\`

<div>Raw <b>HTML</b><script>alert(1)</script></div>

Note[^1].

[^1]: A footnote.
`;

const csv = `id,name,"note"\n1,Ann,"two\nlines"\n2,Bob,"say ""hi"""\n3,Cy,\n`;
const vtt =
  "WEBVTT\n\n1\n00:00.500 --> 00:02.000\n<v Ann>Good morning.\n\n00:02.000 --> 00:03.000\nWelcome &amp; hello\n";
const xml = `<?xml version="1.0"?><doc><sec><title>Scope</title><p>All <b>staff</b> and contractors.</p></sec><record><id>7</id><name>Ann</name></record></doc>`;
const json = `{"policy":{"name":"Travel","limit":12345678901234567890},"rows":[{"a":1,"b":"x"},{"a":2,"b":"y"}],"tags":["p","q"]}`;

const samples: readonly ExtractorSample[] = [
  {
    name: "policy.md",
    mediaType: "text/markdown",
    bytes: utf8(markdown),
    expectText: ["Managers approve travel, see the guide", "A footnote."],
  },
  { name: "rows.csv", mediaType: "text/csv", bytes: utf8(csv), expectText: ["two lines", 'say "hi"'] },
  {
    name: "plain.txt",
    mediaType: "text/plain",
    bytes: utf8("SCOPE\n\nOne paragraph\nof text.\n\n- a\n- b\n"),
    expectText: ["One paragraph of text."],
  },
  { name: "data.json", mediaType: "application/json", bytes: utf8(json), expectText: ["12345678901234567890", "p, q"] },
  {
    name: "lines.jsonl",
    mediaType: "application/x-ndjson",
    bytes: utf8('{"a":1,"b":{"c":2}}\n{"a":2}\n'),
    expectText: ["b.c: 2"],
  },
  { name: "doc.xml", mediaType: "application/xml", bytes: utf8(xml), expectText: ["All staff and contractors."] },
  { name: "talk.vtt", mediaType: "text/vtt", bytes: utf8(vtt), expectText: ["Welcome & hello"] },
  {
    name: "guide.adoc",
    mediaType: "text/asciidoc",
    bytes: utf8("= Guide\n\n== Part\n\nText *bold*.\n\n|===\n|A |B\n|1 |2\n|===\n"),
    expectText: ["Text bold."],
  },
  {
    name: "guide.rst",
    mediaType: "text/x-rst",
    bytes: utf8("Guide\n=====\n\n.. note::\n\n   Mind ``this``.\n\n* one\n* two\n"),
    expectText: ["Mind this."],
  },
  { name: "tool.py", mediaType: "text/x-python", bytes: utf8("def f(x):\n    return x\n"), expectText: ["def f(x):"] },
  { name: "cut.json", mediaType: "application/json", bytes: utf8('{"a": [1, 2'), expectError: "CORRUPT_DOCUMENT" },
  {
    name: "binary.txt",
    mediaType: "text/plain",
    bytes: Uint8Array.from([0, 1, 2, 3, 0, 5, 6, 0xff, 0xfe, 0, 1]),
    expectError: "CORRUPT_DOCUMENT",
  },
];

describe("the contract", () => {
  for (const suiteCase of extractorCases({ name: "extract-text", create: () => textExtractor(), samples })) {
    test(suiteCase.name, suiteCase.run);
  }
});

describe("Markdown", () => {
  test("front matter is metadata, in fields and attributes", async () => {
    const { metadata } = await extract(markdown, "text/markdown");
    expect(metadata).toEqual({
      title: "Travel policy",
      author: "Finance",
      tags: ["travel", "approval"],
      effectiveFrom: "2026-01-01",
      effectiveTo: "2026-12-31",
      createdAt: Date.UTC(2025, 10, 3),
      attributes: { "region.name": "EMEA", "region.budget": 1200 },
    });
  });
  test("blocks become elements with lines", async () => {
    const { elements } = await extract(markdown, "text/markdown");
    expect(shape(elements)).toEqual([
      ["heading", "Travel policy", 1],
      ["paragraph", "Managers approve travel, see the guide and the chart."],
      ["list_item", "Ask", 0],
      ["list_item", "in writing", 1],
      ["list_item", "Wait", 0],
      ["quote", "Never book first."],
      ["table", "Grade | Limit\nA | 100"],
      ["code", "const limit = 100;"],
      ["paragraph", "Raw HTML"],
      ["paragraph", "Note[1]."],
      ["footnote", "A footnote."],
    ]);
    expect(elements[0]!.location).toEqual({ line: 10 });
    expect(elements[2]!.attributes).toEqual({ marker: "1." });
  });
  test("a long document is cut between blocks and keeps lines and links", async () => {
    const section = (index: number): string => `## Part ${index}\n\n${"Some words of text. ".repeat(40)}[go][ref]\n\n`;
    const text = `[ref]: https://example.org\n\n${Array.from({ length: 260 }, (_, index) => section(index)).join("")}`;
    const { elements } = await extract(text, "text/markdown");
    expect(elements.filter((element) => element.kind === "heading")).toHaveLength(260);
    expect(elements.every((element) => !element.text.includes("[ref]"))).toBe(true);
    const last = elements.findLast((element) => element.kind === "heading")!;
    expect(text.split("\n")[last.location!.line! - 1]).toBe("## Part 259");
  });
  test("marks stand beside the text", async () => {
    const text =
      '# A *new* `rule`\n\n1) **Ask** [the\n   *desk*](rates.html "t"), see <b>this</b><br>H<sub>2</sub>O &amp; \\*\n\n   ~~old~~\n\n- [x] **done**\n- [ ] open\n\n[run](javascript:x) www.example.org <https://example.org>\n\n| **a** |\n| --- |\n| b |\n';
    const { elements } = await extract(text, "text/markdown");
    const shown = elements.map(({ kind, text: own, marks = [], attributes = {} }) => [
      kind,
      own,
      ...marks.map((mark) => `${mark.kind}: ${own.slice(mark.start, mark.end)}${mark.href ? ` -> ${mark.href}` : ""}`),
      ...Object.values(attributes),
    ]);
    expect(shown).toEqual([
      ["heading", "A new rule", "emphasis: new", "code: rule"],
      [
        "list_item",
        "Ask the\ndesk, see this\nH2O & *\nold",
        "strong: Ask",
        "link: the\ndesk -> rates.html",
        "emphasis: desk",
        "strong: this",
        "subscript: 2",
        "strikethrough: old",
        "1)",
      ],
      ["list_item", "done", "strong: done", "-", "true"],
      ["list_item", "open", "-", "false"],
      ["paragraph", "run www.example.org https://example.org", "link: https://example.org -> https://example.org"],
      ["table", "a\nb"],
    ]);
    expect(renderMarkdown(elements.slice(1, 4))).toBe(
      "1) **Ask** [the](rates.html)\n  [*desk*](rates.html), see **this**\n  H<sub>2</sub>O & *\n  ~~old~~\n* [x] **done**\n* [ ] open\n",
    );
  });
  test("pictures that are links are pictures, footnotes stay where they are defined", async () => {
    const text = "[![build](b.svg)](x)\n![](y.png)\n\nA[^n] and[^missing].\n\n[^n]: Why *so*.\n\n    More.\n\nEnd.\n";
    const { elements } = await extract(text, "text/markdown");
    expect(shape(elements)).toEqual([
      ["figure", "build"],
      ["paragraph", "A[n] and[^missing]."],
      ["footnote", "Why so.\nMore."],
      ["paragraph", "End."],
    ]);
    expect(elements[2]).toMatchObject({ attributes: { marker: "n" }, location: { line: 6 } });
  });
  test.each([
    ["brackets without an end", "[\n".repeat(60_000)],
    ["emphasis without an end", "*a **b\n".repeat(20_000)],
    ["quotes in quotes", Array.from({ length: 300 }, (_, depth) => `${"> ".repeat(depth)}a`).join("\n")],
    ["lists in lists", Array.from({ length: 300 }, (_, depth) => `${"  ".repeat(depth)}- a`).join("\n")],
    ["tags without an end", "<div\n".repeat(20_000)],
  ])("%s: time grows with the text, and nothing is lost", async (_name, text) => {
    const started = process.cpuUsage();
    const { elements } = await extract(text, "text/markdown");
    const used = process.cpuUsage(started);
    expect(used.user + used.system).toBeLessThan(5_000_000);
    const letters = (shown: string): number => shown.match(/[ab]/g)?.length ?? 0;
    if (!text.startsWith("<")) {
      expect(elements.reduce((sum, element) => sum + letters(element.text), 0)).toBe(letters(text));
    }
  });
  test("an alias bomb in the front matter is no metadata", async () => {
    const bomb = `---\na: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: [*c,*c,*c,*c]\n---\nText\n`;
    const { metadata, warnings } = await extract(bomb, "text/markdown");
    expect(metadata).toEqual({});
    expect(warnings).toEqual(["front-matter-unreadable"]);
  });
});

describe("CSV", () => {
  test("a long table comes in slices that know their header and place", async () => {
    const text = `id,name\n${Array.from({ length: 1_000 }, (_, index) => `${index},n${index}`).join("\n")}\n`;
    const { elements, parts } = await extract(text, "text/csv");
    expect(elements).toHaveLength(6);
    expect(elements[0]!.table!.cells[0]).toMatchObject({ text: "id", header: true });
    expect(elements[1]!.table!.continuedHeader).toEqual([["id", "name"]]);
    expect(elements[1]!.location).toEqual({ range: "A201:B400", line: 201 });
    expect(parts.at(-1)).toEqual({ type: "progress", unit: "row", done: 1_001 });
  });
  test("a quote that is never closed does not swallow the file", async () => {
    const { elements, warnings } = await extract('a,b\n1,"open\n2,x\n3,y\n', "text/csv");
    expect(elements[0]!.text).toBe('a | b\n1 | "open\n2 | x\n3 | y');
    expect(warnings).toEqual(["unclosed-quote"]);
  });
  test.each([
    ["semicolons", "a;b\n1,5;x\n2,5;y\n", 2],
    ["bars", "a|b|c\n1|2|3\n4|5|6\n", 3],
    ["Excel's own line", "sep=;\na;b\n1;2\n", 2],
    ["one column", "name\nAnn\nBob\n", 1],
    ["rows of unlike length", "a,b,c\n1,2\n1,2,3,4\n1,2,3\n4,5,6\n", 4],
  ])("%s", async (_name, text, columns) => {
    expect((await extract(text, "text/csv")).elements[0]!.table!.columns).toBe(columns);
  });
  test("UTF-16 is decoded", async () => {
    const { elements } = await extract(
      new Uint8Array(Buffer.from("\uFEFFa\tb\n1\tü\n", "utf16le")),
      "text/tab-separated-values",
    );
    expect(elements[0]!.text).toBe("a | b\n1 | ü");
  });
});

describe("JSON", () => {
  test("objects are sections, flat arrays tables, numbers keep their digits", async () => {
    const { elements } = await extract(json, "application/json");
    expect(shape(elements)).toEqual([
      ["heading", "policy", 1],
      ["paragraph", "name: Travel\nlimit: 12345678901234567890"],
      ["heading", "rows", 1],
      ["table", "a | b\n1 | x\n2 | y"],
      ["heading", "tags", 1],
      ["paragraph", "p, q"],
    ]);
  });
  test.each(['{"a":1}}', '{"a" 1}', "[1,2", "{a:1}", '{"a":tru}', "[1 2]"])("%s is corrupt", async (text) => {
    await expectError(() => extract(text, "application/json"), "CORRUPT_DOCUMENT");
  });
  test("deep nesting does not overflow", async () => {
    const deep = `${"[".repeat(100_000)}${"]".repeat(100_000)}`;
    const outcome = await extract(deep, "application/json").catch((error: unknown) => error);
    expect(outcome).toBeDefined();
  });
});

describe("XML", () => {
  test("running text, sections and records", async () => {
    const { elements } = await extract(xml, "application/xml");
    expect(shape(elements)).toEqual([
      ["heading", "Scope", 1],
      ["paragraph", "All staff and contractors."],
      ["paragraph", "id: 7\nname: Ann"],
    ]);
  });
  test("tables with spans", async () => {
    const { elements } = await extract(
      "<doc><table><tr><th colspan='2'>H</th></tr><tr><td>a</td><td>b</td></tr></table></doc>",
      "application/xml",
    );
    expect(elements[0]!.table).toEqual({
      rows: 2,
      columns: 2,
      cells: [
        { row: 0, column: 0, columnSpan: 2, text: "H", header: true },
        { row: 1, column: 0, text: "a" },
        { row: 1, column: 1, text: "b" },
      ],
    });
  });
  test.each([
    '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>',
    '<!DOCTYPE a [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><a>&b;</a>',
  ])("%s is refused", async (text) => {
    await expectError(() => extract(text, "application/xml"), "EXTERNAL_ENTITY_REFUSED");
  });
  test("a plain internal entity is text", async () => {
    const { elements } = await extract('<!DOCTYPE a [<!ENTITY co "ACME">]><a>&co; Ltd</a>', "application/xml");
    expect(elements[0]!.text).toBe("ACME Ltd");
  });
  test("a cut file gives its text and a warning", async () => {
    const { elements, warnings } = await extract("<doc><p>One.</p><p>Two", "application/xml");
    expect(elements.map((element) => element.text)).toEqual(["One.", "Two"]);
    expect(warnings).toEqual(["xml-not-well-formed"]);
  });
});

describe("texts", () => {
  test("headings of obvious form, lists, paragraphs", async () => {
    const text =
      "Travel policy\n=============\n\n1.2 Scope\n\nAll staff\nmust ask.\n\nLIMITS\n\n- one\n  more\n  - two\n- three\n\n1 person asked.\n";
    const { elements } = await extract(text, "text/plain");
    expect(shape(elements)).toEqual([
      ["heading", "Travel policy", 1],
      ["heading", "1.2 Scope", 2],
      ["paragraph", "All staff\nmust ask."],
      ["heading", "LIMITS", 1],
      ["list_item", "one\nmore", 0],
      ["list_item", "two", 1],
      ["list_item", "three", 0],
      ["paragraph", "1 person asked."],
    ]);
  });
  test("cues are utterances with times and speakers", async () => {
    const { elements, metadata } = await extract(vtt, "text/vtt");
    expect(elements[0]).toMatchObject({
      kind: "utterance",
      text: "Good morning.",
      startMs: 500,
      endMs: 2_000,
      speaker: "Ann",
    });
    expect(metadata.durationMs).toBe(3_000);
  });
  test("AsciiDoc tables and headings", async () => {
    const { elements } = await extract("= T\n\n.Cap\n|===\n|A |B\n|1 |2\n|===\n", "text/asciidoc");
    expect(renderMarkdown(elements)).toBe("# T\n\nCap\n\n| A | B |\n| --- | --- |\n| 1 | 2 |\n");
  });
});

describe("bounds", () => {
  test("30 MB of rows are read in bounded memory", async () => {
    const row = Buffer.from(`${"1234567,some name,2026-01-01,a note of some words\n".repeat(1_300)}`);
    const rounds = Math.ceil(30_000_000 / row.length);
    const content = {
      size: row.length * rounds,
      bytes: () => Promise.reject(new Error("the whole was read")),
      async *stream() {
        for (let round = 0; round < rounds; round++) yield new Uint8Array(row);
      },
    };
    const document = { ...documentOfBytes(new Uint8Array([1]), "text/csv"), content };
    const before = process.memoryUsage().rss;
    let rows = 0;
    let peak = 0;
    for await (const part of textExtractor().extract(document)) {
      if (part.type === "progress") rows = part.done;
      peak = Math.max(peak, process.memoryUsage().rss);
    }
    expect(rows).toBe(1_300 * rounds);
    expect(peak - before).toBeLessThan(300_000_000);
  }, 120_000);
  test.each(["text/plain", "text/csv", "text/asciidoc", "text/markdown", "text/x-python"])(
    "long blanks and marks in %s cost no more than their length",
    async (mediaType) => {
      const started = performance.now();
      await extract(`a${" ".repeat(150_000)}b,c\n\n${"* _".repeat(60_000)}\n\n-a:\n${"-a:\n".repeat(60)}`, mediaType);
      expect(performance.now() - started).toBeLessThan(20_000);
    },
  );
  test("a line without an end is cut", async () => {
    const { elements } = await extract("word ".repeat(500_000), "text/plain");
    expect(elements.length).toBeGreaterThan(5);
    expect(Math.max(...elements.map((element) => element.text.length))).toBeLessThan(250_000);
  });
});
