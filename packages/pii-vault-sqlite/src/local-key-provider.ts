import { type KeyProvider, throwIfAborted } from "@groundwork/contracts";
import { decrypt, encrypt, PiiKey, type PiiKeySource } from "@groundwork/pii-policy";

const ABOUT = "groundwork vault epoch";

/** A key in a file, a variable or memory that locks the vault's own. A key-management service takes its place in production. */
export function localKeyProvider(source: PiiKeySource | Uint8Array): KeyProvider {
  const key = source instanceof Uint8Array ? new PiiKey(source) : PiiKey.from(source);
  const wrapping = key.derive("vault");
  return {
    keyId: `local:${key.id}`,
    async wrap(plain, options) {
      throwIfAborted(options?.signal);
      return encrypt(wrapping, plain, ABOUT);
    },
    async unwrap(wrapped, options) {
      throwIfAborted(options?.signal);
      return decrypt(wrapping, wrapped, ABOUT);
    },
  };
}
