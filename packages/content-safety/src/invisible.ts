/** Characters that are not seen and carry no meaning for the eye: format characters, fillers, tags, variation selectors. */
export function isInvisible(code: number): boolean {
  if (code < 0xad) return code < 0x20 ? code !== 0x09 && code !== 0x0a && code !== 0x0d : code >= 0x7f && code <= 0x9f;
  return (
    code === 0xad ||
    code === 0x34f ||
    code === 0x61c ||
    code === 0x115f ||
    code === 0x1160 ||
    code === 0x17b4 ||
    code === 0x17b5 ||
    (code >= 0x180b && code <= 0x180f) ||
    (code >= 0x200b && code <= 0x200f) ||
    (code >= 0x202a && code <= 0x202e) ||
    (code >= 0x2060 && code <= 0x206f) ||
    code === 0x3164 ||
    isVariationSelector(code) ||
    code === 0xfeff ||
    code === 0xffa0 ||
    (code >= 0x1d173 && code <= 0x1d17a) ||
    isTag(code)
  );
}

/** Variation selectors of both blocks: 256 values that can carry a byte each. */
export function isVariationSelector(code: number): boolean {
  return (code >= 0xfe00 && code <= 0xfe0f) || (code >= 0xe0100 && code <= 0xe01ef);
}

/** Unicode tags: invisible copies of ASCII. */
export function isTag(code: number): boolean {
  return code >= 0xe0000 && code <= 0xe007f;
}

/** The ASCII character that a tag stands for. */
export function tagCharacter(code: number): string | undefined {
  return code >= 0xe0020 && code <= 0xe007e ? String.fromCharCode(code - 0xe0000) : undefined;
}
