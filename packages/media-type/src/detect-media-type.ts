import { type CallOptions, type DocumentContent, GroundworkError, throwIfAborted } from "@groundwork/contracts";
import { detectCharset } from "./charset.ts";
import { oleMediaType } from "./ole-media-type.ts";
import { openRandomAccess, type RandomAccess } from "./random-access.ts";
import { createTextDecoder } from "./text-decoder.ts";
import { confirmedTextType, extensionOf, textMediaType } from "./text-media-type.ts";
import { zipMediaType } from "./zip-media-type.ts";

export interface DetectMediaTypeOptions extends CallOptions {
  /** A hint among kinds of text, never against the content of a binary file. */
  readonly fileName?: string;
  /** What the source says (a header, a container's directory). As weak as the name, and weaker than it. */
  readonly claimed?: string;
}

export interface DetectedMediaType {
  /** Lower case, without parameters. `application/octet-stream`: not recognised; `application/x-empty`: 0 bytes. */
  readonly mediaType: string;
  /** 0..1: 1 = a signature, 0.5 = a guess among kinds of text. */
  readonly confidence: number;
  /** Of a text. */
  readonly charset?: string;
}

/** Bytes that are read of every document. ZIP and OLE directories are read beside them. */
const HEAD_BYTES = 65_536;

/** Bytes that confirm the name of a text, its preamble aside. */
const OPENING_BYTES = 1_024;

const startsWith = (head: Uint8Array, bytes: readonly number[], offset = 0): boolean =>
  bytes.every((byte, index) => head[offset + index] === byte);

/** A tar header carries the sum of its own bytes: the only signature of the oldest form. */
function isTar(head: Uint8Array): boolean {
  if (head.length < 512) return false;
  const stated = Number.parseInt(
    Buffer.from(head.subarray(148, 156))
      .toString("latin1")
      .replace(/[\0 ]+/g, ""),
    8,
  );
  if (!Number.isFinite(stated) || stated === 0) return false;
  let sum = 0;
  for (let at = 0; at < 512; at++) sum += at >= 148 && at < 156 ? 32 : head[at]!;
  return sum === stated;
}

/** DER: a sequence whose first member is the object id of PKCS #7 data. */
function pkcs7Type(head: Uint8Array): string | undefined {
  if (head[0] !== 0x30) return undefined;
  const at = Buffer.from(head.subarray(0, 24)).indexOf(
    Buffer.from([0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07]),
  );
  return at < 0 ? undefined : "application/pkcs7-mime";
}

function isPdf(head: Uint8Array): boolean {
  return Buffer.from(head.buffer, head.byteOffset, Math.min(head.length, 1_029)).includes("%PDF-", 0, "latin1");
}

const HTML_MARK = /^\s*(?:<!doctype\s+html|<html[\s>])/i;

/** Excel 2 to 4 wrote its records without a container: the file starts with the record of its first sheet. */
function isOldWorkbook(head: Uint8Array): boolean {
  if (head[0] !== 9) return false;
  const [, version, bytes, high] = head;
  return (version === 0 || version === 2 || version === 4) && (bytes === 4 || bytes === 6) && high === 0;
}

/** Whether an MP4 file has pictures: the `moov` box names a handler for each of its tracks. */
async function hasVideoTrack(file: RandomAccess): Promise<boolean> {
  let at = 0;
  for (let boxes = 0; boxes < 100 && at + 16 <= file.size; boxes++) {
    const header = Buffer.from(await file.read(at, 16));
    if (header.length < 16) break;
    const stated = header.readUInt32BE(0);
    const size = stated === 1 ? Number(header.readBigUInt64BE(8)) : stated === 0 ? file.size - at : stated;
    if (header.toString("latin1", 4, 8) === "moov") {
      const box = Buffer.from(await file.read(at, Math.min(size, 4 * HEAD_BYTES)));
      const handlers = box.toString("latin1");
      return handlers.includes("vide") || !handlers.includes("soun");
    }
    if (size < 8) break;
    at += size;
  }
  return true;
}

