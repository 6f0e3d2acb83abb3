export { localKeyProvider } from "./local-key-provider.ts";
export { type SqliteVault, type SqliteVaultOptions, sqliteVault } from "./sqlite-vault.ts";
export type { VaultPurpose, VaultPurposes } from "./vault-purpose.ts";
