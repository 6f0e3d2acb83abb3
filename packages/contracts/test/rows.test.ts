import { zstdDecompressSync } from "node:zlib";
import { Table, tableFromIPC, tableToIPC } from "apache-arrow";
import { expect, test } from "vitest";
import { utf8Column } from "../src/columns.ts";
import {
  type ChunkRow,
  decodeChunks,
  decodeElements,
  decodeTextRevision,
  encodeChunks,
  encodeChunksWithVectors,
  encodeElements,
  encodeTextRevision,
  isChunkField,
  placeElements,
  readChunkField,
  sparseColumns,
} from "../src/index.ts";

const box = { page: 2, left: 0.125, top: 0.25, right: 0.5, bottom: 0.375, start: 0, end: 4 };

const row: ChunkRow = {
  chunkId: "chk_1",
  ordinal: 0,
  text: "Größe 😀 text",
  context: "Title",
  charStart: 0,
  charEnd: 13,
  tokens: 5,
  sectionPath: ["A", "B"],
  boxes: [box, { ...box, page: 3 }],
  contentHash: "h",
  documentId: "doc_1",
  version: "v",
  revision: "rev_1",
  publishedFrom: 7,
  piiTypes: [],
  allow: ["group:finance"],
  deny: [],
  sourceId: "files",
  key: "a.md",
  uri: "a.md",
  mediaType: "text/markdown",
  tags: ["x"],
  attributes: { department: "finance", level: 3, public: true, codes: ["a", "b"] },
  runId: "run",
};

test("chunk rows survive Arrow IPC unchanged", () => {
  const rows: ChunkRow[] = [
    row,
    {
      ...row,
      chunkId: "chk_2",
      publishedTo: 9,
      title: "T",
      startMs: 5,
      endMs: 8,
      location: { sheet: "S", range: "A1" },
      attributes: {},
    },
  ];
  const bytes = tableToIPC(new Table([encodeChunks(rows)]), "stream");
  expect(decodeChunks(tableFromIPC(bytes))).toEqual(rows);
});

test("vectors stay one flat float32 buffer, and a parent's is null", () => {
  const vectors = Float32Array.from([1, 0, 0, 1]);
  const batch = encodeChunksWithVectors([row, { ...row, chunkId: "p", role: "parent" }], vectors, 2);
  const table = tableFromIPC(tableToIPC(new Table([batch]), "stream"));
  expect(Array.from(table.getChild("vector")!.get(0) as Iterable<number>)).toEqual([1, 0]);
  expect(table.getChild("vector")!.get(1)).toBeNull();
  expect(batch.data.children.at(-1)!.children[0]!.values).toBe(vectors);
});

test("elements survive Arrow IPC, with offsets into the canonical text", () => {
  const { text, elements } = placeElements(
    [
      { kind: "title", text: "Travel" },
      { kind: "heading", level: 1, text: "Lodging" },
      {
        kind: "paragraph",
        text: "Stay under\nper diem.",
        boxes: [box],
        marks: [
          { start: 0, end: 4, kind: "strong" },
          { start: 11, end: 19, kind: "link", href: "rates.html" },
        ],
      },
      { kind: "heading", level: 2, text: "Above per diem" },
      {
        kind: "utterance",
        text: "ask first",
        startMs: 100,
        endMs: 900,
        times: [{ start: 0, end: 3, startMs: 100, endMs: 300 }],
        confidence: 0.5,
      },
      {
        kind: "table",
        text: "a | b",
        table: {
          rows: 1,
          columns: 2,
          cells: [
            { row: 0, column: 0, text: "a" },
            { row: 0, column: 1, text: "b" },
          ],
        },
      },
    ],
    "test",
  );
  for (const element of elements) expect(text.slice(element.charStart, element.charEnd)).toBe(element.text);
  expect(elements[4]!.sectionPath).toEqual(["Travel", "Lodging", "Above per diem"]);
  const decoded = decodeElements(
    tableFromIPC(tableToIPC(new Table([encodeElements({ documentId: "d", version: "v" }, elements)]), "stream")),
  );
  expect(decoded).toEqual(elements);
});

test("elements written before marks were added are read", () => {
  const { elements } = placeElements([{ kind: "paragraph", text: "One." }], "test");
  const table = new Table([encodeElements({ documentId: "d", version: "v" }, elements)]);
  const before = table.select(table.schema.names.filter((name) => name !== "marks"));
  expect(decodeElements(tableFromIPC(tableToIPC(before, "stream")))).toEqual(elements);
});

