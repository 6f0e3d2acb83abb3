import type { DocumentElement } from "@groundwork/contracts";
import { WHITE } from "../look/color.ts";
import type { UnseenReason } from "../look/unseen-text.ts";
import { child, children, integer, type XmlNode } from "../package/xml-tree.ts";
import { MAX_COLUMNS, MAX_ROWS, rangeName } from "../sheet/cell-reference.ts";
import type { ColumnRun } from "../sheet/folded-parts.ts";
import { type SheetCell, SheetSegmenter } from "../sheet/sheet-segmenter.ts";
import { UnseenCells } from "../sheet/unseen-cells.ts";
import { cleanText } from "../text.ts";
import { odfInline } from "./odf-inline.ts";
import { type OdfLook, type OdfLooks, unseenReason } from "./odf-looks.ts";
import { odfComment } from "./odf-text.ts";

/** Copies of a row or cell with text that are given out; blank ones may be repeated a million times and cost nothing. */
const MAX_COPIES = 1000;
const FOLDED = /^(?:collapse|filter)$/;
const NUMERIC = /^(?:float|percentage|currency|date|time)$/;

/** Rows of one sheet of an OpenDocument spreadsheet. */
export class OdfSheet {
  readonly name: string;
  readonly #segmenter: SheetSegmenter;
  readonly #comments: DocumentElement[] = [];
  readonly #looks: OdfLooks;
  readonly #unseen: UnseenCells;
  readonly #foldedColumns: ColumnRun[] = [];
  /** Styles of cells that state none, by column. */
  readonly #columnStyles: (ColumnRun & { readonly style: string })[] = [];
  #columns = 0;
  #row = 0;

  constructor(name: string, looks: OdfLooks) {
    this.name = name;
    this.#looks = looks;
    this.#unseen = new UnseenCells(name);
    const foldedColumns = this.#foldedColumns;
    this.#segmenter = new SheetSegmenter({ sheet: name, merges: [], tables: [], foldedColumns });
  }

  /** A column, or a group of them. */
  addColumns(node: XmlNode): void {
    if (node.name !== "table:table-column") {
      for (const member of children(node)) this.addColumns(member);
      return;
    }
    const first = this.#columns;
    this.#columns += Math.max(1, integer(node, "table:number-columns-repeated") ?? 1);
    const run = { first, last: this.#columns - 1 };
    if (FOLDED.test(node.attributes["table:visibility"] ?? "")) this.#foldedColumns.push(run);
    const style = node.attributes["table:default-cell-style-name"];
    if (style !== undefined) this.#columnStyles.push({ ...run, style });
  }

  *addRow(node: XmlNode): Generator<DocumentElement> {
    const repeated = Math.max(1, integer(node, "table:number-rows-repeated") ?? 1);
    const cells = this.#readCells(node);
    const isFolded = FOLDED.test(node.attributes["table:visibility"] ?? "");
    for (let copy = 0; copy < Math.min(repeated, MAX_COPIES) && this.#row + copy < MAX_ROWS; copy++) {
      if (cells.length === 0) break;
      yield* this.#segmenter.addRow({ row: this.#row + copy, cells, isFolded });
    }
    this.#row += repeated;
    yield* this.#unseen.take(false);
  }

  *end(): Generator<DocumentElement> {
    yield* this.#segmenter.end();
    yield* this.#unseen.take(true);
    yield* this.#comments;
  }

  #reason(cell: XmlNode, row: XmlNode, column: number): UnseenReason | undefined {
    const style =
      cell.attributes["table:style-name"] ??
      row.attributes["table:default-cell-style-name"] ??
      this.#columnStyles.find(({ first, last }) => column >= first && column <= last)?.style;
    const look: OdfLook = this.#looks.look(style);
    return unseenReason(look, look.fill === undefined || look.fill === "none" ? WHITE : look.fill);
  }

  #readCells(row: XmlNode): SheetCell[] {
    const cells: SheetCell[] = [];
    let column = 0;
    for (const cell of children(row)) {
      if (cell.name !== "table:table-cell" && cell.name !== "table:covered-table-cell") continue;
      const repeated = Math.max(1, integer(cell, "table:number-columns-repeated") ?? 1);
      const text = cell.name === "table:table-cell" ? cellText(cell) : "";
      const annotation = child(cell, "office:annotation");
      if (annotation !== undefined) {
        const range = rangeName({ top: this.#row, left: column, bottom: this.#row, right: column });
        const comment = odfComment(annotation, { sheet: this.name, range });
        if (comment !== undefined) this.#comments.push(comment);
      }
      const reason = text === "" ? undefined : this.#reason(cell, row, column);
      if (reason !== undefined) this.#unseen.add({ row: this.#row, column, text, reason });
      else if (text !== "") {
        const numeric = NUMERIC.test(cell.attributes["office:value-type"] ?? "");
        for (let copy = 0; copy < Math.min(repeated, MAX_COPIES) && column + copy < MAX_COLUMNS; copy++) {
          cells.push({ column: column + copy, text, numeric, bold: false });
        }
        const columns = integer(cell, "table:number-columns-spanned") ?? 1;
        const rows = integer(cell, "table:number-rows-spanned") ?? 1;
        if (columns > 1 || rows > 1) {
          const right = Math.min(MAX_COLUMNS - 1, column + columns - 1);
          this.#segmenter.addMerge({ top: this.#row, left: column, bottom: this.#row + rows - 1, right });
        }
      }
      column += repeated;
    }
    return cells;
  }
}

function cellText(cell: XmlNode): string {
  const lines = Array.from(children(cell, "text:p"), odfInline);
  const shown = cleanText(lines.join("\n")).trim();
  return shown === "" ? (cell.attributes["office:string-value"] ?? cell.attributes["office:value"] ?? "") : shown;
}
