import { isUtf8 } from "node:buffer";
import { createRequire } from "node:module";

/** A character encoding as `TextDecoder` names it, or `utf-32le` / `utf-32be`, which {@link createTextDecoder} adds. */
export interface DetectedCharset {
  /** `undefined`: the bytes are no text in any encoding that can be decoded. */
  readonly charset: string | undefined;
  /** 0..1. */
  readonly confidence: number;
  /** Bytes of the byte order mark. */
  readonly bomBytes: number;
  /** Why there is no charset: `ebcdic` is text, but of a mainframe. */
  readonly refused?: "binary" | "ebcdic";
}

/** Bytes that a statistical detector looks at. More costs time and decides nothing. */
const SAMPLE_BYTES = 16_384;

const BYTE_ORDER_MARKS: readonly (readonly [readonly number[], string])[] = [
  [[0xff, 0xfe, 0, 0], "utf-32le"],
  [[0, 0, 0xfe, 0xff], "utf-32be"],
  [[0xef, 0xbb, 0xbf], "utf-8"],
  [[0xff, 0xfe], "utf-16le"],
  [[0xfe, 0xff], "utf-16be"],
];

/** Bytes of the character at the end whose rest is cut off: 0 to 3. */
function cutBytes(bytes: Uint8Array): number {
  for (let back = 1; back <= 3 && back <= bytes.length; back++) {
    const byte = bytes[bytes.length - back]!;
    if (byte < 0x80) return 0;
    if (byte < 0xc0) continue;
    const wanted = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
    return wanted > back ? back : 0;
  }
  return 0;
}

/** Whether the bytes are UTF-8, the last character possibly cut. */
export function isUtf8Prefix(bytes: Uint8Array): boolean {
  const cut = cutBytes(bytes);
  const whole = bytes.length - cut;
  return isUtf8(bytes.subarray(0, whole)) && (cut === 0 || startsCharacter(bytes.subarray(whole)));
}

function startsCharacter(bytes: Uint8Array): boolean {
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes, { stream: true });
    return true;
  } catch {
    return false;
  }
}

const isControl = (byte: number): boolean =>
  byte === 0x7f || (byte < 0x20 && byte !== 9 && byte !== 10 && byte !== 12 && byte !== 13);

/** Whether there is a control that plain text does not have, the escape among them. Looks at four bytes at a time. */
function hasControls(bytes: Uint8Array): boolean {
  const before = Math.min(bytes.length, -bytes.byteOffset & 3);
  const words = (bytes.length - before) >> 2;
  for (let at = 0; at < before; at++) if (isControl(bytes[at]!)) return true;
  const view = new Int32Array(bytes.buffer, bytes.byteOffset + before, words);
  for (let at = 0; at < words; at++) {
    const word = view[at]!;
    const deletes = word ^ 0x7f7f7f7f;
    // The high bit of a byte is set where it is below 0x20 or is 0x7F; where none is, the sum of both is 0.
    if ((((word - 0x20202020) & ~word) | ((deletes - 0x01010101) & ~deletes)) & 0x80808080) {
      for (let byte = before + 4 * at; byte < before + 4 * at + 4; byte++) if (isControl(bytes[byte]!)) return true;
    }
  }
  for (let at = before + 4 * words; at < bytes.length; at++) if (isControl(bytes[at]!)) return true;
  return false;
}

type Chardet = typeof import("chardet");

let chardet: Chardet | undefined;

/** The statistics are loaded with the first text that is not UTF-8. */
function analyse(sample: Uint8Array): ReturnType<Chardet["analyse"]> {
  chardet ??= createRequire(import.meta.url)("chardet") as Chardet;
  return chardet.analyse(sample);
}

function decodes(bytes: Uint8Array, charset: string): boolean {
  try {
    const text = new TextDecoder(charset, { fatal: true }).decode(bytes, { stream: true });
    // C1 controls are in no written text: single-byte encodings map unused bytes to them.
    return !/[\u0080-\u0084\u0086-\u009f]/.test(text);
  } catch {
    return false;
  }
}

