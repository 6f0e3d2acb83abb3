import {
  type Data,
  type FixedSizeList,
  type List,
  type Map_,
  type RecordBatch,
  type Schema,
  type Struct,
  Table,
} from "apache-arrow";
import { CHUNKS_SCHEMA, chunksWithVectorSchema, isChunkField } from "./batch.ts";
import type { Chunk } from "./chunker.ts";
import {
  int32Column,
  int64Column,
  listColumn,
  recordBatch,
  structColumn,
  utf8Column,
  vectorColumn,
} from "./columns.ts";
import type { Attributes } from "./document.ts";
import type { ElementLocation } from "./element.ts";
import { boxesColumn, readBoxes } from "./element-rows.ts";

/** A chunk with what a store must know to scope, filter and cite it: one row of `chunks.v1`. */
export interface ChunkRow extends Chunk {
  readonly documentId: string;
  readonly version: string;
  readonly revision: string;
  readonly publishedFrom: number;
  readonly publishedTo?: number;
  readonly piiTypes: readonly string[];
  readonly allow: readonly string[];
  readonly deny: readonly string[];
  readonly sourceId: string;
  readonly key: string;
  readonly uri: string;
  readonly title?: string;
  readonly mediaType: string;
  readonly language?: string;
  readonly effectiveFrom?: string;
  readonly effectiveTo?: string;
  readonly tags: readonly string[];
  readonly attributes: Attributes;
  readonly runId: string;
}

function columnsOf(rows: readonly ChunkRow[]): Record<string, Data> {
  const column = <T>(read: (row: ChunkRow) => T): T[] => rows.map(read);
  const type = <T>(name: string): T => CHUNKS_SCHEMA.fields.find((field) => field.name === name)!.type as T;
  const strings = (name: string, values: readonly (readonly string[])[]): Data =>
    listColumn(type<List>(name), values, utf8Column);
  const attributeType = type<Map_>("attributes");
  return {
    chunk_id: utf8Column(column((row) => row.chunkId)),
    document_id: utf8Column(column((row) => row.documentId)),
    version: utf8Column(column((row) => row.version)),
    revision: utf8Column(column((row) => row.revision)),
    published_from: int64Column(column((row) => row.publishedFrom)),
    published_to: int64Column(column((row) => row.publishedTo)),
    ordinal: int32Column(column((row) => row.ordinal)),
    parent_chunk: utf8Column(column((row) => row.parentChunk)),
    role: utf8Column(column((row) => row.role ?? "passage")),
    text: utf8Column(column((row) => row.text)),
    context: utf8Column(column((row) => row.context)),
    tokens: int32Column(column((row) => row.tokens)),
    char_start: int32Column(column((row) => row.charStart)),
    char_end: int32Column(column((row) => row.charEnd)),
    section_path: strings(
      "section_path",
      column((row) => row.sectionPath),
    ),
    boxes: boxesColumn(
      type<List>("boxes"),
      column((row) => row.boxes),
    ),
    start_ms: int32Column(column((row) => row.startMs)),
    end_ms: int32Column(column((row) => row.endMs)),
    location: utf8Column(column((row) => (row.location === undefined ? null : JSON.stringify(row.location)))),
    pii_types: strings(
      "pii_types",
      column((row) => row.piiTypes),
    ),
    allow: strings(
      "allow",
      column((row) => row.allow),
    ),
    deny: strings(
      "deny",
      column((row) => row.deny),
    ),
    source_id: utf8Column(column((row) => row.sourceId)),
    key: utf8Column(column((row) => row.key)),
    uri: utf8Column(column((row) => row.uri)),
    title: utf8Column(column((row) => row.title)),
    media_type: utf8Column(column((row) => row.mediaType)),
    language: utf8Column(column((row) => row.language)),
    effective_from: utf8Column(column((row) => row.effectiveFrom)),
    effective_to: utf8Column(column((row) => row.effectiveTo)),
    tags: strings(
      "tags",
      column((row) => row.tags),
    ),
    attributes: listColumn(
      attributeType,
      column((row) => Object.entries(row.attributes)),
      (members) =>
        structColumn(attributeType.children[0]!.type as Struct, members.length, [
          utf8Column(members.map(([key]) => key)),
          utf8Column(members.map(([, value]) => JSON.stringify(value))),
        ]),
    ),
    content_hash: utf8Column(column((row) => row.contentHash)),
    run_id: utf8Column(column((row) => row.runId)),
  };
}

/** `chunks.v1` rows without vectors. */
export function encodeChunks(rows: readonly ChunkRow[]): RecordBatch {
  return recordBatch(CHUNKS_SCHEMA, rows.length, columnsOf(rows));
}

/**
 * `chunks.v1` rows with vectors: `vectors` holds `rows.length * dimensions` values in row order (zeros for rows without one).
 * The array becomes the column: do not write to it afterwards.
 */
export function encodeChunksWithVectors(
  rows: readonly ChunkRow[],
  vectors: Float32Array,
  dimensions: number,
): RecordBatch {
  if (vectors.length !== rows.length * dimensions)
    throw new RangeError(`expected ${rows.length * dimensions} values, found ${vectors.length}`);
  const schema: Schema = chunksWithVectorSchema(dimensions);
  const type = schema.fields[schema.fields.length - 1]!.type as FixedSizeList;
  return recordBatch(schema, rows.length, {
    ...columnsOf(rows),
    vector: vectorColumn(
      type,
      vectors,
      rows.map((row) => (row.role === "parent" ? null : true)),
    ),
  });
}

