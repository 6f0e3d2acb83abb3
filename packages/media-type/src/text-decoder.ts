import { isAscii } from "node:buffer";
import { type CallOptions, type DocumentContent, GroundworkError, throwIfAborted } from "@groundwork/contracts";
import { type DetectedCharset, detectCharset } from "./charset.ts";

/** Decodes a text in pieces. Bytes that are no character become U+FFFD. A byte order mark is left out. */
export interface StreamingTextDecoder {
  readonly charset: string;
  decode(bytes?: Uint8Array, options?: { readonly stream?: boolean }): string;
}

function utf32Decoder(charset: string): StreamingTextDecoder {
  const littleEndian = charset !== "utf-32be";
  let rest = new Uint8Array();
  let isStart = true;
  return {
    charset,
    decode(bytes = new Uint8Array(), { stream = false } = {}) {
      const all = rest.length === 0 ? bytes : Buffer.concat([rest, bytes]);
      const view = new DataView(all.buffer, all.byteOffset, all.byteLength);
      const units: string[] = [];
      let at = 0;
      for (; at + 4 <= all.length; at += 4) {
        const point = view.getUint32(at, littleEndian);
        if (isStart && point === 0xfeff) {
          isStart = false;
          continue;
        }
        isStart = false;
        const isCharacter = point <= 0x10ffff && !(point >= 0xd800 && point <= 0xdfff);
        units.push(isCharacter ? String.fromCodePoint(point) : "\uFFFD");
      }
      rest = all.slice(at);
      if (!stream && rest.length > 0) units.push("\uFFFD");
      return units.join("");
    },
  };
}

/** A decoder for any label of the WHATWG encoding standard, and for UTF-32. An unknown label throws `RangeError`. */
export function createTextDecoder(charset: string): StreamingTextDecoder {
  if (/^utf-?32(?:le|be)?$/i.test(charset)) return utf32Decoder(charset.toLowerCase().replace("utf32", "utf-32"));
  const decoder = new TextDecoder(charset);
  return { charset, decode: (bytes, options) => decoder.decode(bytes, options) };
}

/** Bytes that are looked at to tell the encoding. */
const WINDOW_BYTES = 65_536;

/**
 * Tells the encoding of a whole content. A text that starts with ASCII only is read on until its first other byte, so
 * that an accent on the last page is not decoded as something else. Holds one window in memory.
 */
export async function detectContentCharset(
  content: DocumentContent,
  options: CallOptions = {},
): Promise<DetectedCharset> {
  if (content.size <= WINDOW_BYTES) return detectCharset(await content.bytes(options));
  let window = new Uint8Array();
  let isPlain = true;
  for await (const piece of content.stream(options)) {
    throwIfAborted(options.signal);
    if (isPlain && window.length >= WINDOW_BYTES) {
      if (isAscii(piece)) continue;
      // The accents decide: the window starts anew where they are.
      window = new Uint8Array(piece);
      isPlain = false;
      continue;
    }
    if (isPlain && (!isAscii(piece) || piece.includes(0))) isPlain = false;
    window = new Uint8Array(Buffer.concat([window, piece]));
    if (!isPlain && window.length >= WINDOW_BYTES) break;
  }
  return detectCharset(window);
}

/** The text of a content in pieces, decoded. Throws `CORRUPT_DOCUMENT` when it is no text. */
export async function* decodeContent(
  content: DocumentContent,
  options: CallOptions & { readonly charset?: string } = {},
): AsyncGenerator<string> {
  const charset = options.charset ?? requireCharset(await detectContentCharset(content, options));
  const decoder = createTextDecoder(charset);
  for await (const piece of content.stream(options)) {
    throwIfAborted(options.signal);
    const text = decoder.decode(piece, { stream: true });
    if (text !== "") yield text;
  }
  const rest = decoder.decode();
  if (rest !== "") yield rest;
}

/** The charset, or the typed error that says why there is none. */
export function requireCharset(detected: DetectedCharset): string {
  if (detected.charset !== undefined) return detected.charset;
  throw detected.refused === "ebcdic"
    ? new GroundworkError(
        "UNSUPPORTED_MEDIA_TYPE",
        "Expected text in a Unicode, ISO or Windows encoding, found EBCDIC. Convert the file where it comes from: its record layout is not in it.",
      )
    : new GroundworkError("CORRUPT_DOCUMENT", "Expected text, found binary data. Check the file or its media type.");
}
