export type { LancedbStoreOptions } from "./lancedb-options.ts";
export { lancedbStore } from "./lancedb-store.ts";
