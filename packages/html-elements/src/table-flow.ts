import { headerRowCount, renderTableText, type TableData, tableRows } from "@groundwork/contracts";
import { type Block, isShown } from "./block.ts";
import type { BlockFlow, ItemFrame, ListFrame } from "./block-flow.ts";
import { buildTable, isLayoutTable, type RowFrame, spanOf } from "./table-builder.ts";

type Attributes = Readonly<Record<string, string>>;

interface TableFrame {
  rows: RowFrame[];
  readonly role: string | undefined;
  readonly captions: Block[];
  /** What was open around the table. */
  readonly out: Block[];
  readonly lists: ListFrame[];
  readonly items: ItemFrame[];
  readonly outerCaptions: Block[] | undefined;
  isInHead: boolean;
  /** Header rows of the first slice; set once a slice was given. */
  headerRows: string[][] | undefined;
}

/** A table with more rows is given in slices. */
const SLICE_ROWS = 250;
/** A slice waits this long for spans to end. */
const MOST_ROWS = 1_000;

/** Follows the tables that are open, and turns them into blocks. */
export class TableFlow {
  readonly #flow: BlockFlow;
  readonly #tables: TableFrame[] = [];

  constructor(flow: BlockFlow) {
    this.#flow = flow;
  }

  get #table(): TableFrame | undefined {
    return this.#tables[this.#tables.length - 1];
  }

  get isOpen(): boolean {
    return this.#tables.length > 0;
  }

  openTable(attributes: Attributes): void {
    const flow = this.#flow;
    flow.flush();
    const { out, lists, items, tableCaptions } = flow;
    const frame: TableFrame = {
      rows: [],
      role: attributes.role?.trim().toLowerCase(),
      captions: [],
      out,
      lists,
      items,
      outerCaptions: tableCaptions,
      isInHead: false,
      headerRows: undefined,
    };
    this.#tables.push(frame);
    flow.lists = [];
    flow.items = [];
    flow.tableCaptions = frame.captions;
  }

  openGroup(isHead: boolean): void {
    this.closeCell();
    if (this.#table !== undefined) this.#table.isInHead = isHead;
  }

  openRow(): void {
    this.closeCell();
    this.#table?.rows.push([]);
  }

  openCell(isHeader: boolean, attributes: Attributes): void {
    const table = this.#table;
    if (table === undefined) return;
    this.closeCell();
    if (table.rows.length === 0) table.rows.push([]);
    const blocks: Block[] = [];
    table.rows[table.rows.length - 1]!.push({
      blocks,
      rowSpan: spanOf(attributes.rowspan, true),
      columnSpan: spanOf(attributes.colspan, false),
      isHeader: isHeader || table.isInHead,
    });
    this.#flow.out = blocks;
    this.#flow.tableCaptions = undefined;
  }

  closeCell(): void {
    const flow = this.#flow;
    flow.flush();
    const table = this.#table;
    if (table === undefined) return;
    flow.out = table.out;
    flow.lists = [];
    flow.items = [];
    flow.tableCaptions = table.captions;
  }

  closeRow(): void {
    this.closeCell();
    const table = this.#table;
    if (table === undefined || table.rows.length < SLICE_ROWS || table.out !== this.#flow.root) return;
    const reachesOn = table.rows.some((row, index) => row.some((cell) => index + cell.rowSpan > table.rows.length));
    if (reachesOn && table.rows.length < MOST_ROWS) return;
    if (table.headerRows === undefined && isLayoutTable(table.rows, table.role, table.captions.length > 0)) return;
    const data = this.#give(table, buildTable(table.rows));
    if (data !== undefined) table.headerRows ??= tableRows(data).slice(0, Math.max(1, headerRowCount(data)));
    table.rows = [];
  }

  closeTable(): void {
    this.closeCell();
    const table = this.#tables.pop();
    if (table === undefined) return;
    const flow = this.#flow;
    flow.out = table.out;
    flow.lists = table.lists;
    flow.items = table.items;
    flow.tableCaptions = table.outerCaptions;
    const isLayout = table.headerRows === undefined && isLayoutTable(table.rows, table.role, table.captions.length > 0);
    this.#give(table, isLayout ? undefined : buildTable(table.rows));
  }

  /** Gives the rows as a table; without data, as the blocks of its cells in their order. */
  #give(table: TableFrame, data: TableData | undefined): TableData | undefined {
    const flow = this.#flow;
    for (const caption of table.captions.splice(0)) flow.emit(caption);
    if (data === undefined) {
      for (const row of table.rows) for (const cell of row) for (const block of cell.blocks) flow.emit(block);
      return undefined;
    }
    const block = flow.createBlock("table", renderTableText(data));
    block.table = table.headerRows === undefined ? data : { ...data, continuedHeader: table.headerRows };
    block.linkCharacters = 0;
    for (const row of table.rows) {
      for (const cell of row) for (const inner of cell.blocks) block.linkCharacters += inner.linkCharacters;
    }
    flow.emit(block);
    for (const hidden of unseenIn(table.rows)) flow.emit(hidden);
    return data;
  }
}

/** What nobody sees in the cells of a table follows it, neighbours with one reason as one text. */
function unseenIn(rows: readonly RowFrame[]): Block[] {
  const found: Block[] = [];
  for (const row of rows) {
    for (const cell of row) {
      for (const block of cell.blocks) {
        if (isShown(block)) continue;
        const last = found[found.length - 1];
        if (last === undefined || last.hidden !== block.hidden) found.push({ ...block });
        else last.text += `\n${block.text}`;
      }
    }
  }
  return found;
}
