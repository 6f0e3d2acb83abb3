import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  buildReference,
  type DocumentElement,
  lazyTable,
  type PiiStage,
  placeElements,
  renderTableText,
  type TableData,
} from "@groundwork/contracts";
import { expectError } from "@groundwork/testing";
import { describe, expect, test } from "vitest";
import { mask, type PiiPolicy, piiStage, pseudonymize, redact } from "../src/index.ts";
import { fakeDetector, PATTERNS } from "./fake-detector.ts";

const KEY = new Uint8Array(32).fill(3);

function stageOf(policy: PiiPolicy = redact(), patterns: Readonly<Record<string, RegExp>> = PATTERNS): PiiStage {
  return piiStage({ detectors: [fakeDetector(patterns)], policy, key: KEY });
}

async function protect(elements: readonly DocumentElement[], stage = stageOf(), metadata = {}) {
  return stage.protect({ documentId: "doc_1", version: "v1", metadata, elements });
}

const paragraph = (text: string, rest: Partial<DocumentElement> = {}): DocumentElement => ({
  kind: "paragraph",
  text,
  ...rest,
});

function tableOf(rows: readonly (readonly string[])[], headers = 1): TableData {
  return {
    rows: rows.length,
    columns: rows[0]!.length,
    cells: rows.flatMap((row, y) =>
      row.map((text, x) => ({ row: y, column: x, text, ...(y < headers ? { header: true } : {}) })),
    ),
  };
}
const tableElement = (table: TableData, rest: Partial<DocumentElement> = {}): DocumentElement => ({
  kind: "table",
  text: renderTableText(table),
  table,
  ...rest,
});

test("texts are protected, findings say where in the protected text", async () => {
  const { elements, findings } = await protect([paragraph("Ask Maria Gonzalez (123-45-6789) on 2026-03-17.")]);
  expect(elements[0]!.text).toBe("Ask [NAME] ([SSN]) on 2026-03-17.");
  expect(findings.map(({ type, start, end, action }) => [type, elements[0]!.text.slice(start, end), action])).toEqual([
    ["NAME", "[NAME]", "redact"],
    ["SSN", "[SSN]", "redact"],
    ["DATE_TIME", "2026-03-17", "keep"],
  ]);
});

describe("nothing of a value is left in", () => {
  const secrets = ["Maria", "Gonzalez", "123-45-6789", "maria.g@agency.org"];
  const value = "Maria Gonzalez 123-45-6789 maria.g@agency.org";
  const places: Record<string, DocumentElement> = {
    "the text": paragraph(value),
    "a speaker": paragraph("Hello", { speaker: "Maria Gonzalez" }),
    "section titles": paragraph("Hello", { sectionPath: ["File of Maria Gonzalez", "123-45-6789"] }),
    "a sheet's name, an anchor, a part": paragraph("Hello", {
      location: { sheet: "Maria Gonzalez", anchor: "123-45-6789", part: "maria.g@agency.org", slide: 2 },
    }),
    "the address of a link": paragraph("write to her", {
      marks: [{ start: 0, end: 5, kind: "link", href: "mailto:maria.g%40agency.org?cc=Maria%20Gonzalez" }],
    }),
    attributes: paragraph("Hello", { attributes: { alt: value } }),
    "cells of a table": tableElement(
      tableOf([
        ["Name", "SSN", "Mail"],
        ["Maria Gonzalez", "123-45-6789", "maria.g@agency.org"],
      ]),
    ),
    "the headers of the slice before": tableElement({
      ...tableOf([["a", "b"]], 0),
      continuedHeader: [["Maria Gonzalez", "SSN 123-45-6789"]],
    }),
    "a table that is read when it is asked for": tableElement(
      lazyTable(() =>
        tableOf([["Name"], ...Array.from({ length: 3_000 }, (_, row) => [row === 2_999 ? value : `row ${row}`])]),
      ),
    ),
  };
  for (const [name, element] of Object.entries(places))
    test(name, async () => {
      for (const policy of [redact(), mask(), pseudonymize(), { otherwise: "hash" } as const]) {
        const result = await protect([element], stageOf(policy));
        const all = JSON.stringify(result);
        for (const secret of secrets) expect(all, `${policy.otherwise}: ${secret}`).not.toContain(secret);
      }
    });

  test("metadata", async () => {
    const metadata = {
      title: "Case of Maria Gonzalez",
      author: "Somebody No Detector Knows",
      tags: ["maria.g@agency.org", "travel"],
      attributes: { reviewer: "Maria Gonzalez", ids: ["123-45-6789", "x"], phone: 12025550123, open: true, pages: 3 },
      pages: 4,
    };
    const result = await protect([paragraph("Hello")], stageOf(), metadata);
    expect(result.metadata).toEqual({
      title: "Case of [NAME]",
      author: "[NAME]",
      tags: ["[EMAIL]", "travel"],
      attributes: { reviewer: "[NAME]", ids: ["[SSN]", "x"], phone: "[PHONE]", open: true, pages: 3 },
      pages: 4,
    });
  });
});

