import { type CallOptions, GroundworkError } from "@groundwork/contracts";
import type { Connections, Session } from "./connections.ts";
import type { ResolvedPostgresOptions } from "./postgres-options.ts";
import { quoted } from "./sql-parameters.ts";
import { createStatements, expectedColumns, FORMAT, type TableNames, tableNames } from "./table-layout.ts";

const STORE = { store: "postgres" } as const;
/** pgvector has iterative scans from this version on: without them a filter leaves few of the hits. */
const LEAST_VECTOR = [0, 8] as const;
/** One lock for all that changes schemas, extensions and tables: whoever opens first makes them. */
const OPENING = "groundwork.store-postgres";
/** Dimensions that an HNSW index takes at most. */
const MOST_INDEXED = { vector: 2_000, halfvec: 4_000 } as const;
const MOST_DIMENSIONS = 16_000;

/** An open table with all that statements on it need to know. */
export interface OpenedTable {
  readonly connections: Connections;
  readonly options: ResolvedPostgresOptions;
  readonly names: TableNames;
  readonly dimensions: number;
  /** Schema of pgvector's types, functions and operators, quoted. */
  readonly vectorSchema: string;
  /** Whether vectors of so many dimensions can have an index. */
  readonly indexable: boolean;
}

interface Found {
  readonly vectorVersion: string | null;
  readonly vectorSchema: string | null;
  readonly hasTable: boolean;
  readonly hasFormat: boolean;
  readonly policies: number;
  readonly rowSecurity: boolean;
}

async function look(session: Session, { schema, table }: ResolvedPostgresOptions): Promise<Found> {
  const { rows } = await session.query(
    `SELECT e.extversion AS "vectorVersion", n.nspname AS "vectorSchema",
      t.oid IS NOT NULL AS "hasTable", f.oid IS NOT NULL AS "hasFormat",
      coalesce(t.relrowsecurity, false) AS "rowSecurity",
      (SELECT count(*)::integer FROM pg_policy p WHERE p.polrelid = t.oid AND p.polname = 'groundwork_principals') AS policies
    FROM (SELECT $1::text AS schema, $2::text AS table) AS wanted
    LEFT JOIN pg_namespace s ON s.nspname = wanted.schema
    LEFT JOIN pg_class t ON t.relnamespace = s.oid AND t.relname = wanted.table AND t.relkind IN ('r', 'p')
    LEFT JOIN pg_class f ON f.relnamespace = s.oid AND f.relname = wanted.table || '_format'
    LEFT JOIN pg_extension e ON e.extname = 'vector'
    LEFT JOIN pg_namespace n ON n.oid = e.extnamespace`,
    [schema, table],
  );
  return rows[0] as Found;
}

/** Whether nothing is left to be made. */
function isComplete(found: Found, options: ResolvedPostgresOptions): boolean {
  if (found.vectorVersion === null || !found.hasTable) return false;
  return !options.rowLevelSecurity || (found.rowSecurity && found.policies > 0);
}

function policyStatements(names: TableNames): string[] {
  const principals = `(SELECT array_agg(principal) FROM
    jsonb_array_elements_text(nullif(current_setting('groundwork.principals', true), '')::jsonb) AS principal)`;
  return [
    `ALTER TABLE ${names.rows} ENABLE ROW LEVEL SECURITY`,
    `DROP POLICY IF EXISTS groundwork_principals ON ${names.rows}`,
    `CREATE POLICY groundwork_principals ON ${names.rows} FOR SELECT
      USING (allow && ${principals} AND NOT deny && ${principals})`,
  ];
}

async function makeMissing(session: Session, options: ResolvedPostgresOptions, dimensions: number): Promise<void> {
  await session.query("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", [OPENING]);
  const names = tableNames(options);
  const found = await look(session, options);
  if (found.vectorVersion === null) await session.query("CREATE EXTENSION IF NOT EXISTS vector");
  if (!found.hasTable) {
    const { rows } = await session.query("SELECT 1 FROM pg_namespace WHERE nspname = $1", [options.schema]);
    if (rows.length === 0) await session.query(`CREATE SCHEMA ${names.schema}`);
    const { vectorSchema } = await look(session, options);
    for (const statement of createStatements(names, options, dimensions, quoted(vectorSchema ?? "public")))
      await session.query(statement);
  }
  if (options.rowLevelSecurity && !(found.rowSecurity && found.policies > 0))
    for (const statement of policyStatements(names)) await session.query(statement);
}

