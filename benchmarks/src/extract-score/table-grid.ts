import { Parser } from "htmlparser2";
import { plainText } from "./plain-text.ts";

export interface GridCell {
  readonly text: string;
  readonly rowSpan: number;
  readonly columnSpan: number;
  readonly heading: boolean;
}
export type TableRows = readonly (readonly GridCell[])[];

interface OpenTable {
  rows: GridCell[][];
  cell: { text: string; rowSpan: number; columnSpan: number; heading: boolean } | undefined;
  inHead: boolean;
}

/** Tables of an HTML text; a nested table is one of its own. */
export function htmlTables(text: string): TableRows[] {
  if (!/<table/i.test(text)) return [];
  const done: TableRows[] = [];
  const open: OpenTable[] = [];
  const closeCell = (table: OpenTable): void => {
    if (table.cell === undefined) return;
    table.rows.at(-1)?.push({ ...table.cell, text: table.cell.text.trim() });
    table.cell = undefined;
  };
  const span = (value: string | undefined, zero: number): number =>
    value === "0"
      ? zero
      : value !== undefined && /^\d+$/.test(value) && Number(value) > 0 && Number(value) < 500
        ? Number(value)
        : 1;
  const endTable = (): void => {
    const table = open.pop();
    if (table === undefined) return;
    closeCell(table);
    if (table.rows.some((row) => row.length > 0)) done.push(table.rows);
  };
  const parser = new Parser(
    {
      onopentag(name, attributes) {
        if (name === "table") {
          open.push({ rows: [], cell: undefined, inHead: false });
          return;
        }
        const table = open.at(-1);
        if (table === undefined) return;
        if (name === "thead") table.inHead = true;
        else if (name === "tr") {
          closeCell(table);
          table.rows.push([]);
        } else if (name === "td" || name === "th") {
          closeCell(table);
          if (table.rows.length === 0) table.rows.push([]);
          table.cell = {
            text: "",
            rowSpan: span(attributes.rowspan, 500),
            columnSpan: span(attributes.colspan, 1),
            heading: name === "th" || table.inHead,
          };
        } else if (table.cell !== undefined && ["br", "p", "div", "li"].includes(name)) table.cell.text += "\n";
      },
      onclosetag(name) {
        const table = open.at(-1);
        if (table === undefined) return;
        if (name === "td" || name === "th" || name === "tr") closeCell(table);
        else if (name === "thead") table.inHead = false;
        else if (name === "table") endTable();
      },
      ontext(data) {
        const table = open.at(-1);
        if (table?.cell !== undefined) table.cell.text += data;
      },
    },
    { decodeEntities: true },
  );
  parser.write(text);
  parser.end();
  while (open.length > 0) endTable();
  return done;
}

/** Markdown tables. `strict`: a separator row is needed and `\|` is a literal (GFM); else the looser rule of olmOCR-bench. */
export function markdownTables(text: string, strict: boolean): TableRows[] {
  const blocks: string[][] = [];
  let current: string[] = [];
  for (const line of [...text.split("\n"), ""]) {
    if (line.includes("|")) current.push(line);
    else if (current.length > 0) {
      blocks.push(current);
      current = [];
    }
  }
  const tables: TableRows[] = [];
  for (const block of blocks) {
    if (block.length < 2 || (strict && !block.some((line) => /^[\s:|-]*-[\s:|-]*$/.test(line)))) continue;
    const rows: GridCell[][] = [];
    for (const line of block) {
      if (line.trim() !== "" && /^[- :|]*$/.test(line) && (line.includes("-") || !strict)) continue;
      let cells = (strict ? line.split(/(?<!\\)\|/) : line.split("|")).map((cell) => cell.trim());
      if (strict) {
        const trimmed = line.trim();
        cells = cells.slice(
          trimmed.startsWith("|") ? 1 : 0,
          cells.length - (trimmed.endsWith("|") && !trimmed.endsWith("\\|") ? 1 : 0),
        );
      } else {
        if (cells[0] === "") cells = cells.slice(1);
        if (cells.at(-1) === "") cells = cells.slice(0, -1);
      }
      if (cells.length > 0)
        rows.push(
          cells.map((cell, column) => ({
            text: cell,
            rowSpan: 1,
            columnSpan: 1,
            heading: rows.length === 0 || column === 0,
          })),
        );
    }
    if (rows.length > 0) tables.push(rows);
  }
  return tables;
}

