import { type DocumentElement, isBody, tableRows } from "@groundwork/contracts";
import { DATE_PATTERN, parseDate } from "./parse-date.ts";

/** How explicit a statement is. The most explicit one wins; two different ones of equal weight cancel each other. */
export const WEIGHT = { sentence: 1, label: 2 } as const;

export interface DateStatement {
  readonly field: "effectiveFrom" | "effectiveTo";
  readonly date: string;
  readonly weight: number;
}

/** UTF-16 units of body text from the start in which a document speaks about itself. */
const OPENING_LENGTH = 4_000;

const DOCUMENT =
  "(?:policy|policies|document|handbook|manual|guide|guideline|guidelines|procedure|procedures|standard|standards|directive|order|instruction|notice|" +
  "regulation|regulations|rule|rules|circular|memorandum|agreement|contract|plan|code|programme|program|schedule|version|edition|revision|bulletin)";

const D = `(${DATE_PATTERN})`;
const LABEL_PREFIX = `(?:(?:this|${DOCUMENT})\\s+)?`;

const FROM_LABEL = `${LABEL_PREFIX}(?:effective(?:\\s+(?:date|from|as\\s+of|on|since))?|date\\s+(?:effective|in\\s+force)|in\\s+(?:force|effect)\\s+(?:from|since|as\\s+of)|valid\\s+(?:from|since|as\\s+of)|applies\\s+from|applicable\\s+from|commencement(?:\\s+date)?|entry\\s+into\\s+force|date\\s+of\\s+entry\\s+into\\s+force)`;
const TO_LABEL = `${LABEL_PREFIX}(?:effective\\s+(?:to|until|through)|end\\s+of\\s+validity|valid\\s+(?:to|until|through|till)|expir(?:y|ation)(?:\\s+date)?|expires(?:\\s+on)?|in\\s+(?:force|effect)\\s+(?:to|until|through)|sunset\\s+date)`;
const RANGE_LABEL = `${LABEL_PREFIX}(?:(?:effective|valid|in\\s+force|in\\s+effect|applies|applicable)(?:\\s+(?:from|between|period|dates?))?|validity(?:\\s+period)?|period\\s+of\\s+validity)`;
const SEPARATOR = "\\s*(?:[:|=]|\\s[-\u2013\u2014]\\s)?\\s*";
const RANGE_SEPARATOR = "\\s*(?:to|until|through|till|and|[-\u2013\u2014])\\s*";

/** What may follow a date that stands for itself: the end of the line or another entry. */
const LABEL_END = "\\s*(?:$|[.;,|)]|\\s{2,}|\\()";

/** What every label starts with. Looked at before the patterns of the labels, which are costly. */
const LABEL_START = new RegExp(
  `^${LABEL_PREFIX}(?:effective|date|in\\s|valid|appli|commence|entry|end\\s|expir|sunset|period)`,
  "i",
);
const FROM_LINE = new RegExp(`^${FROM_LABEL}${SEPARATOR}${D}${LABEL_END}`, "i");
const TO_LINE = new RegExp(`^${TO_LABEL}${SEPARATOR}${D}${LABEL_END}`, "i");
const RANGE_LINE = new RegExp(`^${RANGE_LABEL}${SEPARATOR}${D}${RANGE_SEPARATOR}${D}${LABEL_END}`, "i");
const FROM_KEY = new RegExp(`^${FROM_LABEL}\\s*:?$`, "i");
const TO_KEY = new RegExp(`^${TO_LABEL}\\s*:?$`, "i");
const WHOLE_DATE = new RegExp(`^${D}$`, "i");
const WHOLE_RANGE = new RegExp(`^${D}${RANGE_SEPARATOR}${D}$`, "i");

const SELF = `(?:this|the\\s+present|these|our)\\s+(?:[\\w-]+\\s+){0,4}?${DOCUMENT}(?:\\s+(?:statement|document|manual))?`;
/** What every sentence of a document about itself has in it. */
const SELF_WORD = /\b(?:this|present|these|our)\s/i;
const FROM_VERB = `(?:(?:is|are|was|were|becomes?|became|shall\\s+be(?:come)?|will\\s+be(?:come)?)\\s+(?:effective|in\\s+(?:force|effect)|valid|applicable)|(?:takes?|took|shall\\s+take|will\\s+take)\\s+effect|(?:comes?|came|shall\\s+come|will\\s+come|enters?|entered|shall\\s+enter|will\\s+enter)\\s+into\\s+(?:force|effect)|appl(?:y|ies)|shall\\s+apply|will\\s+apply)(?:\\s+(?:only|immediately))?\\s*(?:on(?:\\s+and\\s+after)?|from|as\\s+of|as\\s+from|since|starting|beginning|with\\s+effect\\s+from)?\\s+`;
const TO_VERB = `(?:expires?|shall\\s+expire|will\\s+expire|lapses?|ceases?\\s+to\\s+(?:apply|be\\s+effective|have\\s+effect)|(?:is|are|remains?|stays?|shall\\s+remain|will\\s+remain)\\s+(?:in\\s+(?:force|effect)|effective|valid|applicable)\\s+(?:until|through|to|till|up\\s+to))(?:\\s+(?:on|at\\s+the\\s+end\\s+of|and\\s+including))?\\s+`;

