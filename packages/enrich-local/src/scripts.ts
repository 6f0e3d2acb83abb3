/** Writing systems that are told apart, as values of {@link scriptTable}. 0 is no letter. */
export const SCRIPT = {
  none: 0,
  latin: 1,
  greek: 2,
  cyrillic: 3,
  armenian: 4,
  hebrew: 5,
  arabic: 6,
  devanagari: 7,
  bengali: 8,
  gurmukhi: 9,
  gujarati: 10,
  oriya: 11,
  tamil: 12,
  telugu: 13,
  kannada: 14,
  malayalam: 15,
  thai: 16,
  lao: 17,
  georgian: 18,
  ethiopic: 19,
  han: 20,
  kana: 21,
  hangul: 22,
  /** Latin letters beyond A to Z. */
  latinAccented: 23,
  /** Letters that no language here is written in. */
  other: 24,
} as const;

export const SCRIPTS = 25;

/** The language of a script that one language of the n-gram tables is written in. */
export const LANGUAGE_OF_SCRIPT: Readonly<Record<number, string>> = {
  [SCRIPT.greek]: "el",
  [SCRIPT.armenian]: "hy",
  [SCRIPT.hebrew]: "he",
  [SCRIPT.bengali]: "bn",
  [SCRIPT.gurmukhi]: "pa",
  [SCRIPT.gujarati]: "gu",
  [SCRIPT.oriya]: "or",
  [SCRIPT.tamil]: "ta",
  [SCRIPT.telugu]: "te",
  [SCRIPT.kannada]: "kn",
  [SCRIPT.malayalam]: "ml",
  [SCRIPT.thai]: "th",
  [SCRIPT.lao]: "lo",
  [SCRIPT.georgian]: "ka",
  [SCRIPT.ethiopic]: "am",
  [SCRIPT.hangul]: "ko",
};

/** First and last code unit of the blocks of each script. Later ranges win. */
const RANGES: readonly (readonly [number, number, number])[] = [
  [0x0041, 0x005a, SCRIPT.latin],
  [0x0061, 0x007a, SCRIPT.latin],
  [0x00c0, 0x02af, SCRIPT.latinAccented],
  [0x00d7, 0x00d7, SCRIPT.none],
  [0x00f7, 0x00f7, SCRIPT.none],
  [0x1e00, 0x1eff, SCRIPT.latinAccented],
  [0x0370, 0x03ff, SCRIPT.greek],
  [0x1f00, 0x1fff, SCRIPT.greek],
  [0x0400, 0x052f, SCRIPT.cyrillic],
  [0x0531, 0x0587, SCRIPT.armenian],
  [0x05d0, 0x05f2, SCRIPT.hebrew],
  [0x0620, 0x06d3, SCRIPT.arabic],
  [0x0660, 0x066d, SCRIPT.none],
  [0x06d4, 0x06d4, SCRIPT.none],
  [0x06d5, 0x06ef, SCRIPT.arabic],
  [0x0750, 0x077f, SCRIPT.arabic],
  [0xfb50, 0xfdfb, SCRIPT.arabic],
  [0xfe70, 0xfefc, SCRIPT.arabic],
  [0x0900, 0x0963, SCRIPT.devanagari],
  [0x0980, 0x09e3, SCRIPT.bengali],
  [0x0a00, 0x0a65, SCRIPT.gurmukhi],
  [0x0a70, 0x0a7f, SCRIPT.gurmukhi],
  [0x0a80, 0x0ae3, SCRIPT.gujarati],
  [0x0b00, 0x0b65, SCRIPT.oriya],
  [0x0b80, 0x0be5, SCRIPT.tamil],
  [0x0c00, 0x0c65, SCRIPT.telugu],
  [0x0c80, 0x0ce5, SCRIPT.kannada],
  [0x0d00, 0x0d65, SCRIPT.malayalam],
  [0x0d80, 0x0dff, SCRIPT.other],
  [0x0e01, 0x0e4e, SCRIPT.thai],
  [0x0e80, 0x0ecf, SCRIPT.lao],
  [0x0f00, 0x109f, SCRIPT.other],
  [0x10a0, 0x10ff, SCRIPT.georgian],
  [0x1100, 0x11ff, SCRIPT.hangul],
  [0x1200, 0x139f, SCRIPT.ethiopic],
  [0x1780, 0x18af, SCRIPT.other],
  [0x3041, 0x30ff, SCRIPT.kana],
  [0x30fb, 0x30fb, SCRIPT.none],
  [0x3130, 0x318f, SCRIPT.hangul],
  [0x3400, 0x9fff, SCRIPT.han],
  [0xac00, 0xd7af, SCRIPT.hangul],
  [0xff66, 0xff9d, SCRIPT.kana],
];

/** Code units below this have a small letter in {@link lowerCaseTable}. */
export const CASED_UNITS = 0x2000;

let scripts: Uint8Array | undefined;
let lower: Uint16Array | undefined;

/** The script of every UTF-16 code unit. */
export function scriptTable(): Uint8Array {
  if (scripts === undefined) {
    scripts = new Uint8Array(0x10000);
    for (const [first, last, script] of RANGES) scripts.fill(script, first, last + 1);
  }
  return scripts;
}

/** The small letter of every code unit below {@link CASED_UNITS}. */
export function lowerCaseTable(): Uint16Array {
  if (lower === undefined) {
    lower = new Uint16Array(CASED_UNITS);
    for (let unit = 0; unit < CASED_UNITS; unit++) lower[unit] = String.fromCharCode(unit).toLowerCase().charCodeAt(0);
  }
  return lower;
}
