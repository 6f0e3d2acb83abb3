import { GroundworkError } from "./errors.ts";

/** Longest part of a key, in characters: what common file systems take for a name. */
const MAX_PART = 255;

const PART = /^[A-Za-z0-9._-]+$/;

/** Throws `INVALID_ARGUMENT` unless the key is as `ArtifactStore` says. `driver` is named in the error. */
export function checkArtifactKey(key: string, driver: string): void {
  for (const part of key.split("/")) {
    if (!PART.test(part) || part === "." || part === ".." || part.length > MAX_PART) throw invalid("key", driver);
  }
}

/** A prefix is the beginning of a key: it may end anywhere, also after a `/`. */
export function checkArtifactPrefix(prefix: string, driver: string): void {
  const parts = prefix.split("/");
  const last = parts.pop() ?? "";
  if (parts.length > 0) checkArtifactKey(parts.join("/"), driver);
  if (last !== "" && (!PART.test(last) || last.length > MAX_PART)) throw invalid("prefix", driver);
}

function invalid(what: string, driver: string): GroundworkError {
  return new GroundworkError(
    "INVALID_ARGUMENT",
    `Expected an artifact ${what} of parts of A-Z a-z 0-9 . _ - divided by "/", none of them empty, "." or "..", none over ${MAX_PART} characters.`,
    { driver },
  );
}
