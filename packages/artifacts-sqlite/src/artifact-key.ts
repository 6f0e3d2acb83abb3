import { GroundworkError } from "@groundwork/contracts";

/** Longest part of a key, in characters: what file systems take for a name, so that every key can be that of a file. */
const MAX_PART = 255;

const PART = /^[A-Za-z0-9._-]+$/;

/** Throws `INVALID_ARGUMENT` unless the key is relative, of parts of `[A-Za-z0-9._-]`, none of them `.` or `..`. */
export function checkKey(key: string): void {
  for (const part of key.split("/")) {
    if (!PART.test(part) || part === "." || part === ".." || part.length > MAX_PART) throw invalid("key");
  }
}

/** A prefix is the beginning of a key: it may end anywhere, also after a `/`. */
export function checkPrefix(prefix: string): void {
  const parts = prefix.split("/");
  const last = parts.pop() ?? "";
  if (parts.length > 0) checkKey(parts.join("/"));
  if (last !== "" && (!PART.test(last) || last.length > MAX_PART)) throw invalid("prefix");
}

/** What all keys with a prefix sort before: no character of a key is as high. */
export function prefixEnd(prefix: string): string {
  return `${prefix}\u007F`;
}

/** Where the keys after a key begin: no character of a key is as low. */
export function keyAfter(key: string): string {
  return `${key}\u0001`;
}

function invalid(what: string): GroundworkError {
  return new GroundworkError(
    "INVALID_ARGUMENT",
    `Expected an artifact ${what} of parts of A-Z a-z 0-9 . _ - divided by "/", none of them empty, "." or "..", none over ${MAX_PART} characters.`,
    { driver: "artifacts-sqlite" },
  );
}
