import { createHmac, hkdfSync } from "node:crypto";
import { readFileSync } from "node:fs";
import { GroundworkError } from "@groundwork/contracts";

/** Where the key comes from: it is read where it is needed, so that it stands in no message, fingerprint or log. */
export type PiiKeySource =
  /** A variable of the environment with at least 32 bytes in hexadecimal or Base64. */
  | { readonly env: string }
  /** A file with the same. */
  | { readonly file: string };

const LEAST_BYTES = 32;

function refuse(message: string, cause?: unknown): never {
  throw new GroundworkError("INVALID_CONFIGURATION", message, cause === undefined ? {} : { cause });
}

function decode(text: string): Buffer {
  const trimmed = text.trim();
  return /^[0-9a-fA-F]+$/.test(trimmed) && trimmed.length % 2 === 0
    ? Buffer.from(trimmed, "hex")
    : Buffer.from(trimmed, "base64");
}

function read(source: PiiKeySource): string {
  if ("env" in source) {
    const value = process.env[source.env];
    return value ?? refuse(`Expected the key for personal data in the environment variable ${source.env}, found none.`);
  }
  try {
    return readFileSync(source.file, "utf8");
  } catch (cause) {
    return refuse("The file with the key for personal data cannot be read. Check its path and permissions.", cause);
  }
}

/**
 * Keyed hashes of values in one scope. Each scope, and each use, has a key of its own (HKDF-SHA-256, RFC 5869), so that what
 * one shows tells nothing about another.
 */
export class PiiKey {
  readonly #key: Buffer;

  constructor(key: Uint8Array) {
    if (key.length < LEAST_BYTES)
      refuse(`Expected a key for personal data of at least ${LEAST_BYTES} bytes, found ${key.length}.`);
    this.#key = Buffer.from(key);
  }

  static from(source: PiiKeySource): PiiKey {
    return new PiiKey(decode(read(source)));
  }

  /** A name of the key that may be shown: part of fingerprints, so that another key makes everything new. */
  get id(): string {
    return Buffer.from(hkdfSync("sha256", this.#key, "", "groundwork pii key id", 8)).toString("hex");
  }

  /** A key of 32 bytes for one use, for example to lock values on their way to a vault. */
  derive(use: string): Uint8Array {
    return new Uint8Array(hkdfSync("sha256", this.#key, "", `groundwork pii ${use}`, 32));
  }

  /** The function that hashes values of one scope for one use: 32 bytes. */
  hasher(scope: string, use: string): (type: string, value: string) => Buffer {
    const key = Buffer.from(hkdfSync("sha256", this.#key, scope, `groundwork pii ${use}`, 32));
    return (type, value) => createHmac("sha256", key).update(`${type}\u0000${value}`).digest();
  }
}
