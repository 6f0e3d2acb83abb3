import type { Line } from "./lines.ts";

const BULLET = /^[•‣◦▪▫●○■□◆◇❖❑❒➢➔→✓✔☐☑☒◻◼–—\-*·∙⁃»]$/u;
const NUMBER =
  /^(?:\(?(?:\d{1,3}|[A-Za-z]|[ivxlcdm]{1,6}|[IVXLCDM]{1,6})[.)]|\d{1,2}(?:\.\d{1,2}){1,4}[.)]?|\[\d{1,3}\])$/;

export interface ListMarker {
  readonly marker: string;
  /** Where the item's text begins. */
  readonly textLeft: number;
}

/** The marker of a list item at the start of a line: a bullet or a number that stands apart from the text. */
export function listMarker(line: Line): ListMarker | undefined {
  const [first, second] = line.words;
  if (first === undefined) return undefined;
  if (second === undefined) return undefined;
  const gap = Math.max(second.left - first.right, first.left - second.right);
  const size = line.style.size;
  if (gap < 0) return undefined;
  if (BULLET.test(first.text)) {
    // A dash or star between words of a sentence is no bullet; "o" is Courier's bullet in Word.
    return gap > 0.15 * size ? { marker: first.text, textLeft: second.left } : undefined;
  }
  if (first.text === "o" && gap > 0.6 * size) return { marker: "o", textLeft: second.left };
  const glued = /^([•‣▪●■◆❖➢✓])(?=[\p{L}\d])/u.exec(first.text);
  if (glued !== null) return { marker: glued[1]!, textLeft: first.left + size };
  if (!NUMBER.test(first.text)) return undefined;
  if (/^\d+(?:\.\d+)+$/.test(first.text) && gap < 0.5 * size) return undefined;
  // "A. Smith", "I. Newton": an initial before a name has a space's gap, a marker usually more; and it repeats.
  if (/^[A-Z][.]$/.test(first.text) && gap < 0.45 * size) return undefined;
  return { marker: first.text, textLeft: second.left };
}

/** Whether a list marker counts on (number, letter or roman numeral) rather than being a bullet. */
export function isCounter(marker: string): boolean {
  return /[\dA-Za-z]/.test(marker) && marker !== "o";
}
