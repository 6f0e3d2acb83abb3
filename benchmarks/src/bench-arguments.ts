import { resolve } from "node:path";
import { parseArgs } from "node:util";

export interface BenchArguments {
  /** Folders given with `--data`, in order; empty when none was. */
  readonly data: readonly string[];
  /** File of `--json`. */
  readonly json: string | undefined;
}

/** Reads `--data DIR ... --json FILE`: several folders may follow one `--data`, and it may be repeated. Paths become absolute. */
export function benchArguments(argv: readonly string[] = process.argv.slice(2)): BenchArguments {
  // `pnpm run NAME -- --data DIR` passes the two dashes on.
  const { values, positionals } = parseArgs({
    args: argv.filter((argument) => argument !== "--"),
    options: { data: { type: "string", multiple: true }, json: { type: "string" } },
    allowPositionals: true,
  });
  // A package's script runs in the package; paths are meant from where it was called.
  const from = process.env.INIT_CWD ?? process.cwd();
  return {
    data: [...(values.data ?? []), ...positionals].map((folder) => resolve(from, folder)),
    json: values.json === undefined ? undefined : resolve(from, values.json),
  };
}