const SELF_FROM = new RegExp(`${SELF}\\s*,?\\s*(?:which\\s+)?${FROM_VERB}${D}`, "i");
const SELF_TO = new RegExp(`${SELF}\\s*,?\\s*(?:which\\s+)?${TO_VERB}${D}`, "i");
const SELF_RANGE = new RegExp(
  `${SELF}\\s+(?:is|are|shall\\s+be|will\\s+be|applies|apply|remains?)\\s*(?:valid|effective|in\\s+(?:force|effect)|applicable)?\\s*(?:from|between)\\s+${D}${RANGE_SEPARATOR}${D}`,
  "i",
);
/** "Effective January 1, 2024, this policy …": the date first, then the document itself. */
const OPENS_WITH_DATE = new RegExp(
  `^(?:effective|with\\s+effect)\\s+(?:on|from|as\\s+of|as\\s+from)?\\s*${D}\\s*,?\\s+${SELF}`,
  "i",
);
const APPOSITION = new RegExp(
  `${SELF}\\s*[,(]\\s*(?:which\\s+is\\s+)?effective(?:\\s+(?:on|from|as\\s+of))?\\s+${D}`,
  "i",
);

/** In front of a date these make it the date of another document, or of an earlier state of this one. */
const ANOTHER =
  /\b(?:supersed|replac|amend|repeal|rescind|revok|cancel|previous|prior|former|earlier|old|original|pursuant|under\s+the|in\s+accordance\s+with|as\s+defined\s+(?:in|by)|unless|would|if)\w*/i;

/** Every date has a year; every statement has one of these words. Nearly all texts lack one of the two. */
const YEAR = /\d{4}/;
const STATING_WORD = /effect|force|valid|appl|expir|commenc|sunset|laps|ceas|from|between/i;

const LABEL_WORD = /effect|force|valid|appl|expir|commenc|sunset/i;
/** UTF-16 units; a longer cell is no label. */
const LONGEST_LABEL = 100;

function mayState(text: string): boolean {
  return YEAR.test(text) && STATING_WORD.test(text);
}

/** Whether a cell of a table may be the label of a date. The rows of a table are costly to build. */
function mayLabel({ text, table }: DocumentElement): boolean {
  if (table === undefined || !YEAR.test(text) || !LABEL_WORD.test(text)) return false;
  return table.cells.some((cell) => cell.text.length <= LONGEST_LABEL && LABEL_WORD.test(cell.text));
}

function statement(field: DateStatement["field"], text: string | undefined, weight: number): DateStatement[] {
  const date = text === undefined ? undefined : parseDate(text, field === "effectiveTo");
  return date === undefined ? [] : [{ field, date, weight }];
}

function rangeStatements(match: RegExpExecArray, weight: number): DateStatement[] {
  return [...statement("effectiveFrom", match[1], weight), ...statement("effectiveTo", match[2], weight)];
}

