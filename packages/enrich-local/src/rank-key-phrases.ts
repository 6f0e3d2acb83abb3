import { stemOf } from "@groundwork/terms";
import { splitSentences } from "./split-sentences.ts";

/** A phrase of a document. */
export interface KeyPhrase {
  /** As it is written most often. */
  readonly text: string;
  /** 0..1, of the best phrase 1. */
  readonly score: number;
  readonly count: number;
  /** Place in `texts` of the first one it stands in. */
  readonly first: number;
}

export interface KeyPhraseOptions {
  /** BCP 47 primary subtag. */
  readonly language: string;
  readonly functionWords: ReadonlySet<string>;
  /** Words of a phrase. */
  readonly mostWords: number;
  readonly most: number;
}

const WORD = /[\p{L}\p{N}]+(?:['’_-][\p{L}\p{N}]+)*/gu;
const POSSESSIVE = /['’]s$/i;
/** What parts phrases: anything between two words but blanks. */
const ONLY_BLANK = /^\s+$/;
const HAS_LETTER = /\p{L}/u;
const HAS_DIGIT = /\p{N}/u;
const ACRONYM = /^\p{Lu}[\p{Lu}\p{N}]+$/u;
const CAPITAL = /^\p{Lu}/u;
/** UTF-16 units of a word that is no noise. */
const LONGEST_WORD = 40;

/** What is counted of a word. */
interface WordStatistics {
  count: number;
  acronyms: number;
  capitals: number;
  readonly sentences: number[];
  lastSentence: number;
  sentenceCount: number;
  readonly before: Map<string, number>;
  readonly after: Map<string, number>;
  score: number;
}

interface Candidate {
  readonly words: readonly string[];
  count: number;
  readonly first: number;
  readonly forms: Map<string, number>;
}

/** Of the occurrences of a phrase inside a longer one that make it a part of that. */
const PART_SHARE = 0.7;
/** How many times as often as a longer phrase one inside it must stand to be the phrase that matters. */
const FREQUENT_CORE = 3;
/** How firmly a function word must hold two others together, 0..1. */
const LEAST_TIE = 0.2;
/** A single word that is no name says less of a document than a phrase. */
const COMMON_WORD = 3;

interface Token {
  readonly text: string;
  readonly key: string;
  /** Nothing but a blank lies between this word and the one before. */
  readonly joins: boolean;
  readonly isContent: boolean;
}

/**
 * Ranks the phrases of a document without a corpus, by the statistics of YAKE (Campos et al. 2020, "YAKE! Keyword extraction from
 * single documents using multiple local features"): how often and in how many sentences a word stands, how early, how often as a name
 * or an acronym, and beside how many different words; words that stand beside any other carry little. The score of a phrase is that of
 * its words, with function words inside it weighed by how firmly they belong there. A phrase whose words are part of a better one is
 * left out.
 *
 * Time and memory are linear in the text.
 */
export function rankKeyPhrases(texts: readonly string[], options: KeyPhraseOptions): KeyPhrase[] {
  const { language, functionWords } = options;
  const statistics = new Map<string, WordStatistics>();
  const candidates = new Map<string, Candidate>();
  const keys = new Map<string, string>();
  let sentences = 0;
  texts.forEach((text, place) => {
    for (const sentence of splitSentences(text, language)) {
      const tokens = tokensOf(sentence, language, functionWords, keys);
      if (tokens.length === 0) continue;
      countWords(tokens, sentences, statistics);
      countPhrases(tokens, place, options.mostWords, candidates);
      sentences++;
    }
  });
  scoreWords(statistics, sentences, functionWords);
  const whole = withoutParts(candidates, functionWords);
  const ranked = whole
    .flatMap((candidate) => {
      const score = phraseScore(candidate, statistics, functionWords);
      return score === undefined ? [] : [{ candidate, score }];
    })
    .sort((a, b) => a.score - b.score || a.candidate.first - b.candidate.first);
  return pick(ranked, options.most);
}

function tokensOf(
  sentence: string,
  language: string,
  functionWords: ReadonlySet<string>,
  keys: Map<string, string>,
): Token[] {
  const tokens: Token[] = [];
  let end = -1;
  for (const match of sentence.matchAll(WORD)) {
    const text = match[0].replace(POSSESSIVE, "");
    if (text.length > LONGEST_WORD) continue;
    const lower = text.toLowerCase();
    let key = keys.get(lower);
    if (key === undefined) {
      key = language === "en" && !functionWords.has(lower) ? stemOf(lower) : lower;
      // The stem of "uses" is a function word, "us"; the word is none.
      if (key !== lower && functionWords.has(key)) key = lower;
      keys.set(lower, key);
    }
    const isContent =
      text.length > 1 &&
      HAS_LETTER.test(text) &&
      !functionWords.has(lower) &&
      !(HAS_DIGIT.test(text) && text.length < 3);
    tokens.push({
      text,
      key,
      joins: end !== -1 && ONLY_BLANK.test(sentence.slice(end, match.index)),
      isContent,
    });
    // What somebody owns is another phrase than the owner.
    end = text.length < match[0].length ? -1 : match.index + text.length;
  }
  return tokens;
}

function countWords(tokens: readonly Token[], sentence: number, statistics: Map<string, WordStatistics>): void {
  tokens.forEach((token, index) => {
    let own = statistics.get(token.key);
    if (own === undefined) {
      own = {
        count: 0,
        acronyms: 0,
        capitals: 0,
        sentences: [],
        lastSentence: -1,
        sentenceCount: 0,
        before: new Map(),
        after: new Map(),
        score: 1,
      };
      statistics.set(token.key, own);
    }
    own.count++;
    if (own.lastSentence !== sentence) {
      own.lastSentence = sentence;
      own.sentenceCount++;
      own.sentences.push(sentence);
    }
    if (ACRONYM.test(token.text)) own.acronyms++;
    // The first word of a sentence has a capital whatever it is.
    else if (index > 0 && CAPITAL.test(token.text)) own.capitals++;
    if (!token.joins) return;
    const previous = tokens[index - 1]!;
    own.before.set(previous.key, (own.before.get(previous.key) ?? 0) + 1);
    const after = statistics.get(previous.key)!.after;
    after.set(token.key, (after.get(token.key) ?? 0) + 1);
  });
}

function countPhrases(
  tokens: readonly Token[],
  place: number,
  mostWords: number,
  candidates: Map<string, Candidate>,
): void {
  for (let start = 0; start < tokens.length; start++) {
    if (!tokens[start]!.isContent) continue;
    for (let end = start; end < tokens.length && end < start + mostWords; end++) {
      if (end > start && !tokens[end]!.joins) break;
      if (!tokens[end]!.isContent) continue;
      const words = tokens.slice(start, end + 1);
      const key = words.map((word) => word.key).join(" ");
      let candidate = candidates.get(key);
      if (candidate === undefined) {
        candidate = { words: words.map((word) => word.key), count: 0, first: place, forms: new Map() };
        candidates.set(key, candidate);
      }
      candidate.count++;
      const form = words.map((word) => word.text).join(" ");
      candidate.forms.set(form, (candidate.forms.get(form) ?? 0) + 1);
    }
  }
}

function scoreWords(
  statistics: ReadonlyMap<string, WordStatistics>,
  sentences: number,
  functionWords: ReadonlySet<string>,
): void {
  const counts = [...statistics].filter(([key]) => !functionWords.has(key)).map(([, { count }]) => count);
  const mean = counts.reduce((sum, count) => sum + count, 0) / Math.max(1, counts.length);
  const variance = counts.reduce((sum, count) => sum + (count - mean) ** 2, 0) / Math.max(1, counts.length);
  const usual = mean + Math.sqrt(variance);
  const most = counts.reduce((greatest, count) => Math.max(greatest, count), 1);
  for (const own of statistics.values()) {
    const { count, acronyms, capitals, before, after, sentenceCount } = own;
    const casing = Math.max(acronyms, capitals) / (1 + Math.log(count));
    const median = own.sentences[own.sentences.length >> 1]!;
    const position = Math.log(Math.log(3 + median));
    const frequency = count / usual;
    const spread = sentenceCount / Math.max(1, sentences);
    // A word that stands beside as many different words as it occurs is used with everything.
    const relatedness = 1 + (diversity(before) + diversity(after)) * (count / most);
    own.score = (relatedness * position) / (casing + frequency / relatedness + spread / relatedness);
  }
}

function diversity(neighbours: ReadonlyMap<string, number>): number {
  let all = 0;
  for (const count of neighbours.values()) all += count;
  return all === 0 ? 0 : neighbours.size / all;
}

/**
 * Leaves out phrases that stand nearly always inside one longer phrase ("Chief Information" of "Chief Information Officer"), words that
 * nearly always stand in one of several ("travel" of "travel card" and "travel voucher"), and rare enlargements of a frequent phrase.
 */
function withoutParts(candidates: ReadonlyMap<string, Candidate>, functionWords: ReadonlySet<string>): Candidate[] {
  const parts = new Set<Candidate>();
  /** Of single words: how often they stand in phrases of two that occur again. */
  const inPairs = new Map<Candidate, number>();
  for (const candidate of candidates.values()) {
    const { words, count } = candidate;
    if (count < 2) {
      // What stands once beside a function word is held together by nothing.
      if (words.some((word) => functionWords.has(word))) parts.add(candidate);
      continue;
    }
    if (words.length === 2)
      for (const word of words) {
        const single = candidates.get(word);
        if (single !== undefined) inPairs.set(single, (inPairs.get(single) ?? 0) + count);
      }
    for (let length = words.length - 1; length >= 1; length--)
      for (const part of [words.slice(0, length), words.slice(words.length - length)]) {
        const shorter = candidates.get(part.join(" "));
        if (shorter === undefined) continue;
        if (count >= PART_SHARE * shorter.count) parts.add(shorter);
        else if (length > 1 && shorter.count >= FREQUENT_CORE * count) parts.add(candidate);
      }
  }
  for (const [single, count] of inPairs) if (count >= PART_SHARE * single.count) parts.add(single);
  return [...candidates.values()].filter((candidate) => !parts.has(candidate));
}

/** The smaller, the better; `undefined` for a phrase that a function word does not hold together. */
function phraseScore(
  { words, count, forms }: Candidate,
  statistics: ReadonlyMap<string, WordStatistics>,
  functionWords: ReadonlySet<string>,
): number | undefined {
  let product = 1;
  let sum = 0;
  for (let index = 0; index < words.length; index++) {
    const own = statistics.get(words[index]!)!;
    if (!functionWords.has(words[index]!)) {
      product *= own.score;
      sum += own.score;
      continue;
    }
    // A phrase begins and ends with other words: inside it, "of" in "letter of credit" belongs there as far as its neighbours have it.
    const previous = statistics.get(words[index - 1]!)!;
    const next = statistics.get(words[index + 1]!)!;
    const into = (previous.after.get(words[index]!) ?? 0) / previous.count;
    const outOf = (next.before.get(words[index]!) ?? 0) / next.count;
    const tie = into * outOf;
    if (tie < LEAST_TIE) return undefined;
    product *= 1 + (1 - tie);
    sum -= 1 - tie;
  }
  const score = product / (count * (1 + Math.max(0, sum)));
  return words.length === 1 && [...forms.keys()].every((form) => !CAPITAL.test(form)) ? score * COMMON_WORD : score;
}

function pick(ranked: readonly { readonly candidate: Candidate; readonly score: number }[], most: number): KeyPhrase[] {
  const picked: KeyPhrase[] = [];
  const chosen: (readonly string[])[] = [];
  const best = ranked[0]?.score ?? 0;
  for (const { candidate, score } of ranked) {
    if (picked.length === most) break;
    if (chosen.some((other) => overlaps(other, candidate.words))) continue;
    chosen.push(candidate.words);
    const forms = [...candidate.forms].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? 1 : -1));
    picked.push({
      text: forms[0]![0],
      score: score === 0 ? 1 : best / score,
      count: candidate.count,
      first: candidate.first,
    });
  }
  return picked;
}

/** Whether one phrase is part of the other, or begins with the last two or more words of it. */
function overlaps(a: readonly string[], b: readonly string[]): boolean {
  const [inA, inB] = [` ${a.join(" ")} `, ` ${b.join(" ")} `];
  if (inA.includes(inB) || inB.includes(inA)) return true;
  for (let length = 2; length < Math.min(a.length, b.length); length++) {
    const [endA, startB] = [a.slice(-length).join(" "), b.slice(0, length).join(" ")];
    const [endB, startA] = [b.slice(-length).join(" "), a.slice(0, length).join(" ")];
    if (endA === startB || endB === startA) return true;
  }
  return false;
}
