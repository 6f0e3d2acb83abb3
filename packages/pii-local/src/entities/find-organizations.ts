import { CITY, GIVEN_NAME, RARE_WORD, REGION, SURNAME, TOWN, WORD } from "../lexicon/word-kinds.ts";
import { UNIT_WORDS } from "./address-words.ts";
import { KNOWN_ORGANIZATIONS } from "./known-organizations.ts";
import { NATIONALITIES } from "./nationalities.ts";
import { isCapital, type Scan, type Token } from "./scan.ts";
import { type TokenSpan, wordBefore } from "./spans.ts";
import {
  BODY_HEADS,
  FAMILY_ENDINGS,
  FIELD_WORDS,
  HONORIFICS,
  isLegalForm,
  JOB_HEADS,
  LEGAL_FORMS,
  NAME_PARTICLES,
  ORGANIZATION_ENDINGS,
  ORGANIZATION_FOLLOWERS,
  ORGANIZATION_NOUNS,
  UNIT_ENDINGS,
  WEEKDAYS_AND_MONTHS,
} from "./words.ts";

const LONGEST = 8;
const CAMEL = /^\p{Lu}?\p{Ll}+\p{Lu}[\p{L}]*$/u;
const SCOTTISH = /^(?:Mc|Mac|De|Di|La|Le|Van|Von|O['’]|D['’])\p{Lu}/u;

/** Prepositions and verbs before a capital that is neither a place nor a person. */
const WORK_BEFORE = /^(?:at|for|with|joined|founded|acquired|by|from|became|left|via)$/;
const WORK_WORDS =
  /^(?:work|works|worked|working|employed|employer|job|year|years|months|hired|ceo|cfo|cto|director|manager|president|founder|head|engineer|analyst|consultant|assistant|intern|speaker|account|meet|meeting|interview|invoice|contract|shares|merger|later|previously)$/;

/** Names with a legal form or another typical ending, names of bodies, known companies, and capitals where only an organisation fits. */
export function findOrganizations(scan: Scan): TokenSpan[] {
  const { tokens } = scan;
  const spans: TokenSpan[] = [];
  for (let index = 0; index < tokens.length; index++) {
    const found =
      firmOfSurnames(scan, index) ?? firmOfTwo(scan, index) ?? namedBody(scan, index) ?? capitalRun(scan, index);
    if (found === undefined) continue;
    spans.push({ type: "ORGANIZATION", ...found });
    index = found.to;
  }
  return spans;
}

interface Found {
  readonly from: number;
  readonly to: number;
  readonly score: number;
}

const isNameLike = (token: Token | undefined, isCaseless: boolean): boolean =>
  token?.kind === "word" &&
  (isCapital(token) || (isCaseless && (token.kinds & WORD) === 0)) &&
  !WEEKDAYS_AND_MONTHS.has(token.key);

/** "Barnett, Melton and Garcia": surnames as partners, on a line of their own or where an organisation is expected. */
function firmOfSurnames(scan: Scan, index: number): Found | undefined {
  const { tokens, isCaseless } = scan;
  if (!isNameLike(tokens[index], isCaseless) || tokens[index + 1]?.text !== "," || tokens[index + 1]!.linesBefore > 0)
    return undefined;
  if (!isNameLike(tokens[index + 2], isCaseless) || !/^(?:and|&|und|et)$/.test(tokens[index + 3]?.text ?? ""))
    return undefined;
  if (!isNameLike(tokens[index + 4], isCaseless) || tokens[index + 4]!.linesBefore > 0) return undefined;
  let to = index + 4;
  const before = tokens[index - 1];
  const after = tokens[to + 1];
  if (before?.kind === "sign" && before.text === ",") return undefined;
  // Three people: "founders: A, B and C".
  const listed = before?.text === ":" && !/^(?:city|company|firm|by|at)$/.test(tokens[index - 2]?.key ?? "");
  const isHeading =
    index === 0 || tokens[index]!.linesBefore > 0 || (before?.kind === "sign" && tokens[index - 1]!.linesBefore > 0);
  const endsLine = after === undefined || after.linesBefore > 0;
  const previous = wordBefore(scan, index);
  const isExpected =
    (previous !== undefined && (WORK_BEFORE.test(previous.key) || /^(?:the|of|vs?|versus)$/.test(previous.key))) ||
    (before?.text === ":" && isFirmLabel(tokens[index - 2])) ||
    (after !== undefined && (ORGANIZATION_FOLLOWERS.has(after.key) || /^(?:is|was|has|as)$/.test(after.key))) ||
    // An address follows.
    (after?.text === "," && after.linesBefore === 0 && tokens[to + 2]?.kind === "number");
  if (LEGAL_FORMS.has(after?.key ?? "")) to++;
  if (to > index + 4 || (isHeading && endsLine) || isExpected) return { from: index, to, score: 0.82 };
  return listed && before?.text === ":" && tokens[to + 1]?.key === "and" ? { from: index, to, score: 0.6 } : undefined;
}

