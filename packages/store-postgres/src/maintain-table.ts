import { setTimeout as delay } from "node:timers/promises";
import { type CallOptions, throwIfAborted } from "@groundwork/contracts";
import type { Session } from "./connections.ts";
import type { OpenedTable } from "./open-table.ts";
import { quoted } from "./sql-parameters.ts";

/** Rows from which filters and words have indexes: fewer are read as quickly. */
const INDEXED_FROM = 5_000;
/** Changes of the statistics from which they are summed up. */
const MOST_CHANGES = 16;
/** Milliseconds between looks whether another session has ended its maintenance. */
const LOOK_AGAIN_MS = 250;

interface State {
  readonly texts: number;
  readonly changes: number;
  readonly removed: number;
  readonly rows: number;
}

interface Index {
  readonly suffix: string;
  readonly sql: string;
}

async function stateOf(session: Session, { names }: OpenedTable): Promise<State> {
  const { rows } = await session.query(
    `SELECT coalesce(sum(texts), 0)::float8 AS texts, count(*)::float8 AS changes, coalesce(sum(removed), 0)::float8 AS removed,
      (SELECT count(*)::float8 FROM (SELECT FROM ${names.rows} LIMIT ${INDEXED_FROM} + 1) AS few) AS rows
    FROM ${names.totals}`,
  );
  return rows[0] as State;
}

/** Indexes that a table of that size has. */
function indexesFor({ options, vectorSchema, indexable }: OpenedTable, { texts, rows }: State): Index[] {
  const { m, efConstruction, vectorType, exactUpTo } = options;
  const indexes: Index[] = [];
  if (rows > INDEXED_FROM)
    indexes.push(
      { suffix: "terms", sql: "USING gin (terms)" },
      { suffix: "attributes", sql: "USING gin (attributes jsonb_path_ops)" },
      { suffix: "allow", sql: "USING gin (allow)" },
    );
  if (indexable && texts > exactUpTo)
    indexes.push({
      suffix: "vector",
      sql: `USING hnsw (vector ${vectorSchema}.${vectorType}_cosine_ops) WITH (m = ${m}, ef_construction = ${efConstruction}) WHERE searched`,
    });
  return indexes;
}

/** Builds the indexes that are missing or that an interrupted build left unfinished, while rows are read and written. */
async function buildIndexes(session: Session, opened: OpenedTable, state: State): Promise<boolean> {
  const { names, options } = opened;
  const { rows } = await session.query(
    `SELECT c.relname AS name, i.indisvalid AS valid FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
      WHERE i.indrelid = $1::regclass`,
    [names.rows],
  );
  const valid = new Map((rows as { name: string; valid: boolean }[]).map(({ name, valid }) => [name, valid]));
  let built = false;
  for (const { suffix, sql } of indexesFor(opened, state)) {
    const name = names.index(suffix);
    if (valid.get(name) === true) continue;
    if (valid.has(name)) await session.query(`DROP INDEX CONCURRENTLY ${quoted(options.schema)}.${quoted(name)}`);
    await session.query(`CREATE INDEX CONCURRENTLY ${quoted(name)} ON ${names.rows} ${sql}`);
    built = true;
  }
  return built;
}

/** Replaces the changes of the statistics by their sums. Changes that come meanwhile stay as they are. */
function sumUp({ connections, names }: OpenedTable, session: Session, options: CallOptions | undefined): Promise<void> {
  return connections.writeIn(session, options, async () => {
    await session.query("SET LOCAL statement_timeout = 0");
    await session.query(`WITH old AS (DELETE FROM ${names.words} WHERE term IN
        (SELECT term FROM ${names.words} GROUP BY term HAVING count(*) > 1 OR sum(texts) <= 0) RETURNING term, texts)
      INSERT INTO ${names.words} SELECT term, sum(texts) FROM old GROUP BY term HAVING sum(texts) <> 0`);
    await session.query(`WITH old AS (DELETE FROM ${names.totals} RETURNING texts, terms, removed)
      INSERT INTO ${names.totals} SELECT sum(texts), sum(terms), sum(removed) FROM old HAVING count(*) > 0`);
  });
}

/**
 * Writes the tables and their indexes into new files, and counts the words anew. A vacuum, also a full one, keeps what some older
 * transaction could still see; a change of a column's type does not.
 */
function writeAnew(
  { connections, names }: OpenedTable,
  session: Session,
  options: CallOptions | undefined,
): Promise<void> {
  return connections.writeIn(session, options, async () => {
    await session.query("SET LOCAL statement_timeout = 0");
    await session.query(`LOCK TABLE ${names.searched.join(", ")} IN ACCESS EXCLUSIVE MODE`);
    await session.query(`ALTER TABLE ${names.rows} ALTER COLUMN tokens TYPE integer USING tokens + 0`);
    await session.query(`TRUNCATE ${names.words}, ${names.totals}`);
    await session.query(
      `INSERT INTO ${names.words} SELECT term, count(*) FROM ${names.rows} AS rows, unnest(rows.terms) AS term GROUP BY term`,
    );
    await session.query(
      `INSERT INTO ${names.totals} SELECT count(*), coalesce(sum(term_total), 0), 0 FROM ${names.rows} WHERE searched`,
    );
  });
}

async function vacuum(session: Session, { names }: OpenedTable): Promise<void> {
  for (const table of names.searched) await session.query(`VACUUM (ANALYZE) ${table}`);
}

/** Waits until no other session maintains the table. The lock goes with the session. */
async function lock(session: Session, { names }: OpenedTable, options: CallOptions | undefined): Promise<void> {
  for (;;) {
    const text = "SELECT pg_try_advisory_lock(hashtextextended($1, 0)) AS locked";
    const { rows } = await session.query(text, [`maintain ${names.rows}`]);
    if ((rows[0] as { locked: boolean }).locked) return;
    // Nothing is open between looks: who builds an index waits for every transaction.
    await delay(LOOK_AGAIN_MS);
    throwIfAborted(options?.signal, { store: "postgres" });
  }
}

/**
 * Builds indexes, sums up statistics and vacuums. `purge` writes the tables anew when rows were removed since the last time, so that
 * nothing of them is left in their files.
 */
export function maintainTable(
  opened: OpenedTable,
  options: (CallOptions & { readonly purge?: boolean }) | undefined,
): Promise<{ readonly compacted: boolean; readonly indexed: boolean }> {
  const { connections, names } = opened;
  return connections.unlimited("maintain the store", options, async (session) => {
    await lock(session, opened, options);
    try {
      const state = await stateOf(session, opened);
      if (options?.purge === true && state.removed > 0) {
        await writeAnew(opened, session, options);
        const indexed = await buildIndexes(session, opened, state);
        await vacuum(session, opened);
        return { compacted: true, indexed };
      }
      const indexed = await buildIndexes(session, opened, state);
      const compacted = state.changes > MOST_CHANGES;
      if (compacted) await sumUp(opened, session, options);
      if (compacted || indexed) await vacuum(session, opened);
      return { compacted, indexed };
    } finally {
      const text = "SELECT pg_advisory_unlock(hashtextextended($1, 0))";
      await session.query(text, [`maintain ${names.rows}`]).catch(() => undefined);
    }
  });
}
