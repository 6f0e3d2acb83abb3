import {
  type DocumentElement,
  type ExtractionPart,
  renderTableText,
  type TableData,
  type TextMark,
} from "@groundwork/contracts";

const KINDS: ReadonlySet<string> = new Set([
  "title",
  "heading",
  "paragraph",
  "list_item",
  "table",
  "code",
  "formula",
  "caption",
  "quote",
  "header",
  "footer",
  "page_number",
  "footnote",
  "figure",
  "form_field",
  "note",
  "comment",
  "utterance",
]);

const MARK_KINDS: ReadonlySet<string> = new Set([
  "strong",
  "emphasis",
  "code",
  "strikethrough",
  "link",
  "superscript",
  "subscript",
]);

/** Bounds of one part: twice what the contract calls "about 1,000 elements or 1 MB of text". */
const MOST_ELEMENTS = 2_000;
const MOST_CHARACTERS = 2_000_000;

type ElementsPart = Extract<ExtractionPart, { readonly type: "elements" }>;

export function isTextPart(part: ExtractionPart): part is ElementsPart {
  return part.type === "elements";
}

function isPosition(value: number): boolean {
  return Number.isInteger(value) && value >= 1;
}

function* tableFaults(table: TableData): Generator<string> {
  if (table.rows < 1 || table.columns < 1) yield "a table has no rows or no columns";
  const taken = new Set<string>();
  let last = -1;
  for (const cell of table.cells) {
    const order = cell.row * table.columns + cell.column;
    if (order <= last) yield "cells are not in reading order";
    last = order;
    for (let row = cell.row; row < cell.row + (cell.rowSpan ?? 1); row++) {
      for (let column = cell.column; column < cell.column + (cell.columnSpan ?? 1); column++) {
        if (row >= table.rows || column >= table.columns) yield "a cell lies outside its table";
        const place = `${row},${column}`;
        if (taken.has(place)) yield "two cells cover the same place";
        taken.add(place);
      }
    }
    if (cell.text !== cell.text.normalize("NFC")) yield "the text of a cell is not in NFC";
  }
}

function* markFaults(text: string, marks: readonly TextMark[]): Generator<string> {
  const lastEnd = new Map<string, number>();
  let before: TextMark | undefined;
  for (const mark of marks) {
    const { start, end, kind, href } = mark;
    if (!MARK_KINDS.has(kind)) yield `${kind} is not a mark kind`;
    if (!Number.isInteger(start) || !Number.isInteger(end) || start < 0 || end > text.length || start >= end) {
      yield "a mark lies outside the text or is empty";
    } else if (/^\s|\s$/u.test(text.slice(start, end))) yield "a mark begins or ends with a blank";
    if (before !== undefined && (before.start > start || (before.start === start && before.end < end))) {
      yield "marks are not in order";
    }
    if ((lastEnd.get(kind) ?? 0) > start) yield `two ${kind} marks overlap`;
    if ((kind === "link") !== (href !== undefined && href !== ""))
      yield "a link without an address, or an address without a link";
    lastEnd.set(kind, end);
    before = mark;
  }
}