/** UTF-16 and UTF-32 without a mark: zeros stand in the same places of each unit. */
function wideCharset(bytes: Uint8Array): string | undefined {
  const length = Math.min(bytes.length, 4_096) & ~3;
  if (length < 4) {
    if (bytes.length < 2) return undefined;
    return bytes[1] === 0 && bytes[0] !== 0 ? "utf-16le" : bytes[0] === 0 && bytes[1] !== 0 ? "utf-16be" : undefined;
  }
  const zeros = [0, 0, 0, 0];
  for (let at = 0; at < length; at++) if (bytes[at] === 0) zeros[at & 3]!++;
  const [a = 0, b = 0, c = 0, d = 0] = zeros.map((count) => count / (length / 4));
  if (c > 0.95 && d > 0.99 && a < 0.1) return "utf-32le";
  if (a > 0.99 && b > 0.95 && d < 0.1) return "utf-32be";
  if ((b + d) / 2 > 0.4 && (a + c) / 2 < 0.05) return "utf-16le";
  if ((a + c) / 2 > 0.4 && (b + d) / 2 < 0.05) return "utf-16be";
  return undefined;
}

/** Whether wide units are the characters of a text: binary data has the zeros, not the letters. */
function isWritten(bytes: Uint8Array, charset: string): boolean {
  if (charset.startsWith("utf-32")) return true;
  const text = new TextDecoder(charset).decode(bytes, { stream: true });
  return (text.match(/[^\P{Cc}\t\n\r\f]|\uFFFD/gu)?.length ?? 0) <= text.length * 0.02;
}

/** Text of a mainframe: the space is 0x40, letters start at 0x81, 0x91, 0xA2 and their capitals 0x40 higher. */
function isEbcdic(bytes: Uint8Array): boolean {
  const sample = bytes.subarray(0, 4_096);
  if (sample.length < 16) return false;
  let letters = 0;
  let spaces = 0;
  let asciiText = 0;
  for (const byte of sample) {
    const low = byte & 0x0f;
    const high = byte >> 4;
    if ((high === 8 || high === 9 || high === 0xc || high === 0xd) && low >= 1 && low <= 9) letters++;
    else if ((high === 0xa || high === 0xe) && low >= 2 && low <= 9) letters++;
    else if (high === 0xf && low <= 9) letters++;
    else if (byte === 0x40) spaces++;
    if (byte === 0x20 || byte === 0x0a || (byte >= 0x61 && byte <= 0x7a)) asciiText++;
  }
  return letters + spaces > sample.length * 0.75 && spaces > sample.length * 0.05 && asciiText < sample.length * 0.1;
}

/** Share of bytes that no text of an ASCII superset has. */
function controlShare(bytes: Uint8Array): number {
  let controls = 0;
  for (const byte of bytes) {
    if ((byte < 0x20 && byte !== 9 && byte !== 10 && byte !== 13 && byte !== 12 && byte !== 0x1b) || byte === 0x7f)
      controls++;
  }
  return controls / Math.max(1, bytes.length);
}

/** DOS Cyrillic: small letters lie in 0xA0-0xAF and 0xE0-0xEF, where the other Cyrillic encodings have them together. */
function isCyrillicDos(bytes: Uint8Array): boolean {
  let high = 0;
  let small = 0;
  let firstHalf = 0;
  for (const byte of bytes) {
    if (byte < 0x80) continue;
    high++;
    if (byte <= 0x9f || (byte >= 0xa0 && byte <= 0xaf) || (byte >= 0xe0 && byte <= 0xf1)) small++;
    if (byte >= 0xa0 && byte <= 0xaf) firstHalf++;
  }
  return high > 20 && small > high * 0.98 && firstHalf > high * 0.35;
}

/** The detector needs characters that differ: a long stretch of ASCII before them says nothing. */
function informativeSample(bytes: Uint8Array): Uint8Array {
  let first = 0;
  while (first < bytes.length && bytes[first]! < 0x80 && bytes[first] !== 0x1b) first++;
  const start = Math.max(0, first - 1_024);
  return bytes.subarray(start, start + SAMPLE_BYTES);
}

