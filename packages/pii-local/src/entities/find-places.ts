import type { Lexicon } from "../lexicon/lexicon.ts";
import { CITY, GIVEN_NAME, PLACE_BEGINS, REGION, SURNAME, TOWN, WORD } from "../lexicon/word-kinds.ts";
import { AMBIGUOUS_NATIONALITIES, NATIONALITIES } from "./nationalities.ts";
import { isCapital, type Scan } from "./scan.ts";
import { type TokenSpan, wordBefore } from "./spans.ts";
import {
  FIELD_WORDS,
  NAME_INTRODUCERS,
  NAME_PARTICLES,
  PLACE_INTRODUCERS,
  PLACE_VERBS,
  WEEKDAYS_AND_MONTHS,
} from "./words.ts";

const LONGEST_PLACE = 6;
const ABBREVIATIONS: ReadonlySet<string> = new Set("usa us uk uae ussr eu nyc".split(" "));

const DIRECTION = /^(?:north|south|east|west|northeast|northwest|southeast|southwest)ern$/;

const ARRIVAL = /^(?:arriv(?:e|es|ed|ing)|land(?:s|ed|ing)?|stop(?:s|ped)?|docked|changed|born|camp(?:ed)?)$/;
const CLEAR_PREPOSITION = /^(?:in|to|near|across|throughout|southern|northern|eastern|western|where)$/;
/** Military post offices stand where a town stands. */
const POST_OFFICES = /^(?:[afd]po|a[aep])$/i;
const PART_OF_TOWN = /^(?:north|south|east|west|central|upper|lower|old|new)$/;

interface KnownPlace {
  readonly to: number;
  readonly kinds: number;
}

/** The longest place name of the lexicon that begins at a token. */
function knownPlace(scan: Scan, index: number, lexicon: Lexicon): KnownPlace | undefined {
  const { tokens } = scan;
  let key = tokens[index]!.key.replace(/[-‐‑]/g, " ");
  let kinds = key === tokens[index]!.key ? tokens[index]!.kinds : lexicon.kindsOf(key);
  let found: KnownPlace | undefined = kinds & (TOWN | REGION) ? { to: index, kinds } : undefined;
  for (let to = index + 1; to < tokens.length && to - index < LONGEST_PLACE && kinds & PLACE_BEGINS; to++) {
    const token = tokens[to]!;
    if (token.kind === "sign" && token.text === "." && token.linesBefore === 0) continue;
    if (token.kind !== "word" || token.linesBefore > 0) break;
    key += ` ${token.key.replace(/[-‐‑]/g, " ")}`;
    kinds = lexicon.kindsOf(key);
    if (kinds & (TOWN | REGION)) found = { to, kinds };
  }
  return found;
}

/** Names of fields that hold a place. */
export const PLACE_LABEL: RegExp =
  /^(?:where|location|city|town|place|venue|country|state|birthplace|ort|ville|ciudad|lugar|destination|origin)$/;

/** What the words before say of a place at `index`: 0 nothing, 1 a preposition, 2 a verb of being or moving there as well. */
function placeContext(scan: Scan, index: number): number {
  const before = wordBefore(scan, index);
  if (before !== undefined && scan.tokens[index - 1]!.text === ":" && PLACE_LABEL.test(before.key)) return 2;
  if (
    before === undefined ||
    !PLACE_INTRODUCERS.has(before.key) ||
    (isCapital(before) && before.opens === false && before.key.length > 4 && !/ern$/.test(before.key))
  )
    return 0;
  const { tokens } = scan;
  for (let at = index - 1, words = 0; at >= 0 && words < 6; at--) {
    if (tokens[at]!.kind !== "word") continue;
    words++;
    if (PLACE_VERBS.has(tokens[at]!.key)) return 2;
  }
  return 1;
}

