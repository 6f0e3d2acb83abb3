import { setImmediate } from "node:timers/promises";
import {
  type CallOptions,
  type DocumentContent,
  type ExtractionPart,
  GroundworkError,
  type SourceDocument,
  throwIfAborted,
} from "@groundwork/contracts";
import { readDoc } from "./doc/doc-reader.ts";
import { readDocx } from "./docx/docx-reader.ts";
import { OFFICE_MEDIA_TYPES } from "./media-types.ts";
import { readOdf } from "./odf/odf-reader.ts";
import { corruptDocument, emptyDocument, unsupported } from "./office-errors.ts";
import type { ResolvedOfficeOptions } from "./office-options.ts";
import { batchElements, type OfficePart } from "./office-part.ts";
import { CompoundFile, isCompoundFile } from "./ole/compound-file.ts";
import { decryptPackage } from "./ole/decrypt-package.ts";
import { readSummaryInformation } from "./ole/summary-information.ts";
import { readCoreProperties } from "./package/core-properties.ts";
import { OpcPackage } from "./package/opc-package.ts";
import { readHead } from "./package/zip-package.ts";
import { readPpt } from "./ppt/ppt-reader.ts";
import { readPptx } from "./pptx/pptx-reader.ts";
import { RtfReader } from "./rtf/rtf-reader.ts";
import { readXls } from "./xls/xls-reader.ts";
import { readXlsx } from "./xlsx/xlsx-reader.ts";

const PARTS_BETWEEN_TURNS = 128;

/** Binary formats are read whole. Few such files are larger than a tenth of this. */
const MAX_BINARY_BYTES = 512 * 1024 ** 2;

/** What {@link officeExtractor} gives: apart, so that the readers of all formats are loaded with the first document only. */
export async function* readOffice(
  document: SourceDocument,
  options: ResolvedOfficeOptions,
  call: CallOptions | undefined,
): AsyncGenerator<ExtractionPart> {
  throwIfAborted(call?.signal, { documentId: document.documentId });
  if (document.content.size === 0) throw emptyDocument();
  try {
    for await (const part of partsOf(document, options, call)) {
      yield part;
      throwIfAborted(call?.signal, { documentId: document.documentId });
    }
  } catch (error) {
    throw corruptDocument(error, "Expected a readable office document, found damaged content.");
  }
}

async function* partsOf(
  document: SourceDocument,
  options: ResolvedOfficeOptions,
  call: CallOptions | undefined,
): AsyncGenerator<ExtractionPart> {
  const head = await readHead(document.content, 8, call);
  if (head[0] === 0x50 && head[1] === 0x4b) yield* extractPackage(document.content, options, call);
  else if (isCompoundFile(head)) yield* extractCompoundFile(document, options, call);
  else if (Buffer.from(head.subarray(0, 5)).toString("latin1") === "{\\rtf") {
    yield* batchElements(asAsync(new RtfReader().read(await readWhole(document.content, call), call)));
  } else throw unrecognized(head, document.mediaType);
}

/** Older workbooks and markup under an office name are of another kind; what else claims to be an office file is damaged. */
function unrecognized(head: Uint8Array, mediaType: string): GroundworkError {
  if (head[0] === 0x09 && (head[1] === 0 || head[1] === 2 || head[1] === 4))
    return unsupported("a workbook of Excel 2 to 4");
  if (/^\s*</.test(Buffer.from(head).toString("latin1"))) return unsupported("a file of markup");
  return OFFICE_MEDIA_TYPES.includes(mediaType)
    ? corruptDocument(undefined, "Expected an office document, found bytes that begin like none.")
    : unsupported("a file that is none of them");
}

async function readWhole(content: DocumentContent, call: CallOptions | undefined): Promise<Uint8Array> {
  if (content.size <= MAX_BINARY_BYTES) return content.bytes(call);
  throw new GroundworkError(
    "DOCUMENT_TOO_LARGE",
    `Expected a binary document of at most ${MAX_BINARY_BYTES} bytes, found ${content.size}. Convert or split it.`,
  );
}

