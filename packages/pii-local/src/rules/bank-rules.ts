import validator from "validator";
import { digitsOf, passesAba, passesLuhn, passesMod97 } from "./checksums.ts";
import type { PatternRule } from "./pattern-rule.ts";

/** One sign between digits, or a line end: numbers are broken there. */
const GAP = "(?:[ \\u00a0\\u2011.-]|[ -]?\\r?\\n[ \\t]?)?";

const CARD_CONTEXT =
  /\b(?:card|cc|credit|debit|visa|master ?card|amex|american express|discover|maestro|diners|jcb|pan|kreditkarte|karte|carte|tarjeta|carta|cart[aã]o)\b/i;

/** First digits of the networks (ISO/IEC 7812 major industries 3 to 6, and Mastercard's 2 series) with the lengths they use. */
function isCardNumber(value: string): boolean {
  const digits = digitsOf(value);
  const number = digits.join("");
  const { length } = number;
  const fits =
    (/^4/.test(number) && (length === 13 || length === 16 || length === 19)) ||
    (/^(?:5[1-5]|2[2-7])/.test(number) && length === 16) ||
    (/^3[47]/.test(number) && length === 15) ||
    (/^3(?:0[0-5]|[689])/.test(number) && length >= 14) ||
    (/^(?:352|353|354|355|356|357|358|6011|64[4-9]|65|62|81|60)/.test(number) && length >= 16) ||
    (/^(?:2131|1800)/.test(number) && length === 15) ||
    (/^(?:50|5[6-9]|6[0-9])/.test(number) && length >= 12);
  return fits && passesLuhn(digits);
}

const IBAN_LENGTHS = new Map(
  (
    "AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DK18 DO28 EE20 EG29 ES24 FI18 FO18 FR27 " +
    "GB22 GE22 GI23 GL18 GR27 GT28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20 LU20 LV21 LY25 MC27 " +
    "MD24 ME22 MK19 MR27 MT31 MU30 NL18 NO15 PK24 PL28 PS29 PT25 QA29 RO24 RS22 SA24 SC31 SE24 SI19 SK24 SM27 SN28 ST25 SV28 " +
    "TL23 TN24 TR26 UA29 VA22 VG24 XK20"
  )
    .split(" ")
    .map((entry) => [entry.slice(0, 2), Number(entry.slice(2))]),
);

/** The IBAN at the beginning of a run of groups, cut at the length of its country, or nothing. */
export function ibanIn(run: string): string | undefined {
  const length = IBAN_LENGTHS.get(run.slice(0, 2).toUpperCase());
  if (length === undefined) return undefined;
  let count = 0;
  let at = 0;
  for (; at < run.length && count < length; at++) if (/[0-9a-z]/i.test(run[at]!)) count++;
  const value = run.slice(0, at);
  const after = run[at];
  if (count < length || (after !== undefined && /[0-9a-z]/i.test(after))) return undefined;
  return passesMod97(value.replace(/[^0-9a-z]/gi, "").toUpperCase()) ? value : undefined;
}

const ACCOUNT_CONTEXT =
  /\b(?:acct|account|a\/c|bank|konto(?:nummer)?|compte|cuenta|conto|checking|savings|deposit|wire|iban|beneficiary)\b/i;

export const bankRules: readonly PatternRule[] = [
  {
    type: "CREDIT_DEBIT_NUMBER",
    pattern: new RegExp(`(?<![\\w.,-])\\d(?:${GAP}\\d){11,18}(?![\\w]|[.,-]\\d)`, "g"),
    check: isCardNumber,
    context: CARD_CONTEXT,
    score: 0.9,
    contextScore: 0.99,
  },
  {
    // A number that is called a card's and fails the check digit is one that was mistyped, or read badly from a scan.
    type: "CREDIT_DEBIT_NUMBER",
    pattern: /(?<![\w.,-])(?:\d{4}[ -]?){3}\d{1,4}(?![\w]|[.,-]\d)|(?<![\w.,-])3\d{3}[ -]?\d{6}[ -]?\d{5}(?!\w)/g,
    context: CARD_CONTEXT,
    contextScore: 0.75,
  },
  {
    type: "CREDIT_DEBIT_CVV",
    pattern:
      /\b(?:cvv2?|cvc2?|cid|csc|security code|verification (?:value|code)|pr[uü]fziffer)\b[^\n\d]{0,16}(\d{3,4})(?!\d)/gi,
    group: 1,
    score: 0.95,
  },
  {
    type: "CREDIT_DEBIT_EXPIRY",
    pattern:
      /\b(?:exp(?:iry|ires?|iration|\.)?(?: date)?|valid (?:thru|through|until|to)|good thru|g[uü]ltig bis|date d'expiration)\b[^\n\d]{0,12}((?:0[1-9]|1[0-2]) ?[/-] ?(?:20)?\d{2})(?![\d/-])/gi,
    group: 1,
    score: 0.9,
  },
  {
    type: "SWIFT_CODE",
    pattern: /(?<![\w-])[A-Z]{4}[A-Z]{2}[A-Z0-9]{2}(?:[A-Z0-9]{3})?(?![\w-])/g,
    check: (value) => validator.isBIC(value),
    context: /\b(?:swift|bic|bank identifier)\b/i,
    contextScore: 0.95,
  },
  {
    type: "BANK_ROUTING",
    pattern: /(?<![\w.-])\d{4}[- ]?\d{4}[- ]?\d(?![\w]|[.-]\d)/g,
    check: (value) => passesAba(digitsOf(value)),
    context: /\b(?:routing|aba|rtn|transit|ach|wire|fedwire)\b/i,
    contextScore: 0.96,
  },
  {
    type: "BANK_ROUTING",
    pattern:
      /\b(?:sort ?code|bankleitzahl|blz|bsb|ifsc(?: code)?)\b[^\n\dA-Z]{0,12}(\d{2}[- ]?\d{2}[- ]?\d{2}(?:[- ]?\d{2})?|[A-Z]{4}0[A-Z0-9]{6})(?!\w)/gi,
    group: 1,
    score: 0.93,
  },
  {
    type: "BANK_ACCOUNT_NUMBER",
    pattern:
      /\b(?:acct|account|a\/c|konto(?:nummer)?|kontonr|compte|cuenta|conto)\b(?: ?(?:no|nr|num|number|nummer|n°|#))?\.?(?: is| was|:|=| #)?[ \t:#]{0,3}(\d(?:[ -]?\d){5,16})(?![\w]|[.-]\d)/gi,
    group: 1,
    score: 0.85,
  },
  {
    type: "BANK_ACCOUNT_NUMBER",
    pattern: /(?<![\w.,/-])\d{8,17}(?![\w]|[.,/-]\d)/g,
    context: ACCOUNT_CONTEXT,
    contextScore: 0.6,
  },
  {
    type: "CRYPTO_ADDRESS",
    pattern: /(?<!\w)(?:bc1[02-9ac-hj-np-z]{38,58}|[13][1-9A-HJ-NP-Za-km-z]{25,34}|0x[0-9a-fA-F]{40})(?!\w)/g,
    check: (value) => /[a-z]/i.test(value) && /\d/.test(value),
    context: /\b(?:bitcoin|btc|ethereum|eth|wallet|crypto)\b/i,
    score: 0.8,
    contextScore: 0.97,
  },
];

export const IBAN_RUN: RegExp = /(?<![0-9A-Za-z])[A-Za-z]{2}\d{2}(?:[ \u00a0-]?\r?\n?[0-9A-Za-z]){11,32}/g;
