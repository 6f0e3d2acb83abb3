import type { ConnectionOptions } from "node:tls";
import { GroundworkError } from "@groundwork/contracts";

export interface PostgresStoreOptions {
  /** `postgres://user:password@host:port/database`. The options below win over its parts. */
  readonly url?: string;
  /** @default "localhost" */
  readonly host?: string;
  /** @default 5432 */
  readonly port?: number;
  readonly database?: string;
  readonly user?: string;
  /**
   * Password, or a function that is asked for one before each new connection: with IAM authentication of RDS and Aurora the
   * token that `Signer.getAuthToken()` of `@aws-sdk/rds-signer` gives.
   */
  readonly password?: string | (() => string | Promise<string>);
  /** `true` checks the server's certificate against the authorities that Node knows; an object is given to Node's TLS. @default false */
  readonly tls?: boolean | ConnectionOptions;
  /** Name under which the sessions are listed in `pg_stat_activity`. @default "groundwork" */
  readonly applicationName?: string;
  /** Most connections of this handle. A scan keeps one until it ends. @default 10 */
  readonly maxConnections?: number;
  /** Milliseconds to wait for a connection, free or new. @default 10_000 */
  readonly connectTimeoutMs?: number;
  /** Milliseconds after which the server stops a statement with `TIMED_OUT`; 0: never. Index builds have no limit. @default 60_000 */
  readonly statementTimeoutMs?: number;
  /** Schema of the tables; made when it is missing. @default "public" */
  readonly schema?: string;
  /** Table of the rows; what else the store keeps begins with its name. @default "chunks" */
  readonly table?: string;
  /** `halfvec` keeps 16 bits a number, in the table and in the index: half the size, scores off by about 0.001. @default "vector" */
  readonly vectorType?: "vector" | "halfvec";
  /** HNSW: neighbours of a node. @default 16 */
  readonly m?: number;
  /** HNSW: candidates while it is built. @default 64 */
  readonly efConstruction?: number;
  /** HNSW: candidates of a query. @default 100 */
  readonly efSearch?: number;
  /** How the index goes on when too few candidates pass the filter. Hits are ordered by score in both. @default "relaxed_order" */
  readonly iterativeScan?: "relaxed_order" | "strict_order";
  /** HNSW: candidates after which it gives up; the store then compares every row that passes the filter. @default 20_000 */
  readonly maxScanTuples?: number;
  /** Rows up to which every vector is compared. Above it `maintain` builds the HNSW index. @default 20_000 */
  readonly exactUpTo?: number;
  /** Rows that pass a filter up to which all of them are compared although there is an index. @default 2_000 */
  readonly exactMatches?: number;
  /** `maintenance_work_mem` of index builds, such as `"2GB"`. A graph that does not fit is built several times slower. @default the server's */
  readonly maintenanceMemory?: string;
  /**
   * A policy on the table that shows a role only rows whose `allow` has one of its principals and whose `deny` has none. Roles that
   * own the table, superusers and roles with `BYPASSRLS` are not bound by it: read with another role. @default false
   */
  readonly rowLevelSecurity?: boolean;
  /**
   * Principals of the reads of this handle under row-level security. @default those of the condition on `allow` that a read's filter
   * demands; without one it sees no row
   */
  readonly principals?: () => readonly string[];
}

/** Options with their defaults. `url` is taken apart. */
export type ResolvedPostgresOptions = Required<
  Omit<PostgresStoreOptions, "url" | "password" | "principals" | "maintenanceMemory" | "database" | "user">
> &
  Pick<PostgresStoreOptions, "password" | "principals" | "maintenanceMemory" | "database" | "user">;

const STORE = { store: "postgres" } as const;
/** Names of indexes are the table's with up to eleven characters more, and PostgreSQL cuts names at 63 bytes. */
const NAME = /^[A-Za-z_][A-Za-z0-9_]{0,47}$/;

