import type { KeyedStream } from "./keyed-stream.ts";
import { digitsOf, inFormOf, sameForm } from "./same-form.ts";

/** A payment card's number whose check digit is right (ISO/IEC 7812, Luhn). It begins with 9: no network issues such cards. */
export function cardPseudonym(value: string, stream: KeyedStream): string {
  const length = digitsOf(value).length;
  if (length < 2) return sameForm(value, stream);
  const digits = `9${Array.from({ length: length - 2 }, () => stream.below(10)).join("")}`;
  let sum = 0;
  [...digits].reverse().forEach((digit, index) => {
    const doubled = Number(digit) * (index % 2 === 0 ? 2 : 1);
    sum += doubled > 9 ? doubled - 9 : doubled;
  });
  return inFormOf(value, `${digits}${(10 - (sum % 10)) % 10}`);
}

/** An SSN from 900 on: the Social Security Administration issues none of these. */
export function ssnPseudonym(value: string, stream: KeyedStream): string {
  const { length } = digitsOf(value);
  if (length !== 9) return sameForm(value, stream);
  return inFormOf(value, `9${Array.from({ length: 8 }, () => stream.below(10)).join("")}`);
}

/**
 * A telephone number of the same form. One of ten digits, with or without +1, is of the exchange 555-01xx, which is kept for
 * fiction in North America; a country code after "+" stays.
 */
export function phonePseudonym(value: string, stream: KeyedStream): string {
  const digits = digitsOf(value);
  if (digits.length === 10 || (digits.length === 11 && digits.startsWith("1"))) {
    const area = `${2 + stream.below(8)}${stream.below(10)}${stream.below(10)}`;
    const fiction = `${area}55501${stream.below(10)}${stream.below(10)}`;
    return inFormOf(value, digits.length === 11 ? `1${fiction}` : fiction);
  }
  const country = /^\s*\+\d{1,3}(?=[\s(.-])/.exec(value)?.[0] ?? /^\s*\+\d\d/.exec(value)?.[0] ?? "";
  return country + sameForm(value.slice(country.length), stream);
}

/** An IBAN of the same country with right check digits (ISO 13616). */
export function ibanPseudonym(value: string, stream: KeyedStream): string {
  const compact = value.replace(/[^A-Za-z0-9]/g, "").toUpperCase();
  if (!/^[A-Z]{2}\d{2}[A-Z0-9]{8,30}$/.test(compact)) return sameForm(value, stream);
  const country = compact.slice(0, 2);
  const account = sameForm(compact.slice(4), stream);
  const asNumber = `${account}${country}00`.replace(/[A-Z]/g, (letter) => String(letter.charCodeAt(0) - 55));
  let rest = 0;
  for (const digit of asNumber) rest = (rest * 10 + Number(digit)) % 97;
  const fake = `${country}${String(98 - rest).padStart(2, "0")}${account}`;
  let place = 0;
  return value.replace(/[A-Za-z0-9]/g, () => fake[place++] ?? "0");
}

/** An address of a private network (RFC 1918), or of the range for documentation (RFC 3849). */
export function ipPseudonym(value: string, stream: KeyedStream): string {
  if (!value.includes(":")) return `10.${stream.below(256)}.${stream.below(256)}.${1 + stream.below(254)}`;
  const groups = Array.from({ length: 4 }, () => stream.below(65_536).toString(16));
  return `2001:db8:${groups.join(":")}::1`;
}

/** A locally administered address: no device is made with one. */
export function macPseudonym(value: string, stream: KeyedStream): string {
  const hex = Array.from({ length: 10 }, () => stream.below(16).toString(16)).join("");
  let place = 0;
  const fake = `02${hex}`;
  return value.replace(/[0-9a-fA-F]/g, (digit) => {
    const next = fake[place++] ?? "0";
    return /[A-F]/.test(value) && !/[a-f]/.test(digit) ? next.toUpperCase() : next;
  });
}
