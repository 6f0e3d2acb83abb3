import { CASED_UNITS, LANGUAGE_OF_SCRIPT, lowerCaseTable, SCRIPT, SCRIPTS, scriptTable } from "./scripts.ts";
import { type StopWordTable, stopWordTable } from "./stop-word-table.ts";

/** UTF-16 units of the longest word that is looked up. */
const LONGEST_WORD = 14;
/** A sign of a script without blanks says as much as a few letters. */
const LETTERS_PER_SIGN = 3;
/** What a language needs: so many different words of such weight, a share of all words, and a lead of so much of the weight. */
interface Need {
  readonly words: number;
  readonly weight: number;
  readonly share: number;
  readonly lead: number;
}

/**
 * Sentences have stop words; lists, tables and texts of a line have few of them, and labels beside them. A few sentences between those of
 * another language need more: they may be names and titles.
 */
const SENTENCES: Need = { words: 3, weight: 3, share: 0.16, lead: 0.25 };
const FOREIGN_SENTENCES: Need = { words: 4, weight: 4, share: 0.2, lead: 0.3 };
const LISTS: Need = { words: 2, weight: 5, share: 0.04, lead: 0.5 };
/** Different words of a long list or table that are enough, whatever their share. */
const ENOUGH_LABELS = 6;
/** Of the letters, in the script of the language. */
const LEAST_SCRIPT_SHARE = 0.6;
/** Latin letters for each one beyond A to Z in a text of a language that has such letters. */
const LETTERS_PER_ACCENT = 30;
/** Letters of a text of which accents tell anything: a short one may be a name. */
const LEAST_ACCENTED_LETTERS = 100;
/** Stop words of the expected language after which the rest of a text need not be read, and those of no other among them. */
const ENOUGH_HITS = 5;
const ENOUGH_OWN_HITS = 2;
/** UTF-16 units that are copied at a time: most texts are told by their first line or two. */
const WINDOW = 160;
/** Ideographs without any kana that are Chinese for sure. */
const LEAST_CHINESE_SIGNS = 30;

/** Words of one kind, counted for each language. */
class WordCounts {
  /** Occurrences. */
  readonly hits: Int32Array;
  /** Different words. */
  readonly seen: Int32Array;
  /** Different words by their weight. */
  readonly weight: Int32Array;

  constructor(languages: number) {
    this.hits = new Int32Array(languages);
    this.seen = new Int32Array(languages);
    this.weight = new Int32Array(languages);
  }

  clear(): void {
    for (let language = 0; language < this.hits.length; language++) {
      this.hits[language] = 0;
      this.seen[language] = 0;
      this.weight[language] = 0;
    }
  }
}

/**
 * What the letters and stop words of a text say about its language, counted in one pass over the code units without an
 * allocation. One instance is used for many texts: `clear`, `read` one or more stretches, then `language`.
 */
export class LanguageEvidence {
  /** Letters read; a sign of a script without blanks counts threefold. */
  letters = 0;
  /** Words of at least two letters. */
  words = 0;
  readonly #table: StopWordTable = stopWordTable();
  readonly #scripts: Int32Array = new Int32Array(SCRIPTS);
  readonly #stopWords: WordCounts = new WordCounts(this.#table.languages.length);
  readonly #labels: WordCounts = new WordCounts(this.#table.languages.length);
  /** The text in which each word was seen last. */
  readonly #seenIn: Uint32Array = new Uint32Array(this.#table.words);
  /** Code units are copied before they are read: from an array they come many times faster than from a string. */
  readonly #units: Uint16Array = new Uint16Array(WINDOW);
  readonly #bytes: Buffer = Buffer.from(this.#units.buffer);
  #text = 0;
  #anyWord = false;

  clear(): void {
    this.letters = 0;
    this.words = 0;
    this.#text++;
    for (let script = 0; script < SCRIPTS; script++) this.#scripts[script] = 0;
    if (!this.#anyWord) return;
    this.#stopWords.clear();
    this.#labels.clear();
    this.#anyWord = false;
  }

  /**
   * Reads on from `start` to `end`. Stops early and returns `true` as soon as it is beyond doubt that the text is in the
   * expected language; `letters` is then an estimate for the whole stretch.
   */
  read(text: string, start: number, end: number, expected?: string): boolean {
    const scripts = scriptTable();
    const lower = lowerCaseTable();
    const table = this.#table;
    const { seed, prime, stopWords } = table;
    const counts = this.#scripts;
    const units = this.#units;
    const relations = expected === undefined ? undefined : table.relations(expected);
    const lettersBefore = this.letters;
    let expectedHits = 0;
    let ownHits = 0;
    let otherHits = 0;
    let words = 0;
    let hash = seed;
    let length = 0;
    for (let from = start; from <= end; from += WINDOW) {
      // One position past the end ends the last word.
      const read = Math.min(WINDOW, end - from);
      this.#bytes.write(from === 0 ? text : text.slice(from), 0, 2 * read, "utf16le");
      const last = read < WINDOW ? read + 1 : read;
      if (read < WINDOW) units[read] = 0;
      for (let at = 0; at < last; at++) {
        const unit = units[at]!;
        const script = scripts[unit]!;
        if (script !== SCRIPT.none) {
          counts[script]!++;
          hash = Math.imul(hash ^ (unit < CASED_UNITS ? lower[unit]! : unit), prime);
          length++;
          continue;
        }
        if (length > 1) {
          words++;
          const word = length <= LONGEST_WORD ? table.find(hash) : -1;
          if (word >= 0) {
            this.#count(word);
            if (relations !== undefined && word < stopWords) {
              const relation = relations[word]!;
              if (relation === 0) otherHits++;
              else {
                expectedHits++;
                if (relation === 2) ownHits++;
                if (expectedHits >= ENOUGH_HITS && ownHits >= ENOUGH_OWN_HITS && otherHits * 5 <= expectedHits) {
                  const letters = this.#countLetters() - lettersBefore;
                  this.letters = lettersBefore + Math.round((letters * (end - start)) / (from + at - start));
                  return true;
                }
              }
            }
          }
        }
        hash = seed;
        length = 0;
      }
    }
    this.words += words;
    this.letters = this.#countLetters();
    return false;
  }

  #count(word: number): void {
    const { languagesOf, firstOf, weights, stopWords } = this.#table;
    const counts = word < stopWords ? this.#stopWords : this.#labels;
    const isNew = this.#seenIn[word] !== this.#text;
    this.#seenIn[word] = this.#text;
    this.#anyWord = true;
    const end = firstOf[word + 1]!;
    for (let at = firstOf[word]!; at < end; at++) {
      const language = languagesOf[at]!;
      counts.hits[language]!++;
      if (!isNew) continue;
      counts.seen[language]!++;
      counts.weight[language]! += weights[word]!;
    }
  }

