import validator from "validator";
import {
  digitsOf,
  isIssuedItin,
  isIssuedSsn,
  passesBsn,
  passesLuhn,
  passesMedicare,
  passesNhs,
  passesNir,
  passesTfn,
  passesUtr,
  passesVerhoeff,
} from "./checksums.ts";
import type { PatternRule } from "./pattern-rule.ts";

const compact = (value: string): string => value.replace(/[^0-9A-Za-z]/g, "").toUpperCase();
const taxId =
  (locale: string) =>
  (value: string): boolean =>
    validator.isTaxID(compact(value), locale);
const identityCard =
  (locale: string) =>
  (value: string): boolean =>
    validator.isIdentityCard(compact(value), locale as never);
const luhn = (value: string): boolean => passesLuhn(digitsOf(value));

const unitedStates: readonly PatternRule[] = [
  {
    type: "SSN",
    pattern: /(?<![\w.-])\d{3}(?:[- .\u2011\u2013]|-?\r?\n)\d{2}(?:[- .\u2011\u2013]|-?\r?\n)\d{4}(?![\w-]|\.\d)/g,
    check: (value) => isIssuedSsn(digitsOf(value)),
    context: /\b(?:ssn|social[ -]?sec(?:urity)?|ss#|ss ?no|tax(?:payer)? id|tin)\b/i,
    score: 0.85,
    contextScore: 0.98,
  },
  {
    // Numbers that were never issued stand in forms and examples; where they are called one they are treated as one.
    type: "SSN",
    pattern: /\b(?:ssn|social security(?: (?:number|no|#))?|ss#)\b[^\n\d]{0,12}(\d{3}[- .]?\d{2}[- .]?\d{4})(?!\d)/gi,
    group: 1,
    score: 0.9,
  },
  {
    type: "US_INDIVIDUAL_TAX_IDENTIFICATION_NUMBER",
    pattern: /(?<![\w.-])9\d{2}[- ]?\d{2}[- ]?\d{4}(?![\w-])/g,
    check: (value) => isIssuedItin(digitsOf(value)),
    context: /\b(?:itin|tin|individual tax|tax(?:payer)? id)\b/i,
    score: 0.55,
    contextScore: 0.97,
  },
  {
    type: "NATIONAL_ID",
    pattern: /\b(?:ein|employer identification(?: number)?|fein|federal tax id)\b[^\n\d]{0,12}(\d{2}-?\d{7})(?!\d)/gi,
    group: 1,
    score: 0.85,
  },
  {
    type: "NATIONAL_ID",
    pattern: /\b(?:medicare|mbi|beneficiary)\b[^\n]{0,24}?\b([1-9][A-Z][A-Z0-9]\d-?[A-Z][A-Z0-9]\d-?[A-Z]{2}\d{2})\b/gi,
    group: 1,
    score: 0.95,
  },
];

const unitedKingdom: readonly PatternRule[] = [
  {
    type: "UK_NATIONAL_INSURANCE_NUMBER",
    pattern: /(?<!\w)(?!BG|GB|KN|NK|NT|TN|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\d{2} ?\d{2} ?\d{2} ?[A-D](?!\w)/gi,
    context: /\b(?:ni(?:no)?|national insurance|hmrc|insurance (?:no|number))\b/i,
    score: 0.85,
    contextScore: 0.98,
  },
  {
    // Prefixes that are not given out stand in examples and test data.
    type: "UK_NATIONAL_INSURANCE_NUMBER",
    pattern: /\b(?:ni(?:no)?|national insurance)\b[^\n\d]{0,14}?((?<!\w)[A-Z]{2} ?\d{2} ?\d{2} ?\d{2} ?[A-D])(?!\w)/gi,
    group: 1,
    score: 0.9,
  },
  {
    type: "UK_NATIONAL_HEALTH_SERVICE_NUMBER",
    pattern: /(?<![\w.-])\d{3}[ -]?\d{3}[ -]?\d{4}(?![\w-]|\.\d)/g,
    check: (value) => passesNhs(digitsOf(value)),
    context: /\b(?:nhs|national health|health service|patient)\b/i,
    contextScore: 0.97,
  },
  {
    type: "UK_UNIQUE_TAXPAYER_REFERENCE_NUMBER",
    pattern: /(?<![\w.-])\d{5} ?\d{5}(?![\w-]|\.\d)/g,
    check: (value) => passesUtr(digitsOf(value)),
    context: /\b(?:utr|unique taxpayer|taxpayer ref|self[- ]assessment|hmrc)\b/i,
    contextScore: 0.97,
  },
];

const canada: readonly PatternRule[] = [
  {
    type: "CA_SOCIAL_INSURANCE_NUMBER",
    pattern: /(?<![\w.-])\d{3}[- ]\d{3}[- ]\d{3}(?![\w-]|\.\d)|(?<![\w.-])\d{9}(?![\w-]|\.\d)/g,
    check: luhn,
    context: /\b(?:sin|social insurance|nas|assurance sociale)\b/i,
    contextScore: 0.97,
  },
  {
    type: "CA_HEALTH_NUMBER",
    pattern:
      /\b(?:health (?:card|number|insurance)|ohip|phn|ramq|msp|carte (?:d'assurance maladie|soleil))\b[^\n\dA-Z]{0,16}(\d{4}[- ]?\d{3}[- ]?\d{3}(?:[- ]?[A-Z]{2})?|[A-Z]{4} ?\d{4} ?\d{4}|\d{9})(?!\w)/gi,
    group: 1,
    score: 0.95,
  },
];

const india: readonly PatternRule[] = [
  {
    type: "IN_AADHAAR",
    pattern: /(?<![\w.-])[2-9]\d{3}[ -]?\d{4}[ -]?\d{4}(?![\w-]|[ .]\d)/g,
    check: (value) => passesVerhoeff(digitsOf(value)),
    context: /\b(?:aadhaa?r|uidai|uid|unique identification)\b/i,
    score: 0.6,
    contextScore: 0.98,
  },
  {
    type: "IN_PERMANENT_ACCOUNT_NUMBER",
    pattern: /(?<!\w)[A-Z]{3}[ABCFGHJLPT][A-Z]\d{4}[A-Z](?!\w)/gi,
    context: /\b(?:pan|permanent account|income tax)\b/i,
    score: 0.75,
    contextScore: 0.98,
  },
  {
    type: "IN_NREGA",
    pattern: /(?<!\w)[A-Z]{2}-\d{2}-\d{3}-\d{3}-\d{3}\/\d{1,6}(?!\w)/gi,
    context: /\b(?:nrega|mgnrega|job card)\b/i,
    score: 0.85,
    contextScore: 0.98,
  },
  {
    type: "IN_VOTER_NUMBER",
    pattern: /(?<!\w)[A-Z]{3}\d{7}(?!\w)/gi,
    context: /\b(?:voter|epic|elector(?:al|s)?)\b/i,
    contextScore: 0.95,
  },
];

const BIRTH_NUMBER_CONTEXT =
  /\b(?:id|identit\w+|national|personal|person(?:en)?nummer|personnummer|fiscal|tax|steuer\w*|nif|nie|dni|pesel|bsn|cpf|cnpj|rodn[eé]|codice|henkil\w+|cpr|numéro|securit\w+|s[ée]cu\w*|insee|nir|tfn|nric|fin)\b/i;

const others: readonly PatternRule[] = [
  {
    countries: ["ES"],
    pattern: /(?<!\w)(?:\d{8}|[XYZ]-?\d{7})-?[A-Z](?!\w)/gi,
    check: identityCard("ES"),
    score: 0.85,
  },
  {
    countries: ["IT"],
    pattern: /(?<!\w)[A-Z]{6}\d{2}[A-EHLMPRST]\d{2}[A-Z]\d{3}[A-Z](?!\w)/gi,
    check: taxId("it-IT"),
    score: 0.95,
  },
  {
    countries: ["FR"],
    pattern: /(?<!\w)[12] ?\d{2} ?(?:0[1-9]|1[0-2]|[2-9]\d) ?(?:\d{2}|2[AB]) ?\d{3} ?\d{3} ?\d{2}(?!\w)/gi,
    check: passesNir,
    score: 0.9,
  },
  {
    countries: ["DE"],
    pattern: /(?<![\w.-])[1-9]\d(?: ?\d{3}){3}(?![\w-])/g,
    check: taxId("de-DE"),
    contextScore: 0.95,
  },
  {
    countries: ["NL"],
    pattern: /(?<![\w.-])\d{4}[. ]?\d{2}[. ]?\d{3}(?![\w-])/g,
    check: (value: string) => passesBsn(digitsOf(value)),
    contextScore: 0.93,
  },
  {
    countries: ["PL"],
    pattern: /(?<![\w.-])\d{11}(?![\w-])/g,
    check: identityCard("PL"),
    score: 0.6,
    contextScore: 0.96,
  },
  {
    countries: ["FI"],
    pattern: /(?<!\w)\d{6}[+\-A]\d{3}[0-9A-FHJ-NPR-Y](?!\w)/g,
    check: (value: string) => validator.isIdentityCard(value, "FI"),
    score: 0.93,
  },
  {
    countries: ["SE"],
    pattern: /(?<![\w.-])(?:19|20)?\d{2}(?:0\d|1[0-2])(?:[0-2]\d|3[01])[-+]?\d{4}(?![\w-])/g,
    check: (value: string) => luhn(digitsOf(value).slice(-10).join("")),
    contextScore: 0.93,
  },
  {
    countries: ["DK"],
    pattern: /(?<![\w.-])(?:[0-2]\d|3[01])(?:0\d|1[0-2])\d{2}-?\d{4}(?![\w-])/g,
    contextScore: 0.85,
  },
  { countries: ["PT"], pattern: /(?<![\w.-])\d{3} ?\d{3} ?\d{3}(?![\w-])/g, check: taxId("pt-PT"), contextScore: 0.9 },
  {
    countries: ["BR"],
    pattern: /(?<![\w.-])\d{3}\.\d{3}\.\d{3}-\d{2}(?![\w-])|(?<![\w.-])\d{2}\.\d{3}\.\d{3}\/\d{4}-\d{2}(?!\w)/g,
    check: taxId("pt-BR"),
    score: 0.95,
  },
  {
    countries: ["BE"],
    pattern: /(?<![\w.-])\d{2}\.\d{2}\.\d{2}-\d{3}\.\d{2}(?!\w)/g,
    check: taxId("fr-BE"),
    score: 0.93,
  },
  {
    countries: ["AU"],
    pattern: /(?<![\w.-])\d{3} ?\d{3} ?\d{3}(?![\w-])/g,
    check: (value: string) => passesTfn(digitsOf(value)),
    contextScore: 0.9,
  },
  {
    countries: ["AU"],
    pattern: /\bmedicare\b[^\n\d]{0,16}(\d{4} ?\d{5} ?\d(?: ?\d)?)(?!\d)/gi,
    group: 1,
    check: (value: string) => passesMedicare(digitsOf(value)),
    score: 0.95,
  },
  { countries: ["SG"], pattern: /(?<!\w)[STFGM]\d{7}[A-Z](?!\w)/g, score: 0.75, contextScore: 0.96 },
  {
    countries: ["CN"],
    pattern: /(?<!\w)[1-8]\d{5}(?:19|20)\d{2}(?:0\d|1[0-2])(?:[0-2]\d|3[01])\d{3}[\dX](?!\w)/gi,
    check: identityCard("zh-CN"),
    score: 0.95,
  },
].map((rule) => ({ type: "NATIONAL_ID", context: BIRTH_NUMBER_CONTEXT, contextScore: 0.97, ...rule }));

const inCountry = (country: string, rules: readonly PatternRule[]): readonly PatternRule[] =>
  rules.map((rule) => ({ countries: [country], ...rule }));

/** Identity, tax, insurance and health numbers. */
export const nationalRules: readonly PatternRule[] = [
  ...inCountry("US", unitedStates),
  ...inCountry("GB", unitedKingdom),
  ...inCountry("CA", canada),
  ...inCountry("IN", india),
  ...others,
];
