import { isAscii } from "node:buffer";
import { createTextDecoder } from "@groundwork/media-type";
import { cutCharacter } from "./page-charset.ts";

/** Decodes a page in pieces; the last call gives what is left. */
export interface PageDecoder {
  decode(piece: Uint8Array, isLast: boolean): string;
}

/** Encodings in which a byte below 0x80 is always its ASCII character. */
const SINGLE_BYTE = /^(?:windows-12\d\d|iso-8859-\d+|koi8-[ru]|ibm866|macintosh)$/i;

const asLatin1 = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("latin1");

/**
 * Most pages are UTF-8 or mostly ASCII. A streaming decoder goes character by character; whole characters in one call, and
 * ASCII as it stands, are many times faster.
 */
export function createPageDecoder(charset: string): PageDecoder {
  if (/^utf-?8$/i.test(charset)) return utf8Decoder();
  const decoder = createTextDecoder(charset);
  const isSingleByte = SINGLE_BYTE.test(charset);
  return {
    decode: (piece, isLast) =>
      isSingleByte && isAscii(piece) ? asLatin1(piece) : decoder.decode(piece, { stream: !isLast }),
  };
}

/** Whole characters in each call: these hold nothing between two calls, and making one takes as long as decoding a small page. */
const utf8 = new TextDecoder("utf-8");
/** A mark that is not at the start of the page is a character. */
const laterUtf8 = new TextDecoder("utf-8", { ignoreBOM: true });
const NO_BYTES = new Uint8Array();

function utf8Decoder(): PageDecoder {
  let isStart = true;
  let rest: Uint8Array = NO_BYTES;
  return {
    decode(piece, isLast) {
      const bytes = rest.length === 0 ? piece : Buffer.concat([rest, piece]);
      const cut = isLast ? 0 : cutCharacter(bytes);
      rest = cut === 0 ? NO_BYTES : bytes.slice(bytes.length - cut);
      const whole = cut === 0 ? bytes : bytes.subarray(0, bytes.length - cut);
      if (whole.length === 0) return "";
      const decoder = isStart ? utf8 : laterUtf8;
      isStart = false;
      return decoder.decode(whole);
    },
  };
}
