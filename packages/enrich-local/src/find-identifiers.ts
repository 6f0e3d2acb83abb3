import { isIsbn, isIssn } from "./check-digits.ts";

export type IdentifierType =
  | "document-number"
  | "revision"
  | "form"
  | "omb-control-number"
  | "isbn"
  | "issn"
  | "doi"
  | "regulation"
  | "statute"
  | "standard"
  | "reference";

/** An identifier in a text. */
export interface Identifier {
  readonly type: IdentifierType;
  /** The number or code alone: `FIN-204`. */
  readonly code: string;
  /** As it stands in the text, with its label: `Policy No. FIN-204`. */
  readonly text: string;
  /** UTF-16 offset in the text. */
  readonly start: number;
  /** 0..1: 1 where a check digit is right, less the less the pattern leaves no doubt. */
  readonly score: number;
}

interface Pattern {
  readonly type: IdentifierType;
  readonly pattern: RegExp;
  readonly score: number;
  readonly accepts?: (code: string) => boolean;
}

/** What a document may be called before its number. */
const KINDS =
  "policy|document|doc|procedure|standard operating procedure|sop|directive|order|instruction|notice|circular|memorandum|memo|bulletin|regulation|" +
  "report|contract|agreement|grant|award|solicitation|case|docket|file|control|publication|manual|handbook|guideline|specification|drawing|" +
  "invoice|purchase order|work order|ticket|application|permit|licen[cs]e|certificate|project|account|record";
const NUMBER_WORD = "(?:no\\.?|nos\\.?|nr\\.?|num\\.?|number|id|identifier|code|№|#)";
/**
 * A code: letters, digits and what joins them, with a digit in it, ending in a letter or digit. Its length is bounded, so that a
 * pattern looks at each place of a text a bounded number of times.
 */
const CODE = "(?=[A-Z0-9./_-]{0,23}\\d)[A-Z0-9](?:[A-Z0-9./_-]{0,38}[A-Z0-9])?";
const WORD_END = "(?![A-Za-z0-9])";

