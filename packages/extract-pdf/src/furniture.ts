import type { Line } from "./lines.ts";
import type { PageLines, TurnedLines } from "./page-lines.ts";

export type FurnitureKind = "header" | "footer" | "page_number";

/** Share of the page's height at its top and bottom where running heads and feet stand. */
const MARGIN = 0.14;
/** Rows from the edge that are looked at. */
const EDGE_ROWS = 4;
/** Two pages' rows are the same running line when they stand within this (points) of each other. */
const SAME_PLACE = 9;
const NUMBER =
  /^(?:(?:page|seite|p\.|pg\.?)\s*)?[-–—|•·\s[(]*(?:\d{1,4}|[ivxlc]{1,7}|[A-Z]?-?\d{1,3}-\d{1,3})[-–—|•·\s\])]*(?:(?:of|von|de|\/)\s*\d{1,4})?$/iu;

interface Row {
  readonly lines: Line[];
  readonly baseline: number;
  readonly top: number;
  readonly bottom: number;
  readonly text: string;
  readonly signature: string;
  readonly size: number;
}

interface Edges {
  readonly top: readonly Row[];
  readonly bottom: readonly Row[];
}

/** What a page keeps for the comparison with the pages around it. */
export interface MarginSummary {
  readonly page: number;
  readonly height: number;
  readonly edges: Edges;
}

export function summariseMargins(page: PageLines): MarginSummary {
  return { page: page.page, height: page.main.height, edges: edgesOf(page.main) };
}

function rowsOf(lines: readonly Line[]): Row[] {
  const sorted = [...lines].sort((a, b) => a.baseline - b.baseline || a.left - b.left);
  const groups: Line[][] = [];
  for (const line of sorted) {
    const first = groups.at(-1)?.[0];
    if (first !== undefined && line.baseline - first.baseline < 0.5 * Math.min(line.style.size, first.style.size))
      groups.at(-1)!.push(line);
    else groups.push([line]);
  }
  return groups.map((group) => {
    group.sort((a, b) => a.left - b.left);
    const text = group.map((line) => line.text).join(" ");
    return {
      lines: group,
      baseline: group[0]!.baseline,
      top: Math.min(...group.map((line) => line.top)),
      bottom: Math.max(...group.map((line) => line.bottom)),
      text,
      signature: signatureOf(text),
      size: Math.max(...group.map((line) => line.style.size)),
    };
  });
}

/** Page and section numbers differ from page to page: digits are all alike. */
function signatureOf(text: string): string {
  return text
    .toLowerCase()
    .replace(/\d+/g, "0")
    .replace(/[^\p{L}\d]+/gu, " ")
    .trim();
}

function edgesOf({ lines, height }: TurnedLines): Edges {
  const rows = rowsOf(lines.filter((line) => line.baseline < MARGIN * height || line.baseline > (1 - MARGIN) * height));
  return {
    top: rows.filter((row) => row.baseline < MARGIN * height).slice(0, EDGE_ROWS),
    bottom: rows.filter((row) => row.baseline > (1 - MARGIN) * height).slice(-EDGE_ROWS),
  };
}

/**
 * Finds the running heads, running feet and page numbers of a page: rows in its margins that return on pages around it
 * (digits aside), numbers that stand alone there, and isolated small lines at the very edge.
 */
export function findFurniture(
  page: PageLines,
  around: readonly MarginSummary[],
  bodySize: number,
): Map<Line, FurnitureKind> {
  const found = new Map<Line, FurnitureKind>();
  const own = edgesOf(page.main);
  const { height } = page.main;
  const others = around.filter((other) => other.page !== page.page);
  for (const side of ["top", "bottom"] as const) {
    const rows = side === "top" ? own.top : [...own.bottom].reverse();
    for (const row of rows) {
      const kind = NUMBER.test(row.text.trim()) ? "page_number" : side === "top" ? "header" : "footer";
      const repeated = repeats(row, side, height, others);
      if (repeated || isIsolatedNumber(row, page, side) || isIsolatedEdge(row, page, side, bodySize))
        mark(found, row, kind);
      else if (!(kind === "page_number" && others.length > 0)) break;
    }
  }
  for (const line of page.main.lines)
    if (line.tag?.type === "Artifact" && inMargin(line, height)) setOnce(found, line, height);
  for (const other of page.others) markSides(other, page, found);
  return found;
}

