import type { PageLines } from "./page-lines.ts";

/** What to do with a page: read its text layer, read its picture, or pass it over because nothing is on it. */
export type TextVerdict = "text" | "image" | "blank";

/** Share of characters without a meaning from which on a text layer is thought to lie. */
const MAX_UNMAPPED = 0.25;
/** Share of characters whose meaning was guessed from which on the text has to prove that it is one. */
const MAX_GUESSED = 0.3;
/** Fewer visible characters than this beside a picture of the whole page are a stamp or a page number, not its text. */
const FEW_GLYPHS = 40;
/** Share of the page that a scan covers. */
const SCAN_COVER = 0.55;

/** Judges a page's text layer. */
export function judgeText(page: PageLines): TextVerdict {
  const { glyphs, unmapped, guessed } = page.health;
  const area = page.width * page.height;
  const covered = page.images.reduce(
    (largest, image) =>
      Math.max(
        largest,
        (Math.max(0, image.right - image.left) * Math.max(0, image.bottom - image.top)) / Math.max(1, area),
      ),
    0,
  );
  if (glyphs === 0) return page.images.length > 0 || page.drawings > 0 ? "image" : "blank";
  if (unmapped > MAX_UNMAPPED * glyphs && glyphs >= 8) return "image";
  if (glyphs < FEW_GLYPHS && covered > SCAN_COVER) return "image";
  if (guessed > MAX_GUESSED * glyphs && glyphs >= 8) return isPlausible(page) ? "text" : "image";
  return looksLikeWords(page) ? "text" : "image";
}

/** Guessed text is believed when its words have the make of words, or its script has one (kana, Cyrillic, ...). */
function isPlausible(page: PageLines): boolean {
  let good = 0;
  let words = 0;
  for (const { text } of page.main.lines.flatMap((line) => line.words)) {
    if (!/\p{L}/u.test(text)) {
      if (/^[\d.,:;/()\-–%€$]+$/.test(text)) continue;
      words++;
      continue;
    }
    words++;
    if (/[\u3040-\u30ff\u0370-\u03ff\u0400-\u04ff\u0590-\u06ff]/.test(text)) good++;
    else if (/[A-Za-z]/.test(text) && !isOdd(text.replace(/^[^\p{L}]+|[^\p{L}]+$/gu, ""))) good++;
  }
  return words > 0 && good >= 0.6 * words;
}

/**
 * A font whose mapping is wrong gives letters that make no words: long runs without vowels, or letters and signs mixed at
 * random. Judged on Latin script only, with enough of it.
 */
function looksLikeWords(page: PageLines): boolean {
  let words = 0;
  let odd = 0;
  for (const line of page.main.lines) {
    for (const { text } of line.words) {
      if (text.length < 4) continue;
      const plain = judgePlain(text);
      if (plain !== undefined) {
        words++;
        if (plain === "odd") odd++;
        continue;
      }
      const letters = text.replace(/^[^\p{L}]+|[^\p{L}]+$/gu, "");
      if (letters.length < 4 || !/[A-Za-z]/.test(letters)) continue;
      words++;
      if (isOdd(letters)) odd++;
    }
  }
  return words < 25 || odd / words < 0.45;
}

/** {@link isOdd} of the many words that are of the letters a to z alone but for their first one, without an expression. */
function judgePlain(word: string): "odd" | "good" | undefined {
  let consonants = 0;
  let longest = 0;
  let vowels = 0;
  for (let index = 0; index < word.length; index++) {
    let code = word.charCodeAt(index);
    if (index === 0 && code >= 0x41 && code <= 0x5a) code += 0x20;
    if (code < 0x61 || code > 0x7a) return undefined;
    if (code === 0x61 || code === 0x65 || code === 0x69 || code === 0x6f || code === 0x75 || code === 0x79) {
      vowels++;
      consonants = 0;
    } else if (++consonants > longest) longest = consonants;
  }
  return vowels === 0 || longest >= 6 ? "odd" : "good";
}

function isOdd(word: string): boolean {
  if (/^\p{L}*$/u.test(word) && !/[A-Za-z]/.test(word)) return false;
  const signs = word.replace(/[\p{L}\p{M}'’.\-/&@_:0-9]/gu, "").length;
  if (signs > 0.25 * word.length) return true;
  if (/^[A-Z0-9.\-/&]+$/.test(word) || /[@/:_\d]/.test(word)) return false;
  if (!/[aeiouyàâäáãåæéèêëíìîïóòôöõøúùûüýœı]/iu.test(word)) return true;
  return /[bcdfghjklmnpqrstvwxz]{6,}/i.test(word) || /\p{Ll}\p{Lu}\p{Ll}+\p{Lu}/u.test(word);
}