const isFirmLabel = (token: Token | undefined): boolean =>
  /^(?:bank|company|firm|employer|insurer|insurance|vendor|supplier|payee|client|customer|merchant|contractor|carrier)$/.test(
    token?.key ?? "",
  );

/** "Kuhic - Russel" where an organisation is expected: two names that are no towns, with a dash between blanks. */
function firmOfTwo(scan: Scan, index: number): Found | undefined {
  const { tokens } = scan;
  const [first, dash, second, after] = [tokens[index], tokens[index + 1], tokens[index + 2], tokens[index + 3]];
  if (first?.wordCase !== "title" || second?.wordCase !== "title") return undefined;
  if (!/^[-–]$/.test(dash?.text ?? "") || !dash!.blankBefore || !second.blankBefore) return undefined;
  if (dash!.linesBefore + second.linesBefore > 0 || /^[-–]$/.test(after?.text ?? "")) return undefined;
  const isTown = (token: Token): boolean => (token.kinds & (REGION | CITY)) !== 0 && (token.kinds & SURNAME) === 0;
  if (isTown(first) || isTown(second) || WEEKDAYS_AND_MONTHS.has(first.key)) return undefined;
  if ((first.kinds & WORD) !== 0 && (second.kinds & WORD) !== 0) return undefined;
  const previous = wordBefore(scan, index);
  const isExpected =
    (previous !== undefined && /^(?:by|with|at|for|from|to|of|joined|against|vs?|versus)$/.test(previous.key)) ||
    (tokens[index - 1]?.text === ":" && isFirmLabel(tokens[index - 2])) ||
    (index > 0 && standsAlone(scan, index, index + 2));
  return isExpected ? { from: index, to: index + 2, score: 0.93 } : undefined;
}

/** "University of Leeds", "Department of Health and Human Services", "Bank of America". */
function namedBody(scan: Scan, index: number): Found | undefined {
  const { tokens } = scan;
  if (!isCapital(tokens[index]) || !BODY_HEADS.has(tokens[index]!.key) || tokens[index + 1]?.key !== "of")
    return undefined;
  let to = index + 1;
  for (let at = index + 2; at < tokens.length && at - index < LONGEST; at++) {
    const token = tokens[at]!;
    if (token.kind !== "word" || token.linesBefore > 0) break;
    if (isCapital(token)) to = at;
    else if (!/^(?:the|and|of|for)$/.test(token.key)) break;
  }
  return to > index + 1 ? { from: index, to, score: 0.85 } : undefined;
}

