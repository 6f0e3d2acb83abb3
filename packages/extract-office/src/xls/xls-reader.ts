import { type CallOptions, type DocumentElement, throwIfAborted } from "@groundwork/contracts";
import { commentElement } from "../comment-element.ts";
import { asHidden } from "../look/unseen-text.ts";
import { formatNumber } from "../number-text.ts";
import { passwordRequired, unsupported } from "../office-errors.ts";
import type { ResolvedOfficeOptions } from "../office-options.ts";
import type { OfficePart } from "../office-part.ts";
import type { CompoundFile } from "../ole/compound-file.ts";
import { type CellRange, MAX_COLUMNS, rangeName } from "../sheet/cell-reference.ts";
import type { ColumnRun } from "../sheet/folded-parts.ts";
import { type SheetCell, SheetSegmenter } from "../sheet/sheet-segmenter.ts";
import { type UnseenCell, UnseenCells } from "../sheet/unseen-cells.ts";
import { cleanLine, cleanText } from "../text.ts";
import { furnitureText } from "../xlsx/sheet-scanner.ts";
import { type BiffRecord, readRecords } from "./biff-records.ts";
import { BiffGlobals, type BoundSheet, errorText, rkNumber } from "./biff-values.ts";

const BOF = 0x809;
const EOF = 0x0a;
const WORKSHEET = 0x10;

interface SheetContent {
  readonly rows: Map<number, SheetCell[]>;
  readonly merges: CellRange[];
  readonly foldedRows: Set<number>;
  readonly foldedColumns: ColumnRun[];
  readonly unseen: UnseenCell[];
  readonly furniture: { readonly kind: "header" | "footer"; readonly code: string }[];
  readonly notes: { readonly row: number; readonly column: number; readonly object: number; readonly author: string }[];
  /** Texts of drawing objects by object id. */
  readonly objectTexts: Map<number, string>;
}

/** Reads the binary workbooks of Excel 5 to 2003 ([MS-XLS]). They hold at most 65,536 rows a sheet and are read whole. */
export function* readXls(
  file: CompoundFile,
  options: ResolvedOfficeOptions,
  call?: CallOptions,
): Generator<OfficePart> {
  const stream = file.stream("Workbook") ?? file.stream("Book");
  if (stream === undefined) throw unsupported("a compound file without a workbook");
  const globals = readGlobals(stream);
  const sheets = globals.sheets.filter((sheet) => sheet.isWorksheet && (!sheet.hidden || options.hidden === "include"));
  for (const [index, sheet] of sheets.entries()) {
    throwIfAborted(call?.signal);
    let told = false;
    for (const element of readSheet(stream, globals, sheet)) {
      const name = cleanLine(sheet.name);
      const heading: DocumentElement = { kind: "heading", level: 2, text: name, location: { sheet: name } };
      if (!told) yield sheet.hidden ? asHidden(heading) : heading;
      told = true;
      yield sheet.hidden ? asHidden(element) : element;
    }
    yield { type: "progress", unit: "part", done: index + 1, total: sheets.length };
  }
}

function readGlobals(stream: Uint8Array): BiffGlobals {
  let globals: BiffGlobals | undefined;
  for (const record of readRecords(stream)) {
    if (record.type === BOF && globals === undefined) {
      globals = new BiffGlobals(record.view.getUint16(0, true) >= 0x600);
    } else if (record.type === EOF) break;
    else globals?.accept(record);
    if (globals?.encrypted === true) throw passwordRequired();
  }
  if (globals === undefined) throw unsupported("a workbook older than Excel 5");
  return globals;
}