const PATTERNS: readonly Pattern[] = [
  // Longer codes first: what one pattern took, the others leave.
  {
    type: "omb-control-number",
    pattern: /\bOMB\s+(?:Control\s+)?(?:(?:No\.?|Number|#):?\s*)?(\d{4}-\d{4})(?!\d)/gi,
    score: 0.99,
  },
  {
    type: "isbn",
    pattern: /\bISBN(?:-1[03])?:?\s*((?:97[89][ -]?)?\d[\d -]{7,14}[\dX])(?![\dX])/gi,
    score: 1,
    accepts: isIsbn,
  },
  { type: "issn", pattern: /\b(?:e-?)?ISSN:?\s*(\d{4}-\d{3}[\dX])(?![\dX])/gi, score: 1, accepts: isIssn },
  {
    type: "doi",
    pattern: /(?:\bdoi:\s*|\bdoi\.org\/)(10\.\d{4,9}\/[^\s"<>()[\]{},;]{1,200}[A-Za-z0-9])/gi,
    score: 0.99,
  },
  {
    type: "regulation",
    pattern: /\b(\d{1,2}\s+(?:CFR|C\.F\.R\.)\s+(?:Parts?\s+|§{1,2}\s*)?\d{1,4}(?:[.-]\d{1,5}){0,2})(?!\d)/g,
    score: 0.95,
  },
  {
    type: "regulation",
    pattern: /\b((?:FAR|DFARS|GSAR)\s+(?:Parts?\s+|Subpart\s+)?\d{1,3}(?:\.\d{1,4})?(?:-\d{1,3})?)(?!\d)/g,
    score: 0.9,
  },
  {
    type: "regulation",
    pattern: /\b((?:Regulation|Directive)\s+\((?:EU|EC|EEC)\)\s+(?:No\.?\s+)?\d{2,4}\/\d{1,4})(?!\d)/g,
    score: 0.95,
  },
  {
    type: "statute",
    pattern: /\b(\d{1,2}\s+(?:USC|U\.S\.C\.)\s+(?:§{1,2}\s*)?\d{1,5}[a-z]{0,2}(?:-\d{1,3})?)(?![A-Za-z0-9])/g,
    score: 0.95,
  },
  { type: "statute", pattern: /\b(?:Pub(?:lic|\.)\s+L(?:aw|\.)\s+(?:No\.?\s+)?)(\d{2,3}-\d{1,3})(?!\d)/g, score: 0.95 },
  { type: "statute", pattern: /\b(?:Executive\s+Order|E\.O\.|EO)\s+(?:No\.?\s+)?(\d{4,5})(?!\d)/g, score: 0.95 },
  {
    type: "standard",
    pattern:
      /\b((?:ISO(?:\/(?:IEC|TS|TR|PAS)){0,2}|IEC|ASTM|ANSI|EN|DIN|BS|IEEE|NFPA|RFC|NIST\s+(?:SP|FIPS)|FIPS(?:\s+PUB)?|OMB\s+Circular|MIL-STD)[ -](?:No\.?\s+)?[A-Z]{0,3}-?\d{1,5}(?:[.-]\d{1,4}){0,3}(?::\d{4})?(?:[A-Z](?![A-Za-z]))?)(?![A-Za-z0-9])/g,
    score: 0.9,
  },
  {
    type: "form",
    pattern: /\b((?:[A-Z]{2,6}\s+)?Form\s+(?:No\.?\s+)?(?=[A-Z0-9-]{0,11}\d)[A-Z0-9][A-Z0-9-]{0,11})(?![A-Za-z0-9])/g,
    score: 0.8,
  },
  { type: "form", pattern: /\b((?:SF|OF|DD|DA|W|I)-\d{1,4}[A-Z]?)(?![A-Za-z0-9-])/g, score: 0.7 },
  {
    type: "document-number",
    pattern: new RegExp(`\\b(?:${KINDS})\\s{1,4}${NUMBER_WORD}\\s{0,4}[:=#]?\\s{0,4}(${CODE})${WORD_END}`, "gi"),
    score: 0.9,
  },
  {
    type: "reference",
    pattern: new RegExp(
      `\\b(?:ref(?:erence)?\\.?|our ref\\.?)(?:\\s{1,4}${NUMBER_WORD})?\\s{0,4}[:#]\\s{0,4}(${CODE})${WORD_END}`,
      "gi",
    ),
    score: 0.8,
  },
  {
    type: "revision",
    pattern:
      /\b(?:revision|rev\.?|version|ver\.?|edition|issue)(?:\s+(?:no\.?|number))?\s{0,4}[:#]?\s{0,4}((?=[a-z]?\d|[A-Z](?![A-Za-z]))[A-Za-z]?\d{0,4}(?:\.\d{1,4}){0,3}[a-z]?)(?![A-Za-z0-9/-])/gi,
    score: 0.8,
  },
];

/** UTF-16 units of a text that are looked at: identifiers stand in front or in lines, not in walls of text. */
const LONGEST_TEXT = 50_000;
/** A text without a digit or a label has no identifier. Nearly all texts are told so. */
const MAY_HAVE = /\d|\b(?:rev|version|edition|issue)/i;

/** The identifiers in a text, in its order. One that is part of another is left out. Linear in the length of the text. */
export function findIdentifiers(text: string): Identifier[] {
  if (!MAY_HAVE.test(text)) return [];
  const read = text.length > LONGEST_TEXT ? text.slice(0, LONGEST_TEXT) : text;
  const found: (Identifier & { readonly end: number })[] = [];
  const taken = new Uint8Array(read.length);
  for (const { type, pattern, score, accepts } of PATTERNS) {
    for (const match of read.matchAll(pattern)) {
      const code = match[1]!.replace(/\s+/g, " ").replace(/[.\-/_]+$/, "");
      const start = match.index;
      const end = start + match[0].length;
      if (code === "" || (accepts !== undefined && !accepts(code)) || taken[start] !== 0 || taken[end - 1] !== 0)
        continue;
      if (type === "revision" && (!isRevision(code) || PROSE.test(match[0]))) continue;
      taken.fill(1, start, end);
      found.push({ type, code, text: match[0].replace(/\s+/g, " ").trim(), start, end, score });
    }
  }
  return found
    .sort((a, b) => a.start - b.start)
    .map(({ type, code, text: whole, start, score }) => ({ type, code, text: whole, start, score }));
}

/** "An issue 5 of them", "VERA": a small label that is an everyday word, and a letter that no sign parts from its label. */
const PROSE = /^(?:issue|edition|version)\b|^[A-Za-z]+$/;

/** No year: "edition 2019" says when, not which. */
function isRevision(code: string): boolean {
  if (/^(?:19|20)\d{2}$/.test(code)) return false;
  return /^[A-Za-z]?\d/.test(code) || /^[A-Z]$/.test(code);
}

const LABEL = new RegExp(
  `^(?:(?:(?:${KINDS})\\s+${NUMBER_WORD})|(?:(?:policy|document|doc)\\s*#)|${NUMBER_WORD})\\s*:?$`,
  "i",
);
const REVISION_LABEL = /^(?:revision|rev\.?|version|edition|issue)(?:\s+(?:no\.?|number))?\s*:?$/i;
const WHOLE_CODE = new RegExp(`^${CODE}$`, "i");

/** An identifier whose label and code stand in two cells: `Document No.` and `FIN-204`. */
export function identifierOfCells(label: string, value: string): Identifier | undefined {
  const [name, code] = [label.trim(), value.trim()];
  if (name.length > 60 || code.length > 40) return undefined;
  const text = `${name} ${code}`;
  if (REVISION_LABEL.test(name) && isRevision(code) && /^[A-Za-z]?[\d.]*[a-z]?$/.test(code))
    return { type: "revision", code, text, start: 0, score: 0.9 };
  return LABEL.test(name) && WHOLE_CODE.test(code)
    ? { type: "document-number", code, text, start: 0, score: 0.9 }
    : undefined;
}