function mark(found: Map<Line, FurnitureKind>, row: Row, kind: FurnitureKind): void {
  for (const line of row.lines)
    found.set(line, row.lines.length > 1 && NUMBER.test(line.text.trim()) ? "page_number" : kind);
}

function inMargin(line: Line, height: number): boolean {
  return line.baseline < MARGIN * height || line.baseline > (1 - MARGIN) * height;
}

function setOnce(found: Map<Line, FurnitureKind>, line: Line, height: number): void {
  if (found.has(line)) return;
  found.set(line, NUMBER.test(line.text.trim()) ? "page_number" : line.baseline < height / 2 ? "header" : "footer");
}

function repeats(row: Row, side: "top" | "bottom", height: number, others: readonly MarginSummary[]): boolean {
  const distance = (other: Row, otherHeight: number): number =>
    side === "top"
      ? Math.abs(other.baseline - row.baseline)
      : Math.abs(otherHeight - other.baseline - (height - row.baseline));
  return others.some((page) =>
    page.edges[side].some(
      (other) =>
        distance(other, page.height) < SAME_PLACE &&
        Math.abs(other.size - row.size) < 0.15 * row.size &&
        (row.signature === other.signature || similarity(row.signature, other.signature) > 0.85),
    ),
  );
}

/** Share of common bigrams (Dice). */
function similarity(a: string, b: string): number {
  if (a.length < 6 || b.length < 6) return a === b ? 1 : 0;
  const pairs = new Map<string, number>();
  for (let index = 1; index < a.length; index++) {
    const pair = a.slice(index - 1, index + 1);
    pairs.set(pair, (pairs.get(pair) ?? 0) + 1);
  }
  let common = 0;
  for (let index = 1; index < b.length; index++) {
    const pair = b.slice(index - 1, index + 1);
    const left = pairs.get(pair) ?? 0;
    if (left > 0) {
      common++;
      pairs.set(pair, left - 1);
    }
  }
  return (2 * common) / (a.length + b.length - 2);
}

/** White space (points) between a row and the nearest other text towards the middle of the page. */
function clearance(row: Row, page: PageLines, side: "top" | "bottom"): number {
  let nearest = Number.POSITIVE_INFINITY;
  for (const line of page.main.lines) {
    if (row.lines.includes(line)) continue;
    const gap = side === "top" ? line.top - row.bottom : row.top - line.bottom;
    if (gap > -0.5 * row.size && gap < nearest) nearest = gap;
  }
  return nearest;
}

function isIsolatedNumber(row: Row, page: PageLines, side: "top" | "bottom"): boolean {
  if (!NUMBER.test(row.text.trim())) return false;
  return clearance(row, page, side) > 0.5 * row.size;
}

/** One small line at the very edge with white space or a rule between it and the body. */
function isIsolatedEdge(row: Row, page: PageLines, side: "top" | "bottom", bodySize: number): boolean {
  const { height, width } = page.main;
  const edge = side === "top" ? row.baseline / height : 1 - row.baseline / height;
  if (edge > 0.1 || row.text.length > 160 || row.size > 1.1 * bodySize) return false;
  const ruled = page.rules.some(
    (rule) =>
      rule.orientation === "horizontal" &&
      rule.to - rule.from > 0.3 * width &&
      (side === "top"
        ? rule.at > row.baseline - 1 && rule.at < row.bottom + 1.5 * row.size
        : rule.at < row.top + 1 && rule.at > row.top - 1.5 * row.size),
  );
  const clear = clearance(row, page, side);
  if (clear === Number.POSITIVE_INFINITY) return false;
  return ruled || clear > (side === "top" ? 1.6 : 1.2) * bodySize;
}

/** Text that runs up or down along the left or right edge of the page. */
function markSides(other: TurnedLines, page: PageLines, found: Map<Line, FurnitureKind>): void {
  if (other.turn === page.main.turn || (other.turn + page.main.turn) % 2 === 0) return;
  for (const line of other.lines) {
    if (line.bottom < 0.09 * other.height || line.top > 0.91 * other.height) {
      found.set(line, NUMBER.test(line.text.trim()) ? "page_number" : "header");
    }
  }
}