/** Kana and ideographs in Shift_JIS: short texts give the statistics too little, but its lead bytes are telling. */
function looksShiftJis(bytes: Uint8Array): boolean {
  let text: string;
  try {
    text = new TextDecoder("shift_jis", { fatal: true }).decode(bytes, { stream: true });
  } catch {
    return false;
  }
  const japanese = text.match(/[\u3040-\u30ff\u4e00-\u9fff\u3001\u3002]/gu)?.length ?? 0;
  const halfWidth = text.match(/[\uff61-\uff9f]/gu)?.length ?? 0;
  const other = text.match(/[^\p{ASCII}\u3000-\u30ff\u4e00-\u9fff\uff00-\uffef]/gu)?.length ?? 0;
  return japanese >= 4 && japanese > 4 * (halfWidth + other);
}

/**
 * Tells the encoding of a text from its first bytes: mark, zeros of wide units, UTF-8 validity, then statistics of
 * single-byte and East Asian encodings, each proven by decoding. `complete` = the bytes are the whole text.
 */
export function detectCharset(head: Uint8Array): DetectedCharset {
  const first = head[0] ?? 0x20;
  if (first === 0 || first >= 0xef) {
    for (const [mark, charset] of BYTE_ORDER_MARKS) {
      if (mark.every((byte, index) => head[index] === byte)) return { charset, confidence: 1, bomBytes: mark.length };
    }
  }
  const utf8 = isUtf8Prefix(head);
  if (utf8 && !hasControls(head)) return { charset: "utf-8", confidence: 1, bomBytes: 0 };
  const wide = wideCharset(head);
  if (wide !== undefined && isWritten(head.subarray(0, 4_096), wide))
    return { charset: wide, confidence: 0.85, bomBytes: 0 };
  const sample = informativeSample(head);
  if (isEbcdic(head)) return { charset: undefined, confidence: 0.8, bomBytes: 0, refused: "ebcdic" };
  const controls = Math.max(controlShare(head.subarray(0, SAMPLE_BYTES)), controlShare(sample));
  if (controls > (utf8 ? 0.05 : 0.02)) return { charset: undefined, confidence: 0.9, bomBytes: 0, refused: "binary" };
  if (utf8) {
    if (head.includes(0x1b) && decodes(head, "iso-2022-jp") && Buffer.from(sample).includes("\x1b$")) {
      return { charset: "iso-2022-jp", confidence: 0.9, bomBytes: 0 };
    }
    return { charset: "utf-8", confidence: 1, bomBytes: 0 };
  }
  if (isCyrillicDos(sample)) return { charset: "ibm866", confidence: 0.7, bomBytes: 0 };
  const candidates = analyse(sample)
    .map(({ name, confidence }) => ({ charset: name.toLowerCase(), confidence: confidence / 100 }))
    .filter(({ charset }) => !charset.startsWith("utf-") && charset !== "ascii" && isSupportedCharset(charset))
    .map((candidate) => (candidate.charset === "iso-8859-1" ? { ...candidate, charset: "windows-1252" } : candidate));
  const best = candidates.find(({ charset }) => decodes(sample, charset));
  if ((best === undefined || best.confidence < 0.6) && looksShiftJis(sample)) {
    return { charset: "shift_jis", confidence: 0.7, bomBytes: 0 };
  }
  if (best !== undefined && best.confidence >= 0.3) return { ...best, bomBytes: 0 };
  // Broken UTF-8 with few faults is read as UTF-8 with replacement characters, not as another encoding.
  const text = new TextDecoder("utf-8").decode(sample);
  const faults = text.split("\uFFFD").length - 1;
  const multibyte = text.match(/[^\p{ASCII}\uFFFD]/gu)?.length ?? 0;
  if (multibyte > faults * 4) return { charset: "utf-8", confidence: 0.5, bomBytes: 0 };
  const high = sample.reduce((sum, byte) => sum + (byte >= 0x80 ? 1 : 0), 0);
  if (high > sample.length * 0.4) return { charset: undefined, confidence: 0.6, bomBytes: 0, refused: "binary" };
  return { charset: "windows-1252", confidence: 0.4, bomBytes: 0 };
}

/** Whether {@link createTextDecoder} knows a label. */
export function isSupportedCharset(label: string): boolean {
  if (/^utf-?32(?:le|be)?$/i.test(label)) return true;
  try {
    return new TextDecoder(label).encoding !== "replacement";
  } catch {
    return false;
  }
}
