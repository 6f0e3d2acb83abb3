import { LineSignature } from "./line-signature.ts";
import type { Line } from "./lines.ts";
import type { PageLines, TurnedLines } from "./page-lines.ts";

export type FurnitureKind = "header" | "footer" | "page_number";

/** Share of the page's height at its top and bottom where running heads and feet stand. */
const MARGIN = 0.14;
/** Rows from the edge that are looked at. */
const EDGE_ROWS = 4;
/** Two pages' rows are the same running line when they stand within this (points) of each other. */
const SAME_PLACE = 9;
/** A page needs this many lines for white space at its edge to mean something. */
const MIN_LINES = 6;
const NUMBER =
  /^(?:(?:page|seite|p\.|pg\.?)\s*)?[-–—|•·\s[(]*(?:\d{1,4}|[ivxlc]{1,7}|[A-Z]?-?\d{1,3}-\d{1,3})[-–—|•·\s\])]*(?:(?:of|von|de|\/)\s*\d{1,4})?$/iu;

interface Row {
  readonly lines: Line[];
  readonly baseline: number;
  readonly top: number;
  readonly bottom: number;
  readonly text: string;
  readonly signature: LineSignature;
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
      signature: new LineSignature(text),
      size: Math.max(...group.map((line) => line.style.size)),
    };
  });
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
  const own = around.find((other) => other.page === page.page)?.edges ?? edgesOf(page.main);
  const { height } = page.main;
  const others = around.filter((other) => other.page !== page.page);
  for (const side of ["top", "bottom"] as const) {
    const rows = side === "top" ? own.top : [...own.bottom].reverse();
    const isInTable = new Map<Row, boolean>();
    const inTable = (row: Row): boolean => {
      let known = isInTable.get(row);
      if (known === undefined) {
        known = isTableRow(row, page, rows);
        isInTable.set(row, known);
      }
      return known;
    };
    const isolated = isolatedRows(rows, page, side, bodySize, inTable);
    const repeated = repeatedRows(rows, page, side, others, inTable);
    for (const [index, row] of rows.entries()) {
      const kind = NUMBER.test(row.text.trim()) ? "page_number" : side === "top" ? "header" : "footer";
      const alone = index === 0 && !inTable(row) && (isIsolatedNumber(row, page, side) || isRunningLine(row));
      if (index < isolated || index < repeated || alone) mark(found, row, kind);
      else break;
    }
  }
  markLastNumber(page, found);
  for (const line of page.main.lines) {
    if (line.tag?.type === "Artifact" && inMargin(line, height)) setOnce(found, line, height);
  }
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

/**
 * Rows from the edge on that return on other pages. White space parts them from the body: what follows in the step of
 * lines is text that two pages happen to begin with.
 */
function repeatedRows(
  rows: readonly Row[],
  page: PageLines,
  side: "top" | "bottom",
  others: readonly MarginSummary[],
  inTable: (row: Row) => boolean,
): number {
  let count = 0;
  for (const row of rows) {
    const isNumber = others.length > 0 && NUMBER.test(row.text.trim());
    if (inTable(row) || !(isNumber || repeats(row, side, page.main.height, others))) break;
    count++;
  }
  while (count > 0 && !isSetApart(rows, count, page, side)) count--;
  return count;
}

function isSetApart(rows: readonly Row[], count: number, page: PageLines, side: "top" | "bottom"): boolean {
  const row = rows[count - 1]!;
  return clearance(row, page, side, rows.slice(0, count)) > 0.35 * row.size || isRuledOff(row, page, side);
}

/** Crossed by vertical rules, or in the columns of the row beside it. */
function isTableRow(row: Row, page: PageLines, rows: readonly Row[]): boolean {
  const isRuled = page.rules.some(
    (rule) =>
      rule.orientation === "vertical" &&
      rule.from < row.baseline - 0.3 * row.size &&
      rule.to > row.baseline - 0.3 * row.size &&
      rule.to - rule.from < 0.9 * page.main.height &&
      row.lines.some((line) => line.right < rule.at) !== row.lines.every((line) => line.right < rule.at),
  );
  if (isRuled) return true;
  if (row.lines.length < 2) return false;
  const next = rows[rows.indexOf(row) + 1];
  if (next === undefined || next.lines.length < 2 || Math.abs(next.baseline - row.baseline) > 3 * row.size)
    return false;
  // Fragments of a line of prose have narrow gaps, cells wide ones.
  const isApart = next.lines.slice(1).every((line, index) => line.left - next.lines[index]!.right > 1.5 * next.size);
  if (!isApart) return false;
  const aligned = row.lines.filter((line) =>
    next.lines.some((other) => Math.abs(other.left - line.left) < 1.5 || Math.abs(other.right - line.right) < 1.5),
  );
  return aligned.length >= 2;
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
        (row.signature.text === other.signature.text || row.signature.isLike(other.signature)),
    ),
  );
}