/** Countries, states, towns: by name, and unknown names where the words before make them a place. */
export function findPlaces(scan: Scan, lexicon: Lexicon): TokenSpan[] {
  const { tokens } = scan;
  const spans: TokenSpan[] = [];
  for (let index = 0; index < tokens.length; index++) {
    const token = tokens[index]!;
    if (token.kind !== "word" || WEEKDAYS_AND_MONTHS.has(token.key)) continue;
    // "Southern Italy": the country is the place.
    if (DIRECTION.test(token.key) && isCapital(tokens[index + 1]) && (tokens[index + 1]!.kinds & WORD) === 0) continue;
    const known = knownPlace(scan, index, lexicon);
    const nationality = known === undefined || known.to === index ? nationalityAt(scan, index) : undefined;
    if (nationality !== undefined) {
      spans.push(nationality);
      continue;
    }
    const context = placeContext(scan, index);
    if (known !== undefined) {
      const score = knownScore(scan, index, known, context);
      if (score > 0) {
        // "Hamilton East": what is said of a town by its part belongs to its name.
        const part = tokens[known.to + 1];
        const isPart = part !== undefined && isCapital(part) && part.linesBefore === 0 && PART_OF_TOWN.test(part.key);
        const to = isPart ? known.to + 1 : known.to;
        spans.push({ type: "LOCATION", from: index, to, score });
        index = to;
        continue;
      }
    }
    const score = unknownScore(scan, index, context);
    if (score === 0) continue;
    const to = placeEnd(scan, index);
    spans.push({ type: "LOCATION", from: index, to, score: Math.min(0.92, score) });
    index = to;
  }
  return spans;
}

/** Of a word that is no place of the lexicon, or one that does not fit there: what the model and the words before say. */
function unknownScore(scan: Scan, index: number, context: number): number {
  const { tokens, evidence, isCaseless } = scan;
  const token = tokens[index]!;
  const model = evidence[index];
  const place = model === undefined ? 0 : model.city + model.state;
  const isCap = isCapital(token);
  if (POST_OFFICES.test(token.text) || FIELD_WORDS.has(token.key)) return 0;
  // "the IT team at GSA": letters alone are a body more often than a place.
  if (token.wordCase === "upper" && !isCaseless && token.text.length < 6 && place < 0.7) return 0;
  const before = wordBefore(scan, index)?.key ?? "";
  const isWritten = isCap || isCaseless || place > 0.9;
  const isOrdinary = (token.kinds & WORD) !== 0 && !isCap;
  const learned = isWritten && place > 0.4 && !isOrdinary ? 0.35 + 0.45 * place + 0.1 * context : 0;
  // At a firm, in a town: an unknown name after "at" is a place where somebody arrives.
  const isAtFirm = before === "at" && !tokens.slice(Math.max(0, index - 4), index).some(({ key }) => ARRIVAL.test(key));
  if (isAtFirm) return place > 0.6 ? Math.min(learned, 0.55) : 0;
  if (isCap && !isCaseless && !token.opens && context === 2) return Math.max(learned, 0.72);
  const isUnknown = (token.kinds & (WORD | GIVEN_NAME)) === 0;
  if (isCap && !isCaseless && !token.opens && context === 1 && isUnknown && CLEAR_PREPOSITION.test(before))
    return Math.max(learned, 0.6);
  if (isCaseless && context === 2 && !(token.kinds & WORD)) return Math.max(learned, 0.6);
  // "starring Duncan": who is introduced is a person, whatever the model says.
  return NAME_INTRODUCERS.has(before) && !PLACE_INTRODUCERS.has(before) ? Math.max(0, learned - 0.3) : learned;
}

