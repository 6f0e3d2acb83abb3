import type { TableData } from "@groundwork/contracts";
import type { Area, Rule } from "./page-content.ts";
import type { Vocabulary } from "./repair.ts";
import { joinRules, ruleGroups } from "./rules.ts";
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

/** Grids drawn by rules that cross each other. */
export function findGrids(rules: readonly Rule[]): RuledGrid[] {
  const grids: RuledGrid[] = [];
  for (const group of ruleGroups(joinRules(rules))) {
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
  const covered = (orientation: Rule["orientation"], at: number, from: number, to: number): boolean => {
    let length = 0;
    for (const rule of rules) {
      if (rule.orientation !== orientation || Math.abs(rule.at - at) > SNAP + 0.5) continue;
      length += Math.max(0, Math.min(rule.to, to) - Math.max(rule.from, from));
    }
    return length > 0.5 * (to - from);
  };
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const own = row * columns + column;
      if (column + 1 < columns && !covered("vertical", xs[column + 1]!, ys[row]!, ys[row + 1]!))
        parent[find(own + 1)] = find(own);
      if (row + 1 < rows && !covered("horizontal", ys[row + 1]!, xs[column]!, xs[column + 1]!))
        parent[find(own + columns)] = find(own);
    }
  }
  const groups = new Map<number, number[]>();
  for (let index = 0; index < parent.length; index++) {
    const root = find(index);
    groups.set(root, [...(groups.get(root) ?? []), index]);
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

/** Puts words into the cells that hold their middles. Words of no cell are given back. */
export function fillCells(grid: RuledGrid, cells: readonly CellDraft[], words: readonly Word[]): Word[] {
  const { xs, ys } = grid;
  const byCell = new Map<CellDraft, Word[]>();
  const left: Word[] = [];
  for (const word of words) {
    const x = (word.left + word.right) / 2;
    const y = word.baseline - 0.3 * word.style.size;
    const cell = cells.find(
      ({ row, column, rowSpan, columnSpan }) =>
        x >= xs[column]! && x <= xs[column + columnSpan]! && y >= ys[row]! && y <= ys[row + rowSpan]!,
    );
    if (cell === undefined) left.push(word);
    else byCell.set(cell, [...(byCell.get(cell) ?? []), word]);
  }
  for (const [cell, members] of byCell) cell.phrases.push(...phrasesOf(members));
  return left;
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
