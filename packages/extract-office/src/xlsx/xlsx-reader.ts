import { type CallOptions, type DocumentElement, GroundworkError, throwIfAborted } from "@groundwork/contracts";
import { readThemeColors } from "../look/theme-colors.ts";
import { asHidden } from "../look/unseen-text.ts";
import type { ResolvedOfficeOptions } from "../office-options.ts";
import type { OfficePart } from "../office-part.ts";
import type { OpcPackage } from "../package/opc-package.ts";
import { XmlScanner } from "../package/xml-scanner.ts";
import { child, children, type XmlNode } from "../package/xml-tree.ts";
import { type CellRange, parseRange } from "../sheet/cell-reference.ts";
import { type SheetLayout, SheetSegmenter } from "../sheet/sheet-segmenter.ts";
import { UnseenCells } from "../sheet/unseen-cells.ts";
import { cleanLine } from "../text.ts";
import { CellFormats } from "./cell-formats.ts";
import { scanRanges } from "./range-scanner.ts";
import { SharedStrings } from "./shared-strings.ts";
import { readSheetComments } from "./sheet-comments.ts";
import { readSheetDrawings } from "./sheet-drawings.ts";
import { furnitureText, SheetScanner, type WorkbookValues } from "./sheet-scanner.ts";

interface Sheet {
  readonly name: string;
  readonly part: string;
  readonly hidden: boolean;
  readonly isWorksheet: boolean;
}

async function listSheets(opc: OpcPackage, workbookPart: string, workbook: XmlNode): Promise<Sheet[]> {
  const relationships = await opc.relationships(workbookPart);
  const sheets: Sheet[] = [];
  for (const node of children(child(workbook, "x:sheets"), "x:sheet")) {
    const relationship = relationships.get(node.attributes["r:id"] ?? "");
    if (relationship === undefined || relationship.external || !opc.zip.has(relationship.target)) continue;
    sheets.push({
      name: cleanLine(node.attributes.name ?? "") || `Sheet ${sheets.length + 1}`,
      part: relationship.target,
      hidden: node.attributes.state === "hidden" || node.attributes.state === "veryHidden",
      isWorksheet: relationship.type === "worksheet",
    });
  }
  return sheets;
}

async function readLayout(
  opc: OpcPackage,
  sheet: Sheet,
): Promise<{ readonly layout: SheetLayout; readonly painted: readonly CellRange[] }> {
  const { merges, filters, conditional } = await scanRanges(opc.zip, sheet.part);
  const painted = [...conditional];
  const tables = [...filters];
  for (const target of await opc.related(sheet.part, "table")) {
    const root = await opc.readOptional(target);
    const range = parseRange(root?.attributes.ref ?? "");
    if (range !== undefined && child(root, "x:tableStyleInfo")?.attributes.name !== undefined) painted.push(range);
    if (range !== undefined && root?.attributes.headerRowCount !== "0") tables.push(range);
  }
  return { layout: { sheet: sheet.name, merges, tables }, painted };
}

async function* readRows(
  opc: OpcPackage,
  sheet: Sheet,
  values: WorkbookValues,
  options: CallOptions | undefined,
): AsyncGenerator<DocumentElement> {
  const { layout, painted } = await readLayout(opc, sheet);
  const handler = new SheetScanner(values, (row, column) =>
    painted.some(({ top, left, bottom, right }) => row >= top && row <= bottom && column >= left && column <= right),
  );
  const { spacerColumns, foldedColumns } = handler;
  const segmenter = new SheetSegmenter({ ...layout, spacerColumns, foldedColumns });
  const unseen = new UnseenCells(sheet.name);
  const takeUnseen = (isEnd: boolean): DocumentElement[] => {
    for (const cell of handler.unseen) unseen.add(cell);
    handler.unseen = [];
    return unseen.take(isEnd);
  };
  const scanner = new XmlScanner(handler);
  for await (const piece of opc.zip.stream(sheet.part)) {
    throwIfAborted(options?.signal);
    scanner.write(piece);
    const { rows } = handler;
    handler.rows = [];
    for (const row of rows) yield* segmenter.addRow(row);
    yield* takeUnseen(false);
  }
  scanner.end();
  for (const row of handler.rows) yield* segmenter.addRow(row);
  yield* segmenter.end();
  yield* takeUnseen(true);
  const told = new Set<string>();
  for (const { kind, code } of handler.furniture) {
    const text = furnitureText(code);
    if (text === "" || told.has(text)) continue;
    told.add(text);
    yield { kind, text, location: { sheet: sheet.name } };
  }
}

/** Reads a workbook, sheet by sheet and row by row. */
export async function* readXlsx(
  opc: OpcPackage,
  part: string,
  options: ResolvedOfficeOptions,
  call?: CallOptions,
): AsyncGenerator<OfficePart> {
  const workbook = await opc.read(part);
  if (workbook === undefined) {
    throw new GroundworkError("CORRUPT_DOCUMENT", "Expected a workbook, found an empty part. Repair the file.");
  }
  const sheets = (await listSheets(opc, part, workbook)).filter(
    (sheet) => !sheet.hidden || options.hidden === "include",
  );
  const theme = await readThemeColors(opc.zip, (await opc.related(part, "theme"))[0]);
  const values: WorkbookValues = {
    strings: await SharedStrings.load(opc.zip, (await opc.related(part, "sharedStrings"))[0]),
    formats: new CellFormats(await opc.readOptional((await opc.related(part, "styles"))[0]), theme),
    date1904: /^(?:1|true|on)$/.test(child(workbook, "x:workbookPr")?.attributes.date1904 ?? ""),
  };
  for (const [index, sheet] of sheets.entries()) {
    throwIfAborted(call?.signal);
    for await (const item of readSheet(opc, part, sheet, values, call)) {
      if (sheet.hidden && "kind" in item) yield asHidden(item);
      else yield item;
    }
    yield { type: "progress", unit: "part", done: index + 1, total: sheets.length };
  }
}

async function* readSheet(
  opc: OpcPackage,
  workbookPart: string,
  sheet: Sheet,
  values: WorkbookValues,
  call: CallOptions | undefined,
): AsyncGenerator<OfficePart> {
  const heading: DocumentElement = { kind: "heading", level: 2, text: sheet.name, location: { sheet: sheet.name } };
  let told = false;
  const content = async function* (): AsyncGenerator<OfficePart> {
    if (sheet.isWorksheet) yield* readRows(opc, sheet, values, call);
    yield* readSheetDrawings(opc, sheet.part, sheet.name);
    yield* readSheetComments(opc, workbookPart, sheet.part, sheet.name);
  };
  for await (const item of content()) {
    // The name of a sheet without content says nothing.
    if (!told && "kind" in item) yield heading;
    told ||= "kind" in item;
    yield item;
  }
}