function* elementFaults(element: DocumentElement): Generator<string> {
  const { kind, text } = element;
  if (!KINDS.has(kind)) yield `${kind} is not an element kind`;
  if (text !== text.normalize("NFC")) yield `the text of a ${kind} is not in NFC`;
  if (/\r|[ \t]\n|\s$/u.test(text) && kind !== "code") yield `the text of a ${kind} has \\r or trailing blanks`;
  if (text.includes("\0") || !text.isWellFormed()) yield `the text of a ${kind} is not well-formed`;
  if (kind === "heading" && element.level !== undefined && !isPosition(element.level)) {
    yield `a heading has level ${element.level}, expected 1 or more`;
  }
  if (kind === "list_item" && !(Number.isInteger(element.level ?? 0) && (element.level ?? 0) >= 0)) {
    yield `a list item has level ${element.level}, expected 0 or more`;
  }
  for (const box of element.boxes ?? []) {
    if (!isPosition(box.page)) yield `a box is on page ${box.page}`;
    const sides = [box.left, box.top, box.right, box.bottom];
    if (sides.some((side) => !(side >= 0 && side <= 1)) || box.left > box.right || box.top > box.bottom) {
      yield "a box is not within 0..1";
    }
    if ((box.start ?? 0) < 0 || (box.end ?? 0) > text.length || (box.start ?? 0) > (box.end ?? text.length)) {
      yield "the characters of a box lie outside the text";
    }
  }
  if ((element.startMs ?? 0) < 0 || (element.startMs ?? 0) > (element.endMs ?? Number.POSITIVE_INFINITY)) {
    yield "an element ends before it starts";
  }
  for (const time of element.times ?? []) {
    if (time.start < 0 || time.end > text.length || time.start > time.end || time.startMs > time.endMs) {
      yield "a time run lies outside the text";
    }
  }
  if (element.marks !== undefined) {
    if (kind === "table" || kind === "code") yield `a ${kind} has marks`;
    if (element.marks.length === 0) yield "a list of marks is empty";
    yield* markFaults(text, element.marks);
  }
  if (element.confidence !== undefined && !(element.confidence >= 0 && element.confidence <= 1)) {
    yield "a confidence is not within 0..1";
  }
  if (element.location?.line !== undefined && !isPosition(element.location.line))
    yield "a line number is not 1 or more";
  if (element.location?.slide !== undefined && !isPosition(element.location.slide))
    yield "a slide number is not 1 or more";
  if (element.table !== undefined) {
    yield* tableFaults(element.table);
    if (text !== renderTableText(element.table)) yield "the text of a table is not renderTableText(table)";
  }
}

/** What is wrong with a part by the contract; empty when nothing is. */
export function extractionPartFaults(part: ExtractionPart): string[] {
  switch (part.type) {
    case "elements": {
      const faults = part.elements.flatMap((element) => [...elementFaults(element)]);
      const characters = part.elements.reduce((sum, element) => sum + element.text.length, 0);
      if (part.elements.length > MOST_ELEMENTS) faults.push(`a part has ${part.elements.length} elements`);
      if (characters > MOST_CHARACTERS) faults.push(`a part has ${characters} characters`);
      return faults;
    }
    case "metadata": {
      const { effectiveFrom, effectiveTo, createdAt, modifiedAt, title } = part.metadata;
      const faults: string[] = [];
      for (const day of [effectiveFrom, effectiveTo]) {
        if (day !== undefined && !/^\d{4}-\d{2}-\d{2}$/.test(day)) faults.push("a date in force is not YYYY-MM-DD");
      }
      for (const time of [createdAt, modifiedAt]) {
        if (time !== undefined && !Number.isSafeInteger(time)) faults.push("a time is not in whole milliseconds");
      }
      if (title !== undefined && title.trim() === "") faults.push("the title is blank");
      return faults;
    }
    case "child": {
      const { name } = part.child;
      const safe = name !== "" && !name.startsWith("/") && !/[\\\0]/.test(name) && !/^[A-Za-z]:/.test(name);
      return safe && !name.split("/").some((step) => step === "" || step === "." || step === "..")
        ? []
        : ["the name of a child is not a safe relative path"];
    }
    case "warning":
      return /^[a-z][a-z0-9-]*$/.test(part.warning.code)
        ? []
        : [`the warning code ${part.warning.code} is not kebab-case`];
    case "progress":
      return part.done >= 0 && part.done <= (part.total ?? part.done) ? [] : ["progress is beyond its total"];
    case "page-image": {
      const { page, width, height, channels, pixels } = part.image;
      return isPosition(page) && pixels.length === width * height * channels ? [] : ["a page image has a wrong size"];
    }
  }
}
