import { randomBytes } from "node:crypto";
import { access, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { GroundworkError, type PiiDetector, type PiiStage, type PiiVault, passThroughPii } from "@groundwork/contracts";
import { correctedPii } from "@groundwork/pii-feedback";
import { type PiiKeySource, type PiiPolicy, piiStage } from "@groundwork/pii-policy";
import { sqliteVault, type VaultPurposes } from "@groundwork/pii-vault-sqlite";

/** Personal data: who finds it, and what becomes of it. */
export interface PiiConfiguration {
  readonly detectors: readonly PiiDetector[];
  readonly policy: PiiPolicy;
  /**
   * The key of pseudonyms and hashes. Who has it can tell which value a pseudonym stands for by trying values; without it the same
   * person has another pseudonym from then on. @default a file `pii.key` in `path`, made when it is missing, readable by its owner
   */
  readonly key?: PiiKeySource | Uint8Array;
  /**
   * The file of what people said about findings (`groundwork pii corrections` makes it); it need not be there yet.
   * @default detectors are taken at their word
   */
  readonly corrections?: string;
  /**
   * Keeps what pseudonyms and hashes stand for, so that they can be revealed: a vault, or for which purposes whom the embedded one
   * (a file `vault.sqlite` in `path`) tells it. @default nothing is kept
   */
  readonly vault?: PiiVault | { readonly purposes: VaultPurposes };
}

export interface ConfiguredPii {
  readonly stage: PiiStage;
  readonly vault?: PiiVault;
  /** Of the policy's pseudonyms and hashes. */
  readonly scope?: string;
}

const KEY_FILE = "pii.key";
const VAULT_FILE = "vault.sqlite";

async function embeddedKey(path: string): Promise<PiiKeySource> {
  const file = join(path, KEY_FILE);
  try {
    await writeFile(file, `${randomBytes(32).toString("hex")}\n`, { flag: "wx", mode: 0o600 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST")
      throw GroundworkError.from(
        error,
        "PERMISSION_DENIED",
        `The key for personal data cannot be written to ${KEY_FILE}.`,
      );
  }
  return { file };
}

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}

/** Errors: `INVALID_CONFIGURATION` without detectors to ask about. */
export function piiConfigurationOf({ pii }: { readonly pii?: PiiStage | PiiConfiguration }): PiiConfiguration {
  if (pii === undefined || "protect" in pii)
    throw new GroundworkError(
      "INVALID_CONFIGURATION",
      "The configuration names no detectors of personal data. Set `pii: { detectors, policy }`.",
    );
  return pii;
}

/** The key of a configuration, or the embedded one. */
export async function piiKeyOf({ key }: PiiConfiguration, path: string): Promise<PiiKeySource | Uint8Array> {
  return key ?? (await embeddedKey(path));
}

/** The detectors of a configuration, with what people said about their findings. */
export async function correctedDetectors(
  { detectors, corrections: file, ...configuration }: PiiConfiguration,
  path: string,
): Promise<readonly PiiDetector[]> {
  if (file === undefined || !(await exists(file))) return detectors;
  const key = await piiKeyOf({ detectors, ...configuration }, path);
  return [correctedPii({ detectors, corrections: { file }, key })];
}

/** The PII stage and the vault of a configuration. Everything passes where none is configured. */
export async function configuredPii(
  configuration: PiiStage | PiiConfiguration | undefined,
  path: string,
): Promise<ConfiguredPii> {
  if (configuration === undefined) return { stage: passThroughPii() };
  if ("protect" in configuration) return { stage: configuration };
  const { policy, vault } = configuration;
  const key = await piiKeyOf(configuration, path);
  const detectors = await correctedDetectors(configuration, path);
  const stage = piiStage({ detectors, policy, key, reversible: vault !== undefined });
  const configured = { stage, ...(policy.scope === undefined ? {} : { scope: policy.scope }) };
  if (vault === undefined) return configured;
  if ("reveal" in vault) return { ...configured, vault };
  return { ...configured, vault: sqliteVault({ path: join(path, VAULT_FILE), key, purposes: vault.purposes }) };
}
