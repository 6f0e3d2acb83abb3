/** The digits of a text as numbers; everything else is left out. */
export function digitsOf(text: string): number[] {
  const digits: number[] = [];
  for (let index = 0; index < text.length; index++) {
    const digit = text.charCodeAt(index) - 48;
    if (digit >= 0 && digit <= 9) digits.push(digit);
  }
  return digits;
}

const sum = (digits: readonly number[], weights: readonly number[]): number =>
  weights.reduce((total, weight, index) => total + weight * digits[index]!, 0);

const isOneDigit = (digits: readonly number[]): boolean => digits.every((digit) => digit === digits[0]);

/** ISO/IEC 7812-1 annex B. */
export function passesLuhn(digits: readonly number[]): boolean {
  let total = 0;
  for (let index = 0; index < digits.length; index++) {
    const digit = digits[digits.length - 1 - index]!;
    const doubled = index % 2 === 1 ? digit * 2 : digit;
    total += doubled > 9 ? doubled - 9 : doubled;
  }
  return total % 10 === 0 && !isOneDigit(digits);
}

/** ISO 7064 MOD 97-10 with letters as 10 to 35, the first four characters moved to the end (ISO 13616). */
export function passesMod97(iban: string): boolean {
  let rest = 0;
  for (const character of iban.slice(4) + iban.slice(0, 4)) {
    const value = Number.parseInt(character, 36);
    if (Number.isNaN(value)) return false;
    rest = (rest * (value > 9 ? 100 : 10) + value) % 97;
  }
  return rest === 1;
}

/** Routing numbers of the American Bankers Association: weights 3, 7, 1 and a known first pair. */
export function passesAba(digits: readonly number[]): boolean {
  const first = digits[0]! * 10 + digits[1]!;
  const known = first <= 12 || (first >= 21 && first <= 32) || (first >= 61 && first <= 72) || first === 80;
  return digits.length === 9 && known && !isOneDigit(digits) && sum(digits, [3, 7, 1, 3, 7, 1, 3, 7, 1]) % 10 === 0;
}

/** NHS number: modulus 11 with weights 10 to 2. */
export function passesNhs(digits: readonly number[]): boolean {
  if (digits.length !== 10 || isOneDigit(digits)) return false;
  const check = (11 - (sum(digits, [10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11)) % 11;
  return check !== 10 && check === digits[9];
}

/** UK unique taxpayer reference: the first digit checks the other nine. */
export function passesUtr(digits: readonly number[]): boolean {
  if (digits.length !== 10 || isOneDigit(digits)) return false;
  const rest = sum(digits.slice(1), [6, 7, 8, 9, 10, 5, 4, 3, 2]) % 11;
  return [2, 1, 9, 8, 7, 6, 5, 4, 3, 2, 1][rest] === digits[0];
}

const VERHOEFF_PRODUCT = [
  "0123456789",
  "1234067895",
  "2340178956",
  "3401289567",
  "4012395678",
  "5987604321",
  "6598710432",
  "7659821043",
  "8765932104",
  "9876543210",
].map((row) => Array.from(row, Number));
const VERHOEFF_PERMUTATION = [
  "0123456789",
  "1576283094",
  "5803796142",
  "8916043527",
  "9453126870",
  "4286573901",
  "2793806415",
  "7046913258",
].map((row) => Array.from(row, Number));

/** Verhoeff 1969, as Aadhaar numbers use it. */
export function passesVerhoeff(digits: readonly number[]): boolean {
  let check = 0;
  for (let index = 0; index < digits.length; index++) {
    const digit = digits[digits.length - 1 - index]!;
    check = VERHOEFF_PRODUCT[check]![VERHOEFF_PERMUTATION[index % 8]![digit]!]!;
  }
  return check === 0 && !isOneDigit(digits);
}

const VIN_VALUES: Readonly<Record<string, number>> = Object.fromEntries([
  ...Array.from("0123456789", (digit) => [digit, Number(digit)]),
  ...Array.from("ABCDEFGH", (letter, index) => [letter, index + 1]),
  ...Array.from("JKLMN", (letter, index) => [letter, index + 1]),
  ["P", 7],
  ["R", 9],
  ...Array.from("STUVWXYZ", (letter, index) => [letter, index + 2]),
]);
const VIN_WEIGHTS = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2];

/** 49 CFR 565.15: the ninth character checks the others. North American vehicles only. */
export function passesVin(vin: string): boolean {
  const values = Array.from(vin.toUpperCase(), (character) => VIN_VALUES[character] ?? Number.NaN);
  const rest = sum(values, VIN_WEIGHTS) % 11;
  return values.length === 17 && (rest === 10 ? "X" : String(rest)) === vin[8]!.toUpperCase();
}

/** Numbers that were issued: no area 000, 666 or 900 and above, no group 00, no serial 0000. */
export function isIssuedSsn(digits: readonly number[]): boolean {
  const area = digits[0]! * 100 + digits[1]! * 10 + digits[2]!;
  const group = digits[3]! * 10 + digits[4]!;
  const serial = digits.slice(5).some((digit) => digit !== 0);
  return digits.length === 9 && area > 0 && area !== 666 && area < 900 && group > 0 && serial && !isOneDigit(digits);
}

/** Individual taxpayer numbers begin with 9 and have a group that the tax office assigns to them. */
export function isIssuedItin(digits: readonly number[]): boolean {
  const group = digits[3]! * 10 + digits[4]!;
  const assigned =
    (group >= 50 && group <= 65) || (group >= 70 && group <= 88) || (group >= 90 && group <= 99 && group !== 93);
  return digits.length === 9 && digits[0] === 9 && assigned;
}

/** Weighted sum modulo 11, whose last digit has weight `-1` or stands for the rest: BSN of the Netherlands. */
export function passesBsn(digits: readonly number[]): boolean {
  return digits.length === 9 && !isOneDigit(digits) && sum(digits, [9, 8, 7, 6, 5, 4, 3, 2, -1]) % 11 === 0;
}

/** Tax file number of Australia. */
export function passesTfn(digits: readonly number[]): boolean {
  return digits.length === 9 && !isOneDigit(digits) && sum(digits, [1, 4, 3, 7, 5, 8, 6, 9, 10]) % 11 === 0;
}

/** Medicare number of Australia: 8 digits, a check digit, an issue number. */
export function passesMedicare(digits: readonly number[]): boolean {
  return digits.length >= 10 && sum(digits, [1, 3, 7, 9, 1, 3, 7, 9]) % 10 === digits[8];
}

/** Social security number of France: 13 digits and 97 minus their rest. Corsican departments are 2A and 2B. */
export function passesNir(value: string): boolean {
  const compact = value.replace(/[^0-9AB]/gi, "").toUpperCase();
  const number = Number(compact.slice(0, 13).replace("2A", "19").replace("2B", "18"));
  return compact.length === 15 && Number(compact.slice(13)) === 97 - (number % 97);
}
