import { readFile } from "node:fs/promises";
import { GroundworkError } from "@groundwork/contracts";
import type { Command } from "../command.ts";
import { EXIT } from "../exit-code.ts";
import { print, printJson, styled, table } from "../terminal.ts";

interface GoldenQuestion {
  readonly id?: string;
  readonly query: string;
  readonly relevant: readonly { readonly document: string; readonly quote?: string }[];
}

const squeeze = (text: string): string => text.replace(/\s+/g, " ").trim().toLowerCase();

function parseGolden(text: string, file: string): GoldenQuestion[] {
  return text.split("\n").flatMap((line, index) => {
    if (line.trim() === "") return [];
    let value: Partial<GoldenQuestion>;
    try {
      value = JSON.parse(line) as Partial<GoldenQuestion>;
    } catch (cause) {
      throw new GroundworkError("INVALID_ARGUMENT", `${file}, line ${index + 1}: not JSON.`, { cause });
    }
    if (typeof value.query !== "string" || !Array.isArray(value.relevant)) {
      throw new GroundworkError(
        "INVALID_ARGUMENT",
        `${file}, line ${index + 1}: expected {"query": "…", "relevant": [{"document": "file name", "quote": "…"}]}.`,
      );
    }
    return [value as GoldenQuestion];
  });
}

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
    const text = await readFile(file, "utf8").catch((cause: unknown) => {
      throw new GroundworkError("INVALID_ARGUMENT", `The file ${file} cannot be read.`, { cause });
    });
    const questions = parseGolden(text, file);
    if (questions.length === 0) throw new GroundworkError("INVALID_ARGUMENT", `The file ${file} holds no questions.`);
    const limit = Number(values.limit ?? 10);
    const base = await context.open({ create: false });
    const results: { id: string; query: string; rank: number | null }[] = [];
    for (const [index, question] of questions.entries()) {
      const { passages } = await base.retrieve(
        { query: question.query, limit, ...(typeof values.mode === "string" ? { mode: values.mode as "hybrid" } : {}) },
        { signal },
      );
      const isRelevant = (passage: (typeof passages)[number]): boolean =>
        question.relevant.some(
          ({ document, quote }) =>
            (passage.citation.sourceUri.endsWith(document) || passage.documentId === document) &&
            (quote === undefined || squeeze(passage.text).includes(squeeze(quote))),
        );
      const rank = passages.findIndex(isRelevant) + 1;
      results.push({ id: question.id ?? String(index + 1), query: question.query, rank: rank === 0 ? null : rank });
    }
    const mean = (value: (rank: number) => number): number =>
      results.reduce((sum, { rank }) => sum + (rank === null ? 0 : value(rank)), 0) / results.length;
    const figures = {
      questions: results.length,
      hit1: mean((rank) => (rank === 1 ? 1 : 0)),
      hit5: mean((rank) => (rank <= 5 ? 1 : 0)),
      mrr10: mean((rank) => (rank <= 10 ? 1 / rank : 0)),
    };
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
