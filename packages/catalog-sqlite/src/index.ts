export { type SqliteCatalogOptions, sqliteCatalog } from "./sqlite-catalog.ts";
