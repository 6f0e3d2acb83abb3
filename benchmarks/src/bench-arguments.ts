import { parseArgs } from "node:util";

export interface BenchArguments {
  /** Folders given with `--data`, in order; empty when none was. */
  readonly data: readonly string[];
  /** File of `--json`. */
  readonly json: string | undefined;
}

/** Reads `--data DIR ... --json FILE`: several folders may follow one `--data`, and it may be repeated. */
export function benchArguments(argv: readonly string[] = process.argv.slice(2)): BenchArguments {
  // `pnpm run NAME -- --data DIR` passes the two dashes on.
  const { values, positionals } = parseArgs({
    args: argv.filter((argument) => argument !== "--"),
    options: { data: { type: "string", multiple: true }, json: { type: "string" } },
    allowPositionals: true,
  });
  return { data: [...(values.data ?? []), ...positionals], json: values.json };
}
