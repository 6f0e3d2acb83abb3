/**
 * SQLite compares texts by their UTF-8 bytes, the contract by UTF-16 code units. They differ only where characters beyond
 * the basic plane meet U+E000..U+FFFF. For a key with such characters this gives a text whose UTF-8 order is the
 * code-unit order of the key, and `null` for every other key, which sorts right as it is.
 */
export function keyOrder(key: string): string | null {
  const marked = markOrder(key);
  return marked === key ? null : marked;
}

/** Bounds of the order of all keys that begin with a prefix: from the first, up to but without the second. */
export function prefixBounds(prefix: string): readonly [string, string] {
  const from = markOrder(prefix);
  // No marked text continues with a character above U+E001.
  return [from, `${from}\uF8FF`];
}

function markOrder(text: string): string {
  return text.replace(
    /[\u{E000}-\u{10FFFF}]/gu,
    (character) => (character.length === 2 ? "\uE000" : "\uE001") + character,
  );
}