function refuse(message: string): never {
  throw new GroundworkError("INVALID_CONFIGURATION", `postgresStore: ${message}`, STORE);
}

type Address = Pick<PostgresStoreOptions, "host" | "port" | "database" | "user" | "password" | "tls">;

function addressOf(url: string | undefined): Address {
  if (url === undefined) return {};
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed === undefined || !/^postgres(ql)?:$/.test(parsed.protocol))
    refuse("expected url as postgres://user:password@host:port/database.");
  const address: { -readonly [K in keyof Address]: Address[K] } = {};
  const decoded = (text: string): string => decodeURIComponent(text);
  if (parsed.hostname !== "") address.host = decoded(parsed.hostname).replace(/^\[|\]$/g, "");
  if (parsed.port !== "") address.port = Number(parsed.port);
  if (parsed.pathname.length > 1) address.database = decoded(parsed.pathname.slice(1));
  if (parsed.username !== "") address.user = decoded(parsed.username);
  if (parsed.password !== "") address.password = decoded(parsed.password);
  for (const [name, value] of parsed.searchParams) {
    if (name !== "sslmode") refuse(`the parameter "${name}" of the url is not known. Use the options.`);
    if (value === "disable") address.tls = false;
    else if (value === "require" || value === "verify-ca" || value === "verify-full") address.tls = true;
    else refuse("expected sslmode as disable, require, verify-ca or verify-full.");
  }
  return address;
}

/** @throws GroundworkError `INVALID_CONFIGURATION` for a value of another form. */
export function resolvePostgresOptions(options: PostgresStoreOptions): ResolvedPostgresOptions {
  const { url, ...rest } = options;
  const given = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined));
  const resolved: ResolvedPostgresOptions = {
    host: "localhost",
    port: 5_432,
    tls: false,
    applicationName: "groundwork",
    maxConnections: 10,
    connectTimeoutMs: 10_000,
    statementTimeoutMs: 60_000,
    schema: "public",
    table: "chunks",
    vectorType: "vector",
    m: 16,
    efConstruction: 64,
    efSearch: 100,
    iterativeScan: "relaxed_order",
    maxScanTuples: 20_000,
    exactUpTo: 20_000,
    exactMatches: 2_000,
    rowLevelSecurity: false,
    ...addressOf(url),
    ...given,
  };
  for (const name of ["schema", "table"] as const)
    if (!NAME.test(resolved[name])) refuse(`expected ${name} as letters, digits and '_', at most 48.`);
  const ranges = {
    port: [1, 65_535],
    maxConnections: [1, 10_000],
    connectTimeoutMs: [0, 2 ** 31 - 1],
    statementTimeoutMs: [0, 2 ** 31 - 1],
    m: [2, 100],
    efConstruction: [4, 1_000],
    efSearch: [1, 1_000],
    maxScanTuples: [1, 2 ** 31 - 1],
    exactUpTo: [0, Number.MAX_SAFE_INTEGER],
    exactMatches: [0, Number.MAX_SAFE_INTEGER],
  } as const;
  for (const [name, [least, most]] of Object.entries(ranges)) {
    const value = resolved[name as keyof typeof ranges];
    if (!Number.isSafeInteger(value) || value < least || value > most)
      refuse(`expected ${name} as a whole number from ${least} to ${most}, found ${value}.`);
  }
  if (resolved.efConstruction < 2 * resolved.m) refuse("expected efConstruction as at least twice m.");
  if (!["vector", "halfvec"].includes(resolved.vectorType)) refuse('expected vectorType as "vector" or "halfvec".');
  if (!["relaxed_order", "strict_order"].includes(resolved.iterativeScan))
    refuse('expected iterativeScan as "relaxed_order" or "strict_order".');
  const memory = resolved.maintenanceMemory;
  if (memory !== undefined && !/^[1-9]\d{0,5}(kB|MB|GB)$/.test(memory))
    refuse('expected maintenanceMemory as a size such as "512MB" or "2GB".');
  return resolved;
}
