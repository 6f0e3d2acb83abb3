import {
  type CallOptions,
  GroundworkError,
  type QuotaRecord,
  type QuotaStore,
  throwIfAborted,
} from "@groundwork/contracts";

/** A quota store for one process: what callers share that do not know each other. */
export function memoryQuotaStore(): QuotaStore {
  const records = new Map<string, QuotaRecord>();
  let open = true;
  const check = ({ signal }: CallOptions): void => {
    if (!open) throw new GroundworkError("INVALID_ARGUMENT", "Expected an open quota store, found a closed one.");
    throwIfAborted(signal);
  };
  return {
    async read(key, options = {}) {
      check(options);
      return records.get(key);
    },
    async compareAndSet(key, expected, value, options = {}) {
      check(options);
      if (records.get(key)?.version !== expected) return false;
      records.set(key, { version: (expected ?? 0) + 1, value });
      return true;
    },
    async close() {
      open = false;
    },
  };
}
