import { promisify } from "node:util";
import { type ZstdOptions, zstdCompress, zstdCompressSync, zstdDecompress } from "node:zlib";
import { RecordBatch, Schema, Table, tableFromIPC, tableToIPC } from "apache-arrow";
import type { DocumentMetadata } from "./document.ts";
import { decodeElements, encodeElements } from "./element-rows.ts";
import { GroundworkError } from "./errors.ts";
import { ELEMENT_SEPARATOR, type TextRevision } from "./text-revision.ts";

const compress = promisify(zstdCompress);
const decompress = promisify(zstdDecompress);

const FORMAT = 1;
/** Bytes that are compressed in the calling thread: that takes less than to hand them to another, about a millisecond at most. */
const MAX_AT_ONCE = 256 * 1024;
const HEADER = "groundwork.revision";

interface Header {
  readonly format: number;
  readonly revisionId: string;
  readonly documentId: string;
  readonly version: string;
  readonly mediaType: string;
  readonly metadata: DocumentMetadata;
}

/** Key of a text revision in the `ArtifactStore`. A document's revisions share a prefix, so that deleting is one call. */
export function revisionArtifactKey(documentId: string, revisionId: string): string {
  return `${revisionArtifactPrefix(documentId)}${revisionId}.arrow.zst`;
}

export function revisionArtifactPrefix(documentId: string): string {
  return `revisions/${documentId}/`;
}

/** A text revision as `elements.v1` in an Arrow IPC stream inside one zstd frame; the header is schema metadata. */
export async function encodeTextRevision(revision: TextRevision): Promise<Uint8Array> {
  const { documentId, version, revisionId, mediaType, metadata } = revision;
  const header: Header = { format: FORMAT, revisionId, documentId, version, mediaType, metadata };
  const batch = encodeElements({ documentId, version }, revision.elements, { sparse: true });
  const schema = new Schema(batch.schema.fields, new Map([...batch.schema.metadata, [HEADER, JSON.stringify(header)]]));
  const bytes = tableToIPC(new Table([new RecordBatch(schema, batch.data as never)]), "stream");
  // Where the size is not stated, the compressor sets itself up for the largest.
  const options: ZstdOptions & { readonly pledgedSrcSize: number } = { pledgedSrcSize: bytes.length };
  return bytes.length <= MAX_AT_ONCE ? zstdCompressSync(bytes, options) : compress(bytes, options);
}

/** Throws `STORE_CORRUPT` when the bytes are not a text revision, `FORMAT_TOO_NEW` when a later release wrote them. */
export async function decodeTextRevision(bytes: Uint8Array): Promise<TextRevision> {
  let table: Table;
  let header: Header;
  try {
    table = tableFromIPC(await decompress(bytes));
    header = JSON.parse(table.schema.metadata.get(HEADER) ?? "") as Header;
  } catch (cause) {
    throw new GroundworkError(
      "STORE_CORRUPT",
      "A text revision in the artifact store cannot be read. Ingest the document again to rebuild it.",
      { cause },
    );
  }
  if (header.format > FORMAT) {
    throw new GroundworkError(
      "FORMAT_TOO_NEW",
      `A text revision has format ${header.format}, this release reads up to ${FORMAT}. Upgrade the packages.`,
      { documentId: header.documentId },
    );
  }
  const elements = decodeElements(table);
  const { revisionId, documentId, version, mediaType, metadata } = header;
  const text = elements.map((element) => element.text).join(ELEMENT_SEPARATOR);
  return { revisionId, documentId, version, mediaType, metadata, text, elements };
}
