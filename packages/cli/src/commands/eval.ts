import { GroundworkError } from "@groundwork/contracts";
import type { Command } from "../command.ts";
import { EXIT } from "../exit-code.ts";
import { evaluateGolden, readGolden } from "../golden.ts";
import { print, printJson, styled, table } from "../terminal.ts";

export const evalCommand: Command = {
  name: "eval",
  usage: "eval GOLDEN.jsonl",
  summary: "measure retrieval on your own questions",
  options: { limit: { type: "string", short: "n" }, mode: { type: "string" } },
  help: ["-n, --limit N      passages looked at (default 10)", "--mode MODE        hybrid (default), dense or lexical"],
  async run(context) {
    const { terminal, signal, values, positionals } = context;
    const [file] = positionals;
    if (file === undefined)
      throw new GroundworkError(
        "INVALID_ARGUMENT",
        'Name a file of questions, one JSON object a line: {"query": "…", "relevant": [{"document": "file name", "quote": "…"}]}',
      );
    const questions = await readGolden(file);
    const base = await context.open({ create: false });
    const mode = typeof values.mode === "string" ? { mode: values.mode as "hybrid" } : {};
    const { figures, results } = await evaluateGolden(base, questions, {
      limit: Number(values.limit ?? 10),
      ...mode,
      signal,
    });
    if (context.json) printJson(terminal, { figures, results });
    else {
      for (const { id, rank, query } of results)
        print(terminal, `${rank === null ? styled(terminal, "red", " –") : String(rank).padStart(2)}  ${id}  ${query}`);
      print(
        terminal,
        "",
        ...table(
          Object.entries(figures).map(([name, value]) => [
            name,
            name === "questions" ? String(value) : value.toFixed(3),
          ]),
        ),
      );
    }
    return EXIT.ok;
  },
};
