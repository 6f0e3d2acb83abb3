import type { Lexicon } from "../lexicon/lexicon.ts";
import { PLACE_BEGINS, REGION, TOWN, WORD } from "../lexicon/word-kinds.ts";
import { ADDRESS_PARTICLES, CONTACT_LABELS, isStreetWord, UNIT_WORDS } from "./address-words.ts";
import { isCapital, type Scan, type Token } from "./scan.ts";
import type { TokenSpan } from "./spans.ts";
import { HONORIFICS } from "./words.ts";

const MOST_LINES = 5;
const MOST_TOKENS = 40;
const LONGEST_NUMBER = 6;

/** Roles of the tokens in an address, 0..1. */
class AddressRoles {
  readonly #scan: Scan;
  constructor(scan: Scan) {
    this.#scan = scan;
  }

  isNumber(index: number): boolean {
    const token = this.#scan.tokens[index];
    return token !== undefined && token.kind === "number" && token.text.length <= LONGEST_NUMBER;
  }

  isUnit(index: number): boolean {
    const token = this.#scan.tokens[index];
    if (token?.kind !== "word") return false;
    if (token.key === "po" || token.key === "p") return this.isBox(index);
    if (!UNIT_WORDS.has(token.key)) return false;
    return (
      this.isNumber(index + 1) || (/[.#]/.test(this.#scan.tokens[index + 1]?.text ?? "") && this.isNumber(index + 2))
    );
  }

  /** "PO Box 12", "P.O. Box 12": true of its first letter. */
  isBox(index: number): boolean {
    const { tokens } = this.#scan;
    for (let at = index + 1; at < index + 6; at++) {
      const token = tokens[at];
      if (token === undefined || token.linesBefore > 0) return false;
      if (token.key === "box") return this.isNumber(at + 1);
      if (!/^[.o]$/i.test(token.text)) return false;
    }
    return false;
  }

  street(index: number): number {
    const token = this.#scan.tokens[index];
    if (token?.kind !== "word") return 0;
    const evidence = this.#scan.evidence[index]?.street ?? 0;
    if (!isStreetWord(token.key)) return evidence;
    // "Dr. Sato", "St. Mary": before a name these are something else.
    if (/^(?:dr|st|ct|av)$/.test(token.key) && !this.#endsName(index)) return Math.min(evidence, 0.3);
    // "st" and "dr" stand for more than a street, "way" and "court" are everyday words.
    const isPlain = (token.kinds & WORD) !== 0 && !isCapital(token);
    return Math.max(evidence, isPlain ? (this.#hasNumberBefore(index) ? 0.55 : 0.35) : 0.75);
  }

  #endsName(index: number): boolean {
    const before = this.#scan.tokens[index - 1];
    if (before === undefined || this.#scan.tokens[index]!.linesBefore > 0) return false;
    return before.kind === "number" || (before.kind === "word" && (isCapital(before) || this.#scan.isCaseless));
  }

  /** "77 baker street", "12 rue": a number at most three words before, no grammar between. */
  #hasNumberBefore(index: number): boolean {
    const { tokens } = this.#scan;
    for (let at = index - 1; at >= Math.max(0, index - 4); at--) {
      if (tokens[at + 1]!.linesBefore > 0) return false;
      if (this.isNumber(at)) return true;
      if (
        tokens[at]!.kind !== "word" ||
        ADDRESS_PARTICLES.has(tokens[at]!.key) ||
        /^(?:by|per|and|or|more|other|new|minutes?|miles?|years?|days?|times)$/.test(tokens[at]!.key)
      )
        return false;
    }
    return false;
  }

  place(index: number): number {
    const token = this.#scan.tokens[index];
    if (token?.kind !== "word") return 0;
    const evidence = this.#scan.evidence[index];
    const model = evidence === undefined ? 0 : evidence.city + evidence.state;
    const known = (token.kinds & (TOWN | REGION)) !== 0 && (isCapital(token) || this.#scan.isCaseless);
    return Math.max(model, known ? 0.6 : 0, isCapital(token) && !(token.kinds & WORD) ? 0.45 : 0);
  }

  /** Whether the token can be part of an address that has begun. */
  continues(index: number): boolean {
    const { tokens, evidence } = this.#scan;
    const token = tokens[index];
    if (token === undefined) return false;
    if (token.kind === "number") return this.isNumber(index);
    if (token.kind === "sign") return /^[,.#/\-–'’]$/.test(token.text);
    const model = evidence[index];
    if (
      model !== undefined &&
      model.street + model.secondary + model.city + model.state + model.zip + model.building > 0.4
    )
      return true;
    if (isCapital(token)) return true;
    return this.isUnit(index) || this.street(index) >= 0.5 || this.place(index) >= 0.5;
  }
}

/** Where the address that has a street or a box at `seed` begins. */
function beginOf(scan: Scan, roles: AddressRoles, seed: number): number {
  const { tokens, evidence } = scan;
  let from = seed;
  // Names of streets stand before a number; before a flat stands a number, or the name of whoever lives there.
  const isUnit = roles.isUnit(seed);
  for (let at = seed - 1; at >= 0 && seed - at < 12; at--) {
    if (tokens[at + 1]!.linesBefore > 0) break;
    const token = tokens[at]!;
    if (HONORIFICS.has(token.key) && isCapital(token) && token.key !== "gen" && token.key !== "general") break;
    if (token.text === "," && tokens[at + 1]!.kind === "number" && !leadsToNumber(scan, roles, at - 1)) break;
    const model = evidence[at];
    const isPerson = model !== undefined && model.given + model.surname > Math.max(0.5, model.street);
    const isName =
      roles.street(at) >= 0.45 ||
      (!isUnit &&
        !isPerson &&
        token.kind === "word" &&
        isCapital(token) &&
        !(token.opens && (token.kinds & WORD) !== 0) &&
        at >= seed - 4);
    if (roles.isNumber(at) || isName || roles.isUnit(at)) from = at;
    else if (token.kind === "sign" ? !/^[.,\-/'’#]$/.test(token.text) : !ADDRESS_PARTICLES.has(token.key)) break;
    else if (
      token.kind === "sign" &&
      token.text === "." &&
      !roles.isUnit(at - 1) &&
      (tokens[at - 1]?.text.length ?? 4) > 3
    )
      break;
  }
  return from;
}

/** Before a comma and a house number: a street, a flat, a building. A firm or a person there is the addressee. */
function leadsToNumber({ tokens, evidence }: Scan, roles: AddressRoles, index: number): boolean {
  if (tokens[index] === undefined) return false;
  return (
    roles.isNumber(index) ||
    roles.isUnit(index) ||
    roles.isUnit(index - 1) ||
    roles.street(index) >= 0.45 ||
    (evidence[index]?.building ?? 0) > 0.4
  );
}

/** Where it ends, lines below included. */
function endOf(scan: Scan, roles: AddressRoles, seed: number, lexicon: Lexicon): number {
  const { tokens } = scan;
  let to = seed;
  let lines = 0;
  for (let at = seed + 1; at < tokens.length && at - seed < MOST_TOKENS; at++) {
    const token = tokens[at]!;
    if (token.linesBefore > 0) {
      lines += token.linesBefore;
      if (token.linesBefore > 2 || lines > MOST_LINES || !lineContinues(tokens, roles, at)) break;
    }
    if (token.kind === "sign") {
      if (/^[>?*•|]$/.test(token.text) && opensLine(tokens, at)) continue;
      if (!/^[,.#/\-–'’()]$/.test(token.text)) break;
      // A full stop ends the address unless it ends an abbreviation.
      const before = tokens[at - 1]!;
      const isAbbreviation =
        before.kind === "word" && (before.text.length <= 2 || UNIT_WORDS.has(before.key) || isStreetWord(before.key));
      const endsLine = before.kind === "number" && (tokens[at + 1]?.linesBefore ?? 0) > 0;
      if (token.text === "." && !endsLine && !(isAbbreviation && !isSentenceEnd(tokens, roles, at))) break;
      continue;
    }
    if (CONTACT_LABELS.has(token.key)) break;
    if (roles.continues(at)) to = at;
    else if (!particlesLeadOn(scan, roles, at, lexicon)) break;
  }
  return to;
}

/** "Rio de la Plata", "Kingdom of the Netherlands", "Trinidad and Tobago": lower-case words inside a name. */
function particlesLeadOn({ tokens }: Scan, roles: AddressRoles, index: number, lexicon: Lexicon): boolean {
  const token = tokens[index]!;
  if (token.key === "and")
    return (lexicon.kindsOf(`${tokens[index - 1]!.key} and ${tokens[index + 1]?.key}`) & (REGION | PLACE_BEGINS)) !== 0;
  for (let at = index; at < index + 3; at++) {
    if (!ADDRESS_PARTICLES.has(tokens[at]?.key ?? "") || tokens[at]!.linesBefore > 0) return false;
    if (roles.continues(at + 1)) return tokens[at + 1]!.kind === "word";
  }
  return false;
}

const isSentenceEnd = (tokens: readonly Token[], roles: AddressRoles, dot: number): boolean => {
  const next = tokens[dot + 1];
  if (next === undefined) return true;
  return (
    next.kind === "word" &&
    next.blankBefore &&
    (next.kinds & WORD) !== 0 &&
    roles.street(dot + 1) < 0.5 &&
    !roles.isUnit(dot + 1) &&
    roles.place(dot + 1) < 0.5
  );
};

function opensLine(tokens: readonly Token[], index: number): boolean {
  for (let at = index; at >= 0 && index - at < 4; at--) {
    if (at === 0 || tokens[at]!.linesBefore > 0) return true;
    if (tokens[at - 1]!.kind !== "sign") return false;
  }
  return false;
}

/** Whether the whole line that begins at `index` reads as a part of an address. */
function lineContinues(tokens: readonly Token[], roles: AddressRoles, index: number): boolean {
  let digits = 0;
  let words = 0;
  for (let at = index; at < tokens.length && at - index < 9; at++) {
    const token = tokens[at]!;
    if (at > index && token.linesBefore > 0) break;
    if (token.kind === "number") digits += token.text.length;
    else if (token.kind === "word") {
      words++;
      // "United Kingdom. Please call me": what comes after a full stop is another sentence.
      if (!roles.continues(at) && !ADDRESS_PARTICLES.has(token.key))
        return at - index >= 2 && (tokens[at - 1]!.text === "." || digits >= 3 || words > 1) && digits < 8;
      if (token.key === "phone" || token.key === "tel" || token.key === "fax" || token.key === "email") return false;
    } else if (token.text === "@" || token.text === "+" || token.text === ":") return false;
  }
  return digits < 8;
}

/** Streets with number, flat, town, region, code and country, as far as they stand together. */
export function findAddresses(scan: Scan, lexicon: Lexicon): TokenSpan[] {
  const { tokens } = scan;
  const roles = new AddressRoles(scan);
  const spans: TokenSpan[] = [];
  for (let index = 0; index < tokens.length; index++) {
    const token = tokens[index]!;
    if (token.kind !== "word") {
      // "416 Kiannonkatu 98": a name between two numbers.
      if (!roles.isNumber(index) || !isNameBetweenNumbers(scan, roles, index)) continue;
    } else if (!(roles.street(index) >= 0.45 || roles.isUnit(index))) continue;
    const from = cornerBegin(tokens, beginOf(scan, roles, index));
    const to = endOf(scan, roles, index, lexicon);
    const score = scoreOf(scan, roles, from, to);
    if (score > 0) {
      spans.push(...splitLines(scan, roles, { type: "ADDRESS", from, to, score }));
      index = Math.max(index, to);
    }
  }
  return spans;
}

function isNameBetweenNumbers({ tokens }: Scan, roles: AddressRoles, index: number): boolean {
  let words = 0;
  for (let at = index + 1; at < tokens.length && at - index <= 6; at++) {
    const token = tokens[at]!;
    if (token.linesBefore > 0) return false;
    if (roles.isNumber(at)) return words > 0 && token.text.length <= 5;
    if (token.kind === "word") {
      const isPart = isCapital(token) && (token.kinds & WORD) === 0;
      if (!isPart && !(words > 0 && ADDRESS_PARTICLES.has(token.key))) return false;
      words++;
    } else if (token.text !== "." && token.text !== "'") return false;
  }
  return false;
}

/** "the corner of A and B" begins before A. */
function cornerBegin(tokens: readonly Token[], from: number): number {
  for (let at = from; at > Math.max(0, from - 8); at--)
    if (tokens[at]!.key === "of" && /^(?:corner|intersection)$/.test(tokens[at - 1]?.key ?? ""))
      return tokens[at - 2]?.key === "the" ? at - 2 : at - 1;
  return from;
}

function scoreOf(scan: Scan, roles: AddressRoles, from: number, to: number): number {
  let street = 0;
  let numbers = 0;
  let units = 0;
  let places = 0;
  for (let at = from; at <= to; at++) {
    street = Math.max(street, roles.street(at));
    if (roles.isNumber(at)) numbers++;
    if (roles.isUnit(at)) units++;
    if (roles.place(at) >= 0.5) places++;
  }
  const isCorner = /^(?:the|corner|intersection)$/.test(scan.tokens[from]!.key);
  if (numbers === 0 && !isCorner) return street >= 0.7 && to > from && streetStands(scan, from) ? 0.6 : 0;
  if (street < 0.45 && units === 0 && numbers < 2) return 0;
  const isOnlyUnit = street < 0.45 && units > 0 && places === 0 && numbers < 2;
  return isOnlyUnit ? 0.6 : Math.min(0.95, 0.6 + 0.2 * street + (units > 0 ? 0.1 : 0) + (places > 0 ? 0.1 : 0));
}

/** A street without a number counts where something is said to be there. */
function streetStands({ tokens }: Scan, from: number): boolean {
  const before = tokens[from - 1];
  return before?.kind === "word" && /^(?:on|at|in|to|of|and|from|into|off|along|down|up)$/.test(before.key);
}

/**
 * An address that begins a line and has its parts on lines of their own is laid out as on an envelope or in a form. There each line
 * is a finding of its own, and a town or country is a place: lines of a form may belong to different fields.
 */
function splitLines(scan: Scan, roles: AddressRoles, span: TokenSpan): TokenSpan[] {
  const { tokens } = scan;
  const starts = [span.from];
  for (let at = span.from + 1; at <= span.to; at++) if (tokens[at]!.linesBefore > 0) starts.push(at);
  const street = tokens.slice(span.from, starts[1] ?? span.to + 1);
  const isEnvelope =
    starts.length > 2 &&
    opensLine(tokens, span.from) &&
    !street.some((token) => token.text === ",") &&
    !tokens.slice(span.from, span.to + 1).some((token) => token.text === "," && token.linesBefore > 0);
  if (!isEnvelope) return [span];
  return starts.flatMap((start, line) => {
    let from = start;
    const to = (starts[line + 1] ?? span.to + 1) - 1;
    while (from < to && tokens[from]!.kind === "sign") from++;
    let last = to;
    while (last > from && tokens[last]!.kind === "sign") last--;
    const hasStreet = Array.from({ length: last - from + 1 }, (_, index) => from + index).some(
      (at) => roles.street(at) >= 0.45 || roles.isUnit(at),
    );
    if (line === 0 || hasStreet) return [{ ...span, from, to: last }];
    let words = last;
    while (words >= from && tokens[words]!.kind !== "word") words--;
    const place: TokenSpan[] =
      words >= from ? [{ type: "LOCATION", from, to: words, score: Math.min(span.score, 0.85) }] : [];
    return words < last ? [...place, { ...span, from: words + 1, to: last }] : place;
  });
}
