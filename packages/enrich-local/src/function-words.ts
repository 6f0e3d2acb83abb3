import { STOP_WORDS as ENGLISH } from "@groundwork/terms";
import { STOP_WORDS } from "./stop-words.ts";

const sets = new Map<string, ReadonlySet<string>>();

/** Words that are frequent in prose of rules and name nothing by themselves. */
const ENGLISH_FILLERS =
  "also any each either every may might must shall should upon within without whether thereof therein hereby herein per via etc eg ie " +
  "including include includes used use using provided provide provides following follows applicable appropriate required require " +
  "requires necessary one two three first second new many much make made";

/** The primary subtag of a language tag, in lower case. */
export function primaryLanguage(tag: string | undefined): string | undefined {
  return tag?.split(/[-_]/)[0]?.toLowerCase();
}

/** Function words of a language in lower case; `undefined` for a language of which none are known. */
export function functionWords(language: string): ReadonlySet<string> | undefined {
  let words = sets.get(language);
  if (words === undefined) {
    const own = STOP_WORDS[language === "id" ? "ms" : language === "nb" || language === "nn" ? "no" : language];
    if (own === undefined) return undefined;
    words = new Set(own.split(" ").concat(language === "en" ? [...ENGLISH, ...ENGLISH_FILLERS.split(" ")] : []));
    sets.set(language, words);
  }
  return words;
}
