import { type DocumentElement, tidyMarks } from "@groundwork/contracts";
import { type BrokenPart, brokenParts, cellJunctions } from "./broken-values.ts";
import type { DetectedTexts, TextInContext } from "./detect-texts.ts";
import { cellContexts, linkTarget } from "./element-texts.ts";
import type { KnownValues } from "./known-values.ts";
import { protectTable } from "./protect-table.ts";
import { type FindingInText, type ProtectedText, protectText } from "./protect-text.ts";
import type { ReplaceValue } from "./replace-value.ts";
import { shownText } from "./table-places.ts";

/** What a document's texts are protected with. */
export interface Protection {
  readonly detected: DetectedTexts;
  readonly known: KnownValues;
  readonly replace: ReplaceValue;
}

export function protectString({ detected, known, replace }: Protection, entry: TextInContext): ProtectedText {
  return protectText(entry.text, [detected.of(entry), known.find(entry.text)], replace);
}

interface Moves {
  readonly text: string;
  mapStart(offset: number): number;
  mapEnd(offset: number): number;
}

/** The runs of a text (boxes, times) after it was protected. */
function moveRuns<Run extends { readonly start?: number; readonly end?: number }>(
  runs: readonly Run[],
  { mapStart, mapEnd }: Moves,
): Run[] {
  return runs.map((run) => ({
    ...run,
    ...(run.start === undefined ? {} : { start: mapStart(run.start) }),
    ...(run.end === undefined ? {} : { end: mapEnd(run.end) }),
  }));
}

function protectCells(element: DocumentElement, protection: Protection): Map<number, ProtectedText> {
  const table = element.table!;
  const contexts = cellContexts(table);
  const broken = brokenParts(cellJunctions(element), protection.detected);
  const cells = new Map<number, ProtectedText>();
  table.cells.forEach((cell, index) => {
    const text = shownText(cell.text);
    const context = contexts[index];
    const found = protection.detected.of({ text, ...(context === undefined ? {} : { context }) });
    const lists = [found, protection.known.find(text)];
    const parts = broken.get(index) ?? [];
    if (parts.length === 0 && lists.every((list) => list.length === 0)) return;
    cells.set(index, protectText(text, lists, protection.replace, parts));
  });
  return cells;
}

/** The fields of an element that are texts beside its text. */
function protectSide(element: DocumentElement, protection: Protection): Partial<DocumentElement> {
  const { speaker, sectionPath, location, attributes } = element;
  const of = (text: string, context?: string): string =>
    protectString(protection, { text, ...(context === undefined ? {} : { context }) }).replaced.text;
  return {
    ...(speaker === undefined ? {} : { speaker: of(speaker, "Speaker") }),
    ...(sectionPath === undefined ? {} : { sectionPath: sectionPath.map((title) => of(title)) }),
    ...(location === undefined
      ? {}
      : {
          location: {
            ...location,
            ...(location.sheet === undefined ? {} : { sheet: of(location.sheet) }),
            ...(location.anchor === undefined ? {} : { anchor: of(location.anchor) }),
            ...(location.part === undefined ? {} : { part: of(location.part) }),
          },
        }),
    ...(attributes === undefined
      ? {}
      : { attributes: Object.fromEntries(Object.entries(attributes).map(([name, text]) => [name, of(text, name)])) }),
  };
}

function protectMarks(element: DocumentElement, moves: Moves, protection: Protection): DocumentElement["marks"] {
  if (element.marks === undefined) return undefined;
  const marks = element.marks.map((mark) => {
    if (mark.href === undefined) return mark;
    const target = linkTarget(mark.href);
    const { replaced } = protectString(protection, { text: target });
    // What holds nothing stays as the document writes it.
    return replaced.text === target ? mark : { ...mark, href: replaced.text };
  });
  return tidyMarks(moves.text, moveRuns(marks, moves));
}

/** An element with all its texts protected, and the findings in its text. */
export function protectElement(
  element: DocumentElement,
  protection: Protection,
  broken: readonly BrokenPart[],
): { readonly element: DocumentElement; readonly findings: readonly FindingInText[] } {
  const { table } = element;
  let moves: Moves;
  let findings: readonly FindingInText[];
  let protectedTable: DocumentElement["table"];
  if (table === undefined) {
    const lists = [protection.detected.of({ text: element.text }), protection.known.find(element.text)];
    const { replaced, findings: found } = protectText(element.text, lists, protection.replace, broken);
    moves = {
      text: replaced.text,
      mapStart: (offset) => replaced.mapStart(offset),
      mapEnd: (offset) => replaced.mapEnd(offset),
    };
    findings = found;
  } else {
    const header = table.continuedHeader?.map((row) =>
      row.map((text) => protectString(protection, { text }).replaced.text),
    );
    const result = protectTable(table, protectCells(element, protection), header);
    [moves, findings, protectedTable] = [result, result.findings, result.table];
  }
  const marks = protectMarks(element, moves, protection);
  return {
    findings,
    element: {
      ...element,
      ...protectSide(element, protection),
      text: moves.text,
      ...(protectedTable === undefined ? {} : { table: protectedTable }),
      ...(element.boxes === undefined ? {} : { boxes: moveRuns(element.boxes, moves) }),
      ...(element.times === undefined ? {} : { times: moveRuns(element.times, moves) }),
      ...(marks === undefined ? {} : { marks }),
    },
  };
}
