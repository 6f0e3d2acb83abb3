/** PostgreSQL has no U+0000 in texts. The noncharacter that stands for it; a text that has this one comes back with U+0000. */
const NUL = "\u0000";
const STAND_IN = "\ufdd0";

/** The form in which a text is stored and compared. Halves of surrogate pairs, which UTF-8 has not, become U+FFFD. */
export function storedText(text: string): string {
  return text.includes(NUL) ? text.replaceAll(NUL, STAND_IN).toWellFormed() : text.toWellFormed();
}

/** A text as it was before it was stored. */
export function originalText(text: string): string {
  return text.includes(STAND_IN) ? text.replaceAll(STAND_IN, NUL) : text;
}

function convert(value: unknown, text: (value: string) => string): unknown {
  if (typeof value === "string") return text(value);
  if (Array.isArray(value)) return value.map((member) => convert(member, text));
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(([key, member]) => [text(key), convert(member, text)]);
  return Object.fromEntries(entries);
}

/** What `JSON.parse` gave, with every text in its stored form. */
export function storedJson(value: unknown): unknown {
  return convert(value, storedText);
}

/** What `JSON.parse` gave of stored JSON, with every text as it was. */
export function originalJson(value: unknown): unknown {
  return convert(value, originalText);
}