test("a text revision survives its artefact, and damage is a typed error", async () => {
  const { text, elements } = placeElements(
    [
      { kind: "paragraph", text: "One." },
      { kind: "paragraph", text: "Two 😀." },
    ],
    "test",
  );
  const revision = {
    revisionId: "rev_1",
    documentId: "doc_1",
    version: "v",
    mediaType: "text/plain",
    metadata: { title: "T", tags: ["a"] },
    text,
    elements,
  };
  const bytes = await encodeTextRevision(revision);
  expect(await decodeTextRevision(bytes)).toEqual(revision);
  await expect(decodeTextRevision(bytes.slice(0, 20))).rejects.toMatchObject({ code: "STORE_CORRUPT" });
  const empty = { ...revision, text: "", elements: [] };
  expect(await decodeTextRevision(await encodeTextRevision(empty))).toEqual(empty);
});

test("a long text revision is encoded in several batches and comes back whole", async () => {
  const table = {
    rows: 400,
    columns: 5,
    cells: Array.from({ length: 2000 }, (_, index) => ({
      row: Math.floor(index / 5),
      column: index % 5,
      text: `c${index}`,
    })),
  };
  const elements = Array.from({ length: 20_000 }, (_, index) =>
    index === 15_000
      ? ({ kind: "table", text: "t".repeat(5_000_000), table } as const)
      : ({ kind: "paragraph", text: `Paragraph ${index}.`, ...(index === 12_000 ? { speaker: "A" } : {}) } as const),
  );
  const revision = {
    revisionId: "rev_1",
    documentId: "doc_1",
    version: "v",
    mediaType: "text/csv",
    metadata: { title: "T" },
    ...placeElements(elements, "test"),
  };
  const bytes = await encodeTextRevision(revision);
  expect(tableFromIPC(zstdDecompressSync(bytes)).batches.length).toBeGreaterThan(2);
  const { elements: found, ...rest } = await decodeTextRevision(bytes);
  expect({ ...rest, elements: JSON.parse(JSON.stringify(found)) }).toEqual(JSON.parse(JSON.stringify(revision)));
  // A large table is read when its cells are asked for.
  expect(found[15_000]!.table!.cells).toEqual(table.cells);
  expect(found[15_000]!.table!.rows).toBe(400);
  for (const cut of [bytes.length - 1, bytes.length >> 1])
    await expect(decodeTextRevision(bytes.slice(0, cut))).rejects.toMatchObject({ code: "STORE_CORRUPT" });
});

test("a filter's field is a column by its camel-case name, else an attribute of the row itself", () => {
  expect(isChunkField("documentId")).toBe(true);
  expect(isChunkField("document_id")).toBe(false);
  expect(readChunkField(row, "role")).toBe("passage");
  expect(readChunkField({ ...row, attributes: { title: "an attribute" } }, "title")).toBeUndefined();
  expect(readChunkField(row, "department")).toBe("finance");
  expect(readChunkField(row, "toString")).toBeUndefined();
});

test("texts are encoded each by itself: halves of a character in neighbours stay halves", () => {
  const texts = ["plain", "", null, "d\u00e9j\u00e0 \u2014 \u{1f600}", "high \ud83d", "\ude00 low", undefined, "end"];
  const column = utf8Column(texts);
  const encoder = new TextEncoder();
  texts.forEach((text, row) => {
    const bytes = column.values.subarray(column.valueOffsets[row], column.valueOffsets[row + 1]);
    expect(Buffer.from(bytes).toString("hex")).toBe(Buffer.from(encoder.encode(text ?? "")).toString("hex"));
    expect(column.getValid(row)).toBe(text !== null && text !== undefined);
  });
});

test("sparse elements are read as the full ones are", () => {
  const elements = placeElements([
    { kind: "heading", text: "Travel", level: 1 },
    { kind: "paragraph", text: "Managers approve travel.", boxes: [{ page: 1, left: 0, top: 0, right: 1, bottom: 1 }] },
  ]).elements;
  const ids = { documentId: "doc_1", version: "v" };
  const [full, sparse] = [
    encodeElements(ids, elements),
    encodeElements(ids, elements, { columns: sparseColumns(elements) }),
  ];
  expect(sparse.schema.fields.length).toBeLessThan(full.schema.fields.length / 2);
  expect(decodeElements(tableFromIPC(tableToIPC(new Table([sparse]), "stream")))).toEqual(decodeElements(full));
  // All documents of one schema: what has no elements keeps the columns that are always there.
  expect(decodeElements(encodeElements(ids, [], { columns: sparseColumns([]) }))).toEqual([]);
});