/**
 * Completes rows of `chunks.v1` for a store: the sequence and the run that publish them, and their vectors (`rows * dimensions`
 * values in row order; rows of role `parent` get none). No column is copied but the two that change; `vectors` becomes a column:
 * do not write to it afterwards.
 */
export function completeChunks(
  batch: RecordBatch,
  publication: { readonly publishedFrom: number; readonly runId: string },
  vectors: Float32Array,
  dimensions: number,
): RecordBatch {
  const { numRows } = batch;
  if (vectors.length !== numRows * dimensions)
    throw new RangeError(`expected ${numRows * dimensions} values, found ${vectors.length}`);
  const schema: Schema = chunksWithVectorSchema(dimensions);
  const type = schema.fields[schema.fields.length - 1]!.type as FixedSizeList;
  const columns: Record<string, Data> = {};
  batch.schema.fields.forEach((field, index) => {
    columns[field.name] = batch.data.children[index]!;
  });
  const role = batch.getChild("role")!;
  return recordBatch(schema, numRows, {
    ...columns,
    published_from: int64Column(new Array<number>(numRows).fill(publication.publishedFrom)),
    run_id: utf8Column(new Array<string>(numRows).fill(publication.runId)),
    vector: vectorColumn(
      type,
      vectors,
      Array.from({ length: numRows }, (_, row) => (role.get(row) === "parent" ? null : true)),
    ),
  });
}

function readAttributes(value: unknown): Attributes {
  if (value === null || value === undefined) return {};
  const attributes: Record<string, Attributes[string]> = {};
  for (const [key, text] of value as Iterable<[string, string | null]>)
    if (text !== null) attributes[key] = JSON.parse(text) as Attributes[string];
  return attributes;
}

/** Rows of `chunks.v1`, whole or with some columns left out (those get empty values). The vector is not read. */
export function decodeChunks(rows: RecordBatch | Table): ChunkRow[] {
  const table = rows instanceof Table ? rows : new Table([rows]);
  const columns = new Map(table.schema.fields.map((field) => [field.name, table.getChild(field.name)]));
  const result: ChunkRow[] = [];
  for (let index = 0; index < table.numRows; index++) {
    const read = <T>(name: string): T | undefined => {
      const value: unknown = columns.get(name)?.get(index);
      return value === null || value === undefined ? undefined : (value as T);
    };
    const strings = (name: string): string[] => Array.from(read<Iterable<string>>(name) ?? []);
    const number = (name: string): number | undefined => {
      const value = read<number | bigint>(name);
      return value === undefined ? undefined : Number(value);
    };
    const optional = <K extends keyof ChunkRow>(name: K, value: ChunkRow[K] | undefined): Partial<ChunkRow> =>
      value === undefined ? {} : { [name]: value };
    const location = read<string>("location");
    const role = read<string>("role");
    result.push({
      chunkId: read<string>("chunk_id") ?? "",
      documentId: read<string>("document_id") ?? "",
      version: read<string>("version") ?? "",
      revision: read<string>("revision") ?? "",
      publishedFrom: number("published_from") ?? 0,
      ordinal: number("ordinal") ?? 0,
      text: read<string>("text") ?? "",
      context: read<string>("context") ?? "",
      tokens: number("tokens") ?? 0,
      charStart: number("char_start") ?? 0,
      charEnd: number("char_end") ?? 0,
      sectionPath: strings("section_path"),
      boxes: readBoxes(read("boxes")),
      piiTypes: strings("pii_types"),
      allow: strings("allow"),
      deny: strings("deny"),
      sourceId: read<string>("source_id") ?? "",
      key: read<string>("key") ?? "",
      uri: read<string>("uri") ?? "",
      mediaType: read<string>("media_type") ?? "",
      tags: strings("tags"),
      attributes: readAttributes(read("attributes")),
      contentHash: read<string>("content_hash") ?? "",
      runId: read<string>("run_id") ?? "",
      ...(role === "parent" ? { role } : {}),
      ...optional("publishedTo", number("published_to")),
      ...optional("parentChunk", read<string>("parent_chunk")),
      ...optional("startMs", number("start_ms")),
      ...optional("endMs", number("end_ms")),
      ...optional("location", location === undefined ? undefined : (JSON.parse(location) as ElementLocation)),
      ...optional("title", read<string>("title")),
      ...optional("language", read<string>("language")),
      ...optional("effectiveFrom", read<string>("effective_from")),
      ...optional("effectiveTo", read<string>("effective_to")),
    });
  }
  return result;
}

/**
 * Reads a filter's field from a row. A name of a column is the column, also where it is empty: an attribute of the same name is
 * never read in its place.
 */
export function readChunkField(row: ChunkRow, field: string): unknown {
  if (field === "role") return row.role ?? "passage";
  // `revision` and the like: the row's own names are those of the columns.
  if (isChunkField(field)) return row[field as keyof ChunkRow];
  return Object.hasOwn(row.attributes, field) ? row.attributes[field] : undefined;
}