/** White space (points) between rows at an edge and the nearest other text towards the middle of the page. */
function clearance(row: Row, page: PageLines, side: "top" | "bottom", rows: readonly Row[] = [row]): number {
  const own = new Set(rows.flatMap((member) => member.lines));
  let nearest = Number.POSITIVE_INFINITY;
  for (const line of page.main.lines) {
    if (own.has(line)) continue;
    nearest = Math.min(nearest, side === "top" ? line.top - row.bottom : row.top - line.bottom);
  }
  return nearest;
}

function isIsolatedNumber(row: Row, page: PageLines, side: "top" | "bottom"): boolean {
  if (!NUMBER.test(row.text.trim())) return false;
  return clearance(row, page, side) > 0.5 * row.size;
}

/** A head or foot in parts (left, middle, right) one of which is the page's number. */
function isRunningLine(row: Row): boolean {
  if (row.lines.length < 2 || row.lines.length > 3) return false;
  const apart = row.lines.slice(1).every((line, index) => line.left - row.lines[index]!.right > 2 * row.size);
  return apart && row.lines.some((line) => NUMBER.test(line.text.trim()));
}

/** Rows from the edge that stand together, small and short, with white space or a rule between them and the body. */
function isolatedRows(
  rows: readonly Row[],
  page: PageLines,
  side: "top" | "bottom",
  bodySize: number,
  inTable: (row: Row) => boolean,
): number {
  // On a page of few lines white space tells nothing.
  if (page.main.lines.length < MIN_LINES) return 0;
  for (let count = 1; count <= Math.min(3, rows.length); count++) {
    const row = rows[count - 1]!;
    if (!mayBeFurniture(row, page, side, bodySize) || inTable(row)) return 0;
    const clear = clearance(row, page, side, rows.slice(0, count));
    if (clear === Number.POSITIVE_INFINITY) return 0;
    const isParted = row.lines.length > 1 && clear > 0.6 * bodySize;
    if (isRuledOff(row, page, side) || isParted || clear > (side === "top" ? 1.6 : 1.2) * bodySize) return count;
  }
  return 0;
}

function mayBeFurniture(row: Row, page: PageLines, side: "top" | "bottom", bodySize: number): boolean {
  const { height } = page.main;
  const edge = side === "top" ? row.baseline / height : 1 - row.baseline / height;
  const isSmall = row.size < 0.8 * bodySize;
  const limit = isSmall ? 0.13 : looksLikeBody(row, page) ? 0.075 : 0.105;
  return edge < limit && row.text.length < 160 && row.size <= Math.max(1.15 * bodySize, Math.min(1.35 * bodySize, 10));
}

/** Type and left edge of the body, and words of a sentence: the first or last line of a paragraph. */
function looksLikeBody(row: Row, page: PageLines): boolean {
  const [line] = row.lines;
  if (row.lines.length > 1 || line === undefined) return false;
  const { font, size } = line.style;
  const like = page.main.lines.filter(
    (other) => other !== line && other.style.font === font && Math.abs(other.style.size - size) < 0.3,
  );
  const sameEdge = like.some((other) => Math.abs(other.left - line.left) < 2);
  return (
    sameEdge && like.length >= 3 && (/^\p{Ll}/u.test(line.text) || /[.;:,]$/.test(line.text) || line.text.length > 60)
  );
}

/** A rule between the row and the body, and none beyond the row: that would be a table's head. */
function isRuledOff(row: Row, page: PageLines, side: "top" | "bottom"): boolean {
  const wide = page.rules.filter(
    (rule) => rule.orientation === "horizontal" && rule.to - rule.from > 0.3 * page.main.width,
  );
  const below = wide.some((rule) => rule.at > row.baseline - 1 && rule.at < row.bottom + 1.5 * row.size);
  const above = wide.some((rule) => rule.at < row.top + 2 && rule.at > row.top - 2 * row.size);
  return side === "top" ? below && !above : above && !below;
}

/** A number alone under everything else, in the middle or at a side, wherever the content of the page ends. */
function markLastNumber(page: PageLines, found: Map<Line, FurnitureKind>): void {
  let last: Line | undefined;
  for (const line of page.main.lines) {
    if (!found.has(line) && (last === undefined || line.baseline > last.baseline)) last = line;
  }
  if (last === undefined || !/^[-–— ]*\d{1,4}[-–— ]*$/.test(last.text.trim())) return;
  const { left: lastLeft, right: lastRight, top } = last;
  const others = page.main.lines.filter((line) => line !== last && !found.has(line));
  if (others.length < 3) return;
  const left = Math.min(...others.map((line) => line.left));
  const right = Math.max(...others.map((line) => line.right));
  const middle = (lastLeft + lastRight) / 2;
  const placed =
    Math.abs(middle - (left + right) / 2) < 0.03 * (right - left) || lastRight > right - 1 || lastLeft < left + 1;
  const clear = Math.min(...others.map((line) => top - line.bottom));
  if (placed && clear > 1.5 * last.style.size) found.set(last, "page_number");
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
