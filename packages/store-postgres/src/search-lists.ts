import type { Filter, ReadOptions, StoreHit, StoreSearchRequest, StoreSearchResult } from "@groundwork/contracts";
import { mostOf, scoreSql, type WeightedTerm, weightedTerms } from "./bm25.ts";
import type { Session } from "./connections.ts";
import { principalsOf, whereOf } from "./filter-to-sql.ts";
import type { OpenedTable } from "./open-table.ts";
import { termNumbers } from "./row-words.ts";
import { SqlParameters } from "./sql-parameters.ts";
import { originalText } from "./stored-text.ts";
import { readStatistics } from "./word-statistics.ts";

/** Candidates of the index beyond the limit, among which equal scores are put in order. */
const SPARE = 32;
/** Texts with a word of the query up to which all of them are scored; with more, first those with its rarest words. */
const SCORED_AT_ONCE = 1_000;

interface Row {
  readonly list: "dense" | "lexical";
  readonly chunk_id: string;
  readonly score: number;
}

interface Scope {
  readonly filter: Filter | undefined;
  readonly watermark: number | undefined;
}

/** The query vector as a parameter of the type of the column. */
export function vectorParameter(
  { options, vectorSchema }: OpenedTable,
  vector: Float32Array,
  parameters: SqlParameters,
): string {
  const bytes = Buffer.allocUnsafe(4 + 4 * vector.length);
  bytes.writeInt16BE(vector.length, 0);
  bytes.writeInt16BE(0, 2);
  for (let index = 0; index < vector.length; index++) bytes.writeFloatBE(vector[index]!, 4 + 4 * index);
  const placeholder = parameters.add(bytes, `${vectorSchema}.vector`);
  return options.vectorType === "vector" ? placeholder : `${placeholder}::${vectorSchema}.halfvec`;
}

/** SQL of the cosine distance of a row's vector. */
export function distanceSql(opened: OpenedTable, vector: Float32Array, parameters: SqlParameters): string {
  return `vector OPERATOR(${opened.vectorSchema}.<=>) ${vectorParameter(opened, vector, parameters)}`;
}

/** The dense list: from the index, or from every row that passes when `exact`. */
function denseSql(
  opened: OpenedTable,
  { vector, limit }: { readonly vector: Float32Array; readonly limit: number },
  scope: Scope,
  exact: boolean,
  parameters: SqlParameters,
): string {
  const distance = distanceSql(opened, vector, parameters);
  const where = whereOf(parameters, scope.filter, scope.watermark, "searched");
  const from = `FROM ${opened.names.rows} WHERE ${where}`;
  const best = parameters.add(limit, "bigint");
  // An index answers only the bare distance, so the sum keeps every one out.
  const found = exact
    ? `SELECT chunk_id, (${distance}) + 0 AS distance ${from}`
    : `SELECT chunk_id, ${distance} AS distance ${from} ORDER BY ${distance} LIMIT ${best} + ${SPARE}`;
  return `SELECT 'dense' AS list, chunk_id, 1 - distance AS score FROM (${found}) AS found ORDER BY distance, chunk_id LIMIT ${best}`;
}

/** The lexical list of the rows that have one of `anyOf`. */
function lexicalSql(
  opened: OpenedTable,
  query: LexicalQuery,
  anyOf: readonly WeightedTerm[],
  limit: number,
  scope: Scope,
  parameters: SqlParameters,
): string {
  const where = whereOf(
    parameters,
    scope.filter,
    scope.watermark,
    "searched",
    `terms && ${parameters.add(
      anyOf.map(({ term }) => String(term)),
      "bigint[]",
    )}`,
  );
  return `SELECT 'lexical' AS list, chunk_id, ${scoreSql(query.terms, query.averageTerms, parameters)} AS score
    FROM ${opened.names.rows} WHERE ${where}
    ORDER BY score DESC, chunk_id LIMIT ${parameters.add(limit, "bigint")}`;
}

interface LexicalQuery {
  /** Rarest first. */
  readonly terms: readonly WeightedTerm[];
  readonly averageTerms: number;
}

async function run(session: Session, statement: string, parameters: SqlParameters): Promise<Row[]> {
  const { rows } = await session.query({ text: statement, values: parameters.values as unknown[] });
  return rows as Row[];
}

/** Best first, equal scores by chunk id. A cosine with the zero vector, which is no number, counts as 0. */
function hitsOf(rows: readonly Row[], list: Row["list"]): StoreHit[] {
  return rows
    .filter((row) => row.list === list)
    .map(({ chunk_id, score }) => ({ chunkId: originalText(chunk_id), score: Number.isNaN(score) ? 0 : score }))
    .sort((a, b) => b.score - a.score || (a.chunkId < b.chunkId ? -1 : a.chunkId > b.chunkId ? 1 : 0));
}

