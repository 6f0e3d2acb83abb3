import { type ExtractionPart, GroundworkError, throwIfAborted } from "@groundwork/contracts";
import type { MailInput } from "./email-extractor.ts";

const NEW_LINE = 10;
const FROM = Buffer.from("From ");

/** An mbox: each message as a child, one at a time, in memory bounded by the largest. */
export async function* extractMbox({ document, signal, maxMessageBytes }: MailInput): AsyncGenerator<ExtractionPart> {
  let pieces: Uint8Array[] = [];
  let size = 0;
  let rest: Buffer = Buffer.alloc(0);
  let wasBlank = true;
  let isOpen = false;
  let count = 0;

  const take = (): ExtractionPart[] => {
    const bytes = new Uint8Array(Buffer.concat(pieces));
    pieces = [];
    size = 0;
    if (!isOpen || bytes.every((byte) => byte === NEW_LINE || byte === 13)) return [];
    count++;
    const child = { name: `message-${String(count).padStart(6, "0")}.eml`, bytes, claimedMediaType: "message/rfc822" };
    return [
      { type: "child", child },
      { type: "progress", unit: "part", done: count },
    ];
  };
  const line = (bytes: Buffer): ExtractionPart[] => {
    const isStart = wasBlank && bytes.subarray(0, 5).equals(FROM);
    wasBlank = bytes.length === 0 || (bytes.length <= 2 && (bytes[0] === NEW_LINE || bytes[0] === 13));
    if (isStart) {
      const parts = take();
      isOpen = true;
      return parts;
    }
    // Writers put a `>` before lines of the text that look like a start.
    const plain = /^>+From /.test(bytes.subarray(0, 20).toString("latin1")) ? bytes.subarray(1) : bytes;
    pieces.push(plain);
    size += plain.length;
    if (size > maxMessageBytes) {
      throw new GroundworkError(
        "DOCUMENT_TOO_LARGE",
        `Expected messages of at most ${maxMessageBytes} bytes, found a larger one. Raise maxMessageBytes.`,
      );
    }
    return [];
  };
  for await (const piece of document.content.stream({ signal })) {
    throwIfAborted(signal);
    const data: Buffer = rest.length === 0 ? Buffer.from(piece) : Buffer.concat([rest, piece]);
    let start = 0;
    for (let end = data.indexOf(NEW_LINE, start); end >= 0; end = data.indexOf(NEW_LINE, start)) {
      yield* line(data.subarray(start, end + 1));
      start = end + 1;
    }
    rest = data.subarray(start);
    if (rest.length > maxMessageBytes) yield* line(rest);
  }
  if (rest.length > 0) yield* line(rest);
  yield* take();
  if (count === 0) {
    throw new GroundworkError(
      "CORRUPT_DOCUMENT",
      "Expected an mbox, found no line `From ` that starts a message. Check the file.",
    );
  }
}
