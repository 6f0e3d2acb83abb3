/** Where a command writes. People read `out`; progress and errors go to `err`, so that `out` can be piped. */
export interface Terminal {
  readonly out: NodeJS.WritableStream;
  readonly err: NodeJS.WritableStream;
  /** Columns of `err` when it is a terminal that can redraw a line; `undefined` otherwise. */
  readonly columns: number | undefined;
  readonly colors: boolean;
}

/** A reader that has seen enough (`| head`) ends the command quietly. */
function leaveOnClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code === "EPIPE") process.exit();
  throw error;
}

export function processTerminal(): Terminal {
  const { stdout, stderr, env } = process;
  for (const stream of [stdout, stderr]) {
    if (!stream.listeners("error").includes(leaveOnClosedPipe)) stream.on("error", leaveOnClosedPipe);
  }
  return {
    out: stdout,
    err: stderr,
    columns: stderr.isTTY && env.TERM !== "dumb" ? stderr.columns : undefined,
    colors: stdout.isTTY && env.NO_COLOR === undefined && env.TERM !== "dumb",
  };
}

export type Style = "bold" | "dim" | "red" | "green" | "yellow" | "cyan";
const CODES: Readonly<Record<Style, readonly [number, number]>> = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  cyan: [36, 39],
};

export function styled(terminal: Terminal, style: Style, text: string): string {
  const [on, off] = CODES[style];
  return terminal.colors ? `\u001b[${on}m${text}\u001b[${off}m` : text;
}

export function print(terminal: Terminal, ...lines: readonly string[]): void {
  for (const line of lines) terminal.out.write(`${line}\n`);
}

export function printJson(terminal: Terminal, value: unknown): void {
  terminal.out.write(
    `${JSON.stringify(value, (_key, member: unknown) => (member instanceof Map ? Object.fromEntries(member) : member), 2)}\n`,
  );
}

/** Columns aligned, no rules: `rows` of equal length. Numbers stand right. */
export function table(rows: readonly (readonly string[])[], indent = "  "): string[] {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]!.length))) ?? [];
  return rows.map((row) =>
    `${indent}${row.map((cell, column) => (/^[\d.,]+%?$/.test(cell) ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!))).join("  ")}`.trimEnd(),
  );
}

export function duration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  const minutes = Math.floor(ms / 60_000);
  return `${minutes} min ${Math.round((ms % 60_000) / 1000)} s`;
}

export function bytes(count: number): string {
  if (count < 1024) return `${count} B`;
  if (count < 1024 ** 2) return `${(count / 1024).toFixed(1)} KB`;
  return `${(count / 1024 ** 2).toFixed(1)} MB`;
}

/** Text wrapped at words. */
export function wrap(text: string, width: number, indent: string): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/\s+/)) {
    if (line !== "" && line.length + word.length + 1 > width - indent.length) {
      lines.push(indent + line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  if (line !== "") lines.push(indent + line);
  return lines;
}
