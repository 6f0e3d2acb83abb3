import type { KeyedStream } from "./keyed-stream.ts";

/** Another text of the same form: digits for digits, letters for letters in their case; what stands between stays. */
export function sameForm(value: string, stream: KeyedStream): string {
  let first = true;
  return Array.from(value, (character) => {
    if (/[0-9]/.test(character)) {
      // A number that begins with another digit than 0 goes on doing so.
      const digit = first && character !== "0" ? 1 + stream.below(9) : stream.below(10);
      first = false;
      return String(digit);
    }
    if (/\p{Nd}/u.test(character)) return String(stream.below(10));
    if (/\p{L}/u.test(character)) {
      first = false;
      const letter = "abcdefghijklmnopqrstuvwxyz"[stream.below(26)]!;
      return /\p{Lu}/u.test(character) ? letter.toUpperCase() : letter;
    }
    return character;
  }).join("");
}

/** The digits of `digits` where those of `form` stand; `form` keeps everything else. */
export function inFormOf(form: string, digits: string): string {
  let place = 0;
  return form.replace(/[0-9]/g, () => digits[place++] ?? "0");
}

export function digitsOf(value: string): string {
  return value.replace(/[^0-9]/g, "");
}
