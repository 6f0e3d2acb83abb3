import type { Line } from "./lines.ts";

/** Lines that tell columns of text: at least this wide (em) and of this many words. */
const MIN_WIDTH = 11;
const MIN_WORDS = 4;
const MIN_LINES = 5;
const MIN_GUTTER = 0.8;

/**
 * Groups lines by the text columns of the page, so that rows are never sought across a gutter. Long lines tell the
 * columns: a table has none, or they span it. What crosses a gutter is a group of its own.
 */
export function columnGroups(lines: readonly Line[], pageWidth: number): Line[][] {
  const long = lines.filter(
    (line) =>
      line.words.length >= MIN_WORDS &&
      line.right - line.left > MIN_WIDTH * line.style.size &&
      line.right - line.left < 0.6 * pageWidth,
  );
  const gutters = guttersOf(long);
  if (gutters.length === 0) return [[...lines]];
  const groups = Array.from({ length: gutters.length + 2 }, (): Line[] => []);
  for (const line of lines) {
    const crosses = gutters.some((x) => line.left < x - 1 && line.right > x + 1);
    const column = gutters.filter((x) => (line.left + line.right) / 2 > x).length;
    groups[crosses ? groups.length - 1 : column]!.push(line);
  }
  return groups.filter((group) => group.length > 0);
}

/** Middles of white stripes between clusters of long lines that stand beside each other. */
function guttersOf(long: readonly Line[]): number[] {
  const sorted = [...long].sort((a, b) => a.left - b.left);
  const clusters: { lines: Line[]; right: number }[] = [];
  for (const line of sorted) {
    const last = clusters.at(-1);
    if (last !== undefined && line.left - last.right < MIN_GUTTER * line.style.size) {
      last.lines.push(line);
      last.right = Math.max(last.right, line.right);
    } else {
      clusters.push({ lines: [line], right: line.right });
    }
  }
  const columns = clusters.filter((cluster) => cluster.lines.length >= MIN_LINES);
  const gutters: number[] = [];
  for (let index = 1; index < columns.length; index++) {
    const left = columns[index - 1]!;
    const right = columns[index]!;
    const overlap =
      Math.min(lowest(left.lines), lowest(right.lines)) - Math.max(highest(left.lines), highest(right.lines));
    const start = Math.min(...right.lines.map((line) => line.left));
    if (overlap > 0) gutters.push((left.right + start) / 2);
  }
  return gutters;
}

function highest(lines: readonly Line[]): number {
  return Math.min(...lines.map((line) => line.top));
}

function lowest(lines: readonly Line[]): number {
  return Math.max(...lines.map((line) => line.bottom));
}
