import { type ErrorCode, GroundworkError } from "@groundwork/contracts";

interface Translation {
  readonly code: ErrorCode;
  readonly message: string;
  readonly retryable?: boolean;
}

const DENIED: Translation = {
  code: "PERMISSION_DENIED",
  message: "The artifact folder cannot be read or written. Check its permissions.",
};
const DISK: Translation = {
  code: "UNAVAILABLE",
  message: "The disk of the artifact folder does not answer. Check the disk or the mount, then try again.",
  retryable: true,
};
const HANDLES: Translation = {
  code: "UNAVAILABLE",
  message: "The process has too many open files. Lower the parallelism or raise the limit, then try again.",
  retryable: true,
};
const CLASH: Translation = {
  code: "INVALID_ARGUMENT",
  message: "A key and a folder of other keys cannot have the same name. Choose another key.",
};

const TRANSLATIONS: Readonly<Record<string, Translation>> = {
  EACCES: DENIED,
  EPERM: DENIED,
  EROFS: DENIED,
  EIO: DISK,
  ESTALE: DISK,
  ENOTCONN: DISK,
  ETIMEDOUT: DISK,
  EMFILE: HANDLES,
  ENFILE: HANDLES,
  EISDIR: CLASH,
  ENOTDIR: CLASH,
  EEXIST: CLASH,
  ENOTEMPTY: CLASH,
};

/** Turns what `node:fs` threw into an error of the library. Its message, which names paths, stays in `cause`. */
export function fromFileError(error: unknown): GroundworkError {
  if (GroundworkError.isInstance(error)) return error;
  const ids = { driver: "artifacts-files" };
  const translation = TRANSLATIONS[String((error as { code?: unknown } | null)?.code)];
  if (translation !== undefined) {
    const { code, message, retryable = false } = translation;
    return new GroundworkError(code, message, { ...ids, retryable, cause: error });
  }
  return GroundworkError.from(error, "INTERNAL", "The artifact folder failed in a way that is not known.", ids);
}

/** Whether an error says that there is nothing under a path. */
export function isAbsent(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code;
  return code === "ENOENT" || code === "ENOTDIR";
}