async function detect(file: RandomAccess, options: DetectMediaTypeOptions): Promise<DetectedMediaType> {
  const fileName = options.fileName ?? "";
  if (file.size === 0) return { mediaType: "application/x-empty", confidence: 1 };
  const head = await file.read(0, HEAD_BYTES);
  throwIfAborted(options.signal);
  if (
    startsWith(head, [0x50, 0x4b, 3, 4]) ||
    startsWith(head, [0x50, 0x4b, 5, 6]) ||
    startsWith(head, [0x50, 0x4b, 7, 8])
  ) {
    return zipMediaType(file, head, extensionOf(fileName));
  }
  if (startsWith(head, [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]))
    return oleMediaType(file, extensionOf(fileName));
  if (startsWith(head, [0x1f, 0x8b])) return { mediaType: "application/gzip", confidence: 1 };
  if (isPdf(head)) return { mediaType: "application/pdf", confidence: 1 };
  if (isOldWorkbook(head)) return { mediaType: "application/vnd.ms-excel", confidence: 0.9 };
  const pkcs7 = pkcs7Type(head);
  if (pkcs7 !== undefined) return { mediaType: pkcs7, confidence: 0.9 };

  const { charset, confidence: charsetConfidence, bomBytes, refused } = detectCharset(head);
  const isCertainText = charset !== undefined && charsetConfidence >= 0.9;
  if (!isCertainText) {
    // Its parsers are loaded with the first file that is no certain text.
    const { fileTypeFromBuffer } = await import("file-type");
    const known = await fileTypeFromBuffer(head).catch(() => undefined);
    const mediaType = known?.mime.split(";")[0]?.toLowerCase();
    if (mediaType === "video/mp4" && !(await hasVideoTrack(file))) return { mediaType: "audio/mp4", confidence: 0.95 };
    if (mediaType === "audio/x-m4a") return { mediaType: "audio/mp4", confidence: 1 };
    if (mediaType !== undefined) return { mediaType, confidence: 0.95 };
    if (isTar(head)) return { mediaType: "application/x-tar", confidence: 0.95 };
  }
  if (charset === undefined && HTML_MARK.test(Buffer.from(head.subarray(0, 1_024)).toString("latin1"))) {
    // A page with stray bytes is still a page: browsers show it.
    return { mediaType: "text/html", confidence: 0.6, charset: "windows-1252" };
  }
  if (charset === undefined) {
    return refused === "ebcdic"
      ? { mediaType: "application/octet-stream", confidence: 0.8, charset: "ebcdic" }
      : { mediaType: "application/octet-stream", confidence: 0.9 };
  }
  const isWhole = head.length >= file.size;
  if (charset === "utf-8" && charsetConfidence === 1) {
    const bytes = head.subarray(bomBytes);
    const opening = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, OPENING_BYTES)).toString("utf8");
    const confirmed = confirmedTextType(opening, bytes, isWhole, fileName, options.claimed);
    if (confirmed !== undefined) return { ...confirmed, charset };
  }
  const text = createTextDecoder(charset).decode(head, { stream: !isWhole });
  const found = textMediaType(text, isWhole, fileName, options.claimed);
  return { ...found, confidence: Math.min(found.confidence, Math.max(0.3, charsetConfidence)), charset };
}

/**
 * Tells the media type of a document by its content: signatures, the directories of ZIP and OLE files, and for texts
 * their encoding and form. Reads 64 KiB and what those directories need. A name or a claim decides only between kinds of
 * text that look alike. Throws `ABORTED`, or `SOURCE_UNAVAILABLE` when the bytes cannot be read.
 */
export async function detectMediaType(
  content: DocumentContent | Uint8Array,
  options: DetectMediaTypeOptions = {},
): Promise<DetectedMediaType> {
  throwIfAborted(options.signal);
  let file: RandomAccess | undefined;
  try {
    file = await openRandomAccess(content, HEAD_BYTES, { signal: options.signal });
    return await detect(file, options);
  } catch (error) {
    throw GroundworkError.from(
      error,
      "SOURCE_UNAVAILABLE",
      "The bytes of the document could not be read to tell its media type.",
    );
  } finally {
    await file?.close();
  }
}