/** Label and value on one line: `Effective date: 2024-01-01`. Several may share a line, divided by bars or wide blanks. */
function fromLine(line: string): DateStatement[] {
  const entries = [line, ...line.split(/[|;\u2022\u00b7\t]|\s{3,}/)].map((entry) =>
    entry
      .replace(/_/g, " ")
      .replace(/^[\s*#>\-\u2022]+|\*\*/g, "")
      .trim(),
  );
  const found: DateStatement[] = [];
  for (const entry of new Set(entries)) {
    if (!LABEL_START.test(entry)) continue;
    const range = RANGE_LINE.exec(entry);
    if (range !== null) {
      found.push(...rangeStatements(range, WEIGHT.label));
      continue;
    }
    found.push(...statement("effectiveFrom", FROM_LINE.exec(entry)?.[1], WEIGHT.label));
    found.push(...statement("effectiveTo", TO_LINE.exec(entry)?.[1], WEIGHT.label));
  }
  return found;
}

/** What the document says about itself in a sentence. */
function fromSentence(sentence: string): DateStatement[] {
  if (!SELF_WORD.test(sentence)) return [];
  const trusted = (match: RegExpExecArray | null): RegExpExecArray | undefined =>
    match === null || ANOTHER.test(sentence.slice(0, match.index)) || ANOTHER.test(match[0]) ? undefined : match;
  const range = trusted(SELF_RANGE.exec(sentence));
  if (range !== undefined) return rangeStatements(range, WEIGHT.sentence);
  return [
    ...statement("effectiveFrom", trusted(SELF_FROM.exec(sentence))?.[1], WEIGHT.sentence),
    ...statement("effectiveFrom", trusted(APPOSITION.exec(sentence))?.[1], WEIGHT.sentence),
    ...statement("effectiveFrom", trusted(OPENS_WITH_DATE.exec(sentence))?.[1], WEIGHT.sentence),
    ...statement("effectiveTo", trusted(SELF_TO.exec(sentence))?.[1], WEIGHT.sentence),
  ];
}

/** Rows of a label and a value. A column of dates (a revision history) says nothing about which of them holds. */
function fromTable(element: DocumentElement): DateStatement[] {
  if (element.table === undefined) return [];
  const found: DateStatement[] = [];
  for (const row of tableRows(element.table)) {
    const cells = row.map((cell) => cell.trim()).filter((cell) => cell !== "");
    for (let index = 0; index + 1 < cells.length; index += 2) {
      const key = cells[index]!.replace(/_/g, " ");
      const value = cells[index + 1]!;
      const range = WHOLE_RANGE.exec(value);
      if (range !== null && new RegExp(`^${RANGE_LABEL}\\s*:?$`, "i").test(key))
        found.push(...rangeStatements(range, WEIGHT.label));
      else if (WHOLE_DATE.test(value) && FROM_KEY.test(key))
        found.push(...statement("effectiveFrom", value, WEIGHT.label));
      else if (WHOLE_DATE.test(value) && TO_KEY.test(key)) found.push(...statement("effectiveTo", value, WEIGHT.label));
    }
  }
  return found;
}

/** Kinds that quote or annotate rather than state. */
const UNTRUSTED: ReadonlySet<DocumentElement["kind"]> = new Set([
  "quote",
  "footnote",
  "comment",
  "code",
  "caption",
  "note",
  "utterance",
]);

/** Labels that only a document-control block has; two of them make a table or a row of form fields one. */
const CONTROL_LABEL =
  /^(?:version|revision|owner|document\s+(?:number|id|no\.?|title|owner|control)|policy\s+(?:number|no\.?|id|owner)|approved\s+by|approver|author|classification|status|review\s+date|next\s+review|last\s+(?:reviewed|updated|revised)|issue\s+date|issued\s+by|responsible\s+(?:office|officer|department))\b/i;

function isControlTable(element: DocumentElement): boolean {
  if (element.table === undefined) return false;
  const firstCells = tableRows(element.table).flatMap((row) => row.filter((cell) => cell !== ""));
  return firstCells.filter((cell) => CONTROL_LABEL.test(cell)).length >= 2;
}

/** Every statement of a document about the days on which it is in force, from its opening and from document-control blocks. */
export function findEffectiveDates(elements: readonly DocumentElement[]): DateStatement[] {
  const found: DateStatement[] = [];
  let offset = 0;
  for (const element of elements) {
    const opening = offset < OPENING_LENGTH;
    if (!opening && element.kind !== "table") continue;
    if (opening && isBody(element)) offset += element.text.length;
    if (UNTRUSTED.has(element.kind)) continue;
    if (element.kind === "table") {
      if (mayLabel(element) && (opening || isControlTable(element))) found.push(...fromTable(element));
      continue;
    }
    const text = element.text.length > OPENING_LENGTH ? element.text.slice(0, OPENING_LENGTH) : element.text;
    if (!mayState(text)) continue;
    found.push(...text.split("\n").filter(mayState).flatMap(fromLine));
    if (!isBody(element)) continue;
    const sentences = joinAbbreviatedMonths(text.replace(/\s+/g, " ").split(/(?<=[.;!?])\s+(?=[A-Z"\u201c(])/));
    for (const sentence of sentences) if (mayState(sentence)) found.push(...fromSentence(sentence));
  }
  return found;
}

/** "Jan. 1, 2024" is no end of a sentence; what follows the point is a figure, so only capitals after "No." and the like matter. */
function joinAbbreviatedMonths(sentences: readonly string[]): string[] {
  const joined: string[] = [];
  for (const sentence of sentences) {
    const last = joined[joined.length - 1];
    if (last !== undefined && /\b(?:No|Sec|Art|Inc|Corp|Ltd|U\.S)\.$/.test(last))
      joined[joined.length - 1] = `${last} ${sentence}`;
    else joined.push(sentence);
  }
  return joined;
}
