import { detectCharset, isSupportedCharset } from "@groundwork/media-type";

/** What browsers look at, and more: pages with long comments before their head exist. */
const HEAD_BYTES = 65_536;

/** Encodings that a page states but cannot be in, when the statement itself was read as ASCII. */
const WIDE = /^utf-?(?:16|32|7)/i;

function declared(head: string): string | undefined {
  const xml = /^\s*<\?xml[^>]*\bencoding\s*=\s*["']([\w.:-]+)["']/.exec(head)?.[1];
  const meta = /<meta\b[^<>]*?\bcharset\s*=\s*["']?\s*([\w.:-]+)/i.exec(head.replace(/<!--[\s\S]*?-->/g, ""))?.[1];
  return [meta, xml].find((label) => label !== undefined && !WIDE.test(label) && isSupportedCharset(label));
}

/**
 * The encoding of a page: its mark, then UTF-8 where the bytes prove it, then what the page states, then statistics.
 * Pages that state an old encoding and are UTF-8 are common; the reverse is rare and shows in the bytes.
 */
export function pageCharset(bytes: Uint8Array, fallback?: string): string {
  const head = bytes.subarray(0, HEAD_BYTES);
  const detected = detectCharset(head);
  if (detected.bomBytes > 0 && detected.charset !== undefined) return detected.charset;
  if (detected.charset?.startsWith("utf-16") === true || detected.charset?.startsWith("utf-32") === true)
    return detected.charset;
  const stated = declared(Buffer.from(head).toString("latin1")) ?? fallback;
  const hasAccents = head.some((byte) => byte >= 0x80);
  if (detected.charset === "utf-8" && hasAccents && detected.confidence === 1) return "utf-8";
  if (stated !== undefined && isSupportedCharset(stated)) return stated;
  return detected.charset ?? "windows-1252";
}
