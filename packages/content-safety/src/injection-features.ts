import { contentWords } from "./content-words.ts";
import { countWords } from "./count-words.ts";
import { findOverride, findReveal, findRole } from "./find-orders.ts";
import * as lexicon from "./injection-lexicon.ts";
import { encodedShare, findAddresses, findTemplates } from "./injection-markers.ts";
import { findForeignPhrases } from "./injection-phrases.ts";
import { type SentenceShape, sentenceShape } from "./sentence-form.ts";
import { wordsOf } from "./words.ts";

/** Names of the features, in the order of the weights. */
export const INJECTION_FEATURES = [
  "imperative.edit",
  "imperative.task",
  "imperative.order",
  "imperative.other",
  "imperative.certain",
  "imperative.bare",
  "told.edit",
  "told.task",
  "told.order",
  "asked",
  "negated",
  "negated.secret",
  "question",
  "question.knowledge",
  "question.personal",
  "lead.answer",
  "answer.your",
  "answer.the",
  "answer.weak",
  "answer.edit",
  "answer.weak.edit",
  "answer.any",
  "spelling.one",
  "spelling.many",
  "spelling.order",
  "genre",
  "genre.order",
  "language",
  "language.order",
  "howSay",
  "quoted",
  "quoted.order",
  "audience.order",
  "audience.answer",
  "lure",
  "lure.order",
  "model.you",
  "model.order",
  "start.lower",
  "end.stop",
  "end.open",
  "cell",
  "cell.order",
  "cell.question",
  "override",
  "override.near",
  "override.self",
  "reveal",
  "role",
  "jailbreak.one",
  "jailbreak.many",
  "jailbreak.weak",
  "jailbreak.both",
  "always",
  "me.order",
  "my.order",
  "please.order",
  "reply.order",
  "say.that",
  "I.you",
  "session",
  "session.order",
  "given",
  "model.must",
  "secret.order",
  "template",
  "foreign.override",
  "foreign.answer",
  "foreign.role",
  "address",
  "address.order",
  "address.answer",
  "image.query",
  "encoded",
  "duty.one",
  "duty.many",
  "third",
  "length.tiny",
  "length.short",
  "length.middle",
  "length.long",
  "line",
  "heading",
  "novel",
  "novel.order",
  "novel.question",
  "novel.answer",
  "novel.genre",
  "inTable",
  "inTable.order",
  "inTable.question",
  "alone.order",
  "alone.question",
  "alone.told",
  "apart.order",
  "apart.question",
  "edge",
  "edge.order",
  "context",
  "context.order",
  "context.question",
] as const;

export type InjectionFeature = (typeof INJECTION_FEATURES)[number];

const PLACES: ReadonlyMap<string, number> = new Map(INJECTION_FEATURES.map((name, index) => [name, index]));

/** What surrounds a segment in its document. All 0..1. */
export interface SegmentSurroundings {
  /** Whether there is enough around it to compare with. */
  readonly hasContext: boolean;
  /** Share of its content words that stand nowhere else in the document. */
  readonly novelty: number;
  /** Share of table cells among the segments around it. */
  readonly tableShare: number;
  /** Share of orders, and of questions, among the other segments. */
  readonly orderShare: number;
  readonly questionShare: number;
  /** First or last of the document. */
  readonly isEdge: boolean;
}

export interface SegmentText {
  readonly text: string;
  readonly isCell: boolean;
  readonly isLine: boolean;
  readonly isHeading: boolean;
}

/** A segment as far as it can be judged by itself. */
export interface SegmentReading {
  readonly wordCount: number;
  readonly shape: SentenceShape;
  /** Speaks of "your answer". */
  readonly hasAnswer: boolean;
  /** Holds a run that may be text in another writing. */
  readonly mayBeEncoded: boolean;
  /** See {@link contentWords}. */
  readonly contentWords: readonly string[];
  readonly features: ReadonlyMap<number, number>;
}

/** Feature values by their place in {@link INJECTION_FEATURES}. Features that are 0 are left out. */
export type FeatureRow = Map<number, number>;

function isOrder(shape: SentenceShape): boolean {
  return shape.verb >= 0;
}

const ENGLISH = new Set([
  "the",
  "and",
  "all",
  "your",
  "you",
  "of",
  "to",
  "any",
  "previous",
  "this",
  "that",
  "every",
  "my",
]);
/** Orders to answer in a certain way. */
const REPLY_VERBS = new Set(["respond", "reply", "answer", "output", "speak", "talk", "translate", "encode"]);
/** Orders to make a statement. */
const SAY_VERBS = new Set(
  "say state claim mention pretend imply assert suggest emphasize stress tell write add insist repeat".split(" "),
);
const HOW_TO_SAY =
  /\b(?:how (?:do|would|can) (?:you|i|we) (?:say|write|spell)|what(?:'s| is|’s) (?:the )?['"‘“]|(?:translate|translation|equivalent) (?:of|for|to|into|the|this)|meaning of ['"‘“])/;
