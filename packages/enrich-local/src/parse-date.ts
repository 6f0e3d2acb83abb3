const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

const MONTH =
  "(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\\.?";

/** Pattern source of a date as documents write it; case-insensitive, no groups of its own. */
export const DATE_PATTERN: string = [
  "\\d{4}[-/.]\\d{1,2}[-/.]\\d{1,2}(?!\\d)",
  "\\d{1,2}[-/.]\\d{1,2}[-/.]\\d{4}(?!\\d)",
  `(?:the\\s+)?\\d{1,2}(?:st|nd|rd|th)?(?:\\s+day)?(?:\\s+of)?[\\s-]+${MONTH},?[\\s-]+\\d{4}(?!\\d)`,
  `${MONTH}\\s+\\d{1,2}(?:st|nd|rd|th)?,?\\s+\\d{4}(?!\\d)`,
  `${MONTH},?\\s+\\d{4}(?!\\d)`,
].join("|");

const YEARS = { first: 1900, last: 2199 } as const;

function iso(year: number, month: number, day: number): string | undefined {
  if (year < YEARS.first || year > YEARS.last) return undefined;
  const date = new Date(Date.UTC(year, month - 1, day));
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return undefined;
  return date.toISOString().slice(0, 10);
}

/**
 * A date in words or figures as `YYYY-MM-DD`; `undefined` when it is none or can be read in two ways (`03/04/2024`). A month
 * without a day is its first day, or its last where `end` is set.
 */
export function parseDate(text: string, end: boolean): string | undefined {
  const numbers = [...text.matchAll(/\d+/g)].map(([digits]) => Number(digits));
  const monthName = /[a-z]{3,}/i.exec(
    text.replace(/\b(?:the|day|of)\b/gi, "").replace(/(?<=\d)(?:st|nd|rd|th)\b/gi, ""),
  )?.[0];
  if (monthName !== undefined) {
    const month = MONTHS.indexOf(monthName.slice(0, 3).toLowerCase()) + 1;
    if (month === 0) return undefined;
    if (numbers.length === 1) {
      const year = numbers[0]!;
      return iso(year, month, end ? new Date(Date.UTC(year, month, 0)).getUTCDate() : 1);
    }
    return numbers.length === 2 ? iso(numbers[1]!, month, numbers[0]!) : undefined;
  }
  const [first, second, third] = numbers;
  if (first === undefined || second === undefined || third === undefined) return undefined;
  if (first > 31) return iso(first, second, third);
  // Points stand between day, month and year only; slashes in either order.
  if (text.includes(".") || first > 12 || first === second) return iso(third, second, first);
  return second > 12 ? iso(third, first, second) : undefined;
}
