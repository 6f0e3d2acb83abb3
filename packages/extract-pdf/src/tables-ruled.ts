import type { TableData } from "@groundwork/contracts";
import type { Area, Rule } from "./page-content.ts";
import type { Vocabulary } from "./repair.ts";
import { ruleGroups } from "./rules.ts";
import { buildTable, type CellDraft } from "./table-cells.ts";
import { Phrase } from "./table-phrases.ts";
import type { Word } from "./words.ts";

export interface RuledGrid extends Area {
  readonly xs: readonly number[];
  readonly ys: readonly number[];
  readonly rules: readonly Rule[];
}

const SNAP = 3;
const MAX_LINES = 200;

/** Grids drawn by joined rules that cross each other. */
export function findGrids(joined: readonly Rule[]): RuledGrid[] {
  const grids: RuledGrid[] = [];
  for (const group of ruleGroups(joined)) {
    const horizontal = group.filter((rule) => rule.orientation === "horizontal");
    const vertical = group.filter((rule) => rule.orientation === "vertical");
    if (horizontal.length === 0 || vertical.length === 0) continue;
    const xs = snap([...vertical.map((rule) => rule.at), ...outer(horizontal)]);
    const ys = snap([...horizontal.map((rule) => rule.at), ...outer(vertical)]);
    if (xs.length < 2 || ys.length < 2 || xs.length > MAX_LINES || ys.length > MAX_LINES) continue;
    if ((xs.length - 1) * (ys.length - 1) < 2) continue;
    grids.push({ left: xs[0]!, right: xs.at(-1)!, top: ys[0]!, bottom: ys.at(-1)!, xs, ys, rules: group });
  }
  return grids;
}

/** The farthest ends of rules: an open side of a table has no rule of its own. */
function outer(rules: readonly Rule[]): number[] {
  return [Math.min(...rules.map((rule) => rule.from)), Math.max(...rules.map((rule) => rule.to))];
}

function snap(values: readonly number[]): number[] {
  const sorted = [...values].sort((a, b) => a - b);
  const result: number[] = [];
  for (const value of sorted) if (result.length === 0 || value - result.at(-1)! > SNAP) result.push(value);
  return result;
}

/** Cells of a grid: places whose dividing edge is not drawn are one cell. */
export function gridCells(grid: RuledGrid): CellDraft[] {
  const { xs, ys, rules } = grid;
  const columns = xs.length - 1;
  const rows = ys.length - 1;
  const parent = Array.from({ length: rows * columns }, (_, index) => index);
  const find = (index: number): number => {
    let root = index;
    while (parent[root] !== root) root = parent[root]!;
    return root;
  };
  const near = (orientation: Rule["orientation"], at: number): Rule[] =>
    rules.filter((rule) => rule.orientation === orientation && Math.abs(rule.at - at) <= SNAP + 0.5);
  const verticals = xs.map((x) => near("vertical", x));
  const horizontals = ys.map((y) => near("horizontal", y));
  const covered = (along: readonly Rule[], from: number, to: number): boolean => {
    let length = 0;
    for (const rule of along) length += Math.max(0, Math.min(rule.to, to) - Math.max(rule.from, from));
    return length > 0.5 * (to - from);
  };
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const own = row * columns + column;
      if (column + 1 < columns && !covered(verticals[column + 1]!, ys[row]!, ys[row + 1]!))
        parent[find(own + 1)] = find(own);
      if (row + 1 < rows && !covered(horizontals[row + 1]!, xs[column]!, xs[column + 1]!))
        parent[find(own + columns)] = find(own);
    }
  }
  const groups = new Map<number, number[]>();
  for (let index = 0; index < parent.length; index++) {
    const root = find(index);
    const group = groups.get(root);
    if (group === undefined) groups.set(root, [index]);
    else group.push(index);
  }
  const cells: CellDraft[] = [];
  for (const members of groups.values()) {
    const top = Math.min(...members.map((index) => Math.floor(index / columns)));
    const bottom = Math.max(...members.map((index) => Math.floor(index / columns)));
    const left = Math.min(...members.map((index) => index % columns));
    const right = Math.max(...members.map((index) => index % columns));
    if ((bottom - top + 1) * (right - left + 1) === members.length) {
      cells.push({ row: top, column: left, rowSpan: bottom - top + 1, columnSpan: right - left + 1, phrases: [] });
    } else {
      // Not a rectangle: a stray rule. Every place stands for itself.
      for (const index of members)
        cells.push({
          row: Math.floor(index / columns),
          column: index % columns,
          rowSpan: 1,
          columnSpan: 1,
          phrases: [],
        });
    }
  }
  return cells.sort((a, b) => a.row - b.row || a.column - b.column);
}

/** Puts words into the cells that hold their middles. */
export function fillCells(grid: RuledGrid, cells: readonly CellDraft[], words: readonly Word[]): void {
  const { xs, ys } = grid;
  const columns = xs.length - 1;
  const owners: CellDraft[] = [];
  for (const cell of cells) {
    for (let row = cell.row; row < cell.row + cell.rowSpan; row++) {
      for (let column = cell.column; column < cell.column + cell.columnSpan; column++)
        owners[row * columns + column] = cell;
    }
  }
  const byCell = new Map<CellDraft, Word[]>();
  for (const word of words) {
    const column = stretchOf(xs, (word.left + word.right) / 2);
    const row = stretchOf(ys, word.baseline - 0.3 * word.style.size);
    const cell = column < 0 || row < 0 ? undefined : owners[row * columns + column];
    if (cell === undefined) continue;
    const members = byCell.get(cell);
    if (members === undefined) byCell.set(cell, [word]);
    else members.push(word);
  }
  for (const [cell, members] of byCell) cell.phrases.push(...phrasesOf(members));
}

/** The first stretch between two lines that holds a place, or -1. */
function stretchOf(lines: readonly number[], place: number): number {
  if (!(place >= lines[0]!)) return -1;
  for (let index = 1; index < lines.length; index++) if (place <= lines[index]!) return index - 1;
  return -1;
}

/** Words of one cell as phrases, one per line. */
function phrasesOf(words: readonly Word[]): Phrase[] {
  const sorted = [...words].sort((a, b) => a.baseline - b.baseline || a.left - b.left);
  const lines: Word[][] = [];
  for (const word of sorted) {
    const first = lines.at(-1)?.[0];
    if (first !== undefined && word.baseline - first.baseline < 0.4 * Math.max(word.style.size, first.style.size))
      lines.at(-1)!.push(word);
    else lines.push([word]);
  }
  return lines.map((line) => new Phrase(line.sort((a, b) => a.left - b.left)));
}

export function buildRuledTable(
  cells: readonly CellDraft[],
  grid: RuledGrid,
  headerRows: number,
  vocabulary: Vocabulary,
): TableData {
  return buildTable(cells, grid.ys.length - 1, grid.xs.length - 1, headerRows, vocabulary);
}