function capitalRun(scan: Scan, index: number): Found | undefined {
  const { tokens, isCaseless } = scan;
  const first = tokens[index]!;
  if (
    first.kind !== "word" ||
    (index > 0 && runGoesOn(tokens, index) && isCapital(tokens[index - 1]) && !isSkipped(tokens[index - 1]!))
  )
    return undefined;
  if (isCaseless) return caselessRun(scan, index);
  if (!isCapital(first) || isSkipped(first))
    return CAMEL.test(first.text) && !SCOTTISH.test(first.text) ? { from: index, to: index, score: 0.6 } : undefined;
  let to = index;
  for (let at = index + 1; at < tokens.length && at - index < LONGEST; at++) {
    const token = tokens[at]!;
    if (token.linesBefore > 0) break;
    if (token.kind === "sign") {
      if (
        token.text !== "&" &&
        !(token.text === "." && (tokens[at - 1]!.text.length === 1 || LEGAL_FORMS.has(tokens[at - 1]!.key)))
      ) {
        if (token.text === "," && LEGAL_FORMS.has(tokens[at + 1]?.key ?? "")) continue;
        break;
      }
      continue;
    }
    if (token.kind === "number") break;
    if (isCapital(token)) {
      to = at;
      // A legal form ends the name.
      if (isLegalForm(token) && token.text.length > 2) break;
    } else if (
      !/^(?:of|and|for|the|de|des|du|della|und|y)$/.test(token.key) ||
      !isCapital(tokens[at + 1]) ||
      at - index > LONGEST - 2 ||
      isPerson(scan, index, at - 1)
    )
      break;
  }
  // An "and" joins two names as often as it stands inside one: the run goes over it only towards an ending.
  const last = tokens[to]!;
  const ending = endingOf(tokens, index, to);
  if (ending !== undefined) {
    if (ending.at === index) return undefined;
    const end =
      tokens[ending.at + 1]?.text === "." &&
      /^(?:inc|ltd|corp|co|bros)$/.test(tokens[ending.at]!.key) &&
      !tokens[ending.at + 1]!.blankBefore
        ? ending.at + 1
        : ending.at;
    return { from: index, to: end, score: ending.score };
  }
  let end = to;
  for (let at = index + 1; at <= to; at++)
    if (/^(?:and|of|for|the|y|und)$/.test(tokens[at]!.key)) {
      end = at - 1;
      break;
    }
  if (KNOWN_ORGANIZATIONS.has(spell(tokens, index, end))) return { from: index, to: end, score: 0.9 };
  if (lineOfCard(scan, index, to)) return { from: index, to, score: 0.7 };
  if (end > index || CAMEL.test(last.text) || (first.kinds & (GIVEN_NAME | SURNAME)) === 0) {
    const score = fitOf(scan, index, end);
    if (score > 0) return { from: index, to: end, score };
  }
  if (/^\p{Lu}\p{Ll}+-\p{Lu}\p{Ll}+$/u.test(first.text) && end === index) {
    const score = fitOf(scan, index, end) || (standsAlone(scan, index, end) ? 0.7 : 0);
    if (score > 0) return { from: index, to: end, score };
  }
  return CAMEL.test(first.text) && !SCOTTISH.test(first.text) && end === index
    ? { from: index, to: index, score: 0.62 }
    : undefined;
}

/** "John Smith" before "of Acme Corp.": a given name first, and nothing but what the model takes for a person's name. */
function isPerson({ tokens, evidence }: Scan, from: number, to: number): boolean {
  if (to === from || (tokens[from]!.kinds & GIVEN_NAME) === 0) return false;
  for (let at = from; at <= to; at++) {
    const model = evidence[at];
    const isName =
      model === undefined
        ? (tokens[at]!.kinds & (GIVEN_NAME | SURNAME)) !== 0 && (at === from || (tokens[at]!.kinds & WORD) === 0)
        : model.given + model.surname > 0.5;
    if (tokens[at]!.kind === "word" && !isName) return false;
  }
  return true;
}

/**
 * Cards and letter heads: a line of capitals between a person's line and an address, or alone above an address. A person there has a
 * given name.
 */
function lineOfCard(scan: Scan, from: number, to: number): boolean {
  const { tokens } = scan;
  if (!standsAlone(scan, from, to)) return false;
  if (tokens.slice(from, to + 1).some((token) => (token.kinds & GIVEN_NAME) !== 0 && !(token.kinds & WORD)))
    return false;
  if (tokens.slice(from, to + 1).every((token) => (token.kinds & (TOWN | REGION)) !== 0)) return false;
  let next = to + 1;
  while (tokens[next]?.kind === "sign" && next < to + 5) next++;
  const after = tokens[next];
  const leadsToAddress =
    after !== undefined &&
    (after.kind === "number" ||
      (UNIT_WORDS.has(after.key) && tokens[next + 1]?.kind === "number") ||
      /^(?:psc|po)$/.test(after.key));
  if (!leadsToAddress) return false;
  let last = from - 1;
  while (last >= 0 && tokens[last]!.kind === "sign") last--;
  if (last < 0) return true;
  const model = scan.evidence[last];
  return (
    (model !== undefined && model.given + model.surname > 0.6) ||
    (tokens[last]!.kinds & (GIVEN_NAME | SURNAME)) !== 0 ||
    JOB_HEADS.has(tokens[last]!.key)
  );
}

