import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { promisify } from "node:util";
import { createZstdCompress, type ZstdOptions, zstdCompress, zstdCompressSync, zstdDecompress } from "node:zlib";
import { RecordBatch, Schema, Table, tableFromIPC, tableToIPC } from "apache-arrow";
import type { DocumentMetadata } from "./document.ts";
import { decodeElements, encodeElements, sparseColumns } from "./element-rows.ts";
import { GroundworkError } from "./errors.ts";
import { ELEMENT_SEPARATOR, type PiiActionName, type RevisionFinding, type TextRevision } from "./text-revision.ts";

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
  readonly findings?: FindingColumns;
}

/** Findings by column: names are written once, however many findings there are. */
interface FindingColumns {
  readonly types: readonly string[];
  readonly detectors: readonly string[];
  readonly actions: readonly PiiActionName[];
  /** One row a finding: type, detector and action by number, first and last offset, score. */
  readonly rows: readonly (readonly [number, number, number, number, number, number])[];
}

function encodeFindings(findings: readonly RevisionFinding[]): FindingColumns {
  const number = <T>(names: Map<T, number>, name: T): number => {
    const known = names.get(name) ?? names.size;
    names.set(name, known);
    return known;
  };
  const [types, detectors, actions] = [
    new Map<string, number>(),
    new Map<string, number>(),
    new Map<PiiActionName, number>(),
  ];
  const rows = findings.map(
    ({ type, detector, action, charStart, charEnd, score }) =>
      [
        number(types, type),
        number(detectors, detector),
        number(actions, action),
        charStart,
        charEnd,
        Math.round(score * 1_000) / 1_000,
      ] as const,
  );
  return { types: [...types.keys()], detectors: [...detectors.keys()], actions: [...actions.keys()], rows };
}

function decodeFindings({ types, detectors, actions, rows }: FindingColumns): RevisionFinding[] {
  return rows.map(([type, detector, action, charStart, charEnd, score]) => ({
    type: types[type]!,
    charStart,
    charEnd,
    score,
    detector: detectors[detector]!,
    action: actions[action]!,
  }));
}

/** Key of a text revision in the `ArtifactStore`. A document's revisions share a prefix, so that deleting is one call. */
export function revisionArtifactKey(documentId: string, revisionId: string): string {
  return `${revisionArtifactPrefix(documentId)}${revisionId}.arrow.zst`;
}

export function revisionArtifactPrefix(documentId: string): string {
  return `revisions/${documentId}/`;
}

/** Elements and characters of one record batch: what bounds memory while a long document is encoded. */
const BATCH_ELEMENTS = 8_192;
const BATCH_CHARACTERS = 4_000_000;

function* batchesOf(revision: TextRevision, schemaMetadata: ReadonlyMap<string, string>): Generator<RecordBatch> {
  const { documentId, version, elements } = revision;
  const columns = sparseColumns(elements);
  let start = 0;
  do {
    let end = start;
    for (let characters = 0; end < elements.length && end - start < BATCH_ELEMENTS; end++) {
      characters += elements[end]!.text.length;
      if (end > start && characters > BATCH_CHARACTERS) break;
    }
    const part = start === 0 && end === elements.length ? elements : elements.slice(start, end);
    const batch = encodeElements({ documentId, version }, part, { columns });
    const schema = new Schema(batch.schema.fields, new Map([...batch.schema.metadata, ...schemaMetadata]));
    yield new RecordBatch(schema, batch.data as never);
    start = end;
  } while (start < elements.length);
}

/** Marks the end of an Arrow IPC stream. */
const END_OF_STREAM = Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0);

/** One Arrow IPC stream of several batches, piece by piece, as `tableToIPC` would give it of all at once. */
function* ipcPieces(batches: Iterable<RecordBatch>): Generator<Uint8Array> {
  let isFirst = true;
  for (const batch of batches) {
    const bytes = tableToIPC(new Table([batch]), "stream");
    // A message is a continuation mark, the length of its metadata, the metadata, its body; that of the schema has no body.
    const schemaEnd = 8 + new DataView(bytes.buffer, bytes.byteOffset).getInt32(4, true);
    yield bytes.subarray(isFirst ? 0 : schemaEnd, bytes.length - END_OF_STREAM.length);
    isFirst = false;
  }
  yield END_OF_STREAM;
}

async function compressPieces(pieces: Iterable<Uint8Array>): Promise<Uint8Array> {
  const parts: Buffer[] = [];
  await pipeline(
    Readable.from(pieces, { objectMode: true, highWaterMark: 1 }),
    createZstdCompress(),
    async (compressed) => {
      for await (const part of compressed) parts.push(part as Buffer);
    },
  );
  return Buffer.concat(parts);
}

/** A text revision as `elements.v1` in an Arrow IPC stream inside one zstd frame; the header is schema metadata. */
export async function encodeTextRevision(revision: TextRevision): Promise<Uint8Array> {
  const { documentId, version, revisionId, mediaType, metadata, elements, text, findings = [] } = revision;
  const header: Header = {
    format: FORMAT,
    revisionId,
    documentId,
    version,
    mediaType,
    metadata,
    ...(findings.length === 0 ? {} : { findings: encodeFindings(findings) }),
  };
  const batches = batchesOf(revision, new Map([[HEADER, JSON.stringify(header)]]));
  if (elements.length > BATCH_ELEMENTS || text.length > BATCH_CHARACTERS) return compressPieces(ipcPieces(batches));
  const bytes = tableToIPC(new Table([...batches]), "stream");
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
  const findings = header.findings === undefined ? {} : { findings: decodeFindings(header.findings) };
  const text = elements.map((element) => element.text).join(ELEMENT_SEPARATOR);
  return { revisionId, documentId, version, mediaType, metadata, text, elements, ...findings };
}
