export { type SqliteArtifactsOptions, sqliteArtifacts } from "./sqlite-artifacts.ts";
