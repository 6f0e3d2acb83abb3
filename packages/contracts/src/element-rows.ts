import type { Data } from "apache-arrow";
import { type Field, type List, type RecordBatch, Schema, type Struct, Table } from "apache-arrow";
import { ELEMENTS_SCHEMA } from "./batch.ts";
import { float32Column, int32Column, listColumn, recordBatch, structColumn, utf8Column } from "./columns.ts";
import type { Box, DocumentElement, ElementKind, ElementLocation, TableData, TextMark, TimeRun } from "./element.ts";
import { lazyTable } from "./lazy-table.ts";
import type { PlacedElement } from "./text-revision.ts";

const FIELDS: ReadonlyMap<string, Field> = new Map(ELEMENTS_SCHEMA.fields.map((field) => [field.name, field]));

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

const isEmpty = (value: unknown): boolean => value === undefined || (Array.isArray(value) && value.length === 0);

/** Columns that may be left out, with the elements' field that is in each. */
const OPTIONAL: readonly (readonly [name: string, key: keyof PlacedElement])[] = ELEMENTS_SCHEMA.fields
  .filter((field) => field.nullable)
  .map(({ name }) => [
    name,
    name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()) as keyof PlacedElement,
  ]);

/**
 * The columns that say something of these elements: neither those of the ids nor those without a value. Most documents use a
 * third of all.
 */
export function sparseColumns(elements: readonly PlacedElement[]): ReadonlySet<string> {
  const unused = new Set(["document_id", "version"]);
  for (const [name, key] of OPTIONAL) if (elements.every((element) => isEmpty(element[key]))) unused.add(name);
  return new Set([...FIELDS.keys()].filter((name) => !unused.has(name)));
}

/** `elements.v1` rows of placed elements; with `columns`, those alone, which {@link decodeElements} reads as well. */
export function encodeElements(
  ids: { readonly documentId: string; readonly version: string },
  elements: readonly PlacedElement[],
  { columns: wanted }: { readonly columns?: ReadonlySet<string> } = {},
): RecordBatch {
  const columns: Record<string, Data> = {};
  const column = <T>(read: (element: PlacedElement) => T): T[] => elements.map(read);
  const add = <K extends keyof PlacedElement>(
    name: string,
    key: K,
    make: (values: PlacedElement[K][], name: string) => Data,
  ): void => {
    if (wanted === undefined || wanted.has(name))
      columns[name] = make(
        column((element) => element[key]),
        name,
      );
  };
  const jsonColumn = (values: unknown[]): Data => utf8Column(values.map(json));
  const listType = (name: string): List => FIELDS.get(name)!.type as List;
  if (wanted === undefined) {
    columns.document_id = utf8Column(column(() => ids.documentId));
    columns.version = utf8Column(column(() => ids.version));
  }
  add("ordinal", "ordinal", int32Column);
  add("kind", "kind", utf8Column);
  add("text", "text", utf8Column);
  add("level", "level", int32Column);
  add("char_start", "charStart", int32Column);
  add("char_end", "charEnd", int32Column);
  add("section_path", "sectionPath", (values, name) => listColumn(listType(name), values, utf8Column));
  add("boxes", "boxes", (values, name) => boxesColumn(listType(name), values));
  add("start_ms", "startMs", int32Column);
  add("end_ms", "endMs", int32Column);
  add("times", "times", jsonColumn);
  add("speaker", "speaker", utf8Column);
  add("table", "table", jsonColumn);
  add("location", "location", jsonColumn);
  add("confidence", "confidence", float32Column);
  add("language", "language", utf8Column);
  add("attributes", "attributes", jsonColumn);
  add("extractor", "extractor", utf8Column);
  add("marks", "marks", jsonColumn);
  const schema =
    wanted === undefined
      ? ELEMENTS_SCHEMA
      : new Schema(
          ELEMENTS_SCHEMA.fields.filter((field) => columns[field.name] !== undefined),
          ELEMENTS_SCHEMA.metadata,
        );
  return recordBatch(schema, elements.length, columns);
}

/** Characters of JSON from which a table is read when its cells are asked for. */
const LARGE_TABLE = 16 * 1024;

function readTable(text: string): TableData {
  return text.length < LARGE_TABLE ? (JSON.parse(text) as TableData) : lazyTable(() => JSON.parse(text) as TableData);
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
      ...optional("table", readTable),
      ...optional("location", (text: string) => JSON.parse(text) as ElementLocation),
      ...optional("confidence", (confidence: number) => confidence),
      ...optional("language", (language: string) => language),
      ...optional("attributes", (text: string) => JSON.parse(text) as Record<string, string>),
    });
  }
  return elements;
}