  #countLetters(): number {
    let letters = 0;
    for (let script = 1; script < SCRIPTS; script++) letters += this.#scripts[script]!;
    const signs = this.#scripts[SCRIPT.han]! + this.#scripts[SCRIPT.kana]! + this.#scripts[SCRIPT.hangul]!;
    return letters + (LETTERS_PER_SIGN - 1) * signs;
  }

  /** Mostly Latin letters. */
  get isLatin(): boolean {
    return this.#latin() > this.letters * LEAST_SCRIPT_SHARE;
  }

  #latin(): number {
    return this.#scripts[SCRIPT.latin]! + this.#scripts[SCRIPT.latinAccented]!;
  }

  /**
   * Whether the text has the stop words of no language: names, addresses, labels and figures, of which little can be told. A
   * text with many accents may be a list in a language of which only the stop words are missing.
   */
  get isSilent(): boolean {
    if (!this.isLatin) return false;
    const accents = this.#scripts[SCRIPT.latinAccented]!;
    if (this.letters >= LEAST_ACCENTED_LETTERS && accents * LETTERS_PER_ACCENT >= this.letters) return false;
    const { seen, hits } = this.#stopWords;
    const best = this.#best();
    return seen[best]! < SENTENCES.words || hits[best]! < this.words * SENTENCES.share * 0.5;
  }

  /** Whether there are stop words of this language. */
  has(language: string): boolean {
    return this.#weightOf(language) > 0;
  }

  /** Whether the stop words speak more for another language than for this one. */
  hasRival(language: string): boolean {
    return this.#stopWords.weight[this.#best()]! > this.#weightOf(language);
  }

  #weightOf(language: string): number {
    return this.#stopWords.weight[this.#table.languages.indexOf(language)] ?? 0;
  }

  #best(): number {
    const { weight } = this.#stopWords;
    let best = 0;
    for (let language = 1; language < weight.length; language++) if (weight[language]! > weight[best]!) best = language;
    return best;
  }

  /** The language of the text where script or stop words leave no doubt. `isForeign`: it stands among texts of another language. */
  language(isForeign = false): string | undefined {
    const need = isForeign ? FOREIGN_SENTENCES : SENTENCES;
    const scripts = this.#scripts;
    const least = this.letters * LEAST_SCRIPT_SHARE;
    const ideographs = scripts[SCRIPT.han]!;
    const kana = scripts[SCRIPT.kana]!;
    if ((ideographs + kana) * LETTERS_PER_SIGN > least) {
      if (kana * 10 > ideographs) return "ja";
      return kana === 0 && ideographs >= LEAST_CHINESE_SIGNS ? "zh" : undefined;
    }
    if (this.#latin() > least) return this.#byWords(need, 0);
    for (let script = 1; script < SCRIPTS; script++) {
      const weight = script === SCRIPT.hangul ? LETTERS_PER_SIGN : 1;
      if (scripts[script]! * weight <= least) continue;
      return LANGUAGE_OF_SCRIPT[script] ?? (script === SCRIPT.other ? undefined : this.#byWords(need, 0));
    }
    return undefined;
  }

  /** The language of a text without sentences, by its labels and what stop words it has. */
  languageOfLists(): string | undefined {
    return this.#byWords(LISTS, 1);
  }

  #byWords(need: Need, labels: 0 | 1): string | undefined {
    let best = 0;
    let bestWeight = -1;
    let secondWeight = -1;
    for (let language = 0; language < this.#table.languages.length; language++) {
      const weight = this.#stopWords.weight[language]! + labels * this.#labels.weight[language]!;
      if (weight > bestWeight) {
        secondWeight = bestWeight;
        bestWeight = weight;
        best = language;
      } else if (weight > secondWeight) secondWeight = weight;
    }
    const seen = this.#stopWords.seen[best]! + labels * this.#labels.seen[best]!;
    const hits = this.#stopWords.hits[best]! + labels * this.#labels.hits[best]!;
    const least = labels === 0 ? need.words : Math.max(need.words, Math.min(ENOUGH_LABELS, this.words * need.share));
    if (seen < least || bestWeight < need.weight || bestWeight - secondWeight < bestWeight * need.lead)
      return undefined;
    return hits >= this.words * need.share ? this.#table.languages[best] : undefined;
  }
}
