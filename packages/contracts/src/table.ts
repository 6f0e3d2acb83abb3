import type { TableData } from "./element.ts";

/** The rows of a table as texts, spanned places empty. */
export function tableRows(table: TableData): string[][] {
  const { columns, cells } = table;
  const rows = Array.from({ length: table.rows }, () => new Array<string>(columns).fill(""));
  for (const cell of cells) {
    const row = rows[cell.row];
    if (row === undefined || cell.column >= columns) continue;
    const { text } = cell;
    row[cell.column] = text.includes("\n") ? text.replace(/\s*\n\s*/g, " ").trim() : text.trim();
  }
  return rows;
}

/** Number of leading rows that hold header cells only (blank places do not count). */
export function headerRowCount(table: TableData): number {
  const { rows, cells } = table;
  let count = 0;
  for (let row = 0; row < rows; row++) {
    const inRow = cells.filter((cell) => cell.row === row && cell.text.trim() !== "");
    if (inRow.length === 0 || !inRow.every((cell) => cell.header === true)) break;
    count++;
  }
  return count === rows ? Math.min(1, count) : count;
}

/**
 * The canonical text of a table: one line a row, cells parted by ` | `, empty cells left out at the end of a row only.
 * Every extractor uses it, so that offsets of cells mean the same everywhere.
 */
export function renderTableText(table: TableData): string {
  const lines: string[] = [];
  for (const row of tableRows(table)) {
    let end = row.length;
    while (end > 0 && row[end - 1] === "") end--;
    if (end > 0) lines.push((end === row.length ? row : row.slice(0, end)).join(" | ").trimStart());
  }
  return lines.join("\n");
}

function escapeHtml(text: string): string {
  return text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
}

/** The table as HTML with spans and header cells, on one line a row. */
export function renderTableHtml(table: TableData): string {
  const byRow = Map.groupBy(table.cells, (cell) => cell.row);
  const taken = new Set<string>();
  const lines: string[] = [];
  for (let row = 0; row < table.rows; row++) {
    const cells = new Map((byRow.get(row) ?? []).map((cell) => [cell.column, cell]));
    let line = "<tr>";
    for (let column = 0; column < table.columns; column++) {
      if (taken.has(`${row},${column}`)) continue;
      const cell = cells.get(column);
      const rowSpan = cell?.rowSpan ?? 1;
      const columnSpan = cell?.columnSpan ?? 1;
      for (let y = row; y < row + rowSpan; y++)
        for (let x = column; x < column + columnSpan; x++) taken.add(`${y},${x}`);
      const tag = cell?.header === true ? "th" : "td";
      const spans = `${rowSpan > 1 ? ` rowspan="${rowSpan}"` : ""}${columnSpan > 1 ? ` colspan="${columnSpan}"` : ""}`;
      line += `<${tag}${spans}>${escapeHtml(cell?.text ?? "").replace(/\n/g, "<br>")}</${tag}>`;
    }
    lines.push(`${line}</tr>`);
  }
  return `<table>\n${lines.join("\n")}\n</table>`;
}

/**
 * The table as GitHub Markdown. Markdown has neither spans nor a table without a header row: spanned places stay empty
 * and the first row becomes the header.
 */
export function renderTableMarkdown(table: TableData): string {
  const rows = tableRows(table);
  if (rows.length === 0 || table.columns === 0) return "";
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replace(/\|/g, "\\|")).join(" | ")} |`;
  const [head = [], ...body] = rows;
  return [line(head), `|${" --- |".repeat(table.columns)}`, ...body.map(line)].join("\n");
}
