import { Trait } from "./characters.ts";
import type { PageLines } from "./page-lines.ts";
import type { Vocabulary } from "./repair.ts";

/** Distinct words kept; a document with more starts again, so that memory does not grow with its length. */
const MAX_WORDS = 30_000;

/** The words of the pages read so far, those that a line's end cut left out. */
export class DocumentVocabulary implements Vocabulary {
  #recent = new Set<string>();
  #older = new Set<string>();

  add(page: PageLines): void {
    for (const { words } of page.main.lines) {
      // The first word may be the end of one that the line before cut.
      for (let index = 1; index < words.length; index++) {
        const { text, traits } = words[index]!;
        if ((traits & Trait.notLowerLatin) === 0) {
          if (text.length > 1) this.#recent.add(text);
          continue;
        }
        if (index === words.length - 1 && /[-\u2010]$/.test(text)) continue;
        if ((traits & Trait.alphanumeric) === 0) continue;
        const word = /\p{L}[\p{L}'’-]*\p{L}/u.exec(text)?.[0].toLowerCase();
        if (word !== undefined) this.#recent.add(word);
      }
    }
    if (this.#recent.size > MAX_WORDS) {
      this.#older = this.#recent;
      this.#recent = new Set();
    }
  }

  has(word: string): boolean {
    return this.#recent.has(word) || this.#older.has(word);
  }
}
