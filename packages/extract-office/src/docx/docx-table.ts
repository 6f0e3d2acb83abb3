import { child, children, integer, isOn, type XmlNode } from "../package/xml-tree.ts";
import { type RowCell, TableAssembler } from "../table-assembler.ts";
import { flattenStory, type StoryItem } from "./docx-items.ts";

/** Rows held until it is clear that a table is one and not a frame around other content. */
const MAX_HELD_ROWS = 64;
/** Widest row that is believed. */
const MAX_COLUMNS = 2000;
const TABLE_LOOK_FIRST_ROW = 0x20;

const WRAPPERS: ReadonlySet<string> = new Set(["w:sdt", "w:sdtContent", "w:customXml", "w:ins", "w:moveTo"]);

function* cellsOf(row: XmlNode): Generator<XmlNode> {
  for (const member of children(row)) {
    if (member.name === "w:tc") yield member;
    else if (WRAPPERS.has(member.name)) yield* cellsOf(member);
  }
}

function* hasNestedTable(cell: XmlNode): Generator<XmlNode> {
  for (const member of children(cell)) {
    if (member.name === "w:tbl") yield member;
    else if (WRAPPERS.has(member.name)) yield* hasNestedTable(member);
  }
}

/** One table, fed row by row. */
export class DocxTable {
  readonly #readInside: (node: XmlNode) => Iterable<StoryItem>;
  readonly #assembler = new TableAssembler();
  #held: XmlNode[] | undefined = [];
  #firstRowIsHeader = true;
  #rows = 0;
  #marked = false;
  #after: StoryItem[] = [];

  constructor(readInside: (node: XmlNode) => Iterable<StoryItem>) {
    this.#readInside = readInside;
  }

  setProperties(node: XmlNode): void {
    const look = child(node, "w:tblLook");
    if (look === undefined) return;
    const { "w:firstRow": firstRow, "w:val": mask } = look.attributes;
    if (firstRow !== undefined) this.#firstRowIsHeader = isOn(look, "w:firstRow");
    else if (mask !== undefined) this.#firstRowIsHeader = (Number.parseInt(mask, 16) & TABLE_LOOK_FIRST_ROW) !== 0;
  }

  *addRow(row: XmlNode): Generator<StoryItem> {
    const properties = child(row, "w:trPr");
    if (child(properties, "w:del") !== undefined) return;
    if (this.#held !== undefined) {
      this.#held.push(row);
      if (this.#held.length > MAX_HELD_ROWS) yield* this.#release();
      return;
    }
    yield* this.#assemble(row);
  }

  *end(): Generator<StoryItem> {
    const held = this.#held;
    if (held !== undefined && isFrame(held)) {
      this.#held = undefined;
      for (const row of held) for (const cell of cellsOf(row)) yield* this.#readInside(cell);
      return;
    }
    yield* this.#release();
    yield* this.#slice();
  }

  *#release(): Generator<StoryItem> {
    const held = this.#held ?? [];
    this.#held = undefined;
    if (held.length < 2) this.#firstRowIsHeader = false;
    for (const row of held) yield* this.#assemble(row);
  }

  *#assemble(row: XmlNode): Generator<StoryItem> {
    const properties = child(row, "w:trPr");
    let column = integer(child(properties, "w:gridBefore"), "w:val") ?? 0;
    const cells: RowCell[] = [];
    for (const cell of cellsOf(row)) {
      const cellProperties = child(cell, "w:tcPr");
      const columnSpan = Math.max(1, Math.min(1000, integer(child(cellProperties, "w:gridSpan"), "w:val") ?? 1));
      const vertical = child(cellProperties, "w:vMerge");
      const horizontal = child(cellProperties, "w:hMerge");
      const previous = cells.at(-1);
      if (horizontal !== undefined && horizontal.attributes["w:val"] !== "restart" && previous !== undefined) {
        cells[cells.length - 1] = { ...previous, columnSpan: (previous.columnSpan ?? 1) + columnSpan };
      } else {
        const continued = vertical !== undefined && vertical.attributes["w:val"] !== "restart";
        const { text, others } = flattenStory(this.#readInside(cell));
        this.#after.push(...others);
        cells.push({ column, columnSpan, text, continued });
      }
      column += columnSpan;
      if (column > MAX_COLUMNS) break;
    }
    const marked = isOn(child(properties, "w:tblHeader"), "w:val");
    if (marked) this.#marked = true;
    this.#assembler.addRow(cells, marked || (this.#rows === 0 && this.#firstRowIsHeader && !this.#marked));
    this.#rows++;
    if (this.#assembler.full) yield* this.#slice();
  }

  *#slice(): Generator<StoryItem> {
    const element = this.#assembler.take();
    if (element !== undefined) yield element;
    const after = this.#after;
    this.#after = [];
    yield* after;
  }
}

/** A single cell, or one row or column around other tables, is a frame: what is inside is read as if it were not there. */
function isFrame(rows: readonly XmlNode[]): boolean {
  const grid = rows.map((row) => Array.from(cellsOf(row)));
  const count = grid.reduce((sum, cells) => sum + cells.length, 0);
  if (count <= 1) return true;
  const narrow = grid.length === 1 || grid.every((cells) => cells.length <= 1);
  return narrow && grid.some((cells) => cells.some((cell) => hasNestedTable(cell).next().done === false));
}
