import { format, isDateFormat } from "numfmt";

/** Patterns of the built-in number formats (ECMA-376, 18.8.30). Those that depend on the reader's locale are given in ISO 8601. */
const BUILT_IN: Readonly<Record<number, string>> = {
  1: "0",
  2: "0.00",
  3: "#,##0",
  4: "#,##0.00",
  5: '"$"#,##0;-"$"#,##0',
  6: '"$"#,##0;-"$"#,##0',
  7: '"$"#,##0.00;-"$"#,##0.00',
  8: '"$"#,##0.00;-"$"#,##0.00',
  9: "0%",
  10: "0.00%",
  11: "0.00E+00",
  12: "# ?/?",
  13: "# ??/??",
  14: "yyyy-mm-dd",
  15: "d-mmm-yy",
  16: "d-mmm",
  17: "mmm-yy",
  18: "h:mm AM/PM",
  19: "h:mm:ss AM/PM",
  20: "h:mm",
  21: "h:mm:ss",
  22: "yyyy-mm-dd h:mm",
  37: "#,##0;-#,##0",
  38: "#,##0;-#,##0",
  39: "#,##0.00;-#,##0.00",
  40: "#,##0.00;-#,##0.00",
  41: "#,##0;-#,##0",
  42: '"$"#,##0;-"$"#,##0',
  43: "#,##0.00;-#,##0.00",
  44: '"$"#,##0.00;-"$"#,##0.00',
  45: "mm:ss",
  46: "[h]:mm:ss",
  47: "mm:ss.0",
  48: "##0.0E+0",
  49: "@",
};
/** Days between the epochs of the two date systems. */
const DAYS_TO_1904 = 1462;
/** Formats are few and values many. */
const DATE_PATTERNS = new Map<string, boolean>();
const MAX_REMEMBERED = 2000;

/** The pattern of a format: what the file says, but ISO 8601 for the two formats that every reader's locale shows its own way. */
export function patternOf(id: number, stated: string | undefined): string {
  return id === 14 || id === 22 ? BUILT_IN[id]! : (stated ?? BUILT_IN[id] ?? "General");
}

export function isDatePattern(pattern: string): boolean {
  let known = DATE_PATTERNS.get(pattern);
  if (known === undefined) {
    try {
      known = isDateFormat(pattern);
    } catch {
      known = false;
    }
    if (DATE_PATTERNS.size >= MAX_REMEMBERED) DATE_PATTERNS.clear();
    DATE_PATTERNS.set(pattern, known);
  }
  return known;
}

/** A number without a format: at most 15 significant digits, as spreadsheets hold them. */
export function plainNumber(value: number): string {
  const exact = String(value);
  // Up to 15 digits and a point there is nothing to round.
  if (exact.length <= 16 || !Number.isFinite(value)) return exact;
  return String(Number(value.toPrecision(15)));
}

/** A number as its format shows it. Where the format hides it or cannot show it, the plain number is given. */
export function formatNumber(value: number, pattern: string, date1904: boolean = false): string {
  if (pattern === "General" || pattern === "@" || pattern === "") return plainNumber(value);
  // Locale and calendar marks such as [$-409] choose languages of month names; English is kept for all.
  const neutral = pattern.replace(/\[\$-[0-9A-Fa-f,]+\]/g, "").replace(/\[\$([^\]-]*)-[0-9A-Fa-f]+\]/g, '"$1"');
  const isDate = isDatePattern(neutral);
  try {
    const shown = format(neutral, isDate && date1904 ? value + DAYS_TO_1904 : value, { throws: true })
      .replace(/\s+/g, " ")
      .trim();
    return shown === "" || /^#+$/.test(shown) ? plainNumber(value) : shown;
  } catch {
    return plainNumber(value);
  }
}
