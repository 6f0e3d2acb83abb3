import * as lexicon from "./injection-lexicon.ts";
import type { Word } from "./words.ts";

const POSSESSIVES = new Set(["your", "ur", "yours", "its"]);
const ARTICLES = new Set(["the", "each", "every", "this", "any", "all", "final", "a"]);
const PERSONAL = new Set(["i", "my", "me", "we", "our", "you", "your"]);
const KNOWLEDGE = new Set(
  "what who how why when where which meaning difference differences main causes cause work works explain define example best many much".split(
    " ",
  ),
);

const SECRETS = new Set("password passwords credentials secrets token tokens key keys".split(" "));

/** Words of each list in a segment. */
export interface WordCounts {
  your: boolean;
  the: boolean;
  weak: boolean;
  spelling: number;
  genre: number;
  language: number;
  audience: number;
  lure: number;
  model: number;
  jailbreak: number;
  weakJailbreak: number;
  duty: number;
  instruction: boolean;
  personal: boolean;
  knowledge: number;
  me: boolean;
  secret: boolean;
}

/** Counts the words of a segment that are in the lists; `your` and the like say what stands before them. */
export function countWords(words: readonly Word[]): WordCounts {
  const counts: WordCounts = {
    your: false,
    the: false,
    weak: false,
    spelling: 0,
    genre: 0,
    language: 0,
    audience: 0,
    lure: 0,
    model: 0,
    jailbreak: 0,
    weakJailbreak: 0,
    duty: 0,
    instruction: false,
    personal: false,
    knowledge: 0,
    me: false,
    secret: false,
  };
  const jailbreaks = new Set<string>();
  const weakJailbreaks = new Set<string>();
  for (let at = 0; at < words.length; at++) {
    const { text } = words[at]!;
    const before = words[at - 1]?.text ?? "";
    const twoBefore = words[at - 2]?.text ?? "";
    const yours = POSSESSIVES.has(before) || POSSESSIVES.has(twoBefore);
    if (lexicon.ANSWERS.has(text)) {
      if (yours) counts.your = true;
      else if (ARTICLES.has(before)) counts.the = true;
    } else if (yours && lexicon.WEAK_ANSWERS.has(text)) counts.weak = true;
    if (lexicon.SPELLINGS.has(text)) counts.spelling++;
    if (lexicon.GENRES.has(text)) counts.genre++;
    if (lexicon.LANGUAGES.has(text)) counts.language++;
    if (lexicon.AUDIENCE.has(text)) counts.audience++;
    if (lexicon.LURES.has(text)) counts.lure++;
    if (lexicon.MODELS.has(text)) counts.model++;
    if (lexicon.JAILBREAKS.has(text)) jailbreaks.add(text);
    else if (lexicon.WEAK_JAILBREAKS.has(text)) weakJailbreaks.add(text);
    if (lexicon.DUTIES.has(text)) counts.duty++;
    if (SECRETS.has(text)) counts.secret = true;
    if (lexicon.INSTRUCTIONS.has(text) || lexicon.SESSIONS.has(text)) counts.instruction = true;
    if (PERSONAL.has(text)) counts.personal = true;
    if (KNOWLEDGE.has(text)) counts.knowledge++;
    if (text === "me" || text === "us") counts.me = true;
  }
  counts.jailbreak = jailbreaks.size;
  counts.weakJailbreak = weakJailbreaks.size;
  return counts;
}
