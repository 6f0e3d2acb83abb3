import type { Lexicon } from "../lexicon/lexicon.ts";
import { CITY, GIVEN_NAME, RARE_WORD, REGION, SURNAME, TOWN, WORD } from "../lexicon/word-kinds.ts";
import { PLACE_LABEL } from "./find-places.ts";
import { NATIONALITIES } from "./nationalities.ts";
import { isCapital, type Scan, type Token } from "./scan.ts";
import { either, type TokenSpan, wordBefore } from "./spans.ts";
import {
  FIELD_WORDS,
  FUNCTION_WORDS,
  HONORIFICS,
  isLegalForm,
  JOB_HEADS,
  LEGAL_FORMS,
  NAME_FOLLOWERS,
  NAME_INTRODUCERS,
  NAME_PARTICLES,
  ORGANIZATION_ENDINGS,
  SHORT_HONORIFICS,
  WEEKDAYS_AND_MONTHS,
} from "./words.ts";

const LONGEST_NAME = 6;
const ENOUGH = 0.5;
/** A word beside a name is taken for a part of it from this on. */
const ENOUGH_BESIDE = 0.22;

/** Probability 0..1 that a token is part of a person's name, from its form, the lexicon, the words before it and the model. */
function nameProbability(scan: Scan, index: number, lexicon: Lexicon): number {
  const { tokens, evidence } = scan;
  const token = tokens[index]!;
  if (token.kind !== "word" || token.text.length > 40 || /^i['’]/i.test(token.text)) return 0;
  if (isLegalForm(token) && token.text.length > 2 && isCapital(tokens[index - 1])) return 0;
  if (SYLLABLES.test(token.text) || (SHORT_HONORIFICS.has(token.key) && !(token.kinds & GIVEN_NAME))) return 0;
  if (IDEOGRAPHS.test(token.text)) return ideographicName(scan, index, lexicon);
  const isCap = isCapital(token);
  const isEveryday = (token.kinds & WORD) !== 0;
  const model = evidence[index];
  const learned = model === undefined ? 0 : Math.min(1, model.given + model.surname);
  if (
    WEEKDAYS_AND_MONTHS.has(token.key) &&
    (learned < 0.8 || !(token.kinds & GIVEN_NAME) || tokens[index + 1]?.kind === "number")
  )
    return 0;
  // The model is blind to case: everyday words in lower case are its false alarms.
  if (
    !isCap &&
    token.wordCase !== "none" &&
    isEveryday &&
    (!scan.isCaseless || learned < 0.9 || !(token.kinds & (GIVEN_NAME | SURNAME)))
  )
    return 0;
  if (token.text.length === 1 && !/\p{Lo}/u.test(token.text)) return 0;
  const isRegion = (token.kinds & REGION) !== 0 && !(token.kinds & GIVEN_NAME);
  if (isRegion || (NATIONALITIES.has(token.key) && !(token.kinds & GIVEN_NAME))) return learned > 0.97 ? 0.4 : 0.1;
  if (FIELD_WORDS.has(token.key) && (token.wordCase === "upper" || scan.isCaseless)) return 0;
  let known = 0;
  if (token.kinds & GIVEN_NAME) known = isEveryday ? 0.3 : token.kinds & CITY ? 0.5 : 0.75;
  if (token.kinds & SURNAME) known = Math.max(known, isEveryday ? 0.15 : token.kinds & TOWN ? 0.35 : 0.55);
  if (/^(?:O['’]|Mc|Mac)\p{Lu}/u.test(token.text)) known = Math.max(known, 0.7);
  if (token.kinds & RARE_WORD) known *= 0.6;
  if (token.kinds & REGION) known *= 0.5;
  if (FUNCTION_WORDS.has(token.key)) known *= 0.1;
  if (!isCap && token.wordCase === "lower") known *= scan.isCaseless ? 0.7 : 0.1;
  if (token.opens && isEveryday) known *= 0.3;
  // A capital that the model does not take for a name, read with all of its sentence, seldom is one.
  if (model !== undefined && learned < 0.1) known *= token.kinds & GIVEN_NAME && !isEveryday ? 0.75 : 0.4;
  const context = nameContext(scan, index);
  const weight = isCap ? 0.97 : token.wordCase === "none" || scan.isCaseless ? 0.93 : 0.75;
  let probability = either(
    learned * weight,
    known,
    context,
    isUnknownName(scan, index) ? (model === undefined ? 0.5 : 0.3) : 0,
  );
  const isShort = token.text.length < (token.kinds & (GIVEN_NAME | SURNAME) ? 5 : 6);
  const isAcronym = token.wordCase === "upper" && !scan.isCaseless && isShort;
  if (isAcronym && context < 0.5) probability *= 0.5;
  const before = wordBefore(scan, index);
  if (before !== undefined && tokens[index - 1]!.text === ":" && PLACE_LABEL.test(before.key)) probability *= 0.5;
  if (isCap && isEveryday && token.opens && learned < 0.9 && context < 0.5 && !leadsToSurname(scan, index))
    probability *= 0.4;
  return probability;
}

/** "Maria Gonzalez", "Will Becker": an everyday word at the head of a sentence that is a given name, before a surname. */
function leadsToSurname({ tokens, evidence }: Scan, index: number): boolean {
  const next = tokens[index + 1];
  if ((tokens[index]!.kinds & GIVEN_NAME) === 0 || next?.wordCase !== "title" || next.linesBefore > 0) return false;
  return (evidence[index + 1]?.surname ?? 0) > 0.5 || (next.kinds & (SURNAME | WORD)) === SURNAME;
}

const SYLLABLES = /^[\p{sc=Hira}\p{sc=Kana}ー]+$/u;
const IDEOGRAPHS = /^\p{sc=Han}+$/u;
const AFTER_NAME = /^(?:さん|様|さま|氏|くん|君|ちゃん|先生|殿|女士|小姐|教授|博士)/u;

/** A run of ideographs: the model knows none, so a surname of the lexicon must begin it, or a form of address follow. */
function ideographicName({ tokens, text }: Scan, index: number, lexicon: Lexicon): number {
  const token = tokens[index]!;
  const { length } = token.text;
  if (length < 2 || length > 5) return 0;
  if (AFTER_NAME.test(text.slice(token.end, token.end + 3))) return 0.85;
  const begins = (letters: number): boolean => (lexicon.kindsOf(token.text.slice(0, letters)) & SURNAME) !== 0;
  return length >= 3 && length <= 4 && (begins(2) || begins(1)) ? 0.6 : 0;
}

/** A capital inside a sentence that is no word and no place: most are people. */
function isUnknownName(scan: Scan, index: number): boolean {
  const token = scan.tokens[index]!;
  const isUnknown = (token.kinds & (WORD | RARE_WORD | TOWN | REGION)) === 0;
  // At the head of a sentence every word has a capital: there two in a row are needed.
  const next = scan.tokens[index + 1];
  const isPair = next?.wordCase === "title" && next.linesBefore === 0 && (next.kinds & (WORD | REGION)) === 0;
  return (
    isUnknown &&
    token.wordCase === "title" &&
    (!token.opens || isPair) &&
    !scan.isCaseless &&
    !scan.isForeign &&
    token.text.length > 2 &&
    !/\p{Ll}\p{Lu}/u.test(token.text.slice(2))
  );
}

function nameContext(scan: Scan, index: number): number {
  const { tokens } = scan;
  const token = tokens[index]!;
  const before = wordBefore(scan, index);
  const after = tokens[index + 1];
  const isCap = isCapital(token);
  // "C. Wright"
  const isAfterInitial =
    tokens[index - 1]?.text === "." && /^\p{Lu}$/u.test(tokens[index - 2]?.text ?? "") && token.linesBefore === 0;
  if (isAfterInitial && token.wordCase === "title" && token.text.length > 2) return token.kinds & WORD ? 0.6 : 0.75;
  if (
    before !== undefined &&
    HONORIFICS.has(before.key) &&
    (isCap || scan.isCaseless) &&
    (SHORT_HONORIFICS.has(before.key) || isCapital(before))
  )
    return isCap || !(token.kinds & WORD) ? 0.9 : 0;
  if (!isCap && !scan.isCaseless)
    return before?.key === "is" && tokens[index - 2]?.key === "name" && !(token.kinds & WORD) ? 0.8 : 0;
  if (token.kinds & WORD) return before !== undefined && isCap && namesPerson(tokens, index) ? 0.6 : 0;
  if (before !== undefined && namesPerson(tokens, index)) return 0.75;
  if (before !== undefined && NAME_INTRODUCERS.has(before.key) && !/^(?:by|met|meet|i'm|im|am)$/.test(before.key))
    return scan.isCaseless ? 0.3 : 0.5;
  if (
    tokens[index - 1]?.key === "the" &&
    /^(?:novel|family|household|estate|residence|trial|case|album|song|film|account|couple|twins|brothers|sisters)$/.test(
      after?.key ?? "",
    )
  )
    return 0.5;
  if (after !== undefined && after.linesBefore === 0 && NAME_FOLLOWERS.has(after.key))
    return scan.isCaseless ? 0.25 : 0.45;
  const isOwner = scan.text.startsWith("'s", token.end) || scan.text.startsWith("’s", token.end);
  return isOwner && isCap ? 0.25 : 0;
}

/** "my name is", "is called", "calls me", "name:" right before. */
function namesPerson(tokens: readonly Token[], index: number): boolean {
  let at = index - 1;
  if (tokens[at]?.kind === "sign" && tokens[at]!.text !== "," && tokens[index]!.linesBefore === 0) at--;
  const last = tokens[at]?.key ?? "";
  if (/^(?:is|was|name|surname|fullname)$/.test(last))
    return last === "is" || last === "was" ? /^(?:name|nickname|surname)$/.test(tokens[at - 1]?.key ?? "") : true;
  if (/^(?:me|him|her|them)$/.test(last))
    return /^(?:call|calls|called|calling|named|names)$/.test(tokens[at - 1]?.key ?? "");
  return /^(?:named|called)$/.test(last);
}

/** People's names: what the model, the lexicon or the words before it make one, with particles and initials; and titles beside them. */
export function findPeople(scan: Scan, lexicon: Lexicon): TokenSpan[] {
  const { tokens } = scan;
  const probabilities = tokens.map((_, index) => nameProbability(scan, index, lexicon));
  raiseListed(scan, probabilities);
  const spans: TokenSpan[] = [];
  for (let index = 0; index < tokens.length; index++) {
    if (probabilities[index]! < ENOUGH) continue;
    const from = beginOf(scan, probabilities, index);
    const to = endOf(scan, probabilities, index);
    if (tokens[to + 1]?.kind === "word" && tokens[to + 1]!.linesBefore === 0 && isCapital(tokens[to + 1])) {
      const next = tokens[to + 1]!;
      // "Allstate Insurance": the name of a person inside that of a firm.
      if (isLegalForm(next) && next.text.length > 2) continue;
      if ((LEGAL_FORMS.has(next.key) || ORGANIZATION_ENDINGS.has(next.key)) && probabilities[index]! < 0.95) continue;
    }
    let best = 0;
    for (let at = from; at <= to; at++) best = Math.max(best, probabilities[at]!);
    const length = to - from;
    spans.push({ type: "NAME", from, to, score: Math.min(0.97, best * (length > 0 ? 1 : 0.93)) });
    const title = titleBefore(tokens, from);
    if (title !== undefined) spans.push(title);
    spans.push(...jobBeside(tokens, to), ...ageBeside(tokens, to));
    index = to;
  }
  return spans;
}

/** "Ana, Tom and Hodge": single capitals in a list with a person are people too. */
function raiseListed({ tokens }: Scan, probabilities: number[]): void {
  const isLink = (token: Token | undefined): boolean =>
    token !== undefined && token.linesBefore === 0 && /^(?:,|and|&|or)$/.test(token.text);
  for (const step of [1, -1])
    for (let index = step > 0 ? 0 : tokens.length - 1; index >= 0 && index < tokens.length; index += step) {
      if (probabilities[index]! < 0.7 || !isLink(tokens[index + step])) continue;
      const skipped = isLink(tokens[index + 2 * step]) ? 3 : 2;
      const other = index + skipped * step;
      const token = tokens[other];
      const isSingle = !isCapital(tokens[other + step]) || tokens[other + step]!.linesBefore > 0;
      if (
        token?.wordCase === "title" &&
        isSingle &&
        !token.opens &&
        !(token.kinds & REGION) &&
        !(token.kinds & CITY) &&
        token.text.length > 1
      )
        probabilities[other] = Math.max(probabilities[other]!, 0.6);
    }
}

function beginOf({ tokens }: Scan, probabilities: readonly number[], index: number): number {
  let from = index;
  for (let at = index - 1; at >= 0 && index - at < 5; at--) {
    if (tokens[at + 1]!.linesBefore > 0) break;
    const token = tokens[at]!;
    // "M. K. Gandhi": the dots of initials.
    if (token.text === "." && /^\p{Lu}$/u.test(tokens[at - 1]?.text ?? "")) continue;
    if (!tokens[at + 1]!.blankBefore && tokens[at + 1]!.text !== ".") break;
    const isInitial =
      /^\p{Lu}$/u.test(token.text) && (tokens[at + 1]!.text === "." || (token.text !== "I" && !token.opens));
    const isPart =
      token.kind === "word" &&
      isCapital(token) &&
      !HONORIFICS.has(token.key) &&
      (probabilities[at]! >= ENOUGH_BESIDE || isInitial);
    if (!isPart) break;
    from = at;
  }
  return from;
}

function endOf(scan: Scan, probabilities: readonly number[], index: number): number {
  const { tokens } = scan;
  const isLower = tokens[index]!.wordCase === "lower";
  let to = index;
  for (let at = index + 1; at < tokens.length && at - index < LONGEST_NAME; at++) {
    const token = tokens[at]!;
    if (token.linesBefore > 0) break;
    if (token.kind === "sign") {
      // "J. Smith": the dot of an initial. "Smith's" ends the name.
      if (token.text === "." && /^\p{L}$/u.test(tokens[at - 1]!.text) && tokens[at + 1]?.linesBefore === 0) continue;
      break;
    }
    if (token.kind !== "word" || hasPossessive(scan, at - 1)) break;
    const isInitial =
      token.text.length === 1 && (isCapital(token) || isLower) && nameFollows(scan, probabilities, at, isLower);
    const isAfterInitial = tokens[at - 1]!.text === "." && tokens[at - 2]!.text.length === 1;
    const isPart = isLower
      ? probabilities[at]! >= ENOUGH_BESIDE
      : isCapital(token) &&
        !isLegalForm(token) &&
        (probabilities[at]! >= ENOUGH_BESIDE ||
          isUnknownCapital(token, probabilities[index]!) ||
          (isAfterInitial && !(token.kinds & REGION))) &&
        !JOB_HEADS.has(token.key);
    if (isPart) to = at;
    else if (!isInitial && !(NAME_PARTICLES.has(token.key) && nameFollows(scan, probabilities, at, isLower))) break;
  }
  return to;
}

const hasPossessive = ({ tokens, text }: Scan, index: number): boolean =>
  /^['’]/.test(text.slice(tokens[index]!.end, tokens[index]!.end + 1));

/** A capital after a sure name that is no everyday word, place or firm's ending goes with it. */
const isUnknownCapital = (token: Token, probability: number): boolean =>
  probability >= 0.7 &&
  token.wordCase === "title" &&
  (token.kinds & (WORD | REGION | TOWN)) === 0 &&
  !LEGAL_FORMS.has(token.key) &&
  !ORGANIZATION_ENDINGS.has(token.key) &&
  !NATIONALITIES.has(token.key);

function nameFollows({ tokens }: Scan, probabilities: readonly number[], index: number, isLower: boolean): boolean {
  let at = index + 1;
  while (at < index + 4 && (tokens[at]?.text === "." || NAME_PARTICLES.has(tokens[at]?.key ?? ""))) at++;
  const next = tokens[at];
  if (next?.kind !== "word" || next.linesBefore > 0) return false;
  return isLower
    ? probabilities[at]! >= ENOUGH_BESIDE
    : isCapital(next) && (probabilities[at]! >= ENOUGH_BESIDE || (next.kinds & WORD) === 0);
}

/** "Dr.", "Mrs": with its dot. */
function titleBefore(tokens: readonly Token[], from: number): TokenSpan | undefined {
  if (from === 0 || tokens[from]!.linesBefore > 0) return undefined;
  const dot = tokens[from - 1]!.text === "." ? 1 : 0;
  const title = tokens[from - 1 - dot];
  if (title === undefined || !SHORT_HONORIFICS.has(title.key)) return undefined;
  return { type: "TITLE", from: from - 1 - dot, to: from - 1, score: 0.9 };
}

/** "Ana Silva (54)", "Ana Silva, 54, said". */
function* ageBeside(tokens: readonly Token[], to: number): Generator<TokenSpan> {
  const [open, age, close] = [tokens[to + 1], tokens[to + 2], tokens[to + 3]];
  if (age?.kind !== "number" || !/^(?:1[0-1]\d|[1-9]\d?)$/.test(age.text) || age.linesBefore > 0) return;
  if (open!.linesBefore > 0 || close === undefined || close.linesBefore > 0) return;
  const after = tokens[to + 4];
  const isApposition = open!.text === "," && close.text === "," && after?.wordCase === "lower";
  if ((open!.text === "(" && close.text === ")") || isApposition)
    yield { type: "AGE", from: to + 2, to: to + 2, score: Number(age.text) >= 16 ? 0.75 : 0.55 };
}

/** A position after a name: on the next line, or between commas ("Ana Silva, the chief auditor, said"). */
function* jobBeside(tokens: readonly Token[], to: number): Generator<TokenSpan> {
  let at = to + 1;
  const isApposition = tokens[at]?.text === "," && tokens[at]!.linesBefore === 0;
  if (isApposition) at++;
  else if ((tokens[at]?.linesBefore ?? 0) !== 1) return;
  if (/^(?:the|a|an|our|its)$/.test(tokens[at]?.key ?? "")) at++;
  let head = -1;
  for (let word = at; word < tokens.length && word - at < 8; word++) {
    const token = tokens[word]!;
    if (word > at && token.linesBefore > 0) break;
    if (token.kind !== "word") {
      if (token.text === "," && !isApposition) continue;
      break;
    }
    if (JOB_HEADS.has(token.key)) head = word;
  }
  // "Ana Silva, the Packer, said": a capital between the commas is a position whatever it is.
  if (head < 0 && isApposition && tokens[at - 1]?.key === "the" && isCapital(tokens[at]))
    for (let word = at; word < at + 4; word++) if (tokens[word + 1]?.text === ",") head = word;
  if (head >= 0) yield { type: "TITLE", from: at, to: head, score: 0.75 };
}
