import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { GroundworkError, type SealedValue } from "@groundwork/contracts";

/** The use that names the key of sealed values. */
export const SEALING = "seal";

const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** AES-256-GCM: nonce, ciphertext, tag. What is `about` the content is authenticated with it and not part of it. */
export function encrypt(key: Uint8Array, content: Uint8Array, about: string): Uint8Array {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv("aes-256-gcm", key, nonce).setAAD(Buffer.from(about));
  return Buffer.concat([nonce, cipher.update(content), cipher.final(), cipher.getAuthTag()]);
}

/** Throws `UNAUTHENTICATED` when the key or what it is about is another, or the content was changed. */
export function decrypt(key: Uint8Array, locked: Uint8Array, about: string): Uint8Array {
  try {
    const end = locked.length - TAG_BYTES;
    const decipher = createDecipheriv("aes-256-gcm", key, locked.subarray(0, NONCE_BYTES))
      .setAAD(Buffer.from(about))
      .setAuthTag(locked.subarray(end));
    return Buffer.concat([decipher.update(locked.subarray(NONCE_BYTES, end)), decipher.final()]);
  } catch (cause) {
    throw new GroundworkError(
      "UNAUTHENTICATED",
      "What was locked cannot be opened with this key. Configure the key that it was locked with.",
      { cause },
    );
  }
}

function aboutOf({ scope, token, type, subject }: Omit<SealedValue, "sealed">): string {
  return JSON.stringify([scope, token, type, subject]);
}

export function sealValue(key: Uint8Array, about: Omit<SealedValue, "sealed">, value: string): SealedValue {
  return { ...about, sealed: encrypt(key, Buffer.from(value, "utf8"), aboutOf(about)) };
}

export function openValue(key: Uint8Array, value: SealedValue): string {
  return Buffer.from(decrypt(key, value.sealed, aboutOf(value))).toString("utf8");
}
