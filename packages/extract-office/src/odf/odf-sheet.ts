import type { DocumentElement } from "@groundwork/contracts";
import { child, children, integer, type XmlNode } from "../package/xml-tree.ts";
import { MAX_COLUMNS, MAX_ROWS, rangeName } from "../sheet/cell-reference.ts";
import { type SheetCell, SheetSegmenter } from "../sheet/sheet-segmenter.ts";
import { cleanText } from "../text.ts";
import { odfComment, odfInline } from "./odf-text.ts";

/** Copies of a row or cell with text that are given out; blank ones may be repeated a million times and cost nothing. */
const MAX_COPIES = 1000;
const NUMERIC = /^(?:float|percentage|currency|date|time)$/;

/** Rows of one sheet of an OpenDocument spreadsheet. */
export class OdfSheet {
  readonly name: string;
  readonly #segmenter: SheetSegmenter;
  readonly #comments: DocumentElement[] = [];
  #row = 0;

  constructor(name: string) {
    this.name = name;
    this.#segmenter = new SheetSegmenter({ sheet: name, merges: [], tables: [] });
  }

  *addRow(node: XmlNode): Generator<DocumentElement> {
    const repeated = Math.max(1, integer(node, "table:number-rows-repeated") ?? 1);
    const cells = this.#readCells(node);
    for (let copy = 0; copy < Math.min(repeated, MAX_COPIES) && this.#row + copy < MAX_ROWS; copy++) {
      if (cells.length === 0) break;
      yield* this.#segmenter.addRow({ row: this.#row + copy, cells });
    }
    this.#row += repeated;
  }

  *end(): Generator<DocumentElement> {
    yield* this.#segmenter.end();
    yield* this.#comments;
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
      if (text !== "") {
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
