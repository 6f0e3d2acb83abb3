import { isAscii, isUtf8 } from "node:buffer";
import { detectCharset, isSupportedCharset } from "@groundwork/media-type";

/** What browsers look at, and more: pages with long comments before their head exist. */
const HEAD_BYTES = 65_536;

/** Encodings that a page states but cannot be in, when the statement itself was read as ASCII. */
const WIDE = /^utf-?(?:16|32|7)/i;

const META = /<meta\b[^<>]*?\bcharset\s*=\s*["']?\s*([\w.:-]+)/gi;
const XML_DECLARATION = /^\s*<\?xml[^>]*\bencoding\s*=\s*["']([\w.:-]+)["']/;

/** Escape of ISO 2022, which is ASCII byte by byte. */
const ESCAPE = 0x1b;

const supported = new Map<string, boolean>();

/** Asking makes a decoder: the answers for the few labels there are are remembered. */
function isSupported(label: string): boolean {
  let answer = supported.get(label);
  if (answer === undefined) {
    answer = isSupportedCharset(label);
    if (supported.size > 500) supported.clear();
    supported.set(label, answer);
  }
  return answer;
}

function isInComment(head: string, at: number): boolean {
  const start = head.lastIndexOf("<!--", at);
  return start >= 0 && head.lastIndexOf("-->", at) < start;
}

function declared(head: string): string | undefined {
  const xml = XML_DECLARATION.exec(head)?.[1];
  let meta: string | undefined;
  for (const match of head.matchAll(META)) {
    if (isInComment(head, match.index)) continue;
    meta = match[1];
    break;
  }
  return [meta, xml].find((label) => label !== undefined && !WIDE.test(label) && isSupported(label));
}

/** Bytes of the UTF-8 character at the end that the cut went through: 0 to 3. */
export function cutCharacter(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back]!;
    if (byte < 0x80) return 0;
    if (byte < 0xc0) continue;
    const wanted = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
    return wanted > back ? back : 0;
  }
  return 0;
}

/**
 * The encoding of a page: its mark, then UTF-8 where the bytes prove it, then what the page states, then statistics.
 * Pages that state an old encoding and are UTF-8 are common; the reverse is rare and shows in the bytes.
 */
export function pageCharset(bytes: Uint8Array, fallback?: string): string {
  // A buffer looks for a byte many times faster than an array does.
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, HEAD_BYTES));
  // Statistics cost more than reading the page: they are for what the bytes and the page do not settle.
  const isPlain = !head.includes(0) && !head.includes(ESCAPE) && (head[0] ?? 0) < 0xfe;
  const onlyAscii = isAscii(head);
  if (isPlain && !onlyAscii && isUtf8(head.subarray(0, head.length - cutCharacter(head)))) return "utf-8";
  const stated = declared(head.toString("latin1")) ?? fallback;
  if (isPlain && stated !== undefined && isSupported(stated)) return stated;
  if (isPlain && onlyAscii) return "utf-8";
  const detected = detectCharset(head);
  if (detected.bomBytes > 0 && detected.charset !== undefined) return detected.charset;
  if (detected.charset?.startsWith("utf-16") === true || detected.charset?.startsWith("utf-32") === true)
    return detected.charset;
  if (detected.charset === "utf-8" && !onlyAscii && detected.confidence === 1) return "utf-8";
  if (stated !== undefined && isSupported(stated)) return stated;
  return detected.charset ?? "windows-1252";
}
