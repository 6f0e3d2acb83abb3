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
  if (SINGLE_BYTE.test(charset)) return singleByteDecoder(charset);
  const decoder = createTextDecoder(charset);
  return { decode: (piece, isLast) => decoder.decode(piece, { stream: !isLast }) };
}

type Decode = (bytes: Uint8Array) => string;

/** The few that pages are in. They hold nothing between two calls. */
const singleByte = new Map<string, Decode>();

function singleByteDecoder(charset: string): PageDecoder {
  let decode = singleByte.get(charset);
  if (decode === undefined) {
    decode = new TextDecoder(charset).encoding === "windows-1252" ? decodeWestern : createTextDecoder(charset).decode;
    singleByte.set(charset, decode);
  }
  const whole = decode;
  return { decode: (piece) => (isAscii(piece) ? asLatin1(piece) : whole(piece)) };
}

/** Where Windows 1252, which browsers take ISO 8859-1 for, has other characters than ISO 8859-1. */
const FIRST_OTHER = 0x80;
const OTHERS = /[\x80-\x9f]/g;
const OTHER_CHARACTERS = new TextDecoder("windows-1252").decode(
  Uint8Array.from({ length: 32 }, (_, at) => FIRST_OTHER + at),
);

function decodeWestern(bytes: Uint8Array): string {
  return asLatin1(bytes).replace(OTHERS, (other) => OTHER_CHARACTERS[other.charCodeAt(0) - FIRST_OTHER]!);
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