/** The rarest terms that together have few texts: their best rows say which of the others matter. */
function rarest(terms: readonly WeightedTerm[]): WeightedTerm[] {
  const chosen: WeightedTerm[] = [];
  let texts = 0;
  for (const term of terms) {
    texts += term.texts;
    if (chosen.length > 0 && texts > SCORED_AT_ONCE) break;
    chosen.push(term);
  }
  return chosen;
}

/**
 * The terms without one of which no text can reach `least`: all but the most common, as long as these together cannot give that
 * much (MaxScore of Turtle and Flood, 1995).
 */
function needed(terms: readonly WeightedTerm[], least: number): readonly WeightedTerm[] {
  let [count, rest] = [terms.length, 0];
  while (count > 0 && rest + mostOf(terms[count - 1]!) < least) rest += mostOf(terms[--count]!);
  return terms.slice(0, count);
}

/** Whether few enough rows pass that comparing all of them is both quick and exact. */
async function passFew(session: Session, opened: OpenedTable, scope: Scope): Promise<boolean> {
  const parameters = new SqlParameters();
  const where = whereOf(parameters, scope.filter, scope.watermark, "searched");
  const most = parameters.add(opened.options.exactMatches + 1, "bigint");
  const { rows } = await session.query({
    text: `SELECT count(*)::float8 AS count FROM (SELECT FROM ${opened.names.rows} WHERE ${where} LIMIT ${most}) AS found`,
    values: parameters.values as unknown[],
  });
  return (rows[0] as { count: number }).count <= opened.options.exactMatches;
}

/** Settings of HNSW for the transaction of a search. */
export function indexSettings({ options }: OpenedTable): string[] {
  return [
    `hnsw.iterative_scan = ${options.iterativeScan}`,
    `hnsw.ef_search = ${options.efSearch}`,
    `hnsw.max_scan_tuples = ${options.maxScanTuples}`,
    // The planner takes conditions on jsonb for rare, and would rather sort all that pass than read the index in its order. Where
    // nothing but a sort is possible this changes no plan. Compiling a statement takes longer than running it.
    "enable_sort = off",
    "jit = off",
  ];
}

/** Principals of a read under row-level security; `undefined` without it. */
export function readPrincipals({ options }: OpenedTable, filter: Filter | undefined): readonly string[] | undefined {
  if (!options.rowLevelSecurity) return undefined;
  return options.principals === undefined ? principalsOf(filter) : options.principals();
}

/**
 * Both lists in one transaction, and in one statement: after one that reads statistics, and before one more where the first
 * shows that it may have missed something.
 */
export function searchLists(
  opened: OpenedTable,
  request: StoreSearchRequest,
  options: ReadOptions | undefined,
): Promise<StoreSearchResult> {
  const { vector, text, limit, filter, exact = false } = request;
  const scope: Scope = { filter, watermark: options?.watermark };
  const settings = vector === undefined ? [] : indexSettings(opened);
  const principals = readPrincipals(opened, filter);
  return opened.connections.read(
    "search",
    { settings, principals, tables: opened.names.searched },
    options,
    async (session) => {
      const asked = text === undefined ? [] : termNumbers(text);
      const statistics = await readStatistics(session, opened.names, asked);
      const terms = weightedTerms(asked, statistics);
      const query: LexicalQuery = { terms, averageTerms: statistics.averageTerms };
      const mayBeScoped = filter !== undefined || scope.watermark !== undefined;
      const isExact =
        exact ||
        !opened.indexable ||
        statistics.texts <= opened.options.exactUpTo ||
        (vector !== undefined && mayBeScoped && (await passFew(session, opened, scope)));
      const first = rarest(terms);
      const parameters = new SqlParameters();
      const statements: string[] = [];
      if (vector !== undefined && limit > 0)
        statements.push(denseSql(opened, { vector, limit }, scope, isExact, parameters));
      if (terms.length > 0 && limit > 0) statements.push(lexicalSql(opened, query, first, limit, scope, parameters));
      const rows =
        statements.length === 0
          ? []
          : await run(session, statements.map((statement) => `(${statement})`).join(" UNION ALL "), parameters);
      let dense = hitsOf(rows, "dense");
      if (vector !== undefined && !isExact && dense.length < limit) {
        // The index gave up before it had enough that pass.
        const again = new SqlParameters();
        const statement = denseSql(opened, { vector, limit }, scope, true, again);
        dense = hitsOf(await run(session, statement, again), "dense");
      }
      let lexical = hitsOf(rows, "lexical");
      const anyOf = needed(terms, lexical.length < limit ? 0 : (lexical.at(-1)?.score ?? 0));
      if (limit > 0 && anyOf.length > first.length) {
        const again = new SqlParameters();
        const statement = lexicalSql(opened, query, anyOf, limit, scope, again);
        lexical = hitsOf(await run(session, statement, again), "lexical");
      }
      return { ...(vector === undefined ? {} : { dense }), ...(text === undefined ? {} : { lexical }) };
    },
  );
}
