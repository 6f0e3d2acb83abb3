/**
 * Every code an error of this library can carry. A code is part of the public contract: programs branch on it,
 * so codes are added and never renamed.
 */
export type ErrorCode =
  // caller
  | "INVALID_ARGUMENT"
  | "INVALID_CONFIGURATION"
  | "UNSUPPORTED_FILTER"
  | "UNSUPPORTED_OPERATION"
  | "NOT_FOUND"
  | "ABORTED"
  // sources
  | "SOURCE_NOT_FOUND"
  | "SOURCE_UNAVAILABLE"
  | "SOURCE_INCOMPLETE"
  | "SOURCE_CHANGED"
  | "PERMISSION_DENIED"
  | "MASS_DELETE_REFUSED"
  // documents
  | "UNSUPPORTED_MEDIA_TYPE"
  | "EMPTY_DOCUMENT"
  | "NO_TEXT"
  | "CORRUPT_DOCUMENT"
  | "PASSWORD_REQUIRED"
  | "PASSWORD_INCORRECT"
  | "DOCUMENT_TOO_LARGE"
  | "ARCHIVE_TOO_DEEP"
  | "ARCHIVE_BOMB"
  | "EXTERNAL_ENTITY_REFUSED"
  // limits
  | "TIMED_OUT"
  | "OUT_OF_MEMORY"
  | "WORKER_CRASHED"
  | "DISK_FULL"
  // services
  | "THROTTLED"
  | "UNAVAILABLE"
  | "UNAUTHENTICATED"
  | "QUOTA_EXCEEDED"
  | "BUDGET_EXCEEDED"
  | "MODEL_NOT_FOUND"
  // stores and catalog
  | "STORE_CORRUPT"
  | "STORE_CONFLICT"
  | "ROW_COUNT_MISMATCH"
  | "SCHEMA_MISMATCH"
  | "FORMAT_TOO_NEW"
  | "LEASE_HELD"
  | "LEASE_LOST"
  | "CATALOG_BUSY"
  | "CATALOG_CORRUPT"
  // governance
  | "PII_POLICY_VIOLATION"
  | "DATA_QUALITY_FAILED"
  | "CITATION_UNVERIFIED"
  // last resort: a bug of ours
  | "INTERNAL";

/** Ids that tell where an error happened. Never document text, never a personal value. */
export interface ErrorIds {
  readonly documentId?: string;
  readonly sourceId?: string;
  readonly key?: string;
  readonly runId?: string;
  readonly stage?: string;
  readonly store?: string;
  readonly driver?: string;
}

export interface GroundworkErrorOptions extends ErrorIds {
  /** @default false */
  readonly retryable?: boolean;
  readonly cause?: unknown;
}

const MARKER = Symbol.for("groundwork.error");

/**
 * The one error class of the library.
 *
 * `message` says what was expected, what was found and what to do. `retryable` is set where the error is made, by the
 * code that knows: a runner retries only those. Recognise it with {@link GroundworkError.isInstance}, which also works
 * when two copies of this package are installed and across worker threads (see {@link GroundworkError.fromJSON}).
 */
export class GroundworkError extends Error {
  readonly code: ErrorCode;
  readonly retryable: boolean;
  readonly ids: ErrorIds;

  constructor(code: ErrorCode, message: string, options: GroundworkErrorOptions = {}) {
    const { retryable = false, cause, ...ids } = options;
    super(message, cause === undefined ? undefined : { cause });
    this.name = "GroundworkError";
    this.code = code;
    this.retryable = retryable;
    this.ids = ids;
    Object.defineProperty(this, MARKER, { value: true });
  }

  static isInstance(value: unknown): value is GroundworkError {
    return typeof value === "object" && value !== null && MARKER in value;
  }

  /** The error as plain data. The cause is reduced to name and code: its message may quote a document. */
  toJSON(): SerializedError {
    const cause = this.cause as { name?: unknown; code?: unknown } | undefined;
    return {
      code: this.code,
      message: this.message,
      retryable: this.retryable,
      ids: this.ids,
      ...(cause === undefined
        ? {}
        : {
            cause: {
              name: String(cause?.name ?? "Error"),
              code: cause?.code === undefined ? null : String(cause.code),
            },
          }),
    };
  }

  static fromJSON(data: SerializedError): GroundworkError {
    return new GroundworkError(data.code, data.message, {
      retryable: data.retryable,
      ...data.ids,
      ...(data.cause === undefined ? {} : { cause: data.cause }),
    });
  }

  /**
   * Turns whatever was thrown into a {@link GroundworkError}. Aborts become `ABORTED`; a full disk becomes `DISK_FULL`;
   * anything unknown becomes `fallback` with the original as `cause`, and its message is not repeated.
   */
  static from(error: unknown, fallback: ErrorCode, message: string, ids: ErrorIds = {}): GroundworkError {
    if (GroundworkError.isInstance(error)) return error;
    const { name, code } = (error ?? {}) as { name?: unknown; code?: unknown };
    if (name === "AbortError" || code === "ABORT_ERR") {
      return new GroundworkError("ABORTED", "The call was aborted by its signal.", { ...ids, cause: error });
    }
    if (code === "ENOSPC" || code === "EDQUOT") {
      return new GroundworkError("DISK_FULL", "The disk is full. Free space and run again: finished work is kept.", {
        ...ids,
        retryable: true,
        cause: error,
      });
    }
    return new GroundworkError(fallback, message, { ...ids, cause: error });
  }
}

export interface SerializedError {
  readonly code: ErrorCode;
  readonly message: string;
  readonly retryable: boolean;
  readonly ids: ErrorIds;
  readonly cause?: { readonly name: string; readonly code: string | null };
}

/** Throws `ABORTED` when the signal has fired. Call it before work and between units of work. */
export function throwIfAborted(signal: AbortSignal | undefined, ids: ErrorIds = {}): void {
  if (signal?.aborted) {
    throw new GroundworkError("ABORTED", "The call was aborted by its signal.", { ...ids, cause: signal.reason });
  }
}
