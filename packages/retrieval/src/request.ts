import { GroundworkError, type RetrieveRequest } from "@groundwork/contracts";

/** A request with its defaults, checked. */
export interface CheckedRequest {
  readonly query: string;
  readonly limit: number;
  readonly mode: "hybrid" | "dense" | "lexical";
  /** Per list. */
  readonly candidates: number;
  readonly expand: boolean;
  readonly collapse: boolean;
  readonly rerank: boolean;
  readonly explain: boolean;
}

const LIMIT = 5;
const CANDIDATES = 100;
const MOST = 1_000;
/** Characters of a question; models cut far below, and word search pays for each word. */
const LONGEST_QUERY = 20_000;
const MODES: readonly unknown[] = ["hybrid", "dense", "lexical"];

function invalid(message: string): GroundworkError {
  return new GroundworkError("INVALID_ARGUMENT", message);
}

function count(name: string, value: unknown, fallback: number): number {
  if (value === undefined) return fallback;
  if (!Number.isSafeInteger(value) || (value as number) < 1 || (value as number) > MOST)
    throw invalid(`${name}: expected a whole number from 1 to ${MOST}.`);
  return value as number;
}

function flag(name: string, value: unknown, fallback: boolean): boolean {
  if (value === undefined) return fallback;
  if (typeof value !== "boolean") throw invalid(`${name}: expected true or false.`);
  return value;
}

/** Checks what may have come from outside. Throws `INVALID_ARGUMENT`; principal, filter and day are the scope's. */
export function checkRequest(request: RetrieveRequest): CheckedRequest {
  const { query, mode = "hybrid" } = request;
  if (typeof query !== "string" || query.trim() === "") throw invalid("query: expected a question.");
  if (query.length > LONGEST_QUERY)
    throw invalid(`query: expected at most ${LONGEST_QUERY} characters, found ${query.length}.`);
  if (!MODES.includes(mode)) throw invalid("mode: expected hybrid, dense or lexical.");
  const limit = count("limit", request.limit, LIMIT);
  return {
    query,
    mode,
    limit,
    candidates: Math.max(limit, count("candidates", request.candidates, CANDIDATES)),
    expand: flag("expand", request.expand, false),
    collapse: flag("collapse", request.collapse, true),
    rerank: flag("rerank", request.rerank, true),
    explain: flag("explain", request.explain, false),
  };
}
