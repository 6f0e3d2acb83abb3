import { type ErrorCode, GroundworkError } from "@groundwork/contracts";

interface ErrorRule {
  readonly pattern: RegExp;
  readonly code: ErrorCode;
  readonly retryable: boolean;
  readonly message: string;
}

/** LanceDB's errors carry no code but "GenericFailure", so they are told apart by their text. First match wins. */
const RULES: readonly ErrorRule[] = [
  {
    pattern: /no space left on device|os error 28\b|ENOSPC|EDQUOT|disk quota exceeded|os error 122\b/i,
    code: "DISK_FULL",
    retryable: true,
    message: "The disk of the store is full. Free space and run again: nothing of the failed call was published.",
  },
  {
    pattern:
      /commit conflict|conflicting transaction|incompatible transaction|concurrent (commit|transaction|writer)|write contention|preempted by/i,
    code: "STORE_CONFLICT",
    retryable: true,
    message:
      "Other writers committed to the table at the same time, more often than the bounded retries allow. Run again.",
  },
  {
    pattern:
      /permission denied|os error 13\b|read-only file system|os error 30\b|operation not permitted|os error 1\b/i,
    code: "PERMISSION_DENIED",
    retryable: false,
    message: "The folder of the store cannot be read or written by this user. Check its owner and permissions.",
  },
  {
    pattern: /too many open files|os error 24\b/i,
    code: "UNAVAILABLE",
    retryable: true,
    message: "Too many files are open. Raise the limit of open files, or run maintain() so that the table has fewer.",
  },
  {
    pattern: /resources exhausted|cannot allocate memory|os error 12\b|out of memory/i,
    code: "OUT_OF_MEMORY",
    retryable: false,
    message: "LanceDB ran out of memory. Write smaller batches or give the process more memory.",
  },
  {
    pattern:
      /unknown (reader|writer)? ?feature|feature flags?|unsupported (lance|file|storage|data storage|table) (file )?(format|version)|(not supported|cannot be (read|written)) by this version|please upgrade|newer version of (lance|the library)|unknown (file|lance)[a-z ]*version/i,
    code: "FORMAT_TOO_NEW",
    retryable: false,
    message:
      "The store was written by a newer version of LanceDB. Update this package, or open the store's copy of before.",
  },
  {
    pattern:
      /vector (size|dimension)|dimensions? (mismatch|do(es)? not match)|schema(s)? (mismatch|differ|did not match)|append with different schema/i,
    code: "SCHEMA_MISMATCH",
    retryable: false,
    message: "The table's columns differ from those of this version. Check the embedder's dimensions.",
  },
  {
    pattern:
      /table '[^']*' was not found|not ?found|no such file|os error 2\b|corrupt|magic|footer|metadata (is )?invalid|invalid (data|file|metadata|manifest|protobuf|page|footer)|failed to decode|decode error|unexpected (eof|end of file)|end of file|too small to be|checksum|could not parse|wire type|parse error|IO error|LanceError\(IO\)|panic/i,
    code: "STORE_CORRUPT",
    retryable: false,
    message:
      "Files of the store are missing or damaged. Restore the folder from a backup, or remove it and ingest again: the catalog knows what to write.",
  },
];

/** The typed error for whatever LanceDB threw while it did `action`. The original is the cause; its text is not repeated. */
export function lancedbError(error: unknown, action: string): GroundworkError {
  if (GroundworkError.isInstance(error)) return error;
  const text = error instanceof Error ? error.message : String(error);
  const rule = RULES.find((candidate) => candidate.pattern.test(text));
  if (rule === undefined)
    return GroundworkError.from(error, "INTERNAL", `LanceDB failed to ${action} in a way that is not known.`, {
      store: "lancedb",
    });
  return new GroundworkError(rule.code, `Failed to ${action}. ${rule.message}`, {
    retryable: rule.retryable,
    store: "lancedb",
    cause: error,
  });
}
