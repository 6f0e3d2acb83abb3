import type { PatternRule } from "./pattern-rule.ts";

const MONTH =
  "(?:jan(?:uary|uar|vier|uari)?|feb(?:ruary|ruar|ruari)?|f[ée]vrier|mar(?:ch|s|zo)?|m[äa]rz|apr(?:il)?|avril|abril|may|mai|mayo|maggio|june?|juni|juin|junio|july?|juli|juillet|julio|aug(?:ust)?|ao[uû]t|agosto|sep(?:t(?:ember|iembre)?)?|septembre|oct(?:ober|ubre|obre)?|okt(?:ober)?|nov(?:ember|embre|iembre)?|dec(?:ember)?|dez(?:ember)?|d[ée]cembre|diciembre|enero|febrero|dicembre|novembre|ottobre|settembre|luglio|giugno|aprile|marzo|febbraio|gennaio|janeiro|fevereiro|mar[cç]o|maio|junho|julho|setembro|outubro|dezembro)\\.?";
const TIME =
  "(?:[01]?\\d|2[0-3])[:.h][0-5]\\d(?::[0-5]\\d(?:\\.\\d{1,6})?)?(?: ?[ap]\\.?m\\.?)?(?: ?(?:Z|UTC|GMT|[ECMP][SD]T|[+-]\\d{2}:?\\d{2})\\b)?";
const CLOCK = `(?:[T ,]{0,2}(?: ?at )?${TIME})?`;
const YEAR = "(?:1[89]|20)\\d{2}";
const ORDINAL = "(?:st|nd|rd|th|er|\\.|º|°)?";

const isDayAndMonth = (value: string): boolean => {
  const [first, second, third] = value.split(/\D+/, 3).map(Number) as [number, number, number];
  if (first > 31) return second >= 1 && second <= 12 && third >= 1 && third <= 31;
  return first >= 1 && second >= 1 && Math.min(first, second) <= 12 && Math.max(first, second) <= 31;
};

/** Days, times of day, months with a year, and years that a preposition marks as one. */
export const dateRules: readonly PatternRule[] = [
  {
    type: "DATE_TIME",
    pattern: new RegExp(
      `(?<![\\w./-])(?:${YEAR}[-/.](?:0?[1-9]|1[0-2])[-/.](?:[0-2]?\\d|3[01]))${CLOCK}(?![\\w/-])`,
      "gi",
    ),
    score: 0.95,
  },
  {
    type: "DATE_TIME",
    pattern: new RegExp(`(?<![\\w./-])\\d{1,2}([-/.])\\d{1,2}\\1(?:${YEAR}|\\d{2})${CLOCK}(?![\\w/-]|\\.\\d)`, "gi"),
    check: isDayAndMonth,
    score: 0.93,
  },
  {
    type: "DATE_TIME",
    pattern: new RegExp(
      `(?<![\\p{L}\\d-])(?:[0-2]?\\d|3[01])${ORDINAL}(?: (?:of|de|di))?[ -]${MONTH}(?:,? (?:de |del )?(?:${YEAR}|'\\d{2})|-(?:${YEAR}|\\d{2}))?${CLOCK}(?![\\p{L}\\d])`,
      "giu",
    ),
    score: 0.93,
  },
  {
    type: "DATE_TIME",
    pattern: new RegExp(
      `(?<![\\p{L}\\d-])${MONTH} (?:[0-2]?\\d|3[01])(?:st|nd|rd|th)?(?:,? ${YEAR})?${CLOCK}(?![\\p{L}\\d])`,
      "giu",
    ),
    score: 0.93,
  },
  {
    type: "DATE_TIME",
    pattern: new RegExp(`(?<![\\p{L}\\d-])${MONTH},? (?:of |de )?${YEAR}(?![\\p{L}\\d])`, "giu"),
    score: 0.9,
  },
  {
    type: "DATE_TIME",
    pattern: /(?<![\p{L}\d])(?:mon|tues|wednes|thurs|fri|satur|sun)day(?!s?['’]s|\p{L})/giu,
    score: 0.85,
  },
  {
    type: "DATE_TIME",
    pattern:
      /(?<![\p{L}\d])(?:montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonntag|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|lunes|martes|mi[ée]rcoles|jueves|viernes|s[áa]bado|domingo|luned[ìi]|marted[ìi]|mercoled[ìi]|gioved[ìi]|venerd[ìi]|domenica)(?!\p{L})/giu,
    score: 0.75,
  },
  {
    type: "DATE_TIME",
    pattern:
      /(?<!\p{L})(?:in|since|during|of|from|by|until|till|before|after|year|circa|between|to|ab|seit|en|depuis|desde|dal|nel|early|late|mid|born|founded|established)(?: the)?(?: year| early| late| mid)?[ -]((?:1[89]\d|20[0-4])\d)(?![\p{L}\d/%-]|[.,]\d)/giu,
    group: 1,
    score: 0.8,
  },
  {
    type: "DATE_TIME",
    pattern: /(?<![\p{L}\d])(?:the )?((?:1[89]|20)\d0s)(?![\p{L}\d])/giu,
    group: 1,
    score: 0.7,
  },
  {
    type: "DATE_TIME",
    pattern:
      /(?<![\d:.])(?:(?:1[0-2]|0?[1-9])(?::[0-5]\d){1,2} ?[ap]\.?m\b\.?|(?:1[0-2]|[1-9]) ?[ap]\.?m\b|(?:[01]?\d|2[0-3]):[0-5]\d(?::[0-5]\d)?(?![\d:]))/gi,
    score: 0.75,
  },
];

/** Ages; the finding is the number. */
export const ageRules: readonly PatternRule[] = [
  {
    type: "AGE",
    pattern:
      /(?<![\w.,-])(\d{1,3})(?:[ -]?(?:years?|yrs?)[ -]old| ?y\/?o\b|[ -]year[ -]olds?|-years-old| years of age| (?:ans|años|anni|anos)\b(?= d'|,| de edad)| jahre alt)/gi,
    group: 1,
    check: (value) => Number(value) <= 125,
    score: 0.93,
  },
  {
    type: "AGE",
    pattern:
      /\b(?:aged?|ages|age of|turn(?:ed|s|ing)|alter|[âa]g[ée]e? de|edad|et[àa])\b(?: (?:is|was|the age of|of))?[:\s]{1,3}(\d{1,3})(?![\w%]|[.,]\d|\/\d)/gi,
    group: 1,
    check: (value) => Number(value) >= 1 && Number(value) <= 125,
    score: 0.85,
  },
  {
    type: "AGE",
    pattern:
      /\b(?:I am|I'm|he is|he's|she is|she's|he was|she was|they are|who is|when I was|was only|just)\s(?:only |just |now )?(\d{1,3})(?= ?(?:[.,!?;]|$|and\b|now\b))/gi,
    group: 1,
    check: (value) => Number(value) >= 1 && Number(value) <= 115,
    score: 0.8,
  },
];
