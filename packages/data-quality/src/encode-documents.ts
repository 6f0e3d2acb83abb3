import { type CatalogDocument, DOCUMENTS_SCHEMA } from "@groundwork/contracts";
import { type DataType, type Field, makeData, RecordBatch, Struct, vectorFromArray } from "apache-arrow";

/** The cell of each column of `documents.v1`. */
const CELLS: Readonly<Record<string, (document: CatalogDocument) => unknown>> = {
  document_id: ({ documentId }) => documentId,
  version: ({ version }) => version ?? "",
  source_id: ({ sourceId }) => sourceId,
  key: ({ key }) => key,
  uri: ({ uri }) => uri,
  media_type: ({ mediaType }) => mediaType ?? "",
  title: ({ metadata }) => metadata?.title,
  language: ({ metadata }) => metadata?.language,
  bytes: ({ size }) => int64(size),
  pages: ({ metadata }) => metadata?.pages,
  modified_at: ({ metadata }) => int64(metadata?.modifiedAt),
  effective_from: ({ metadata }) => metadata?.effectiveFrom,
  effective_to: ({ metadata }) => metadata?.effectiveTo,
  parent_id: ({ parentId }) => parentId,
  allow: ({ permissions }) => permissions.allow,
  deny: ({ permissions }) => permissions.deny ?? [],
  attributes: ({ metadata }) =>
    new Map(Object.entries(metadata?.attributes ?? {}).map(([name, value]) => [name, JSON.stringify(value)])),
  tags: ({ metadata }) => metadata?.tags ?? [],
};

function int64(value: number | undefined): bigint | undefined {
  return value === undefined ? undefined : BigInt(Math.trunc(value));
}

/** Rows of `documents.v1` from what the catalog knows of documents: the table that rules on documents are evaluated over. */
export function encodeDocuments(documents: readonly CatalogDocument[]): RecordBatch {
  const children = DOCUMENTS_SCHEMA.fields.map((field: Field<DataType>) => {
    const cells = documents.map((document) => CELLS[field.name]!(document) ?? null);
    // A column without a row is made by hand: there is nothing to make it from.
    return documents.length === 0
      ? makeData({ type: field.type, length: 0 } as never)
      : vectorFromArray(cells, field.type).data[0]!;
  });
  const type = new Struct(DOCUMENTS_SCHEMA.fields);
  return new RecordBatch(
    DOCUMENTS_SCHEMA,
    makeData({ type, length: documents.length, nullCount: 0, nullBitmap: null, children }) as never,
  );
}
