import { type ExtractionPart, GroundworkError } from "@groundwork/contracts";
import type { MailInput } from "./email-extractor.ts";
import { messageParts } from "./message.ts";
import { parseMime } from "./mime.ts";

interface Value {
  readonly tag: number;
  readonly start: number;
  readonly end: number;
  /** Where the next value starts. */
  readonly next: number;
}

const damaged = (): GroundworkError =>
  new GroundworkError("CORRUPT_DOCUMENT", "Expected S/MIME data (PKCS #7), found damaged data. Get the file again.");

/** One value of ASN.1 in BER or DER. The end of a value of indefinite length is found by walking its members. */
function valueAt(bytes: Uint8Array, at: number, depth = 0): Value {
  const tag = bytes[at];
  const first = bytes[at + 1];
  if (tag === undefined || first === undefined || depth > 60) throw damaged();
  if (first === 0x80) {
    let next = at + 2;
    while (!(bytes[next] === 0 && bytes[next + 1] === 0)) {
      if (next >= bytes.length) throw damaged();
      next = valueAt(bytes, next, depth + 1).next;
    }
    return { tag, start: at + 2, end: next, next: next + 2 };
  }
  const lengthBytes = first < 0x80 ? 0 : first & 0x7f;
  if (lengthBytes > 4) throw damaged();
  let length = first < 0x80 ? first : 0;
  for (let index = 0; index < lengthBytes; index++) length = length * 256 + (bytes[at + 2 + index] ?? 0);
  const start = at + 2 + lengthBytes;
  if (start + length > bytes.length) throw damaged();
  return { tag, start, end: start + length, next: start + length };
}

function members(bytes: Uint8Array, value: Value): Value[] {
  const found: Value[] = [];
  for (let at = value.start; at < value.end && found.length < 10_000; ) {
    const member = valueAt(bytes, at);
    found.push(member);
    at = member.next;
  }
  return found;
}

/** The bytes of an octet string, also one in pieces. */
function octets(bytes: Uint8Array, value: Value): Uint8Array {
  if ((value.tag & 0x20) === 0) return bytes.subarray(value.start, value.end);
  return new Uint8Array(Buffer.concat(members(bytes, value).map((member) => octets(bytes, member))));
}

const SIGNED = "2a864886f70d010702";

/** The content of opaque signed data. The signature is not checked: that is the mail system's work. */
function signedContent(bytes: Uint8Array): Uint8Array {
  const [type, wrapped] = members(bytes, valueAt(bytes, 0));
  if (type === undefined || wrapped === undefined) throw damaged();
  if (Buffer.from(bytes.subarray(type.start, type.end)).toString("hex") !== SIGNED) {
    throw new GroundworkError(
      "PASSWORD_REQUIRED",
      "Expected signed S/MIME data, found encrypted data. Decrypt it where its key is.",
    );
  }
  const [signed] = members(bytes, wrapped);
  const content = signed === undefined ? undefined : members(bytes, signed)[2];
  const [, inner] = content === undefined ? [] : members(bytes, content);
  const [text] = inner === undefined ? [] : members(bytes, inner);
  if (text === undefined) {
    throw new GroundworkError(
      "UNSUPPORTED_MEDIA_TYPE",
      "Expected S/MIME data with a message, found a signature alone.",
    );
  }
  return octets(bytes, text);
}

function derOf(bytes: Uint8Array): Uint8Array {
  const text = Buffer.from(bytes.subarray(0, 64)).toString("latin1");
  if (!text.includes("-----BEGIN")) return bytes;
  const body = Buffer.from(bytes)
    .toString("latin1")
    .replace(/-----[^-]+-----/g, "");
  return new Uint8Array(Buffer.from(body, "base64"));
}

/** Opaque S/MIME: the message inside a signature; encrypted data is refused. */
export async function* extractSecured({ document, signal }: MailInput): AsyncGenerator<ExtractionPart> {
  const bytes = derOf(await document.content.bytes({ signal }));
  yield* messageParts(await parseMime(signedContent(bytes)));
}
