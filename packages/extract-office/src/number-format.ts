const ROMAN: readonly (readonly [number, string])[] = [
  [1000, "m"],
  [900, "cm"],
  [500, "d"],
  [400, "cd"],
  [100, "c"],
  [90, "xc"],
  [50, "l"],
  [40, "xl"],
  [10, "x"],
  [9, "ix"],
  [5, "v"],
  [4, "iv"],
  [1, "i"],
];
const CHINESE_DIGITS = "〇一二三四五六七八九";

function roman(value: number): string {
  if (value < 1 || value > 32_767) return String(value);
  let rest = value;
  let text = "";
  for (const [size, letters] of ROMAN) {
    while (rest >= size) {
      text += letters;
      rest -= size;
    }
  }
  return text;
}

/** 1 = a, 26 = z, 27 = aa, 28 = bb: the same letter is repeated, as word processors do. */
function letters(value: number): string {
  if (value < 1 || value > 26 * 40) return String(value);
  return String.fromCharCode(97 + ((value - 1) % 26)).repeat(Math.floor((value - 1) / 26) + 1);
}

function chinese(value: number): string {
  if (value < 1 || value > 99) return String(value);
  const tens = Math.floor(value / 10);
  const ones = value % 10;
  return `${tens > 1 ? CHINESE_DIGITS[tens]! : ""}${tens > 0 ? "十" : ""}${ones > 0 ? CHINESE_DIGITS[ones]! : ""}`;
}

function ordinal(value: number): string {
  const teen = value % 100 >= 11 && value % 100 <= 13;
  return `${value}${teen ? "th" : (["th", "st", "nd", "rd"][value % 10] ?? "th")}`;
}

/** A list number in one of OOXML's formats (`ST_NumberFormat`); formats that are rare come out as decimals. */
export function formatListNumber(value: number, format: string): string {
  switch (format) {
    case "lowerLetter":
      return letters(value);
    case "upperLetter":
      return letters(value).toUpperCase();
    case "lowerRoman":
      return roman(value);
    case "upperRoman":
      return roman(value).toUpperCase();
    case "decimalZero":
      return String(value).padStart(2, "0");
    case "ordinal":
      return ordinal(value);
    case "chineseCounting":
    case "chineseCountingThousand":
    case "taiwaneseCountingThousand":
    case "japaneseCounting":
    case "ideographDigital":
      return chinese(value);
    case "none":
      return "";
    default:
      return String(value);
  }
}

/** Bullets come from symbol fonts' private characters; what matters is that there is one. */
export function bulletMarker(text: string): string {
  const bullet = text.trim();
  return bullet === "" || /[\ue000-\uf8ff]/.test(bullet) || bullet === "o" || bullet === "§" || bullet === "·"
    ? "•"
    : bullet;
}