export interface Grid {
  /** `rows[r][c]` is the key of the cell that covers the place. */
  readonly rows: readonly (readonly (string | undefined)[])[];
  readonly cells: ReadonlyMap<string, GridCell>;
}

export function gridOf(table: TableRows): Grid {
  const rows: (string | undefined)[][] = table.map(() => []);
  const cells = new Map<string, GridCell>();
  table.forEach((row, r) => {
    let column = 0;
    for (const cell of row) {
      while (rows[r]![column] !== undefined) column++;
      const key = `${r},${column}`;
      cells.set(key, cell);
      for (let y = r; y < Math.min(r + cell.rowSpan, table.length); y++)
        for (let x = column; x < column + cell.columnSpan; x++) rows[y]![x] ??= key;
      column += cell.columnSpan;
    }
  });
  const width = Math.max(0, ...rows.map((row) => row.length));
  return { rows: rows.map((row) => Array.from({ length: width }, (_, column) => row[column])), cells };
}

/** A cell's text without list marks, lower case. */
export function cellText(text: string): string {
  return plainText(text)
    .toLowerCase()
    .replace(/(?:^|(?<=\s))(?:[-*+•·▪◦‣●○]+|\d+[.)])(?=\s|$)/g, " ")
    .replace(/\s+/g, " ")
    .trim();
}

/** Tables written as lines of cells, each equal to its left or upper neighbour blanked: some truths repeat a merged cell. */
export function withoutSpans(markdown: string): string {
  const lines = (table: TableRows): string => {
    const { rows, cells } = gridOf(table);
    const texts = rows.map((row) => row.map((key) => (key === undefined ? "" : cells.get(key)!.text)));
    const plain = texts.map((row) => row.map(cellText));
    return texts
      .map((row, r) =>
        row
          .map((text, c) => {
            const own = plain[r]![c];
            const repeats = own !== "" && ((c > 0 && plain[r]![c - 1] === own) || (r > 0 && plain[r - 1]![c] === own));
            return repeats ? "" : text.replace(/\n/g, " ");
          })
          .join(" | "),
      )
      .join("\n");
  };
  let text = markdown;
  for (let again = true; again; ) {
    again = false;
    text = text.replace(/<table\b(?:(?!<table\b)[\s\S])*?<\/table>/gi, (whole) => {
      again = true;
      const [table] = htmlTables(whole);
      return `\n${table === undefined ? "" : lines(table)}\n`;
    });
  }
  const out: string[] = [];
  let current: string[] = [];
  for (const line of [...text.split("\n"), ""]) {
    if (line.includes("|")) {
      current.push(line);
      continue;
    }
    if (current.length > 0) {
      const [table] = markdownTables(current.join("\n"), true);
      out.push(table === undefined ? current.join("\n") : lines(table));
      current = [];
    }
    out.push(line);
  }
  return out.join("\n");
}

/** Neighbour pairs of cells, blanks and copies of spans skipped, of all tables of a text. */
export function tablePairs(markdown: string): { readonly pairs: ReadonlySet<string>; readonly tables: number } {
  const pairs = new Set<string>();
  let tables = 0;
  for (const table of [...markdownTables(markdown, true), ...htmlTables(markdown)]) {
    const { rows, cells } = gridOf(table);
    const texts = rows.map((row) => row.map((key) => (key === undefined ? "" : cellText(cells.get(key)!.text))));
    if (!texts.some((row) => row.some((text) => text !== ""))) continue;
    tables++;
    const columns = (texts[0] ?? []).map((_, column) => texts.map((row) => row[column] ?? ""));
    for (const [direction, sequences] of [
      ["r", texts],
      ["c", columns],
    ] as const) {
      for (const sequence of sequences) {
        const filled = sequence
          .filter((text) => text !== "")
          .filter((text, index, all) => index === 0 || text !== all[index - 1]);
        for (let index = 1; index < filled.length; index++)
          pairs.add(`${direction}\u0000${filled[index - 1]}\u0000${filled[index]}`);
      }
    }
  }
  return { pairs, tables };
}

export function setF1(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  if (a.size === 0 && b.size === 0) return 1;
  let both = 0;
  for (const member of a) if (b.has(member)) both++;
  return (2 * both) / (a.size + b.size);
}
