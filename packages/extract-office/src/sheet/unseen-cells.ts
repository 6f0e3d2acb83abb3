import { type DocumentElement, HIDDEN_ATTRIBUTE } from "@groundwork/contracts";
import type { UnseenReason } from "../look/unseen-text.ts";
import { type CellRange, rangeName } from "./cell-reference.ts";

/** A cell whose text nobody sees. */
export interface UnseenCell {
  readonly row: number;
  readonly column: number;
  readonly text: string;
  readonly reason: UnseenReason;
}

/** Bounds of one element. */
const MAX_ROWS = 200;
const MAX_CHARACTERS = 64 * 1024;

const HAS_WORDS = /[\p{L}\p{N}]/u;

interface Open {
  readonly reason: UnseenReason;
  range: CellRange;
  text: string;
}

/** Gathers cells that nobody sees, by rows: one paragraph for those of a reason that follow one another. */
export class UnseenCells {
  readonly #sheet: string;
  #open: Open | undefined;
  #done: DocumentElement[] = [];

  constructor(sheet: string) {
    this.#sheet = sheet;
  }

  add({ row, column, text, reason }: UnseenCell): void {
    if (!HAS_WORDS.test(text)) return;
    const open = this.#open;
    if (
      open === undefined ||
      open.reason !== reason ||
      row > open.range.bottom + 1 ||
      row - open.range.top >= MAX_ROWS ||
      open.text.length + text.length > MAX_CHARACTERS
    ) {
      this.#end();
      this.#open = { reason, text, range: { top: row, left: column, bottom: row, right: column } };
      return;
    }
    open.text += `${row === open.range.bottom ? " | " : "\n"}${text}`;
    const { top, left, right } = open.range;
    open.range = { top, left: Math.min(left, column), bottom: row, right: Math.max(right, column) };
  }

  /** Those that are complete; all, where the sheet ends. */
  take(isEnd: boolean): DocumentElement[] {
    if (isEnd) this.#end();
    const done = this.#done;
    this.#done = [];
    return done;
  }

  #end(): void {
    if (this.#open === undefined) return;
    const { reason, range, text } = this.#open;
    this.#open = undefined;
    this.#done.push({
      kind: "paragraph",
      text,
      location: { sheet: this.#sheet, range: rangeName(range) },
      attributes: { [HIDDEN_ATTRIBUTE]: reason },
    });
  }
}