const ALWAYS = /\b(?:always|never|from now on|at all times|every (?:reply|response|message|answer|prompt))\b/;
const I_WANT = /\bi (?:want|need|would like|will|am going to|'d like|command|order)\b.{0,30}\byou\b/;
/** What a model has in front of it: its prompt, the conversation, the text above. */
const SESSION =
  /\b(?:(?:this|the|complete|entire|whole|previous|current|later|our|all) (?:conversations?|chat|dialogue|prompt|context|task)|system (?:prompt|message|instructions?|note)|(?:text|content|messages?|instructions?|lines?|everything|rules?) (?:above|below)|(?:above|below|following|hidden|initial|new) (?:text|instructions?|prompt|directives?|rules)|your (?:context|memory|instructions?|prompt|developers?|guidelines|training|directives?|programming|rules)|the user(?:'s)?)\b/;
/** What a model was told before. */
const GIVEN =
  /\b(?:(?:instructions?|rules?|directives?|prompts?|orders?|guidelines?) (?:that |which )?you|you (?:were|have been|had been|are) (?:given|told|instructed|trained|programmed|asked))\b/;
/** "The assistant must …", "note to the model". */
const MODEL_MUST =
  /\b(?:(?:assistants?|models?|ais?|bots?|chatbots?|llms?|chatgpt|gpt)\b.{0,32}\b(?:must|should|shall|has to|have to|ought to|needs? to|is to|are to)|(?:note|message|attention|instructions?|reminder|dear)[ ,:]*(?:to |for )?(?:the |all |any )?(?:ai|assistant|language model|model|llm|chatbot|bot)s?)\b/;

/** What a segment tells by itself. `segment.text` is at most some hundreds of characters. */
export function readSegment(segment: SegmentText): SegmentReading {
  const { text } = segment;
  const words = wordsOf(text);
  const shape = sentenceShape(text, words);
  const row: FeatureRow = new Map();
  const put = (name: InjectionFeature, value: number | boolean): void => {
    if (value) row.set(PLACES.get(name)!, Number(value));
  };
  const counts = countWords(words);
  const verb = words[shape.verb]?.text ?? "";
  const order = isOrder(shape);
  const edit = lexicon.EDIT_VERBS.has(verb);
  const task = lexicon.TASK_VERBS.has(verb);
  const direct = shape.form === "imperative" || shape.form === "asked";
  if (direct) {
    put("imperative.edit", edit);
    put("imperative.task", task);
    put("imperative.order", lexicon.ORDER_VERBS.has(verb));
    put("imperative.other", !edit && !task && !lexicon.ORDER_VERBS.has(verb));
    put("imperative.certain", shape.isCertain);
    put("imperative.bare", !shape.isCertain);
  } else if (shape.form === "told") {
    put("told.edit", edit);
    put("told.task", task);
    put("told.order", lexicon.ORDER_VERBS.has(verb));
  }
  put("asked", shape.form === "asked");
  const question = shape.form === "question";
  put("question", question);
  put("question.knowledge", question && counts.knowledge > 0 && !counts.personal);
  put("question.personal", question && counts.personal);
  put("answer.your", counts.your);
  put("answer.the", counts.the);
  put("answer.weak", counts.weak);
  put("answer.edit", counts.your && order && (edit || task));
  put("answer.weak.edit", counts.weak && order && edit);
  put("answer.any", (counts.your || counts.the) && order);
  put("lead.answer", shape.lead > 0 && counts.your);
  put("spelling.one", counts.spelling === 1);
  put("spelling.many", counts.spelling > 1);
  put("spelling.order", counts.spelling > 0 && direct && edit);
  put("genre", counts.genre > 0);
  put("genre.order", counts.genre > 0 && direct && task);
  put("language", counts.language > 0);
  put("language.order", counts.language > 0 && (direct || question) && words.length < 30);
  const lower = text.toLowerCase();
  put("howSay", (question || counts.language > 0) && HOW_TO_SAY.test(lower));
  const quoted = /["“'‘][^"”]{8,}["”'’]/.test(text);
  put("quoted", quoted);
  put("quoted.order", quoted && direct);
  put("audience.order", counts.audience > 0 && direct);
  put("audience.answer", counts.audience > 0 && counts.your);
  put("lure", counts.lure > 0);
  put("lure.order", counts.lure > 0 && direct);
  put("model.you", counts.model > 0 && !order && words.some((word) => word.text === "you" || word.text === "your"));
  put("model.order", counts.model > 0 && order);
  const override = findOverride(words);
  put("override", override.strong);
  put("override.near", override.near);
  put("override.self", override.strong && direct);
  put("reveal", findReveal(words));
  put("role", findRole(words));
  const { jailbreak, weakJailbreak } = counts;
  put("jailbreak.one", jailbreak === 1);
  put("jailbreak.many", jailbreak > 1);
  put("jailbreak.weak", Math.min(1, weakJailbreak / 4));
  put("jailbreak.both", jailbreak > 0 && weakJailbreak > 1);
  put("always", order && ALWAYS.test(lower));
  put("me.order", counts.me && direct);
  put("reply.order", direct && REPLY_VERBS.has(verb));
  put("say.that", direct && SAY_VERBS.has(verb) && words[shape.verb + 1]?.text === "that");
  put("my.order", direct && words.some((word) => word.text === "my"));
  put("please.order", direct && words[0]?.text === "please");
  put("I.you", counts.personal && I_WANT.test(lower));
  const isSession = counts.instruction && SESSION.test(lower);
  put("session", isSession);
  put("session.order", isSession && order);
  put("given", counts.instruction && GIVEN.test(lower));
  put("model.must", (counts.model > 0 || lower.includes("model")) && MODEL_MUST.test(lower));
  put("secret.order", counts.secret && direct && !shape.isNegated);
  put("negated", direct && shape.isNegated);
  put("negated.secret", counts.secret && order && shape.isNegated);
  put("template", findTemplates(text));
  const foreign = findForeignPhrases(lower, words);
  // "Ignore" and "instruction" are written alike in English and French.
  put("foreign.override", foreign.overrides && !(override.near && words.some((word) => ENGLISH.has(word.text))));
  put("foreign.answer", foreign.answers);
  put("foreign.role", foreign.roles);
  const addresses = findAddresses(text);
  put("address", addresses.any);
  put("address.order", addresses.any && direct);
  put("address.answer", addresses.any && counts.your);
  put("image.query", addresses.template);
  const encoded = encodedShare(text);
  put("encoded", encoded > 0.5);
  put("duty.one", counts.duty === 1);
  put("duty.many", counts.duty > 1);
  put("third", !order && !question);
  put("length.tiny", words.length < 4);
  put("length.short", words.length >= 4 && words.length < 9);
  put("length.middle", words.length >= 9 && words.length < 20);
  put("length.long", words.length >= 35);
  put("line", segment.isLine);
  put("start.lower", /^\p{Ll}/u.test(text));
  put("end.stop", /[.!?。！？؟।]["'”’)]*$/.test(text));
  put("end.open", /[;,:]$|\b(?:and|or)$/.test(text));
  put("cell", segment.isCell);
  put("cell.order", segment.isCell && direct);
  put("cell.question", segment.isCell && question);
  put("heading", segment.isHeading);
  return {
    wordCount: words.length,
    contentWords: contentWords(words),
    shape,
    hasAnswer: counts.your,
    mayBeEncoded: encoded > 0,
    features: row,
  };
}

/** All features of a segment: what it tells by itself, and against what surrounds it. */
export function segmentFeatures(reading: SegmentReading, around: SegmentSurroundings): FeatureRow {
  const row: FeatureRow = new Map(reading.features);
  const put = (name: InjectionFeature, value: number | boolean): void => {
    if (value) row.set(PLACES.get(name)!, Number(value));
  };
  const { form } = reading.shape;
  const direct = form === "imperative" || form === "asked";
  const question = form === "question";
  const has = (name: InjectionFeature): boolean => row.has(PLACES.get(name)!);
  put("edge", around.isEdge);
  put("edge.order", around.isEdge && direct);
  if (!around.hasContext) return row;
  const novelty = around.novelty ** 2;
  put("context", true);
  put("context.order", direct);
  put("context.question", question);
  put("novel", novelty);
  if (direct) put("novel.order", novelty);
  if (question) put("novel.question", novelty);
  if (has("answer.your")) put("novel.answer", novelty);
  if (has("genre.order")) put("novel.genre", novelty);
  const inTable = around.tableShare > 0.7 && reading.wordCount >= 4;
  put("inTable", inTable);
  put("inTable.order", inTable && direct);
  put("inTable.question", inTable && question);
  const alone = 1 - Math.min(1, around.orderShare * 8);
  if (direct) put("alone.order", alone);
  if (form === "told") put("alone.told", alone);
  if (direct) put("apart.order", alone * novelty);
  const aloneQuestion = 1 - Math.min(1, around.questionShare * 8);
  if (question) put("alone.question", aloneQuestion);
  if (question) put("apart.question", aloneQuestion * novelty);
  return row;
}