function* readSheet(stream: Uint8Array, globals: BiffGlobals, sheet: BoundSheet): Generator<DocumentElement> {
  const name = cleanLine(sheet.name);
  const content = readContent(stream, globals, sheet.offset);
  const segmenter = new SheetSegmenter({
    sheet: name,
    merges: content.merges,
    tables: [],
    foldedColumns: content.foldedColumns,
  });
  for (const row of Array.from(content.rows.keys()).sort((a, b) => a - b)) {
    const cells = content.rows.get(row)!.sort((a, b) => a.column - b.column);
    const single = cells.filter((cell, at) => cell.column !== cells[at - 1]?.column);
    yield* segmenter.addRow({ row, cells: single, ...(content.foldedRows.has(row) ? { isFolded: true } : {}) });
  }
  yield* segmenter.end();
  const unseen = new UnseenCells(name);
  for (const cell of content.unseen.sort((a, b) => a.row - b.row || a.column - b.column)) unseen.add(cell);
  yield* unseen.take(true);
  const noted = new Set(content.notes.map((note) => note.object));
  for (const [id, text] of content.objectTexts) {
    if (!noted.has(id) && text !== "") {
      yield { kind: "paragraph", text, location: { sheet: name }, attributes: { source: "text-box" } };
    }
  }
  for (const { row, column, object, author } of content.notes) {
    const text = content.objectTexts.get(object) ?? "";
    const range = rangeName({ top: row, left: column, bottom: row, right: column });
    if (text !== "") yield commentElement(text, { name: author }, undefined, { sheet: name, range });
  }
  for (const { kind, code } of content.furniture) {
    const text = furnitureText(code);
    if (text !== "") yield { kind, text, location: { sheet: name } };
  }
}

function readContent(stream: Uint8Array, globals: BiffGlobals, offset: number): SheetContent {
  const content: SheetContent = {
    rows: new Map(),
    merges: [],
    foldedRows: new Set(),
    foldedColumns: [],
    unseen: [],
    furniture: [],
    notes: [],
    objectTexts: new Map(),
  };
  let depth = 0;
  let pending: { row: number; column: number; format: number } | undefined;
  let object = 0;
  for (const record of readRecords(stream, offset)) {
    if (record.type === BOF) {
      // Charts lie inside sheets as sub-streams of their own.
      if (depth++ === 0 && record.view.getUint16(2, true) !== WORKSHEET) return content;
    } else if (record.type === EOF) {
      if (--depth <= 0) return content;
    } else if (depth === 1) {
      try {
        if (record.type === 0x207 && pending !== undefined) {
          addText(content, globals, pending, globals.text(record, 0, 2));
          pending = undefined;
        } else if (record.type === 0x5d) {
          object = record.data.length >= 8 ? record.view.getUint16(6, true) : 0;
        } else if (record.type === 0x1b6) {
          content.objectTexts.set(object, objectText(record));
        } else {
          pending = acceptCell(content, globals, record) ?? pending;
        }
      } catch (error) {
        // A record shorter than its kind asks for: the others still count.
        if (!(error instanceof RangeError)) throw error;
      }
    }
  }
  return content;
}

type CellPlace = { readonly row: number; readonly column: number; readonly format: number };

function addText(content: SheetContent, globals: BiffGlobals, place: CellPlace, text: string, numeric = false): void {
  const shown = cleanText(text).trim();
  if (shown === "" || place.column >= MAX_COLUMNS) return;
  const { bold, unseenNumber, unseenText } = globals.format(place.format);
  const reason = numeric ? unseenNumber : unseenText;
  if (reason !== undefined) {
    content.unseen.push({ row: place.row, column: place.column, text: shown, reason });
    return;
  }
  const cells = content.rows.get(place.row) ?? [];
  cells.push({ column: place.column, text: shown, numeric, bold });
  content.rows.set(place.row, cells);
}

function addNumber(content: SheetContent, globals: BiffGlobals, place: CellPlace, value: number): void {
  const { pattern } = globals.format(place.format);
  addText(content, globals, place, formatNumber(value, pattern, globals.date1904), true);
}

