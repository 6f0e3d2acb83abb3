import { AFTER_VERBS, EDIT_VERBS, OPENERS, ORDER_VERBS, TASK_VERBS } from "./injection-lexicon.ts";
import type { Word } from "./words.ts";

/** Words in which a verb is looked for. */
const OPENING = 14;
const PREPOSITIONS = new Set(
  "in at when whenever before after while for as to with if once upon throughout during instead regardless from using within under".split(
    " ",
  ),
);
const QUESTION_WORDS = new Set("what who whom whose when where why how which what's who's how's where's".split(" "));
const AUXILIARIES = new Set("can could would will do does did is are was were should may has have".split(" "));
/** "you should write", "I want you to write": what stands between "you" and the verb. */
const LINKS = new Set(
  "must should will shall can could would may need needs have has are to please now also always never not be then only ought".split(
    " ",
  ),
);
const WISHES = new Set("want need like ask order command instruct require expect wish urge beg request".split(" "));

export type SentenceForm = "imperative" | "told" | "asked" | "question" | "statement";

export interface SentenceShape {
  /**
   * `imperative`: begins with an order; `told`: "you must …", "I want you to …"; `asked`: "can you …"; `question`: any other.
   */
  readonly form: SentenceForm;
  /** Place of the verb of the order among the words; -1 when there is none. */
  readonly verb: number;
  /** A word follows the verb that follows verbs and not nouns ("schedule a …", not "Schedule C"). */
  readonly isCertain: boolean;
  /** "Do not …", "never …". */
  readonly isNegated: boolean;
  /** Words before the order proper ("in your reply, …"). */
  readonly lead: number;
}

const DETERMINERS = new Set("a an the my your our this these all every each any me us some his her their".split(" "));
/** Words that stand before a determiner and are no verbs. */
const FUNCTION_WORDS = new Set(
  (
    "of to by on and or but nor so yet that than then not no is are was were be been has have had do does did may might must shall should " +
    "will would can could all both half such even only just also until unless because since although though whether where whereas " +
    "which who whom whose what how why there here these those either neither per via about above across against among around " +
    "behind below beside between beyond despite except into like near off onto out outside over past round toward towards up within " +
    "without under underneath until where's along amid following including regarding concerning plus minus versus provided given " +
    "besides inside save"
  ).split(" "),
);

/** A word that is followed by a determiner, in the form of an order: a verb that no list has. */
function isLikelyVerb(words: readonly Word[], at: number): boolean {
  const word = words[at]?.text ?? "";
  const next = words[at + 1]?.text ?? "";
  if (word.length < 3 || !DETERMINERS.has(next) || FUNCTION_WORDS.has(word)) return false;
  if (PREPOSITIONS.has(word) || QUESTION_WORDS.has(word) || AUXILIARIES.has(word) || OPENERS.has(word)) return false;
  return /^[a-z]+$/.test(word) && !/(?:ing|ed|ly|s|ion|ment|ness|ity)$/.test(word);
}

function isVerb(word: string): boolean {
  return EDIT_VERBS.has(word) || TASK_VERBS.has(word) || ORDER_VERBS.has(word);
}

function certain(words: readonly Word[], verb: number): boolean {
  const next = words[verb + 1]?.text;
  return next !== undefined && (AFTER_VERBS.has(next) || next.endsWith("ly"));
}

const NEGATIONS = new Set(["not", "never", "don't", "mustn't", "cannot", "can't", "shouldn't"]);

/** How a sentence addresses whoever reads it. */
export function sentenceShape(text: string, words: readonly Word[]): SentenceShape {
  const shape = formOf(text, words);
  const before = words.slice(Math.max(0, shape.verb - 3), Math.max(0, shape.verb));
  return { ...shape, isNegated: before.some((word) => NEGATIONS.has(word.text)) };
}

function formOf(text: string, words: readonly Word[]): Omit<SentenceShape, "isNegated"> {
  let at = 0;
  // Numbers of list items.
  while (at < words.length && at < 2 && /^\p{N}+$/u.test(words[at]!.text)) at++;
  const first = words[at]?.text ?? "";
  const begin = skipOpeners(words, at);
  const opened = words[begin]?.text ?? "";
  const asksPolitely = words[begin - 1]?.text === "please" && /^[a-z]{2,}$/.test(opened) && !FUNCTION_WORDS.has(opened);
  if (isVerb(opened) || asksPolitely || isLikelyVerb(words, begin))
    return { form: "imperative", verb: begin, isCertain: certain(words, begin), lead: 0 };
  if (AUXILIARIES.has(first) && words[at + 1]?.text === "you") {
    const verb = skipOpeners(words, at + 2);
    if (isVerb(words[verb]?.text ?? "")) return { form: "asked", verb, isCertain: certain(words, verb), lead: 0 };
  }
  if (PREPOSITIONS.has(opened) || PREPOSITIONS.has(first)) {
    const main = afterComma(text, words, begin);
    if (main !== undefined) {
      const verb = skipOpeners(words, main);
      if (isVerb(words[verb]?.text ?? ""))
        return { form: "imperative", verb, isCertain: certain(words, verb), lead: main };
    }
  }
  const told = toldVerb(words, at);
  if (told !== undefined) return { form: "told", verb: told, isCertain: certain(words, told), lead: 0 };
  const isQuestion = text.endsWith("?") || text.endsWith("？") || text.endsWith("؟") || text.endsWith('?"');
  if (isQuestion || (QUESTION_WORDS.has(first) && AUXILIARIES.has(words[at + 1]?.text ?? "")))
    return { form: "question", verb: -1, isCertain: isQuestion, lead: 0 };
  return { form: "statement", verb: -1, isCertain: false, lead: 0 };
}

function skipOpeners(words: readonly Word[], from: number): number {
  let at = from;
  while (at < words.length && at - from < 4 && OPENERS.has(words[at]!.text)) at++;
  return at;
}

/** The word after the first comma, when it stands near the start. */
function afterComma(text: string, words: readonly Word[], from: number): number | undefined {
  for (let at = from; at < Math.min(words.length - 1, from + OPENING); at++) {
    const between = text.slice(words[at]!.end, words[at + 1]!.start);
    if (between.includes(",") || between.includes(":") || between.includes("，")) return at + 1;
  }
  return undefined;
}

/** The verb of "you must …", "I want you to …", "make sure you …". */
function toldVerb(words: readonly Word[], from: number): number | undefined {
  const last = Math.min(words.length - 1, from + OPENING);
  for (let at = from; at < last; at++) {
    const word = words[at]!.text;
    if (word === "you" || word === "you'll" || word === "you're") {
      let verb = at + 1;
      let linked = word === "you'll" || (at > from && WISHES.has(words[at - 1]!.text));
      while (verb < words.length && verb - at < 5 && LINKS.has(words[verb]!.text)) {
        linked = true;
        verb++;
      }
      if (linked && isVerb(words[verb]?.text ?? "")) return verb;
    } else if ((word === "sure" || word === "certain" || word === "let's" || word === "must") && at - from < 3) {
      let verb = at + 1;
      while (verb < words.length && verb - at < 3 && LINKS.has(words[verb]!.text)) verb++;
      if (isVerb(words[verb]?.text ?? "")) return verb;
    }
  }
  return undefined;
}
