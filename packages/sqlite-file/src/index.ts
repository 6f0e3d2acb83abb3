export { Connection, type Row } from "./connection.ts";
export type { DatabaseKind } from "./database-kind.ts";
export { loadSqlite } from "./load-sqlite.ts";
export { migrate, type OpenDatabaseOptions, openDatabase } from "./open-database.ts";
export { fromSqliteError, isBusy } from "./sqlite-errors.ts";
export { pause, type WaitOptions, whenFree } from "./when-free.ts";
