import { formatNumber } from "../number-text.ts";
import type { XmlAttributes, XmlHandler } from "../package/xml-scanner.ts";
import { columnIndex, MAX_COLUMNS, MAX_ROWS } from "../sheet/cell-reference.ts";
import type { ColumnRun } from "../sheet/folded-parts.ts";
import type { SheetCell, SheetRow } from "../sheet/sheet-segmenter.ts";
import type { UnseenCell } from "../sheet/unseen-cells.ts";
import { cleanText } from "../text.ts";
import type { CellFormats } from "./cell-formats.ts";
import { unescapeSpreadsheetText } from "./rich-text.ts";
import type { SharedStrings } from "./shared-strings.ts";

export interface WorkbookValues {
  readonly strings: SharedStrings;
  readonly formats: CellFormats;
  readonly date1904: boolean;
}

/** Narrower than three digits, or lower than half a line of small print: white, not content. */
const SPACER_WIDTH_CHARACTERS = 3;
const THIN_ROW_POINTS = 7.5;
const MAX_SPACER_RUN = 20;
const TRUE = /^(?:1|true|on)$/;

/** Page headers and footers of a sheet, in their code of sections and fields. */
const FURNITURE = /^x:(?:odd|even|first)(Header|Footer)$/;

/** Reads a worksheet part row by row; of a formula the value that the file carries. */
export class SheetScanner implements XmlHandler {
  readonly #values: WorkbookValues;
  /** Rows read since they were last taken. */
  rows: SheetRow[] = [];
  /** Columns of white; known before the first row. */
  readonly spacerColumns: Set<number> = new Set();
  /** Columns that the author folded away; known before the first row. */
  readonly foldedColumns: ColumnRun[] = [];
  /** Cells that nobody sees, since they were last taken. */
  unseen: UnseenCell[] = [];
  readonly furniture: { readonly kind: "header" | "footer"; readonly code: string }[] = [];
  #row = -1;
  #rowIsThin = false;
  #rowIsFolded = false;
  #cells: SheetCell[] = [];
  #column = -1;
  #type = "n";
  #style = 0;
  #text = "";
  #collecting = false;
  #phonetic = 0;

  /** Whether a rule or the style of a table may paint a cell in other colors than its own. */
  readonly #mayBePainted: (row: number, column: number) => boolean;

  constructor(values: WorkbookValues, mayBePainted: (row: number, column: number) => boolean) {
    this.#values = values;
    this.#mayBePainted = mayBePainted;
  }

  open(name: string, attributes: XmlAttributes): void {
    switch (name) {
      case "x:c": {
        const { r, t = "n", s } = attributes;
        this.#column = r === undefined ? this.#column + 1 : columnIndex(r);
        this.#type = t;
        this.#style = s === undefined ? 0 : Number(s);
        this.#text = "";
        return;
      }
      case "x:v":
        this.#collecting = true;
        return;
      case "x:t":
        this.#collecting = this.#phonetic === 0;
        return;
      case "x:rPh":
        this.#phonetic++;
        return;
      case "x:row": {
        const stated = Number(attributes.r);
        this.#row = Number.isInteger(stated) && stated > 0 ? stated - 1 : this.#row + 1;
        this.#cells = [];
        this.#column = -1;
        this.#rowIsFolded = attributes.hidden !== undefined && TRUE.test(attributes.hidden);
        this.#rowIsThin = attributes.ht !== undefined && Number(attributes.ht) <= THIN_ROW_POINTS;
        return;
      }
      case "x:col":
        this.#noteColumn(attributes);
        return;
      default:
        if (FURNITURE.test(name)) {
          this.#collecting = true;
          this.#text = "";
        }
    }
  }

  text(text: string): void {
    if (this.#collecting) this.#text += text;
  }

  close(name: string): void {
    switch (name) {
      case "x:v":
      case "x:t":
        this.#collecting = false;
        return;
      case "x:rPh":
        this.#phonetic--;
        return;
      case "x:c":
        this.#endCell();
        return;
      case "x:row":
        if ((this.#cells.length > 0 || this.#rowIsThin) && this.#row < MAX_ROWS) {
          const row = { row: this.#row, cells: inOrder(this.#cells) };
          this.rows.push(this.#rowIsFolded ? { ...row, isFolded: true } : row);
        }
        return;
      default: {
        const match = FURNITURE.exec(name);
        if (match === null) return;
        this.#collecting = false;
        this.furniture.push({ kind: match[1] === "Header" ? "header" : "footer", code: this.#text });
      }
    }
  }

  #noteColumn({ min, max, width, hidden }: XmlAttributes): void {
    const [first, last] = [Number(min), Number(max)];
    if (hidden !== undefined && TRUE.test(hidden)) this.foldedColumns.push({ first: first - 1, last: last - 1 });
    if (!(Number(width) <= SPACER_WIDTH_CHARACTERS) || !(last - first < MAX_SPACER_RUN)) return;
    for (let column = first; column <= last; column++) this.spacerColumns.add(column - 1);
  }

  #endCell(): void {
    if (this.#text === "" || this.#column < 0 || this.#column >= MAX_COLUMNS) return;
    const { strings, formats, date1904 } = this.#values;
    const format = formats.get(this.#style);
    let text = this.#text;
    let numeric = false;
    switch (this.#type) {
      case "s":
        text = strings.get(Number(text));
        break;
      case "b":
        text = text === "1" || text === "true" ? "TRUE" : "FALSE";
        break;
      case "n": {
        const value = Number(text);
        if (Number.isFinite(value)) {
          text = formatNumber(value, format.pattern, date1904);
          numeric = true;
        }
        break;
      }
      case "d":
        text = text.replace(/T00:00:00(?:\.0+)?Z?$/, "").replace("T", " ");
        numeric = true;
        break;
      default:
        text = unescapeSpreadsheetText(text);
    }
    const shown = cleanText(text).trim();
    if (shown === "") return;
    const reason = numeric ? format.unseenNumber : format.unseenText;
    if (reason !== undefined && !(reason === "color" && this.#mayBePainted(this.#row, this.#column))) {
      this.unseen.push({ row: this.#row, column: this.#column, text: shown, reason });
    } else this.#cells.push({ column: this.#column, text: shown, numeric, bold: format.bold });
  }
}

/** Cells by column, one for each: files made by hand may repeat or shuffle them. */
function inOrder(cells: SheetCell[]): SheetCell[] {
  let previous = -1;
  for (const cell of cells) {
    if (cell.column <= previous) {
      return Array.from(new Map(cells.map((one) => [one.column, one])).values()).sort((a, b) => a.column - b.column);
    }
    previous = cell.column;
  }
  return cells;
}

/** Text of a header or footer code: fields and fonts are dropped, the three sections stand on lines of their own. */
export function furnitureText(code: string): string {
  return cleanText(
    code
      .replace(/&&/g, "\u0001")
      .replace(/&"[^"]*"|&K[0-9A-Fa-f]{6}|&K\d\d[+-]\d{3}|&\d+|&[BIUESXYGPNDTZFAHO]/g, "")
      .replace(/&[LCR]/g, "\n")
      .replaceAll("\u0001", "&"),
  )
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => /[\p{L}\p{N}]/u.test(line))
    .join("\n");
}