function knownScore(scan: Scan, index: number, { to, kinds }: KnownPlace, context: number): number {
  const token = scan.tokens[index]!;
  const model = scan.evidence[index];
  const place = model === undefined ? 0 : model.city + model.state;
  const name = model === undefined ? 0 : model.given + model.surname;
  if (kinds & REGION) {
    // "France was fun": a given name too, but seldom.
    if (isCapital(token) && to === index && kinds & GIVEN_NAME && !(kinds & WORD) && name < 0.5 && context === 0)
      return 0.6;
    const isShort = token.text.length < 4 && to === index;
    if (isShort && !(token.wordCase === "upper" && ABBREVIATIONS.has(token.key)))
      return place > 0.6 && token.wordCase === "upper" ? 0.6 : 0;
    if (isCapital(token))
      return kinds & (GIVEN_NAME | WORD) && to === index && context === 0 && place < 0.3 ? 0.45 : 0.9;
    if (to === index && kinds & (WORD | GIVEN_NAME)) return 0;
    return context > 0 || scan.isCaseless ? 0.8 : 0.5;
  }
  if (/^(?:O['’]|Mc)\p{Lu}/u.test(token.text) && place < 0.5) return 0.4;
  const before = wordBefore(scan, index)?.key ?? "";
  if (isCapital(token) && to === index && context === 0 && NAME_INTRODUCERS.has(before)) return 0.4;
  const isLonger = to > index;
  const isEveryday = (kinds & WORD) !== 0 || (token.kinds & WORD && !isLonger);
  if (isCapital(token)) {
    const isPhrase = isLonger && scan.tokens.slice(index, to + 1).every((one) => (one.kinds & WORD) !== 0);
    if (isLonger) return context > 0 || place > 0.5 ? (isPhrase ? 0.7 : 0.85) : isPhrase ? 0.3 : 0.7;
    if (isEveryday)
      return (context > 0 && !token.opens && token.text.length > 3 && !(context === 1 && !(kinds & CITY))) ||
        place > 0.6
        ? 0.6
        : 0;
    if (kinds & CITY && !(kinds & (GIVEN_NAME | SURNAME)) && context > 0) return 0.88;
    if (context > 0 || place > 0.5) return name > place + 0.3 ? 0.35 : 0.85;
    if (kinds & (GIVEN_NAME | SURNAME)) return 0;
    return kinds & CITY ? 0.7 : 0.35;
  }
  if (isEveryday || kinds & GIVEN_NAME || token.text.length < 4) return 0;
  return (context === 2 && (scan.isCaseless || kinds & CITY)) || place > 0.5 ? 0.65 : 0;
}

/** Words that go on with the name of an unknown place: capitals, particles before a capital, and what the model calls one. */
function placeEnd(scan: Scan, index: number): number {
  const { tokens, evidence } = scan;
  const first = tokens[index]!;
  let to = index;
  for (let at = index + 1; at < tokens.length && at - index < LONGEST_PLACE; at++) {
    const token = tokens[at]!;
    if (token.linesBefore > 0 || token.kind !== "word") break;
    const model = evidence[at];
    const place = model === undefined ? 0 : model.city + model.state;
    const isSameCase = first.wordCase === "upper" ? token.wordCase === "upper" : isCapital(token);
    if (isSameCase && !(first.wordCase === "upper" && token.wordCase === "title")) to = at;
    else if (place > 0.4 && (token.wordCase !== "lower" || scan.isCaseless)) to = at;
    else if (
      !(NAME_PARTICLES.has(token.key) || /^(?:of|the|on|upon|sur|aux|am|an|der|bei|pri|nad|und)$/.test(token.key)) ||
      !isCapital(tokens[at + 1])
    )
      break;
  }
  return to;
}

function nationalityAt(scan: Scan, index: number): TokenSpan | undefined {
  const token = scan.tokens[index]!;
  const singular = token.key.replace(/(?<=an)s$|(?<=i)s$/, "");
  if (!NATIONALITIES.has(singular)) return undefined;
  const isAmbiguous = AMBIGUOUS_NATIONALITIES.has(singular);
  if (!isCapital(token) && (isAmbiguous || token.wordCase !== "lower" || (token.kinds & WORD) !== 0)) return undefined;
  const next = scan.tokens[index + 1];
  // "Christian Meyer": a capital after it makes it a name.
  if (isAmbiguous && (token.kinds & GIVEN_NAME) !== 0 && (token.opens || isCapital(next))) return undefined;
  return { type: "NATIONALITY", from: index, to: index, score: isCapital(token) ? 0.85 : 0.7 };
}