/** Parts of a reader that never waits. Now and then the event loop gets its turn, or no signal could fire. */
async function* asAsync(parts: Iterable<OfficePart>): AsyncGenerator<OfficePart> {
  let count = 0;
  for (const part of parts) {
    if (++count % PARTS_BETWEEN_TURNS === 0) await setImmediate();
    yield part;
  }
}

/** Binary Office files, and OOXML packages that are encrypted. */
async function* extractCompoundFile(
  document: SourceDocument,
  options: ResolvedOfficeOptions,
  call: CallOptions | undefined,
): AsyncGenerator<ExtractionPart> {
  const file = new CompoundFile(await readWhole(document.content, call));
  if (file.has("EncryptedPackage")) {
    const bytes = decryptPackage(file, document.password);
    yield* extractPackage(
      {
        size: bytes.byteLength,
        bytes: async () => bytes,
        async *stream() {
          yield bytes;
        },
      },
      options,
      call,
    );
    return;
  }
  const parts = binaryParts(file, options, call);
  yield { type: "metadata", metadata: readSummaryInformation(file) };
  yield* batchElements(asAsync(parts));
}

function binaryParts(
  file: CompoundFile,
  options: ResolvedOfficeOptions,
  call: CallOptions | undefined,
): Iterable<OfficePart> {
  if (file.has("WordDocument")) return readDoc(file, call);
  if (file.has("PowerPoint Document")) return readPpt(file, options, call);
  if (file.has("Workbook") || file.has("Book")) return readXls(file, options, call);
  throw unsupported("an OLE compound file of another kind");
}

async function* extractPackage(
  content: DocumentContent,
  options: ResolvedOfficeOptions,
  call: CallOptions | undefined,
): AsyncGenerator<ExtractionPart> {
  const opc = await OpcPackage.open(content, call);
  try {
    if (opc.zip.has("content.xml") && !opc.zip.has("[Content_Types].xml")) {
      yield* batchElements(readOdf(opc, options, call));
    } else {
      const main = await findMainPart(opc);
      yield { type: "metadata", metadata: await readCoreProperties(opc) };
      yield* batchElements(readMainPart(opc, main, options, call));
    }
    for (const warning of opc.warnings) yield { type: "warning", warning };
  } finally {
    opc.zip.close();
  }
}

type MainPart = { readonly part: string; readonly kind: "docx" | "pptx" | "xlsx" };

const USUAL_PARTS: readonly MainPart[] = [
  { part: "word/document.xml", kind: "docx" },
  { part: "ppt/presentation.xml", kind: "pptx" },
  { part: "xl/workbook.xml", kind: "xlsx" },
];

async function findMainPart(opc: OpcPackage): Promise<MainPart> {
  const [part] = await opc.related("", "officeDocument");
  if (part !== undefined && opc.zip.has(part)) {
    const type = (await opc.contentType(part)) ?? "";
    if (/wordprocessingml|ms-word/i.test(type)) return { part, kind: "docx" };
    if (/presentationml|ms-powerpoint/i.test(type)) return { part, kind: "pptx" };
    if (/spreadsheetml|ms-excel\.(?:sheet|template|addin)\.macroEnabled/i.test(type)) return { part, kind: "xlsx" };
    if (/ms-excel\.sheet\.binary/i.test(type)) throw unsupported("a binary workbook (XLSB)");
  }
  const usual = USUAL_PARTS.find((one) => opc.zip.has(one.part));
  if (usual !== undefined) return usual;
  throw unsupported("a ZIP package of another kind");
}

function readMainPart(
  opc: OpcPackage,
  { part, kind }: MainPart,
  options: ResolvedOfficeOptions,
  call: CallOptions | undefined,
): AsyncGenerator<OfficePart> {
  switch (kind) {
    case "docx":
      return readDocx(opc, part, call);
    case "pptx":
      return readPptx(opc, part, options, call);
    case "xlsx":
      return readXlsx(opc, part, options, call);
  }
}