/** Takes in one record; gives the place of a formula whose text comes in the next record. */
function acceptCell(content: SheetContent, globals: BiffGlobals, record: BiffRecord): CellPlace | undefined {
  const { type, view, data } = record;
  const place = (): CellPlace => ({
    row: view.getUint16(0, true),
    column: view.getUint16(2, true),
    format: view.getUint16(4, true),
  });
  switch (type) {
    case 0xfd:
      addText(content, globals, place(), globals.strings[view.getUint32(6, true)] ?? "");
      return;
    case 0x204:
    case 0xd6:
      addText(content, globals, place(), globals.text(record, 6, 2));
      return;
    case 0x203:
      addNumber(content, globals, place(), view.getFloat64(6, true));
      return;
    case 0x27e:
      addNumber(content, globals, place(), rkNumber(view.getInt32(6, true)));
      return;
    case 0xbd: {
      const { row, column } = place();
      for (let at = 4, index = 0; at + 6 <= data.length - 2; at += 6, index++) {
        const cell = { row, column: column + index, format: view.getUint16(at, true) };
        addNumber(content, globals, cell, rkNumber(view.getInt32(at + 2, true)));
      }
      return;
    }
    case 0x205: {
      const value = view.getUint8(6);
      addText(content, globals, place(), view.getUint8(7) === 1 ? errorText(value) : value === 1 ? "TRUE" : "FALSE");
      return;
    }
    case 0x06:
    case 0x206:
    case 0x406: {
      if (view.getUint16(12, true) !== 0xffff) {
        addNumber(content, globals, place(), view.getFloat64(6, true));
        return;
      }
      const kind = view.getUint8(6);
      if (kind === 0) return place();
      if (kind === 1) addText(content, globals, place(), view.getUint8(8) === 1 ? "TRUE" : "FALSE");
      if (kind === 2) addText(content, globals, place(), errorText(view.getUint8(8)));
      return;
    }
    case 0x208:
      if (data.length >= 16 && (view.getUint16(12, true) & 0x20) !== 0) content.foldedRows.add(view.getUint16(0, true));
      return;
    case 0x7d:
      if (data.length >= 10 && (view.getUint16(8, true) & 1) !== 0) {
        content.foldedColumns.push({ first: view.getUint16(0, true), last: view.getUint16(2, true) });
      }
      return;
    case 0xe5:
      for (let at = 2; at + 8 <= data.length; at += 8) {
        content.merges.push({
          top: view.getUint16(at, true),
          bottom: view.getUint16(at + 2, true),
          left: view.getUint16(at + 4, true),
          right: view.getUint16(at + 6, true),
        });
      }
      return;
    case 0x14:
    case 0x15:
      if (data.length > 2) {
        const code = globals.text(record, 0, globals.isUnicode ? 2 : 1);
        content.furniture.push({ kind: type === 0x14 ? "header" : "footer", code });
      }
      return;
    case 0x1c:
      if (globals.isUnicode) {
        content.notes.push({
          row: view.getUint16(0, true),
          column: view.getUint16(2, true),
          object: view.getUint16(6, true),
          author: data.length > 11 ? globals.text(record, 8, 2) : "",
        });
      }
  }
  return;
}

/** Text of a drawing object: it stands in the first continuation of its record. */
function objectText(record: BiffRecord): string {
  const [seam] = record.seams;
  const count = record.view.getUint16(10, true);
  if (seam === undefined || count === 0) return "";
  let text = "";
  let at = seam;
  for (let index = 0; index < record.seams.length && text.length < count; index++) {
    at = record.seams[index]!;
    const end = record.seams[index + 1] ?? record.data.length;
    const wide = (record.view.getUint8(at) & 1) !== 0;
    const bytes = Buffer.from(record.data.buffer, record.data.byteOffset + at + 1, end - at - 1);
    text += bytes.toString(wide ? "utf16le" : "latin1");
  }
  return cleanText(text.slice(0, count));
}
