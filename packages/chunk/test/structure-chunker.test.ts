import { type Chunk, type DocumentElement, type DocumentMetadata, renderTableText } from "@groundwork/contracts";
import { createTokenCounter } from "@groundwork/embed-local";
import { expectError } from "@groundwork/testing";
import { revisionOf } from "@groundwork/testing/random-revision";
import { seededRandom } from "@groundwork/testing/seeded-random";
import { describe, expect, test } from "vitest";
import { fixedSizeChunker, sentenceChunker, structureChunker } from "../src/index.ts";

const tokenCounter = createTokenCounter();

function chunksOf(
  elements: readonly DocumentElement[],
  options: {
    readonly maxTokens?: number;
    readonly parents?: { readonly maxTokens: number };
    readonly metadata?: DocumentMetadata;
  } = {},
): Chunk[] {
  const { metadata, ...settings } = options;
  return [...structureChunker({ tokenCounter, ...settings }).chunk(revisionOf(elements, metadata))];
}

const heading = (text: string, level = 1): DocumentElement => ({ kind: "heading", level, text });
const paragraph = (text: string): DocumentElement => ({ kind: "paragraph", text });

function prose(seed: number, sentences: number): string {
  const random = seededRandom(seed);
  const words =
    "the claim of each manager needs approval within thirty days before travel or lodging is paid by card".split(" ");
  return Array.from({ length: sentences }, () => {
    const body = Array.from({ length: random.integer(6, 20) }, () => random.pick(words)).join(" ");
    return `S${body}.`;
  }).join(" ");
}

describe("sections", () => {
  test("each begins a chunk, headings without text go with what follows", () => {
    const chunks = chunksOf([
      heading("Travel"),
      heading("Approval", 2),
      paragraph("A manager approves."),
      heading("Receipts", 2),
      paragraph("Keep them."),
    ]);
    expect(chunks.map(({ text, sectionPath, context }) => ({ text, sectionPath, context }))).toEqual([
      { text: "Travel\n\nApproval\n\nA manager approves.", sectionPath: ["Travel", "Approval"], context: "" },
      { text: "Receipts\n\nKeep them.", sectionPath: ["Travel", "Receipts"], context: "Travel" },
    ]);
  });

  test("page furniture parts chunks, the path goes on", () => {
    const chunks = chunksOf([
      heading("Travel"),
      paragraph("Before."),
      { kind: "page_number", text: "1" },
      paragraph("After."),
    ]);
    expect(chunks.map(({ text, context }) => [text, context])).toEqual([
      ["Travel\n\nBefore.", ""],
      ["After.", "Travel"],
    ]);
  });

  test("long titles and paths stay within their share of the budget", () => {
    const chunks = chunksOf(
      [heading("word ".repeat(90).trim()), heading("near ".repeat(90).trim(), 2), paragraph(prose(1, 60))],
      {
        metadata: { title: "title ".repeat(90).trim() },
      },
    );
    expect(chunks.length).toBeGreaterThan(2);
    for (const chunk of chunks) {
      expect(tokenCounter.count(chunk.context)).toBeLessThanOrEqual(64);
      expect(chunk.tokens).toBeLessThanOrEqual(256);
    }
    expect(chunks[chunks.length - 1]!.context).toContain("near near");
  });
});

describe("lists", () => {
  test("a list stays with its lead-in, later parts carry it as context", () => {
    const items = Array.from(
      { length: 30 },
      (_, index): DocumentElement => ({
        kind: "list_item",
        level: 0,
        text: `item ${index} ${prose(index + 1, 1)}`,
      }),
    );
    const chunks = chunksOf([paragraph(prose(7, 12)), paragraph("Some words. The following is not paid:"), ...items]);
    const first = chunks.findIndex((chunk) => chunk.text.includes("not paid:"));
    expect(chunks[first]!.text).toContain("item 0");
    for (const chunk of chunks.slice(first + 1)) {
      expect(chunk.context).toContain("The following is not paid:");
      expect(chunk.text).toMatch(/^item \d+ /);
    }
  });
});

describe("tables on sheets", () => {
  test("a part says which rows it holds", () => {
    const rows = 60;
    const cells = Array.from({ length: rows }, (_, row) => [
      { row, column: 0, text: row === 0 ? "City" : `City ${row}`, ...(row === 0 ? { header: true } : {}) },
      { row, column: 1, text: row === 0 ? "Rate" : String(100 + row), ...(row === 0 ? { header: true } : {}) },
    ]).flat();
    const table = { rows, columns: 2, cells };
    const location = { sheet: "Rates", range: `B3:C${rows + 2}` };
    const chunks = chunksOf([{ kind: "table", text: renderTableText(table), table, location }], { maxTokens: 128 });
    let next = 3;
    for (const chunk of chunks) {
      const lines = chunk.text.split("\n").length;
      expect(chunk.location).toEqual({ sheet: "Rates", range: `B${next}:C${next + lines - 1}` });
      next += lines;
    }
    expect(next).toBe(rows + 3);
  });
});

