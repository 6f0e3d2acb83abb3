import { createHash } from "node:crypto";
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { connect, Index, type Table as LanceTable } from "@lancedb/lancedb";
import {
  type Data,
  Field,
  FixedSizeList,
  Float32,
  Int32,
  makeData,
  RecordBatch,
  Schema,
  Struct,
  Table,
  Utf8,
} from "apache-arrow";
import { CHUNK_CHARACTERS, type StoredText } from "./ingest-peer.ts";
import { listFiles } from "./list-files.ts";
import { STUB_DIMENSIONS, stubVector } from "./stub-embedding.ts";

const ROWS_PER_WRITE = 4_096;
const TABLE = "chunks";

interface Row {
  readonly id: string;
  readonly key: string;
  readonly ordinal: number;
  readonly text: string;
}

type Ledger = Record<string, { readonly hint: string; readonly hash: string }>;

const vectorType = new FixedSizeList(STUB_DIMENSIONS, new Field("item", new Float32(), true));
const schema = new Schema([
  new Field("id", new Utf8(), false),
  new Field("key", new Utf8(), false),
  new Field("ordinal", new Int32(), false),
  new Field("text", new Utf8(), false),
  new Field("vector", vectorType, true),
]);

const encoder = new TextEncoder();

function utf8(values: readonly string[]): Data {
  const valueOffsets = new Int32Array(values.length + 1);
  const data = new Uint8Array(values.reduce((sum, value) => sum + value.length * 3, 0));
  let position = 0;
  for (const [index, value] of values.entries()) {
    position += encoder.encodeInto(value, data.subarray(position)).written;
    valueOffsets[index + 1] = position;
  }
  return makeData({ type: new Utf8(), length: values.length, nullCount: 0, valueOffsets, data });
}

function tableOf(rows: readonly Row[]): Table {
  const vectors = new Float32Array(rows.length * STUB_DIMENSIONS);
  for (const [index, row] of rows.entries()) vectors.set(stubVector(row.text), index * STUB_DIMENSIONS);
  const length = rows.length;
  const children: Data[] = [
    utf8(rows.map((row) => row.id)),
    utf8(rows.map((row) => row.key)),
    makeData({ type: new Int32(), length, nullCount: 0, data: Int32Array.from(rows, (row) => row.ordinal) }),
    utf8(rows.map((row) => row.text)),
    makeData({
      type: vectorType,
      length,
      nullCount: 0,
      child: makeData({ type: new Float32(), length: vectors.length, nullCount: 0, data: vectors }),
    } as never),
  ];
  const struct = makeData({ type: new Struct(schema.fields), length, nullCount: 0, children });
  return new Table([new RecordBatch(schema, struct as never)]);
}

/** Paragraphs put together up to the length of a chunk; a longer one is cut. */
function* split(text: string): Generator<string> {
  let start = 0;
  while (start < text.length) {
    let end = start + CHUNK_CHARACTERS;
    if (end < text.length) {
      const paragraph = text.lastIndexOf("\n\n", end);
      const line = paragraph > start ? paragraph : text.lastIndexOf("\n", end);
      const word = line > start ? line : text.lastIndexOf(" ", end);
      if (word > start) end = word;
    }
    const piece = text.slice(start, end).trim();
    if (piece !== "") yield piece;
    start = end;
  }
}

function readLedger(path: string): Ledger {
  try {
    return JSON.parse(readFileSync(path, "utf8")) as Ledger;
  } catch {
    return {};
  }
}

const quoted = (value: string): string => `'${value.replaceAll("'", "''")}'`;

async function openTable(state: string): Promise<LanceTable> {
  const connection = await connect(join(state, "store"));
  return connection.createEmptyTable(TABLE, schema as never, { mode: "create", existOk: true });
}

/**
 * What one writes by hand: list, skip by size and time, hash, split, embed, append. No structure, no citations, no two-phase
 * publication, no durable texts, no words to search by.
 */
export async function bareLoop(corpus: string, state: string, words: boolean): Promise<void> {
  const ledgerPath = join(state, "ledger.json");
  const before = readLedger(ledgerPath);
  const after: Ledger = {};
  const outdated: string[] = [];
  const changed: { readonly key: string; readonly text: string }[] = [];
  for (const { key, path, hint } of listFiles(corpus)) {
    const known = before[key];
    if (known?.hint === hint) {
      after[key] = known;
      continue;
    }
    const bytes = readFileSync(path);
    const hash = createHash("sha256").update(bytes).digest("base64");
    after[key] = { hint, hash };
    if (known?.hash === hash) continue;
    if (known !== undefined) outdated.push(key);
    changed.push({ key, text: bytes.toString("utf8") });
  }
  for (const key in before) if (after[key] === undefined) outdated.push(key);
  if (changed.length + outdated.length === 0) return;
  const table = await openTable(state);
  if (outdated.length > 0) await table.delete(`key IN (${outdated.map(quoted).join(",")})`);
  let rows: Row[] = [];
  for (const { key, text } of changed) {
    let ordinal = 0;
    for (const piece of split(text)) {
      rows.push({ id: `${key}#${ordinal}`, key, ordinal, text: piece });
      ordinal++;
      if (rows.length < ROWS_PER_WRITE) continue;
      await table.add(tableOf(rows) as never);
      rows = [];
    }
  }
  if (rows.length > 0) await table.add(tableOf(rows) as never);
  if (words) await table.createIndex("text", { config: Index.fts({ withPosition: false }), replace: true });
  table.close();
  writeFileSync(`${ledgerPath}.draft`, JSON.stringify(after));
  renameSync(`${ledgerPath}.draft`, ledgerPath);
}

export async function* bareRows(state: string): AsyncGenerator<StoredText> {
  const table = await openTable(state);
  for await (const batch of table.query().select(["key", "text"])) {
    const [keys, texts] = [batch.getChild("key")!, batch.getChild("text")!];
    for (let index = 0; index < batch.numRows; index++)
      yield { key: keys.get(index) as string, text: texts.get(index) as string };
  }
  table.close();
}