function checkVersion(version: string): void {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  if (major > LEAST_VECTOR[0] || (major === LEAST_VECTOR[0] && minor >= LEAST_VECTOR[1])) return;
  throw new GroundworkError(
    "INVALID_CONFIGURATION",
    `Expected pgvector ${LEAST_VECTOR.join(".")} or later, found ${version}. Update the extension: ALTER EXTENSION vector UPDATE.`,
    STORE,
  );
}

/** Checks the tables that are there against what this version would make. */
async function checkTables(session: Session, options: ResolvedPostgresOptions, dimensions: number): Promise<void> {
  const names = tableNames(options);
  const { rows } = await session.query(`SELECT format, dimensions, vector_type AS "vectorType" FROM ${names.format}`);
  const format = rows[0] as { format: number; dimensions: number; vectorType: string } | undefined;
  if (format === undefined)
    throw new GroundworkError("STORE_CORRUPT", `Expected one row in ${names.format}, found none.`, STORE);
  if (format.format > FORMAT)
    throw new GroundworkError(
      "FORMAT_TOO_NEW",
      `Expected a table of format ${FORMAT} or older, found ${format.format}. Update this package.`,
      STORE,
    );
  if (format.dimensions !== dimensions)
    throw new GroundworkError(
      "SCHEMA_MISMATCH",
      `Expected vectors of ${format.dimensions} dimensions, found ${dimensions}. Open with the embedder that filled the store, or choose another table.`,
      STORE,
    );
  if (format.vectorType !== options.vectorType)
    throw new GroundworkError(
      "SCHEMA_MISMATCH",
      `Expected vectorType "${format.vectorType}", found "${options.vectorType}". Open with the type that the table was made with.`,
      STORE,
    );
  const columns = await session.query(
    `SELECT attname AS name, regexp_replace(format_type(atttypid, atttypmod), '^.*\\.', '') AS type FROM pg_attribute
      WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped`,
    [names.rows],
  );
  const types = new Map((columns.rows as { name: string; type: string }[]).map(({ name, type }) => [name, type]));
  for (const [name, type] of expectedColumns(dimensions, options.vectorType))
    if (types.get(name) !== type)
      throw new GroundworkError(
        "STORE_CORRUPT",
        `Column ${name}: expected ${type}, found ${types.get(name) ?? "no such column"}. Restore the table from a backup, or drop it and ingest again.`,
        STORE,
      );
}

/** Makes what is missing, in one transaction under a lock, and checks what is there. */
export async function openTable(
  connections: Connections,
  options: ResolvedPostgresOptions,
  dimensions: number,
  call: CallOptions | undefined,
): Promise<OpenedTable> {
  if (dimensions > MOST_DIMENSIONS)
    throw new GroundworkError(
      "INVALID_ARGUMENT",
      `Expected at most ${MOST_DIMENSIONS} dimensions, found ${dimensions}. pgvector holds no more.`,
      STORE,
    );
  const action = "open the store";
  let found = await connections.use(action, call, (session) => look(session, options));
  if (!isComplete(found, options)) {
    if (found.hasTable && !found.hasFormat) throw foreign(options);
    await connections.write(action, call, (session) => makeMissing(session, options, dimensions));
    found = await connections.use(action, call, (session) => look(session, options));
  }
  if (!found.hasFormat) throw foreign(options);
  checkVersion(found.vectorVersion!);
  await connections.use(action, call, (session) => checkTables(session, options, dimensions));
  return {
    connections,
    options,
    names: tableNames(options),
    dimensions,
    vectorSchema: quoted(found.vectorSchema!),
    indexable: dimensions <= MOST_INDEXED[options.vectorType],
  };
}

function foreign({ schema, table }: ResolvedPostgresOptions): GroundworkError {
  return new GroundworkError(
    "SCHEMA_MISMATCH",
    `Expected a table made by this package, found another of the name ${schema}.${table}. Choose another table or schema.`,
    STORE,
  );
}
