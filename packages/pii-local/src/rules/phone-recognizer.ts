import { type CountryCode, parsePhoneNumberFromString } from "libphonenumber-js/max";
import type { RecognizedSpan, Recognizer } from "../recognizer.ts";
import { hasContext } from "./pattern-rule.ts";

const CANDIDATE =
  /(?<![\p{scx=Latn}\p{scx=Grek}\p{scx=Cyrl}\p{N}_./:$€£#-]|\d,)(?:\+ ?|\(\+?)?\d(?:[\d()/\u00a0\u2010-\u2013.-]|[ \t](?=[\d(/-])|-?\r?\n(?=\d)){4,24}(?:(?<=\d) ?(?:x|ext\.?|extension|#) ?\d{1,6})?(?![\p{scx=Latn}\p{scx=Grek}\p{scx=Cyrl}\p{N}_])/giu;

const CONTEXT =
  /(?:\b(?:phones?|tel(?:e(?:phone|fono|fon))?|t[ée]l[ée]phone|mobile?|cell(?:ular)?|fax|call(?:ed|ing|s)?|dial(?:ed)?|ring|text|sms|whats ?app|contact(?: number)?|reach(?: me| us| you| him| her)?|hotline|office|landline|voicemail|number is|handy|rufnummer|durchwahl|r[üu]ckfragen?|erreichbar|telefon\w*|m[óo]vil|celular|portable|registered|lost my|work|home)\b|☎|📞|📱)/i;

const DEFAULT_COUNTRIES: readonly CountryCode[] = ["US", "GB", "IN", "DE", "FR", "ES", "IT", "AU", "NL", "BR"];
const LIKELY_DATE =
  /^(?:(?:19|20)\d\d[-–\u2010](?:19|20)\d\d|\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4})$/;

/**
 * Phone numbers: groups of digits that the numbering plan of a country knows, or that are called a phone number.
 * `countries` are those whose numbers are written without a country code.
 */
export function phoneRecognizer(countries: readonly string[] = DEFAULT_COUNTRIES): Recognizer {
  return {
    name: "phone",
    types: ["PHONE"],
    *find(text) {
      CANDIDATE.lastIndex = 0;
      for (const match of text.matchAll(CANDIDATE)) {
        for (const { value, index } of partsOf(match[0], match.index)) {
          const found = phoneIn(text, value, index, countries as readonly CountryCode[]);
          if (found !== undefined) yield found;
        }
      }
    },
  };
}

/** A number goes on behind a line end where a hyphen or a country code says so; else each line has its own. */
function partsOf(matched: string, index: number): { value: string; index: number }[] {
  if (!matched.includes("\n") || matched.startsWith("+") || /-\r?\n/.test(matched)) return [{ value: matched, index }];
  const parts: { value: string; index: number }[] = [];
  for (const match of matched.matchAll(/[^\r\n]+/g)) parts.push({ value: match[0], index: index + match.index });
  return parts;
}

/** "Tel. ", "teléfono: " right before: it is that number, whatever else it looks like. */
const NAMED =
  /(?:\b(?:phone|tel(?:e(?:phone|fono|fon))?|mobile?|cell(?:ular)?|fax|call|dial|m[óo]vil|handy|rufnummer|durchwahl)|t[ée]l[ée](?:phone|fono)|t[ée]l)\.?(?: ?(?:no|number|nummer|#))?\.?[ :=]{1,3}$/iu;

function isNamed(text: string, start: number): boolean {
  return NAMED.test(text.slice(Math.max(0, start - 24), start));
}

function phoneIn(
  text: string,
  matched: string,
  index: number,
  countries: readonly CountryCode[],
): RecognizedSpan | undefined {
  let value = matched.replace(/[\s().,/\u2010-\u2013-]+$/u, (tail) => (tail.startsWith(")") ? ")" : ""));
  let start = index;
  if (value.startsWith("(") && !value.includes(")")) {
    value = value.slice(1);
    start++;
  }
  if (value.endsWith(")") && !value.includes("(")) value = value.slice(0, -1);
  const [main = ""] = value.split(/ ?(?:x|ext|#)/i, 1);
  const digits = main.replace(/\D/g, "");
  if (digits.length < 6 || digits.length > 15 || LIKELY_DATE.test(main)) return undefined;
  const end = start + value.length;
  const isCalled = hasContext(text, start, end, CONTEXT);
  const isGrouped = /\d[^\d]\d/.test(main);
  const isInternational = /^\(?\+|^00[1-9]/.test(main);
  const span = (score: number): RecognizedSpan => ({ type: "PHONE", start, end, score });
  if (isInternational) {
    const parsed = parsePhoneNumberFromString(main.replace(/^00/, "+"));
    if (parsed?.isValid() === true) return span(0.97);
    // A plus and digits in a row are written for nothing else, whatever the numbering plans say of them.
    if (isGrouped || isCalled) return span(isCalled ? 0.85 : 0.7);
    return digits.length >= 8 && main.startsWith("+") ? span(0.6) : undefined;
  }
  // "(03262) 8058710": an area code in brackets, with its zero.
  if (/^\(0\d{1,5}\)[ /-]?\d{3,9}(?:[ -]\d{1,6})*$/.test(main)) return span(isCalled ? 0.9 : 0.75);
  if (isCalled && digits.length === 6 && isGrouped) return span(0.7);
  if (isCalled && digits.length >= 7) return span(isNamed(text, start) ? 0.95 : isGrouped ? 0.9 : 0.75);
  if (value.length > main.length && digits.length >= 7) return span(0.85);
  if (!isGrouped && digits.length !== 10) return undefined;
  // Four digits and more between the signs, or an area code in brackets: not a list of figures.
  const hasPhoneShape = /^\(\d{2,5}\)|^0\d|\d{3}[-. ]\d{3}[-. ]\d{4}$|\d{3}[-. ]\d{4}$/.test(main);
  // "CO 80202-4826": a postal code with its state.
  if (/^\d{5}-\d{4}$/.test(main) && /\b[A-Z]{2}[ \t]+$/.test(text.slice(Math.max(0, start - 6), start)))
    return undefined;
  const isValid = countries.some((country) => parsePhoneNumberFromString(main, country)?.isValid() === true);
  if (isValid && isGrouped && hasPhoneShape) return span(0.8);
  if (isValid && hasPhoneShape) return span(0.5);
  return undefined;
}
