import { latinLookalike } from "./confusables.ts";
import { isInvisible, tagCharacter } from "./invisible.ts";

const LATIN_LETTER = /[A-Za-z]/;
const WORD = /[\p{L}\p{M}]+/gu;
/** Characters that stand for themselves. */
function isPlain(text: string): boolean {
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    const stands =
      code < 0x7f ? code >= 0x20 || code === 0x09 || code === 0x0a : code > 0xa0 && code <= 0xff && code !== 0xad;
    if (!stands && !(code >= 0x2010 && code <= 0x2027)) return false;
  }
  return true;
}

/** Letters one by one ("i g n o r e"), at least five. */
const SPACED = /(?<![\p{L}])\p{L}(?:[ .\-_*]\p{L}){4,}(?![\p{L}])/gu;

/** Whether letters and separators take turns, five times in a row. */
function hasSpacedLetters(text: string): boolean {
  let turns = 0;
  for (let at = 1; at < text.length; at += 2) {
    const code = text.charCodeAt(at);
    const separates = code === 0x20 || code === 0x2e || code === 0x2d || code === 0x5f || code === 0x2a;
    const letter = text.charCodeAt(at - 1) | 0x20;
    if (separates && letter >= 0x61) {
      if (++turns === 5) return true;
    } else {
      turns = 0;
      // The run may begin at the other parity.
      if (letter < 0x61 || separates) continue;
      at--;
    }
  }
  return false;
}

/**
 * A text as a model reads it: compatibility forms made plain, invisible characters taken out, tag characters and lookalikes of
 * Latin letters replaced, spaced-out letters joined. Only for judging: what is stored stays as it is.
 */
export function readableText(text: string): string {
  const joined = hasSpacedLetters(text) ? text.replace(SPACED, (run) => run.replace(/[ .\-_*]/g, "")) : text;
  if (isPlain(joined)) return joined;
  let plain = "";
  for (const character of joined.normalize("NFKC")) {
    const code = character.codePointAt(0)!;
    plain += tagCharacter(code) ?? (isInvisible(code) ? "" : character);
  }
  return plain.replace(WORD, (word) => {
    if (!LATIN_LETTER.test(word)) return word;
    let latin = "";
    for (const character of word) latin += latinLookalike(character) ?? character;
    return latin;
  });
}
