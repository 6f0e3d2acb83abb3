import { isVariationSelector } from "./invisible.ts";

/** Bytes of a hidden text that are looked at. */
const MOST_BYTES = 2_000;

/** The byte that a variation selector can stand for. */
function byteOf(code: number): number {
  return code <= 0xfe0f ? code - 0xfe00 : code - 0xe0100 + 16;
}

/**
 * The text that is written in variation selectors, one byte each, or `undefined` when there is none. At least eight in a row.
 */
export function selectorText(text: string): string | undefined {
  if (!/[\ufe00-\ufe0f\u{e0100}-\u{e01ef}]{8}/u.test(text)) return undefined;
  const bytes: number[] = [];
  for (const character of text) {
    const code = character.codePointAt(0)!;
    if (isVariationSelector(code)) bytes.push(byteOf(code));
    if (bytes.length === MOST_BYTES) break;
  }
  const decoded = Buffer.from(bytes).toString("utf8");
  return decoded.includes("\ufffd") ? undefined : decoded;
}
