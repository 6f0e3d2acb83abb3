import { writeFile } from "node:fs/promises";

export interface BenchSet {
  readonly name: string;
  readonly figures: Readonly<Record<string, number>>;
  /** The same figures by format of the files, where a bench reads several. */
  readonly formats?: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

export interface BenchReport {
  readonly bench: string;
  readonly sets: readonly BenchSet[];
}

/** Columns padded to their widest cell; the first to the left, the others to the right. */
export function textTable(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows)
    for (const [column, cell] of row.entries()) widths[column] = Math.max(widths[column] ?? 0, cell.length);
  return rows
    .map((row) =>
      row
        .map((cell, column) => (column === 0 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!)))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

/** Writes the figures as JSON when a file was asked for. */
export async function writeReport(report: BenchReport, file: string | undefined): Promise<void> {
  if (file !== undefined) await writeFile(file, `${JSON.stringify(report, null, 2)}\n`);
}
