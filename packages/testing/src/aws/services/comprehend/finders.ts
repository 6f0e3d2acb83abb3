/** Something found in a text. Offsets are UTF-16 code units, as everywhere in JavaScript; the fake turns them into the service's. */
export interface FoundSpan {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly score: number;
}

function* matches(text: string, pattern: RegExp, type: string, score: number): Generator<FoundSpan> {
  for (const match of text.matchAll(pattern))
    yield { type, start: match.index, end: match.index + match[0].length, score };
}

function passesLuhn(digits: string): boolean {
  let sum = 0;
  for (let index = 0; index < digits.length; index++) {
    let digit = Number(digits[digits.length - 1 - index]);
    if (index % 2 === 1) digit = digit * 2 > 9 ? digit * 2 - 9 : digit * 2;
    sum += digit;
  }
  return sum % 10 === 0;
}

/** E-mail addresses, card numbers and phone numbers: enough for a test that needs some findings and brings no finder. */
export function findSimplePii(text: string): FoundSpan[] {
  const cards = [...matches(text, /\b\d(?:[ -]?\d){12,18}\b/g, "CREDIT_DEBIT_NUMBER", 0.99)].filter(({ start, end }) =>
    passesLuhn(text.slice(start, end).replace(/\D/g, "")),
  );
  const found = [
    ...matches(text, /[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}/g, "EMAIL", 0.999),
    ...cards,
    ...matches(text, /\+\d{1,3}(?:[ -]?\d){7,12}\b/g, "PHONE", 0.98),
  ].sort((a, b) => a.start - b.start);
  return found.filter((span, index) => index === 0 || span.start >= found[index - 1]!.end);
}

/** Types of personal data that are entities of another name; the rest are `OTHER`. */
const ENTITY_TYPES: Readonly<Record<string, string>> = { NAME: "PERSON", ADDRESS: "LOCATION", DATE_TIME: "DATE" };

export function entityTypeOf(piiType: string): string {
  return ENTITY_TYPES[piiType] ?? "OTHER";
}

const FUNCTION_WORDS: Readonly<Record<string, ReadonlySet<string>>> = {
  en: new Set("a an and are as at be by for from has in is it of on or that the to was were will with".split(" ")),
  es: new Set("a al con de del el en es la las lo los para por que se su un una y".split(" ")),
  fr: new Set("à au aux ce dans de des du est et il la le les ne par pour que qui un une".split(" ")),
  de: new Set("an auf das dem den der des die ein eine für im in ist mit nicht und von zu".split(" ")),
};

/** Runs of words between function words and punctuation. */
export function findSimpleKeyPhrases(text: string, language: string): FoundSpan[] {
  const stop = FUNCTION_WORDS[language] ?? FUNCTION_WORDS.en!;
  const found: FoundSpan[] = [];
  let open: { start: number; end: number } | undefined;
  const close = (): void => {
    if (open !== undefined) found.push({ type: "", ...open, score: 0.95 });
    open = undefined;
  };
  for (const match of text.matchAll(/[\p{L}\p{N}][\p{L}\p{N}'-]*/gu)) {
    const end = match.index + match[0].length;
    if (open !== undefined && text.slice(open.end, match.index) !== " ") close();
    if (stop.has(match[0].toLowerCase())) close();
    else open = { start: open?.start ?? match.index, end };
  }
  close();
  return found;
}

/** Shares of function words of a few languages. */
export function findSimpleLanguages(text: string): { readonly code: string; readonly score: number }[] {
  const words = text.toLowerCase().match(/\p{L}+/gu) ?? [];
  const counts = Object.entries(FUNCTION_WORDS).map(([code, stop]) => ({
    code,
    count: words.filter((word) => stop.has(word)).length,
  }));
  const total = counts.reduce((sum, { count }) => sum + count, 0);
  if (total === 0) return [{ code: "en", score: 0.5 }];
  return counts
    .filter(({ count }) => count > 0)
    .map(({ code, count }) => ({ code, score: count / total }))
    .sort((a, b) => b.score - a.score);
}
