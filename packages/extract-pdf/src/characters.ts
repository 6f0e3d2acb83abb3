import { repairCharacter } from "./repair.ts";

/** Traits of characters as bits, so that those of a word or a line are found without looking at its text again. */
export const Trait = {
  rightToLeft: 1,
  ideographic: 2,
  /** `\p{L}` or `\p{N}`. */
  alphanumeric: 4,
  /** An accent that stands alone: it may belong over the letter beside it. */
  accent: 8,
  /** A sign that a repair of words looks for. */
  repairable: 16,
  /** From U+0300 on: composing (NFC) may change it. */
  composable: 32,
  /** Written downwards where glyphs stand below each other. */
  eastAsian: 64,
  /** Anything but `a` to `z`. */
  notLowerLatin: 128,
} as const;

/** What is known of a character code, whatever the page. */
export interface Character {
  /** Repaired: ligatures apart, symbols mapped, what nobody can read as U+FFFD. */
  readonly text: string;
  /** Sum of {@link Trait} bits of the text. */
  readonly traits: number;
  readonly space: boolean;
  /** Nobody can read it, unless a symbol font prints it. */
  readonly bad: boolean;
  /** {@link bad}, and no repair gave it a meaning. */
  readonly unmapped: boolean;
  /** TeX's old ligature codes, which look like tabs and line ends. */
  readonly ligatureCode: boolean;
  /** Where symbol fonts keep their glyphs in Unicode: 0xF000 + the code in the font. */
  readonly privateSymbol: boolean;
}

/** Codes by which TeX's old fonts hold their ligatures: without a mapping they come out as control characters. */
const LIGATURE_CODES: ReadonlyMap<number, string> = new Map([
  [0x0b, "ff"],
  [0x0c, "fi"],
  [0x0d, "fl"],
  [0x0e, "ffi"],
  [0x0f, "ffl"],
]);

/** By the upper byte of their codes: one array of them all would have holes, and be searched like a dictionary. */
const known: (Character | undefined)[][] = Array.from({ length: 256 }, () => []);

/** Codes of the basic plane are looked up once per process; beyond Unicode is U+FFFD. */
export function characterOf(code: number): Character {
  if (!(code >= 0 && code <= 0x10ffff)) return characterOf(0xfffd);
  if (code > 0xffff) return describe(code);
  const block = known[code >> 8]!;
  let character = block[code & 0xff];
  if (character === undefined) {
    character = describe(code);
    block[code & 0xff] = character;
  }
  return character;
}

function describe(code: number): Character {
  const text = textOf(code);
  const bad = isBad(code);
  return {
    text,
    traits: traitsOf(text),
    space: isSpace(code),
    bad,
    unmapped: bad && (text === "\uFFFD" || text === String.fromCodePoint(code)),
    ligatureCode: LIGATURE_CODES.has(code),
    privateSymbol: code >= 0xf000 && code <= 0xf0ff,
  };
}

export function traitsOf(text: string): number {
  let traits = 0;
  if (isRightToLeft(text)) traits |= Trait.rightToLeft;
  if (isIdeographic(text)) traits |= Trait.ideographic;
  if (/[\p{L}\p{N}]/u.test(text)) traits |= Trait.alphanumeric;
  if (/[´`¨ˆ^˜~¸˚ˇ˘¯˙˝]/.test(text)) traits |= Trait.accent;
  if (/[↵‘’`']/.test(text)) traits |= Trait.repairable;
  if (/[^\0-\u02ff]/.test(text)) traits |= Trait.composable;
  if (/[\u3000-\u9fff\uac00-\ud7af\uff00-\uffef]/.test(text)) traits |= Trait.eastAsian;
  if (/[^a-z]/.test(text)) traits |= Trait.notLowerLatin;
  return traits;
}

export function isRightToLeft(text: string): boolean {
  return /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/u.test(text);
}

export function isIdeographic(text: string): boolean {
  return /[\u3000-\u30ff\u3400-\u9fff\uf900-\ufaff\uff00-\uffef]/u.test(text);
}

function isSpace(code: number): boolean {
  return (
    code === 0x20 ||
    code === 0xa0 ||
    (code >= 0x09 && code <= 0x0d) ||
    (code >= 0x2000 && code <= 0x200b) ||
    code === 0x202f ||
    code === 0x205f ||
    code === 0x3000 ||
    code === 0xfeff
  );
}

function isBad(code: number): boolean {
  return (
    code === 0 ||
    code === 0xfffd ||
    (code < 0x20 && code !== 2 && !LIGATURE_CODES.has(code)) ||
    (code >= 0x7f && code < 0xa0) ||
    (code >= 0xe000 && code <= 0xf8ff) ||
    code >= 0xf0000
  );
}

/** PDFium writes a hyphen at a line's end as U+0002 or U+FFFE; it is shown as a hyphen. */
function textOf(code: number): string {
  if (code === 2 || code === 0xfffe) return "-";
  if (code === 0) return "\uFFFD";
  const ligature = LIGATURE_CODES.get(code);
  if (ligature !== undefined) return ligature;
  if (code < 0x20 || (code >= 0x7f && code < 0xa0)) return "\uFFFD";
  if (code >= 0xd800 && code <= 0xdfff) return "\uFFFD";
  return repairCharacter(String.fromCodePoint(code));
}