test("what was found once is found everywhere in the document", async () => {
  // The detector knows the name only where "Employee" stands before it.
  const stage = stageOf(redact(), { NAME: /(?<=Employee: )[A-Z][a-z]+ [A-Z][a-z]+/g });
  const { elements } = await protect(
    [
      paragraph("Employee: Quill Tarrant"),
      paragraph("Quill Tarrant agreed."),
      tableElement(tableOf([["Who"], ["Quill Tarrant"]])),
    ],
    stage,
    { title: "Letter to Quill Tarrant" },
  );
  expect(elements.map(({ text }) => text)).toEqual(["Employee: [NAME]", "[NAME] agreed.", "Who\n[NAME]"]);
});

describe("a number that is cut up is found as one", () => {
  test("by the end of an element", async () => {
    const { elements, findings } = await protect([
      paragraph("Card 4111 1111"),
      paragraph("1111 1111 was charged."),
      paragraph("Thanks"),
    ]);
    expect(elements.map(({ text }) => text)).toEqual([
      "Card [CREDIT_DEBIT_NUMBER]",
      "[CREDIT_DEBIT_NUMBER] was charged.",
      "Thanks",
    ]);
    expect(findings.map(({ element }) => element)).toEqual([0, 1]);
  });
  test("over the cells of a row", async () => {
    const { elements } = await protect(
      [
        tableElement(
          tableOf([
            ["Card", "", "", "", "Paid"],
            ["4111", "1111", "1111", "1111", "yes"],
          ]),
        ),
      ],
      stageOf(mask()),
    );
    expect(elements[0]!.text).toBe("Card |  |  |  | Paid\n**** | **** | **** | **** | yes");
  });
  test("and numbers that only stand side by side are left alone", async () => {
    const elements = [
      paragraph("There are 12"),
      paragraph("30 in all"),
      tableElement(
        tableOf([
          ["a", "b"],
          ["1", "2"],
        ]),
      ),
    ];
    expect((await protect(elements)).elements.map(({ text }) => text)).toEqual(elements.map(({ text }) => text));
  });
});

test("cells are shown to the detector with what names them", async () => {
  const detector = fakeDetector({});
  const stage = piiStage({ detectors: [detector], policy: redact(), key: KEY });
  await protect(
    [
      tableElement(
        tableOf([
          ["Passport", "Town"],
          ["X12", "Dublin"],
        ]),
      ),
      tableElement(tableOf([["Phone", "555"]], 0)),
    ],
    stage,
  );
  expect(detector.seen).toEqual(expect.arrayContaining(["Passport: X12", "Town: Dublin", "Phone: 555"]));
});

describe("boxes, times and marks go on covering their words", () => {
  const text = "Pay Maria Gonzalez today, not tomorrow";
  /** One run a word, as a page of a PDF or a recording gives them. */
  const runs = Array.from(text.matchAll(/\S+/g), ({ 0: word, index }) => ({
    word,
    start: index,
    end: index + word.length,
  }));
  const box = (index: number) => ({ page: 1, left: index / 10, top: 0, right: (index + 1) / 10, bottom: 0.1 });
  const element = paragraph(text, {
    boxes: runs.map(({ start, end }, index) => ({ ...box(index), start, end })),
    times: runs.map(({ start, end }, index) => ({ start, end, startMs: index * 100, endMs: index * 100 + 90 })),
    marks: [
      { start: 4, end: 18, kind: "strong" },
      { start: 19, end: 24, kind: "emphasis" },
    ],
  });
  for (const policy of [redact(), pseudonymize(), mask()])
    test(policy.otherwise, async () => {
      const { elements, findings } = await protect([element], stageOf(policy));
      const after = elements[0]!;
      const shown = (run: { start?: number; end?: number }): string => after.text.slice(run.start, run.end);
      const instead = after.text.slice(4, after.text.indexOf(" today,"));
      for (const kept of [after.boxes!, after.times!])
        expect(kept.map(shown)).toEqual(
          runs.map(({ word }) => (word === "Maria" || word === "Gonzalez" ? instead : word)),
        );
      expect(after.boxes!.map(({ left }) => left)).toEqual(element.boxes!.map(({ left }) => left));
      expect(after.marks!.map((mark) => [mark.kind, shown(mark)])).toEqual([
        ["strong", instead],
        ["emphasis", "today"],
      ]);
      expect(findings.map(({ start, end }) => after.text.slice(start, end))).toEqual([instead]);
    });

  test("in tables, also with empty cells and spans", async () => {
    const table: TableData = {
      rows: 3,
      columns: 3,
      cells: [
        { row: 0, column: 0, text: "Name", header: true },
        { row: 0, column: 1, text: "Contact", columnSpan: 2, header: true },
        { row: 1, column: 1, text: "Maria\nGonzalez" },
        { row: 1, column: 2, text: "maria.g@agency.org or later" },
        { row: 2, column: 0, text: "Wei Chen" },
        { row: 2, column: 2, text: "none" },
      ],
    };
    const text = renderTableText(table);
    const boxes = Array.from(text.matchAll(/[^\s|]+/g), ({ 0: word, index }) => ({
      ...box(1),
      start: index,
      end: index + word.length,
    }));
    const { elements } = await protect([tableElement(table, { boxes })]);
    const after = elements[0]!;
    expect(after.text).toBe(renderTableText(after.table!));
    const words = boxes.map(({ start, end }) => text.slice(start, end));
    const shown = after.boxes!.map(({ start, end }) => after.text.slice(start, end));
    const changed: Record<string, string> = {
      Maria: "[NAME]",
      Gonzalez: "[NAME]",
      Wei: "[NAME]",
      Chen: "[NAME]",
      "maria.g@agency.org": "[EMAIL]",
    };
    expect(shown).toEqual(words.map((word) => changed[word] ?? word));
  });
});

