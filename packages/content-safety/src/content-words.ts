import type { Word } from "./words.ts";

/** Words of more than three letters that say nothing about what a text is about. */
const COMMON: ReadonlySet<string> = new Set(
  (
    "that this with from have been will your their they which were what when where there these those would could should about into than " +
    "then them some such only other also more most must shall each every using used make made does doing very just like over under after " +
    "before between because while here both same being having its it's you're don't whose whom please"
  ).split(" "),
);
/** Letters by which words are compared: forms of a word share them. */
const STEM = 6;

/** What a segment is about, for comparing it with others: words of more than three letters, cut to six. */
export function contentWords(words: readonly Word[]): string[] {
  const found: string[] = [];
  for (const { text } of words) if (text.length > 3 && !COMMON.has(text)) found.push(text.slice(0, STEM));
  return found;
}
