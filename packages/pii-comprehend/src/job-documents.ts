import { createHash } from "node:crypto";
import { GroundworkError } from "@groundwork/contracts";
import { type Piece, piecesOf } from "./pieces.ts";
import { hasContent, onOneLine, safeText } from "./safe-text.ts";

export type JobFormat = "ONE_DOC_PER_LINE" | "ONE_DOC_PER_FILE";

/** Documented limits of one job. */
const MOST_DOCUMENTS = 1_000_000;
const MOST_BYTES = 5_000_000_000;

/** A piece of a text as the job reads it. */
export interface JobDocument {
  /** What is sent, on one line where the format asks for it. */
  readonly sent: string;
  /** Number of the distinct text that it is a piece of. */
  readonly text: number;
  readonly piece: Piece;
}

export interface JobInput {
  /** Names the input: the same texts, language and options have the same one. 64 hex digits. */
  readonly digest: string;
  readonly documents: readonly JobDocument[];
  /** For each distinct text the positions at which it was given. */
  readonly places: readonly (readonly number[])[];
  /** Name and content of each object to be read, made when asked for. */
  files(): Generator<{ readonly name: string; readonly body: Buffer }>;
}

export const LINES_FILE = "documents.txt";

/** Name of the object of a document, one document a file. */
export function fileOfDocument(index: number): string {
  return `${String(index).padStart(7, "0")}.txt`;
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
): JobInput {
  const distinct = new Map<string, number[]>();
  for (const [index, text] of texts.entries()) {
    if (!hasContent(text)) continue;
    const safe = safeText(text);
    const known = distinct.get(safe);
    if (known === undefined) distinct.set(safe, [index]);
    else known.push(index);
  }
  const documents: JobDocument[] = [];
  const hash = createHash("sha256").update(JSON.stringify([format, ...salt]));
  let bytes = 0;
  let number = 0;
  for (const text of distinct.keys()) {
    for (const piece of piecesOf(text, maxBytes)) {
      const slice = text.slice(piece.start, piece.end);
      if (!hasContent(slice)) continue;
      const sent = format === "ONE_DOC_PER_LINE" ? onOneLine(slice) : slice;
      documents.push({ sent, text: number, piece });
      bytes += Buffer.byteLength(sent) + 1;
      hash.update(String(sent.length)).update("\n").update(sent);
    }
    number++;
  }
  if (documents.length > MOST_DOCUMENTS || bytes > MOST_BYTES)
    throw new GroundworkError(
      "INVALID_ARGUMENT",
      `Expected at most ${MOST_DOCUMENTS} documents and ${MOST_BYTES} bytes for a job, found ${documents.length} and ${bytes}. Run several jobs.`,
      { driver: "pii-comprehend" },
    );
  return {
    digest: hash.digest("hex"),
    documents,
    places: [...distinct.values()],
    *files() {
      if (format === "ONE_DOC_PER_LINE")
        yield { name: LINES_FILE, body: Buffer.concat(documents.map(({ sent }) => Buffer.from(`${sent}\n`))) };
      else
        for (const [index, { sent }] of documents.entries())
          yield { name: fileOfDocument(index), body: Buffer.from(sent) };
    },
  };
}
