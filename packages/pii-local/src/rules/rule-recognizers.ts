import type { RecognizedSpan, Recognizer } from "../recognizer.ts";
import { bankRules, IBAN_RUN, ibanIn } from "./bank-rules.ts";
import { ageRules, dateRules } from "./date-rules.ts";
import { documentRules } from "./document-rules.ts";
import { nationalRules } from "./national-rules.ts";
import { networkRecognizer } from "./network-recognizer.ts";
import { applyRule, type PatternRule } from "./pattern-rule.ts";
import { phoneRecognizer } from "./phone-recognizer.ts";
import { secretRules } from "./secret-rules.ts";

function ruleRecognizer(
  name: string,
  rules: readonly PatternRule[],
  isWorthwhile: (text: string) => boolean,
): Recognizer {
  return {
    name,
    types: [...new Set(rules.map((rule) => rule.type))],
    *find(text) {
      if (isWorthwhile(text)) for (const rule of rules) yield* applyRule(text, rule);
    },
  };
}

const ibanRecognizer: Recognizer = {
  name: "iban",
  types: ["INTERNATIONAL_BANK_ACCOUNT_NUMBER"],
  *find(text): Generator<RecognizedSpan> {
    IBAN_RUN.lastIndex = 0;
    for (let match = IBAN_RUN.exec(text); match !== null; match = IBAN_RUN.exec(text)) {
      const iban = ibanIn(match[0]);
      if (iban === undefined) IBAN_RUN.lastIndex = match.index + 4;
      else {
        const start = match.index;
        yield { type: "INTERNATIONAL_BANK_ACCOUNT_NUMBER", start, end: start + iban.length, score: 0.99 };
        IBAN_RUN.lastIndex = start + iban.length;
      }
    }
  },
};

const BIRTH_BEFORE =
  /(?:\b(?:date of birth|birth ?da(?:te|y)|d\.?o\.?b\b|born|geboren|geb\.|geburtsdatum|n[ée]e? le|date de naissance|nac(?:id[oa]|í el)|fecha de nacimiento|nat[oa] (?:il|a)|data di nascita|data de nascimento|nascid[oa]|geboortedatum|urodzon[ya]))[^\n\d]{0,28}$/iu;
const BIRTH_REACH = 56;

/** Dates and ages; a day that is called one of birth has a type of its own, since days of other kinds are seldom personal. */
const dateRecognizer: Recognizer = {
  name: "date",
  types: ["DATE_TIME", "DATE_OF_BIRTH", "AGE"],
  *find(text): Generator<RecognizedSpan> {
    for (const rule of [...dateRules, ...ageRules])
      for (const span of applyRule(text, rule)) {
        const before = text.slice(Math.max(0, span.start - BIRTH_REACH), span.start);
        const isDay = span.type === "DATE_TIME" && span.end - span.start > 5;
        yield isDay && BIRTH_BEFORE.test(before) ? { ...span, type: "DATE_OF_BIRTH" } : span;
      }
  },
};

const hasDigits = (text: string): boolean => /\d\d/.test(text);

export interface RuleOptions {
  /** ISO 3166-1 alpha-2. @default all that are known */
  readonly countries?: readonly string[];
}

/** The recognisers whose types are told by their form: numbers, keys, addresses of the net, dates. */
export function ruleRecognizers({ countries }: RuleOptions): Recognizer[] {
  const inCountries = ({ countries: own }: PatternRule): boolean =>
    own === undefined || countries === undefined || own.some((country) => countries.includes(country));
  return [
    networkRecognizer,
    ibanRecognizer,
    ruleRecognizer("bank", bankRules.filter(inCountries), (text) => hasDigits(text) || /swift|bic/i.test(text)),
    ruleRecognizer("national-id", nationalRules.filter(inCountries), hasDigits),
    ruleRecognizer("document", documentRules.filter(inCountries), hasDigits),
    ruleRecognizer("secret", secretRules, () => true),
    dateRecognizer,
    phoneRecognizer(countries),
  ];
}