const spell = (tokens: readonly Token[], from: number, to: number): string =>
  tokens
    .slice(from, to + 1)
    .map((token) => token.key)
    .join(" ");

/** Everyday words that only begin a sentence, honorifics, weekdays: no organisation begins with them. */
const isSkipped = (token: Token): boolean =>
  FIELD_WORDS.has(token.key) ||
  WEEKDAYS_AND_MONTHS.has(token.key) ||
  (HONORIFICS.has(token.key) && token.key !== "general") ||
  (token.opens && (token.kinds & WORD) !== 0 && STARTERS.has(token.key)) ||
  token.text === "I" ||
  /^I['’]/.test(token.text);

const STARTERS: ReadonlySet<string> = new Set(
  (
    "the a an this that these those my your his her its our their it he she we they you i in on at to from for of by with as if when where who " +
    "what why how is are was were do does did can could will would should shall may might must have has had not no yes and or but so then than there " +
    "here please thank thanks hi hello dear hey also while since during after before until because although though however meet follow call contact ask " +
    "send see note name address phone date time email subject re unlike celebrating compared need want let just like only even all any some most many " +
    "more each every both either neither one two three first last new old next"
  ).split(" "),
);

const runGoesOn = (tokens: readonly Token[], index: number): boolean =>
  tokens[index]!.linesBefore === 0 && tokens[index - 1]!.kind === "word";

function endingOf(tokens: readonly Token[], from: number, to: number): { at: number; score: number } | undefined {
  for (let at = to; at > from; at--) {
    const { key } = tokens[at]!;
    if (isLegalForm(tokens[at]!)) return { at, score: 0.93 };
    if (
      FAMILY_ENDINGS.has(key) &&
      at - from > 1 &&
      /^(?:and|&|et|und|y)$/.test(tokens[at - 1]!.key || tokens[at - 1]!.text)
    )
      return { at, score: 0.93 };
    if (!ORGANIZATION_ENDINGS.has(key)) continue;
    const words = tokens.slice(from, at).filter((token) => token.kind === "word");
    const isOrdinary = words.every(
      (token) => (token.kinds & (WORD | RARE_WORD)) !== 0 && !(isCapital(token) && token.kinds & (REGION | TOWN)),
    );
    if (isOrdinary && (UNIT_ENDINGS.has(key) || words.some((token) => !isCapital(token)))) return { at, score: 0.3 };
    // "Macejkovic Group": one name that is no word, and the ending. It is the firm's, not the person's.
    const isNamed = at === to && words.length === 1 && (words[0]!.kinds & (WORD | RARE_WORD | REGION)) === 0;
    return { at, score: isNamed ? 0.92 : at === to ? 0.8 : 0.72 };
  }
  return undefined;
}

/** How well an organisation, and nothing else, fits where an unknown run of capitals stands. */
function fitOf(scan: Scan, from: number, to: number): number {
  const { tokens, evidence } = scan;
  const first = tokens[from]!;
  if (NATIONALITIES.has(first.key) && to === from) return 0;
  let person = 0;
  let place = 0;
  for (let at = from; at <= to; at++) {
    const model = evidence[at];
    if (tokens[at]!.kinds & (TOWN | REGION) && to === from) place = Math.max(place, 0.6);
    if (tokens[at]!.kinds & GIVEN_NAME && (tokens[at]!.kinds & WORD) === 0) person = Math.max(person, 0.6);
    if (model === undefined) continue;
    place = Math.max(place, model.city + model.state);
    person = Math.max(person, model.given + model.surname);
  }
  if (first.kinds & REGION) return 0;
  // Two surnames with a hyphen and no given name beside them are a firm more often than a person.
  if (to === from && /\p{Ll}-\p{Lu}/u.test(first.text)) person = Math.min(person, 0.5);
  const before = wordBefore(scan, from);
  const after = tokens[to + 1];
  const isDefined = definesOrganization(tokens, to);
  if (isDefined) return 0.85;
  if (
    after !== undefined &&
    after.linesBefore === 0 &&
    ORGANIZATION_FOLLOWERS.has(after.key) &&
    !(person > 0.85 && to > from)
  )
    return person > 0.85 ? 0.5 : 0.75;
  if (
    before?.key === "of" &&
    /^(?:address|office|offices|headquarters|website|employees|customers|clients|shares|subsidiary|ceo|products|acquisition)$/.test(
      tokens[from - 2]?.key ?? "",
    )
  )
    return tokens[from]!.kinds & GIVEN_NAME ? 0.45 : 0.8;
  if (before === undefined || person > 0.8 || (place > 0.75 && before.key !== "for")) return 0;
  if (!WORK_BEFORE.test(before.key)) return 0;
  let isWork = false;
  for (let at = from - 1, words = 0; at >= 0 && words < 8; at--) {
    if (tokens[at]!.kind !== "word") continue;
    words++;
    if (WORK_WORDS.test(tokens[at]!.key)) isWork = true;
  }
  if (isWork) return 0.72;
  if (before.key === "from" || before.key === "for" || before.key === "with")
    return to > from && person < 0.4 && place < 0.4
      ? 0.6
      : before.key === "from" && person < 0.5 && place < 0.4
        ? 0.5
        : 0;
  return before.key === "at" && person < 0.5 && place < 0.5 ? 0.6 : 0;
}

/** "X is a Hungarian multinational bank", "X, a start-up that", "X is the brainchild of". */
function definesOrganization(tokens: readonly Token[], to: number): boolean {
  let at = to + 1;
  if (tokens[at]?.text === ",") at++;
  else if (/^(?:is|was|are|became|remains)$/.test(tokens[at]?.key ?? "")) at++;
  else return false;
  if (!/^(?:a|an|the|one)$/.test(tokens[at]?.key ?? "")) return false;
  for (let word = at + 1; word < tokens.length && word - at < 9; word++) {
    if (ORGANIZATION_NOUNS.has(tokens[word]!.key) || ORGANIZATION_NOUNS.has(tokens[word]!.text)) return true;
    if (tokens[word]!.opens || /^(?:that|who|which|at|in|for|to|of|with)$/.test(tokens[word]!.key)) return false;
  }
  return false;
}

/** Whether the run is all of its line, quotation marks and bullets aside. */
function standsAlone({ tokens }: Scan, from: number, to: number): boolean {
  const after = tokens[to + 1];
  let at = from;
  while (at > 0 && tokens[at]!.linesBefore === 0 && tokens[at - 1]!.kind === "sign") at--;
  return (at === 0 || tokens[at]!.linesBefore > 0) && (after === undefined || after.linesBefore > 0);
}

/** Text without capitals: legal forms and endings alone, with the words before them that are no everyday words. */
function caselessRun({ tokens }: Scan, index: number): Found | undefined {
  const first = tokens[index]!;
  if ((first.kinds & WORD) !== 0 && !/^\p{Lu}/u.test(first.text)) return undefined;
  for (let at = index + 1; at < tokens.length && at - index <= 3; at++) {
    const token = tokens[at]!;
    if (token.kind !== "word" || token.linesBefore > 0 || STARTERS.has(token.key)) return undefined;
    if (
      LEGAL_FORMS.has(token.key) &&
      token.key.length > 1 &&
      !NAME_PARTICLES.has(token.key) &&
      !/^(?:as|co|se|sa|ab)$/.test(token.key)
    )
      return { from: index, to: at, score: 0.85 };
    if (ORGANIZATION_ENDINGS.has(token.key)) return { from: index, to: at, score: 0.65 };
  }
  return undefined;
}
