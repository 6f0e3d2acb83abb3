import { type ErrorCode, GroundworkError } from "@groundwork/contracts";

interface Meaning {
  readonly code: ErrorCode;
  readonly retryable: boolean;
  readonly message: string;
}

const meaning = (code: ErrorCode, retryable: boolean, message: string): Meaning => ({ code, retryable, message });

const LOST = meaning("UNAVAILABLE", true, "The connection to the server was lost or refused. Run again.");
const BUSY = meaning("UNAVAILABLE", true, "The server is starting, stopping or failing over. Run again.");
const FULL_UP = meaning(
  "UNAVAILABLE",
  true,
  "The server has no connection left, or none was free in time. Run again, with fewer at once or a higher limit.",
);
const CONFLICT = meaning(
  "STORE_CONFLICT",
  true,
  "Other writers changed the same rows at the same time, more often than the bounded retries allow. Run again.",
);
const LOCKED = meaning("STORE_CONFLICT", true, "A lock that another session holds was not free in time. Run again.");
const TIMED_OUT = meaning(
  "TIMED_OUT",
  true,
  "The server stopped the statement because of a time limit or an operator. Run again, or raise statementTimeoutMs.",
);
const DISK_FULL = meaning(
  "DISK_FULL",
  true,
  "The disk of the server is full. Free space and run again: nothing of the failed call was published.",
);
const OUT_OF_MEMORY = meaning(
  "OUT_OF_MEMORY",
  false,
  "The server ran out of memory. Give it more, or lower maintenanceMemory or the size of a batch.",
);
const LIMIT = meaning(
  "OUT_OF_MEMORY",
  false,
  "The statement exceeds a limit of the server. Use fewer conditions or smaller batches.",
);
const DENIED = meaning(
  "PERMISSION_DENIED",
  false,
  "The role may not do this. Grant it the rights, or connect as the role that owns the tables.",
);
const UNAUTHENTICATED = meaning(
  "UNAUTHENTICATED",
  false,
  "The server refused the user, the password or the token. Check the credentials and pg_hba.conf.",
);
const READ_ONLY = meaning(
  "UNAVAILABLE",
  true,
  "The server is read-only: a replica, or a primary that has just been replaced. Connect to the writer, or run again.",
);
const NO_TABLE = meaning(
  "STORE_CORRUPT",
  false,
  "A table, column or index of the store is missing. Open the store again, or restore it from a backup.",
);
const NO_DATABASE = meaning(
  "NOT_FOUND",
  false,
  "The database or schema does not exist. Create it, or correct the address.",
);
const CORRUPT = meaning(
  "STORE_CORRUPT",
  false,
  "The server reports damaged data. Restore it from a backup, or drop the tables and ingest again: the catalog knows what to write.",
);
const NO_VECTOR = meaning(
  "INVALID_CONFIGURATION",
  false,
  "The server lacks a feature that is needed: pgvector 0.8.0 or later. Install the extension.",
);
const BAD_DATA = meaning("INVALID_ARGUMENT", false, "The server cannot hold one of the values.");

/** By SQLSTATE (appendix A of PostgreSQL's manual), and by the codes of Node for what happens to a socket. */
const CODES: Readonly<Record<string, Meaning>> = {
  "23505": CONFLICT,
  "25006": READ_ONLY,
  "3D000": NO_DATABASE,
  "3F000": NO_DATABASE,
  "40001": CONFLICT,
  "40P01": CONFLICT,
  "42501": DENIED,
  "42703": NO_TABLE,
  "42704": NO_VECTOR,
  "42883": NO_VECTOR,
  "42P01": NO_TABLE,
  "53100": DISK_FULL,
  "53200": OUT_OF_MEMORY,
  "53300": FULL_UP,
  "53400": LIMIT,
  "55P03": LOCKED,
  "55006": LOCKED,
  "57014": TIMED_OUT,
  "57P04": NO_DATABASE,
  "57P05": LOST,
  "58030": LOST,
  "58P01": CORRUPT,
  "0A000": NO_VECTOR,
  EACCES: DENIED,
  ENOTFOUND: meaning("UNAVAILABLE", true, "The name of the server is not known. Check the address, or run again."),
};

/** By the class of an SQLSTATE: its first two characters. */
const CLASSES: Readonly<Record<string, Meaning>> = {
  "08": LOST,
  "22": BAD_DATA,
  "28": UNAUTHENTICATED,
  "40": CONFLICT,
  "53": FULL_UP,
  "54": LIMIT,
  "57": BUSY,
  "58": LOST,
  XX: CORRUPT,
};

/** What the client library and Node say of connections, without a code or with one of Node's. */
const LOST_CONNECTION =
  /^(ECONN|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|EAI_AGAIN|ERR_TLS|ERR_SSL|CERT_|SELF_SIGNED|DEPTH_ZERO|UNABLE_TO)/;
const LOST_MESSAGE = /connection (terminated|ended)|not queryable|client was closed|server closed the connection/i;
const POOL_MESSAGE = /timeout exceeded when trying to connect|timeout expired/i;
const NO_PASSWORD = /client password must be a string|SASL|does not support SSL/i;

function meaningOf(error: unknown): Meaning | undefined {
  const { code, message } = (error ?? {}) as { readonly code?: unknown; readonly message?: unknown };
  if (typeof code === "string") {
    const known = CODES[code] ?? (/^[0-9A-Z]{5}$/.test(code) ? CLASSES[code.slice(0, 2)] : undefined);
    if (known !== undefined) return known;
    if (LOST_CONNECTION.test(code)) return LOST;
  }
  if (typeof message !== "string") return undefined;
  if (POOL_MESSAGE.test(message)) return FULL_UP;
  if (LOST_MESSAGE.test(message)) return LOST;
  return NO_PASSWORD.test(message) ? UNAUTHENTICATED : undefined;
}

/** The typed error for whatever was thrown while the store did `action`. The original is the cause; its text is not repeated. */
export function postgresError(error: unknown, action: string): GroundworkError {
  if (GroundworkError.isInstance(error)) return error;
  const known = meaningOf(error);
  if (known === undefined)
    return GroundworkError.from(error, "INTERNAL", `PostgreSQL failed to ${action} in a way that is not known.`, {
      store: "postgres",
    });
  return new GroundworkError(known.code, `Failed to ${action}. ${known.message}`, {
    retryable: known.retryable,
    store: "postgres",
    cause: error,
  });
}

/** Whether another writer was in the way, so that the same transaction can be run again. */
export function isConflict(error: unknown): boolean {
  const { code } = (error ?? {}) as { readonly code?: unknown };
  return code === "23505" || code === "40001" || code === "40P01";
}
