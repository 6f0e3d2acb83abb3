import { type CallOptions, GroundworkError, type SourceDocument } from "@groundwork/contracts";
import { DRIVER } from "./textract-error.ts";

/** What the service reads by itself. */
export const SERVICE_MEDIA_TYPES: readonly string[] = ["application/pdf", "image/png", "image/jpeg", "image/tiff"];

const STARTS: Readonly<Record<string, (start: string) => boolean>> = {
  "application/pdf": (start) => start.includes("%PDF-"),
  "image/png": (start) => start.startsWith("\x89PNG\r\n\x1a\n"),
  "image/jpeg": (start) => start.startsWith("\xff\xd8\xff"),
  "image/tiff": (start) => start.startsWith("II*\0") || start.startsWith("MM\0*"),
};

/**
 * Looks at the first bytes before anything is sent, since the service would bill or upload what it cannot read.
 *
 * @throws GroundworkError `EMPTY_DOCUMENT`, `UNSUPPORTED_MEDIA_TYPE`, `CORRUPT_DOCUMENT` for content that is not of its type.
 */
export async function checkFormat({ mediaType, content }: SourceDocument, options: CallOptions): Promise<void> {
  const fault = (code: "EMPTY_DOCUMENT" | "UNSUPPORTED_MEDIA_TYPE" | "CORRUPT_DOCUMENT", message: string) =>
    new GroundworkError(code, message, { driver: DRIVER });
  if (content.size === 0) throw fault("EMPTY_DOCUMENT", "Expected a document, found 0 bytes.");
  const isOfType = STARTS[mediaType];
  if (isOfType === undefined)
    throw fault("UNSUPPORTED_MEDIA_TYPE", "Expected PDF, PNG, JPEG or TIFF, found another media type.");
  let start = Buffer.alloc(0);
  for await (const piece of content.stream(options)) {
    start = Buffer.concat([start, piece]);
    if (start.length >= 1_024) break;
  }
  if (!isOfType(start.toString("latin1", 0, 1_024)))
    throw fault("CORRUPT_DOCUMENT", `Expected a document of its media type ${mediaType}, found other content.`);
}
