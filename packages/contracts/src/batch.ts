import {
  type DataType,
  Field,
  FixedSizeList,
  Float32,
  Int32,
  Int64,
  List,
  Map_,
  Schema,
  Struct,
  Utf8,
} from "apache-arrow";

const utf8 = (name: string, nullable = false): Field => new Field(name, new Utf8(), nullable);
const int32 = (name: string, nullable = false): Field => new Field(name, new Int32(), nullable);
const int64 = (name: string, nullable = false): Field => new Field(name, new Int64(), nullable);
const float32 = (name: string, nullable = false): Field => new Field(name, new Float32(), nullable);
const list = (name: string, item: DataType): Field => new Field(name, new List(new Field("item", item, true)), true);
const attributeMap = (name: string): Field =>
  new Field(
    name,
    new Map_(
      new Field(
        "entries",
        new Struct<{ key: Utf8; value: Utf8 }>([
          new Field("key", new Utf8(), false),
          new Field("value", new Utf8(), true),
        ]),
        false,
      ) as never,
    ),
    true,
  );

function schema(name: string, fields: readonly Field[]): Schema {
  return new Schema([...fields], new Map([["groundwork.schema", name]]));
}

const boxType = (): DataType =>
  new Struct([
    int32("page"),
    float32("left"),
    float32("top"),
    float32("right"),
    float32("bottom"),
    int32("start", true),
    int32("end", true),
  ]);

/** One row a document. Times are milliseconds; values of `attributes` are JSON. */
export const DOCUMENTS_SCHEMA: Schema = schema("documents.v1", [
  utf8("document_id"),
  utf8("version"),
  utf8("source_id"),
  utf8("key"),
  utf8("uri"),
  utf8("media_type"),
  utf8("title", true),
  utf8("language", true),
  int64("bytes", true),
  int32("pages", true),
  int64("modified_at", true),
  utf8("effective_from", true),
  utf8("effective_to", true),
  utf8("parent_id", true),
  list("allow", new Utf8()),
  list("deny", new Utf8()),
  attributeMap("attributes"),
  list("tags", new Utf8()),
]);

/**
 * One row an element. `table`, `location`, `times`, `marks` and `attributes` are JSON: they are read by few and vary in
 * shape. Rows written before `marks` was added lack the column.
 */
export const ELEMENTS_SCHEMA: Schema = schema("elements.v1", [
  utf8("document_id"),
  utf8("version"),
  int32("ordinal"),
  utf8("kind"),
  utf8("text"),
  int32("level", true),
  int32("char_start"),
  int32("char_end"),
  list("section_path", new Utf8()),
  list("boxes", boxType()),
  int32("start_ms", true),
  int32("end_ms", true),
  utf8("times", true),
  utf8("speaker", true),
  utf8("table", true),
  utf8("location", true),
  float32("confidence", true),
  utf8("language", true),
  utf8("attributes", true),
  utf8("extractor"),
  utf8("marks", true),
]);

export const FINDINGS_SCHEMA: Schema = schema("findings.v1", [
  utf8("document_id"),
  utf8("version"),
  int32("char_start"),
  int32("char_end"),
  utf8("type"),
  float32("score"),
  utf8("detector"),
  utf8("action"),
]);

const CHUNK_FIELDS: readonly Field[] = [
  utf8("chunk_id"),
  utf8("document_id"),
  utf8("version"),
  utf8("revision"),
  int64("published_from"),
  int64("published_to", true),
  int32("ordinal"),
  utf8("parent_chunk", true),
  utf8("role"),
  utf8("text"),
  utf8("context"),
  int32("tokens"),
  int32("char_start"),
  int32("char_end"),
  list("section_path", new Utf8()),
  list("boxes", boxType()),
  int32("start_ms", true),
  int32("end_ms", true),
  utf8("location", true),
  list("pii_types", new Utf8()),
  list("allow", new Utf8()),
  list("deny", new Utf8()),
  utf8("source_id"),
  utf8("key"),
  utf8("uri"),
  utf8("title", true),
  utf8("media_type"),
  utf8("language", true),
  utf8("effective_from", true),
  utf8("effective_to", true),
  list("tags", new Utf8()),
  attributeMap("attributes"),
  utf8("content_hash"),
  utf8("run_id"),
];

/** One row a chunk. Beyond the text it repeats what a store must filter by (permissions, dates in force, source). */
export const CHUNKS_SCHEMA: Schema = schema("chunks.v1", CHUNK_FIELDS);

/** Type of an embedding column: float32 vectors in one flat buffer. */
export function vectorType(dimensions: number): FixedSizeList<Float32> {
  return new FixedSizeList(dimensions, new Field("item", new Float32(), true));
}

/** `chunks.v1` with the `vector` column: the rows of a vector store. The vector of a parent row is null. */
export function chunksWithVectorSchema(dimensions: number): Schema {
  return schema("chunks.v1", [...CHUNK_FIELDS, new Field("vector", vectorType(dimensions), true)]);
}

export function embeddingsSchema(dimensions: number): Schema {
  return schema("embeddings.v1", [
    utf8("content_hash"),
    utf8("model"),
    utf8("revision"),
    new Field("vector", vectorType(dimensions), false),
  ]);
}

export const EDGES_SCHEMA: Schema = schema("edges.v1", [
  utf8("from_kind"),
  utf8("from_id"),
  utf8("to_kind"),
  utf8("to_id"),
  utf8("run_id"),
  utf8("fingerprint", true),
]);

/** Name of a filter's field (`publishedFrom`) for a column (`published_from`), and back. */
export function columnOfField(field: string): string {
  return field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

const FIELD_NAMES: ReadonlySet<string> = new Set(
  CHUNK_FIELDS.map((field) => field.name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())),
);

/** Whether a filter's field names a column of `chunks.v1` (in camel case) rather than an attribute. */
export function isChunkField(field: string): boolean {
  return FIELD_NAMES.has(field);
}
