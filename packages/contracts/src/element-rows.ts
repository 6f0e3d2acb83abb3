import type { Data } from "apache-arrow";
import { type List, type RecordBatch, type Struct, Table } from "apache-arrow";
import { ELEMENTS_SCHEMA } from "./batch.ts";
import { float32Column, int32Column, listColumn, recordBatch, structColumn, utf8Column } from "./columns.ts";
import type { Box, DocumentElement, ElementKind, ElementLocation, TableData, TextMark, TimeRun } from "./element.ts";
import type { PlacedElement } from "./text-revision.ts";

const json = (value: unknown): string | null => (value === undefined ? null : JSON.stringify(value));

export function boxesColumn(type: List, boxes: readonly (readonly Box[] | undefined)[]): Data {
  return listColumn(type, boxes, (members: readonly Box[]) =>
    structColumn(type.children[0]!.type as Struct, members.length, [
      int32Column(members.map((box) => box.page)),
      float32Column(members.map((box) => box.left)),
      float32Column(members.map((box) => box.top)),
      float32Column(members.map((box) => box.right)),
      float32Column(members.map((box) => box.bottom)),
      int32Column(members.map((box) => box.start)),
      int32Column(members.map((box) => box.end)),
    ]),
  );
}

/** Reads a `boxes` value of an Arrow row. Coordinates are rounded to what float32 keeps. */
export function readBoxes(value: unknown): Box[] {
  if (value === null || value === undefined) return [];
  return Array.from(value as Iterable<{ toJSON(): Record<string, number | null> }>, (row) => {
    const { page, left, top, right, bottom, start, end } = row.toJSON();
    return {
      page: page!,
      left: left!,
      top: top!,
      right: right!,
      bottom: bottom!,
      ...(start === null || start === undefined ? {} : { start }),
      ...(end === null || end === undefined ? {} : { end }),
    };
  });
}

/** `elements.v1` rows of placed elements. */
export function encodeElements(
  ids: { readonly documentId: string; readonly version: string },
  elements: readonly PlacedElement[],
): RecordBatch {
  const column = <T>(read: (element: PlacedElement) => T): T[] => elements.map(read);
  const listType = (name: string): List => ELEMENTS_SCHEMA.fields.find((field) => field.name === name)!.type as List;
  return recordBatch(ELEMENTS_SCHEMA, elements.length, {
    document_id: utf8Column(column(() => ids.documentId)),
    version: utf8Column(column(() => ids.version)),
    ordinal: int32Column(column((element) => element.ordinal)),
    kind: utf8Column(column((element) => element.kind)),
    text: utf8Column(column((element) => element.text)),
    level: int32Column(column((element) => element.level)),
    char_start: int32Column(column((element) => element.charStart)),
    char_end: int32Column(column((element) => element.charEnd)),
    section_path: listColumn(
      listType("section_path"),
      column((element) => element.sectionPath),
      utf8Column,
    ),
    boxes: boxesColumn(
      listType("boxes"),
      column((element) => element.boxes),
    ),
    start_ms: int32Column(column((element) => element.startMs)),
    end_ms: int32Column(column((element) => element.endMs)),
    times: utf8Column(column((element) => json(element.times))),
    speaker: utf8Column(column((element) => element.speaker)),
    table: utf8Column(column((element) => json(element.table))),
    location: utf8Column(column((element) => json(element.location))),
    confidence: float32Column(column((element) => element.confidence)),
    language: utf8Column(column((element) => element.language)),
    attributes: utf8Column(column((element) => json(element.attributes))),
    extractor: utf8Column(column((element) => element.extractor)),
    marks: utf8Column(column((element) => json(element.marks))),
  });
}

/** The elements of `elements.v1` rows. */
export function decodeElements(rows: RecordBatch | Table): PlacedElement[] {
  const table = rows instanceof Table ? rows : new Table([rows]);
  const elements: PlacedElement[] = [];
  for (const row of table) {
    const value = row.toJSON() as Record<string, unknown>;
    const optional = <K extends keyof DocumentElement>(
      name: K,
      read: (value: never) => DocumentElement[K],
      from: string = name,
    ): Partial<DocumentElement> =>
      value[from] === null || value[from] === undefined ? {} : { [name]: read(value[from] as never) };
    const boxes = readBoxes(value.boxes);
    elements.push({
      kind: value.kind as ElementKind,
      text: value.text as string,
      ordinal: value.ordinal as number,
      charStart: value.char_start as number,
      charEnd: value.char_end as number,
      sectionPath: Array.from((value.section_path ?? []) as Iterable<string>),
      extractor: value.extractor as string,
      ...(boxes.length > 0 ? { boxes } : {}),
      ...optional("level", (level: number) => level),
      ...optional("startMs", (ms: number) => ms, "start_ms"),
      ...optional("endMs", (ms: number) => ms, "end_ms"),
      ...optional("times", (text: string) => JSON.parse(text) as TimeRun[]),
      ...optional("marks", (text: string) => JSON.parse(text) as TextMark[]),
      ...optional("speaker", (speaker: string) => speaker),
      ...optional("table", (text: string) => JSON.parse(text) as TableData),
      ...optional("location", (text: string) => JSON.parse(text) as ElementLocation),
      ...optional("confidence", (confidence: number) => confidence),
      ...optional("language", (language: string) => language),
      ...optional("attributes", (text: string) => JSON.parse(text) as Record<string, string>),
    });
  }
  return elements;
}
