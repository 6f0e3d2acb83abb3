import { createHash } from "node:crypto";
import { GroundworkError } from "@groundwork/contracts";
import { type Piece, piecesOf } from "./pieces.ts";
import { hasContent, onOneLine, safeText } from "./safe-text.ts";

export type JobFormat = "ONE_DOC_PER_LINE" | "ONE_DOC_PER_FILE";

export interface JobLimits {
  /** @default 1,000,000, the documented limit of one job */
  readonly documents?: number;
  /** Of all documents. @default 5 GB, the documented limit of one job */
  readonly bytes?: number;
  /** Of one file of lines: it is made in memory. @default 64 MB */
  readonly fileBytes?: number;
}

/** A piece of a text as the job reads it. */
export interface JobDocument {
  /** What is sent, on one line where the format asks for it. */
  readonly sent: string;
  /** Number of the distinct text that it is a piece of. */
  readonly text: number;
  readonly piece: Piece;
}

/** An object that the service reads: documents `from` (inclusive) to `to` (exclusive), one a line or one alone. */
export interface JobFile {
  readonly name: string;
  readonly from: number;
  readonly to: number;
}

export interface JobInput {
  /** Names the input: the same texts, language and options have the same one. 64 hex digits. */
  readonly digest: string;
  readonly documents: readonly JobDocument[];
  /** For each distinct text the positions at which it was given. */
  readonly places: readonly (readonly number[])[];
  readonly files: readonly JobFile[];
  /** Content of a file. */
  bodyOf(file: JobFile): Buffer;
}

/** Documents of each file: as many lines as fit, or one. */
function filesOf(sizes: readonly number[], format: JobFormat, fileBytes: number): JobFile[] {
  const files: JobFile[] = [];
  for (let from = 0; from < sizes.length; ) {
    let to = from + 1;
    let bytes = sizes[from]!;
    while (format === "ONE_DOC_PER_LINE" && to < sizes.length && bytes + sizes[to]! <= fileBytes) bytes += sizes[to++]!;
    files.push({ name: `${String(files.length).padStart(7, "0")}.txt`, from, to });
    from = to;
  }
  return files;
}

/**
 * Documents of a job. Equal texts are sent once, texts without a letter or digit never.
 *
 * @throws GroundworkError `INVALID_ARGUMENT` beyond the limits of one job.
 */
export function jobInput(
  texts: readonly string[],
  format: JobFormat,
  maxBytes: number,
  salt: readonly string[],
  limits: JobLimits = {},
): JobInput {
  const { documents: mostDocuments = 1_000_000, bytes: mostBytes = 5_000_000_000, fileBytes = 64_000_000 } = limits;
  const distinct = new Map<string, number[]>();
  for (const [index, text] of texts.entries()) {
    if (!hasContent(text)) continue;
    const safe = safeText(text);
    const known = distinct.get(safe);
    if (known === undefined) distinct.set(safe, [index]);
    else known.push(index);
  }
  const documents: JobDocument[] = [];
  const sizes: number[] = [];
  const hash = createHash("sha256").update(JSON.stringify([format, fileBytes, ...salt]));
  let bytes = 0;
  let number = 0;
  for (const text of distinct.keys()) {
    for (const piece of piecesOf(text, maxBytes)) {
      const slice = text.slice(piece.start, piece.end);
      if (!hasContent(slice)) continue;
      const sent = format === "ONE_DOC_PER_LINE" ? onOneLine(slice) : slice;
      const size = Buffer.byteLength(sent) + 1;
      documents.push({ sent, text: number, piece });
      sizes.push(size);
      bytes += size;
      hash.update(`${sent.length}\n${sent}`);
      if (documents.length > mostDocuments || bytes > mostBytes)
        throw new GroundworkError(
          "INVALID_ARGUMENT",
          `Expected at most ${mostDocuments} documents and ${mostBytes} bytes for a job, found more. Run several jobs.`,
          { driver: "pii-comprehend" },
        );
    }
    number++;
  }
  return {
    digest: hash.digest("hex"),
    documents,
    places: [...distinct.values()],
    files: filesOf(sizes, format, fileBytes),
    bodyOf({ from, to }) {
      const lines = documents.slice(from, to).map(({ sent }) => sent);
      return Buffer.from(format === "ONE_DOC_PER_LINE" ? `${lines.join("\n")}\n` : lines[0]!);
    },
  };
}
