import { type ErrorCode, type ErrorIds, GroundworkError } from "@groundwork/contracts";

const UNAVAILABLE_CODES: ReadonlySet<string> = new Set([
  "EIO",
  "ESTALE",
  "ENOTCONN",
  "ETIMEDOUT",
  "EHOSTDOWN",
  "EHOSTUNREACH",
  "ENXIO",
  "ENODEV",
  "EMFILE",
  "ENFILE",
  "EBUSY",
]);

export function codeOf(error: unknown): string {
  return String((error as { code?: unknown } | null)?.code ?? "UNKNOWN");
}

/** Nothing is there (any more). */
export function isAbsent(error: unknown): boolean {
  const code = codeOf(error);
  return code === "ENOENT" || code === "ENOTDIR" || code === "ELOOP" || code === "ENAMETOOLONG";
}

export function isDenied(error: unknown): boolean {
  const code = codeOf(error);
  return code === "EACCES" || code === "EPERM";
}

/**
 * Turns what `node:fs` threw into an error of the library. `absent` is the code for what is not there: `NOT_FOUND` for an
 * object, `SOURCE_NOT_FOUND` for the source itself.
 */
export function fromFileError(error: unknown, ids: ErrorIds, absent: ErrorCode = "NOT_FOUND"): GroundworkError {
  if (GroundworkError.isInstance(error)) return error;
  const what = absent === "NOT_FOUND" ? "file" : "folder";
  if (isAbsent(error)) {
    const hint = absent === "NOT_FOUND" ? "List the source again." : "Check the path, and whether its disk is mounted.";
    return new GroundworkError(absent, `Expected a ${what}, found nothing. ${hint}`, { ...ids, cause: error });
  }
  if (isDenied(error)) {
    return new GroundworkError("PERMISSION_DENIED", `The ${what} cannot be read. Check its permissions.`, {
      ...ids,
      cause: error,
    });
  }
  if (UNAVAILABLE_CODES.has(codeOf(error))) {
    return new GroundworkError(
      "SOURCE_UNAVAILABLE",
      `The disk of the ${what} does not answer (${codeOf(error)}). Check the disk or the mount, then try again.`,
      { ...ids, retryable: true, cause: error },
    );
  }
  return GroundworkError.from(error, "SOURCE_UNAVAILABLE", `The ${what} cannot be read (${codeOf(error)}).`, ids);
}
