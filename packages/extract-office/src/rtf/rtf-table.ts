import type { DocumentElement } from "@groundwork/contracts";
import type { KnownColor } from "../look/color.ts";
import { type RowCell, TableAssembler } from "../table-assembler.ts";

export interface RtfCellDefinition {
  /** Right edge in twips. */
  readonly right: number;
  readonly continuesLeft: boolean;
  readonly continuesAbove: boolean;
  readonly fill?: KnownColor | undefined;
}

interface RtfRow {
  readonly cells: readonly { readonly definition: RtfCellDefinition | undefined; readonly text: string }[];
  readonly header: boolean;
}

/** Edges nearer than this are the same column edge (a tenth of a centimetre). */
const EDGE_TOLERANCE_TWIPS = 60;
/** Rows held to learn the columns; RTF states only where each row's cells end. */
const MAX_HELD_ROWS = 150;

/** Builds table elements from rows whose cells are told by their right edges. */
export class RtfTable {
  #rows: RtfRow[] = [];
  readonly #assembler = new TableAssembler();

  *addRow(
    texts: readonly string[],
    definitions: readonly RtfCellDefinition[],
    header: boolean,
  ): Generator<DocumentElement> {
    this.#rows.push({ cells: texts.map((text, index) => ({ text, definition: definitions[index] })), header });
    if (this.#rows.length >= MAX_HELD_ROWS) yield* this.#release();
  }

  *end(): Generator<DocumentElement> {
    yield* this.#release();
    const last = this.#assembler.take();
    if (last !== undefined) yield last;
  }

  *#release(): Generator<DocumentElement> {
    const rows = this.#rows;
    this.#rows = [];
    const edges: number[] = [];
    const rights = rows.flatMap((row) => row.cells.map((cell) => cell.definition?.right ?? -1));
    for (const right of rights.filter((edge) => edge >= 0).sort((a, b) => a - b)) {
      if (right - (edges.at(-1) ?? Number.NEGATIVE_INFINITY) > EDGE_TOLERANCE_TWIPS) edges.push(right);
    }
    for (const row of rows) {
      const cells: RowCell[] = [];
      let column = 0;
      for (const { definition, text } of row.cells) {
        const edge =
          definition === undefined ? -1 : edges.findLastIndex((one) => one <= definition.right + EDGE_TOLERANCE_TWIPS);
        const columnSpan = Math.max(1, edge + 1 - column);
        const previous = cells.at(-1);
        if (definition?.continuesLeft === true && previous !== undefined) {
          cells[cells.length - 1] = { ...previous, columnSpan: (previous.columnSpan ?? 1) + columnSpan };
        } else {
          cells.push({ column, columnSpan, text, continued: definition?.continuesAbove === true });
        }
        column += columnSpan;
      }
      this.#assembler.addRow(cells, row.header);
      if (!this.#assembler.full) continue;
      const slice = this.#assembler.take();
      if (slice !== undefined) yield slice;
    }
  }
}