describe("utterances", () => {
  test("are cut at a change of speaker", () => {
    const turn = (speaker: string, seed: number, startMs: number): DocumentElement => ({
      kind: "utterance",
      speaker,
      text: prose(seed, 5),
      startMs,
      endMs: startMs + 900,
    });
    const chunks = chunksOf(
      ["A", "A", "B", "B", "A", "A"].map((speaker, index) => turn(speaker, index + 1, index * 1_000)),
    );
    expect(chunks.length).toBeGreaterThan(1);
    for (const chunk of chunks.slice(1)) expect([2_000, 4_000]).toContain(chunk.startMs);
  });
});

describe("edits", () => {
  /** Share of chunks that an edit of one sentence makes new, over many edits. */
  function newChunks(edit: (text: string) => string): { readonly most: number; readonly mean: number } {
    const texts = Array.from({ length: 60 }, (_, index) => prose(index + 1, 1 + (index % 7)));
    const before = new Set(chunksOf(texts.map(paragraph)).map((chunk) => chunk.contentHash));
    const counts = texts.map((_, edited) => {
      const elements = texts.map((text, index) => paragraph(index === edited ? edit(text) : text));
      return chunksOf(elements).filter((chunk) => !before.has(chunk.contentHash)).length;
    });
    return { most: Math.max(...counts), mean: counts.reduce((sum, count) => sum + count, 0) / counts.length };
  }

  test("a changed word makes one chunk new, two at times", () => {
    const { most, mean } = newChunks((text) => text.replace(/approval|manager|days/, "permission"));
    expect(mean).toBeLessThan(1.4);
    expect(most).toBeLessThanOrEqual(4);
  });

  test("a new sentence makes one or two chunks new, not all that follow", () => {
    const { most, mean } = newChunks((text) => `${text} Every exception is written down by the office that grants it.`);
    expect(mean).toBeLessThan(2);
    expect(most).toBeLessThanOrEqual(5);
  });
});

describe("parents", () => {
  test("hold several passages and are not embedded", () => {
    const chunks = chunksOf([heading("Travel"), paragraph(prose(1, 60))], {
      maxTokens: 64,
      parents: { maxTokens: 300 },
    });
    const parents = chunks.filter((chunk) => chunk.role === "parent");
    expect(parents.length).toBeGreaterThan(1);
    for (const parent of parents) {
      const children = chunks.filter((chunk) => chunk.parentChunk === parent.chunkId);
      expect(children.length).toBeGreaterThan(1);
      expect(children[0]!.charStart).toBe(parent.charStart);
      expect(children[children.length - 1]!.charEnd).toBe(parent.charEnd);
    }
  });

  test("a section that is one passage has none", () => {
    const chunks = chunksOf([heading("Travel"), paragraph("Short.")], { parents: { maxTokens: 600 } });
    expect(chunks).toHaveLength(1);
    expect(chunks[0]!.role).toBeUndefined();
  });
});

test("a table in the middle of prose is not cut in two to fill a chunk", () => {
  const rows = Array.from({ length: 12 }, (_, row) => ({ row, column: 0, text: `Row ${row} ${prose(row + 1, 1)}` }));
  const table = { rows: 12, columns: 1, cells: rows };
  const element: DocumentElement = { kind: "table", text: renderTableText(table), table };
  const chunks = chunksOf([paragraph(prose(3, 6)), element, paragraph(prose(4, 6))]);
  expect(chunks.filter((chunk) => chunk.text.includes("Row "))).toHaveLength(1);
});

test("budgets that make no sense are refused", async () => {
  await expectError(async () => structureChunker({ tokenCounter, maxTokens: 8 }), "INVALID_ARGUMENT");
  await expectError(async () => structureChunker({ tokenCounter, parents: { maxTokens: 10 } }), "INVALID_ARGUMENT");
  await expectError(async () => sentenceChunker({ tokenCounter, maxTokens: 1.5 }), "INVALID_ARGUMENT");
  await expectError(async () => fixedSizeChunker({ tokenCounter, overlapTokens: 200 }), "INVALID_ARGUMENT");
});
