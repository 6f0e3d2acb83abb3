import { readFile } from "node:fs/promises";
import { GroundworkError } from "@groundwork/contracts";
import type { KnowledgeBase } from "groundwork";

export interface GoldenQuestion {
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

/** Reads a file of questions. @throws GroundworkError `INVALID_ARGUMENT` */
export async function readGolden(file: string): Promise<readonly GoldenQuestion[]> {
  const text = await readFile(file, "utf8").catch((cause: unknown) => {
    throw new GroundworkError("INVALID_ARGUMENT", `The file ${file} cannot be read.`, { cause });
  });
  const questions = parseGolden(text, file);
  if (questions.length === 0) throw new GroundworkError("INVALID_ARGUMENT", `The file ${file} holds no questions.`);
  return questions;
}

export interface GoldenFigures {
  readonly questions: number;
  readonly hit1: number;
  readonly hit5: number;
  readonly mrr10: number;
}

export interface GoldenResult {
  readonly figures: GoldenFigures;
  readonly results: readonly { readonly id: string; readonly query: string; readonly rank: number | null }[];
}

/** Asks every question and looks at which place the first passage comes that is marked as relevant. */
export async function evaluateGolden(
  base: KnowledgeBase,
  questions: readonly GoldenQuestion[],
  options: { readonly limit: number; readonly mode?: "hybrid" | "dense" | "lexical"; readonly signal: AbortSignal },
): Promise<GoldenResult> {
  const { limit, mode, signal } = options;
  const results: { id: string; query: string; rank: number | null }[] = [];
  for (const [index, question] of questions.entries()) {
    const { passages } = await base.retrieve(
      { query: question.query, limit, ...(mode === undefined ? {} : { mode }) },
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
  return {
    figures: {
      questions: results.length,
      hit1: mean((rank) => (rank === 1 ? 1 : 0)),
      hit5: mean((rank) => (rank <= 5 ? 1 : 0)),
      mrr10: mean((rank) => (rank <= 10 ? 1 / rank : 0)),
    },
    results,
  };
}