test("the same person has one pseudonym in two documents and two runs, another in another scope", async () => {
  const elements = [paragraph("Maria Gonzalez signed.")];
  const first = await protect(elements, stageOf(pseudonymize()));
  const second = await stageOf(pseudonymize()).protect({
    documentId: "doc_2",
    version: "v9",
    metadata: {},
    elements: [paragraph("To: Maria Gonzalez")],
  });
  const name = first.elements[0]!.text.replace(" signed.", "");
  expect(second.elements[0]!.text).toBe(`To: ${name}`);
  const other = await protect(elements, stageOf(pseudonymize({ scope: "third party" })));
  expect(other.elements[0]!.text).not.toContain(name);
});

test("a document without findings is as it was", async () => {
  const elements = [
    { kind: "heading", text: "Travel", level: 1 } as const,
    paragraph("Book early.", { boxes: [{ page: 1, left: 0, top: 0, right: 1, bottom: 1, start: 0, end: 11 }] }),
    tableElement(
      tableOf([
        ["a", "b"],
        ["c", ""],
      ]),
    ),
  ];
  const result = await protect(elements);
  expect(result).toEqual({ metadata: {}, elements, findings: [] });
  expect(placeElements(result.elements)).toEqual(placeElements(elements));
});

test("the stage is built again from its reference, with the key read where it runs", async () => {
  const folder = mkdtempSync(join(tmpdir(), "groundwork-pii-"));
  try {
    const file = join(folder, "pii.key");
    writeFileSync(file, Buffer.from(KEY).toString("hex"));
    const detector = {
      ...fakeDetector(PATTERNS),
      reference: { module: new URL("./fake-detector.ts", import.meta.url).href, name: "fakeDetector", options: {} },
    };
    const stage = piiStage({ detectors: [detector], policy: pseudonymize(), key: { file } });
    expect(JSON.stringify(stage.reference)).not.toContain(Buffer.from(KEY).toString("hex"));
    const again = await buildReference<PiiStage>(structuredClone(stage.reference!));
    expect(again.identity.name).toBe("pii-policy");
    expect((again.identity.options as { key: string }).key).toBe((stage.identity.options as { key: string }).key);
    expect((await protect([paragraph("Hello")], again)).elements[0]!.text).toBe("Hello");
    expect(stageOf().reference, "with the bytes of a key there is none").toBeUndefined();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test("failures are typed and tell no text", async () => {
  await expectError(async () => piiStage({ detectors: [], policy: redact(), key: KEY }), "INVALID_CONFIGURATION");
  const failing = piiStage({
    detectors: [
      { identity: { name: "bad", revision: "1" }, detect: () => Promise.reject(new Error("Maria Gonzalez")) },
    ],
    policy: redact(),
    key: KEY,
  });
  const error = await expectError(() => protect([paragraph("Maria Gonzalez")], failing), "INTERNAL");
  expect(error.message).not.toContain("Maria");
  await expectError(
    () =>
      stageOf().protect(
        { documentId: "d", version: "v", metadata: {}, elements: [paragraph("x")] },
        { signal: AbortSignal.abort() },
      ),
    "ABORTED",
  );
});
