import { createHash } from "node:crypto";
import { AwsServiceError } from "../../aws-error.ts";
import { blocksOfFeatures, type TextractBlock } from "./textract-block.ts";

type Maybe<T> = T | Promise<T>;

/** An answer of the service, whole or the parts that matter. One kept from the real service fits as it is. */
export interface TextractRecording {
  readonly Blocks?: readonly TextractBlock[];
  readonly DocumentMetadata?: { readonly Pages?: number };
  /** Of a job. @default "SUCCEEDED" */
  readonly JobStatus?: string;
  readonly StatusMessage?: string;
  readonly Warnings?: readonly { readonly ErrorCode?: string; readonly Pages?: readonly number[] }[];
}

/** What a request asks for. */
export interface TextractRequest {
  /** Empty for the operations that detect text alone. */
  readonly features: readonly string[];
  readonly queries: readonly { readonly Text: string; readonly Alias?: string; readonly Pages?: readonly string[] }[];
  /** Of the object, where the document was one. */
  readonly key?: string;
}

export interface TextractContent {
  /**
   * Answers by the SHA-256 of the document (hex), by the key of its object, or by the last part of that key. Blocks of features that were not asked
   * for are left out.
   */
  readonly recordings?: Readonly<Record<string, TextractRecording>>;
  /** Reads what has no recording. @default an empty page */
  readonly read?: (bytes: Uint8Array, request: TextractRequest) => Maybe<readonly TextractBlock[] | TextractRecording>;
}

const MEBIBYTE = 1024 * 1024;
/** Of a document that is answered at once, and of a picture always. */
export const MAX_SYNC_BYTES: number = 10 * MEBIBYTE;
export const MAX_ASYNC_BYTES: number = 500 * MEBIBYTE;
export const MAX_PAGES = 3_000;

type Format = "pdf" | "tiff" | "png" | "jpeg";

function formatOf(bytes: Uint8Array): Format | undefined {
  const start = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(1024, bytes.length)).toString("latin1");
  if (start.includes("%PDF-")) return "pdf";
  if (start.startsWith("II*\0") || start.startsWith("MM\0*")) return "tiff";
  if (start.startsWith("\x89PNG\r\n\x1a\n")) return "png";
  if (start.startsWith("\xff\xd8\xff")) return "jpeg";
  return undefined;
}

const failure = (code: string, message: string): AwsServiceError => new AwsServiceError(code, message);

/** Refuses a document before it is read, as the service does. */
export function checkDocument(bytes: Uint8Array, { isJob }: { readonly isJob: boolean }): void {
  if (bytes.length === 0) throw failure("InvalidParameterException", "The document is empty.");
  const format = formatOf(bytes);
  const limit = isJob && (format === "pdf" || format === "tiff") ? MAX_ASYNC_BYTES : MAX_SYNC_BYTES;
  if (bytes.length > limit) throw failure("DocumentTooLargeException", `The document has more than ${limit} bytes.`);
  if (format === undefined) throw failure("UnsupportedDocumentException", "Request has unsupported document format");
  if (format === "pdf" && Buffer.from(bytes).includes("/Encrypt"))
    throw failure("UnsupportedDocumentException", "Request has unsupported document format");
  if (isCut(format, bytes)) throw failure("BadDocumentException", "The document cannot be read.");
}

/** Whether a picture lacks its end: what can be told without decoding it. */
function isCut(format: Format, bytes: Uint8Array): boolean {
  const end = Buffer.from(bytes.subarray(Math.max(0, bytes.length - 4096))).toString("latin1");
  return (format === "png" && !end.includes("IEND")) || (format === "pdf" && !end.includes("%%EOF"));
}

/** Answers what the test gave for a document. */
export class TextractReader {
  readonly #content: TextractContent;

  constructor(content: TextractContent) {
    this.#content = content;
  }

  async answer(bytes: Uint8Array, request: TextractRequest): Promise<TextractRecording & { pages: number }> {
    const { recordings = {}, read } = this.#content;
    const names = [createHash("sha256").update(bytes).digest("hex"), request.key, request.key?.split("/").at(-1)];
    const name = names.find((candidate) => candidate !== undefined && Object.hasOwn(recordings, candidate));
    let answer: TextractRecording;
    if (name !== undefined) {
      const recording = recordings[name]!;
      answer = { ...recording, Blocks: blocksOfFeatures(recording.Blocks ?? [], request.features) };
    } else {
      const found = (await read?.(bytes, request)) ?? [emptyPage()];
      answer = "length" in found ? { Blocks: found } : found;
    }
    const found = (answer.Blocks ?? []).filter(({ BlockType }) => BlockType === "PAGE").length;
    return { ...answer, pages: answer.DocumentMetadata?.Pages ?? found };
  }
}

const emptyPage = (): TextractBlock => ({
  BlockType: "PAGE",
  Id: "00000000-0000-4000-8000-000000000001",
  Geometry: {
    BoundingBox: { Left: 0, Top: 0, Width: 1, Height: 1 },
    Polygon: [
      { X: 0, Y: 0 },
      { X: 1, Y: 0 },
      { X: 1, Y: 1 },
      { X: 0, Y: 1 },
    ],
  },
});
