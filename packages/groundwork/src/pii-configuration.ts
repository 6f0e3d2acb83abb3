import { randomBytes } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { GroundworkError, type PiiDetector, type PiiStage, passThroughPii } from "@groundwork/contracts";
import { type PiiKeySource, type PiiPolicy, piiStage } from "@groundwork/pii-policy";

/** Personal data: who finds it, and what becomes of it. */
export interface PiiConfiguration {
  readonly detectors: readonly PiiDetector[];
  readonly policy: PiiPolicy;
  /**
   * The key of pseudonyms and hashes. Who has it can tell which value a pseudonym stands for by trying values; without it the same
   * person has another pseudonym from then on. @default a file `pii.key` in `path`, made when it is missing, readable by its owner
   */
  readonly key?: PiiKeySource | Uint8Array;
}

const KEY_FILE = "pii.key";

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

/** The PII stage of a configuration. Everything passes where none is configured. */
export async function configuredPii(
  configuration: PiiStage | PiiConfiguration | undefined,
  path: string,
): Promise<PiiStage> {
  if (configuration === undefined) return passThroughPii();
  if ("protect" in configuration) return configuration;
  const { detectors, policy, key } = configuration;
  return piiStage({ detectors, policy, key: key ?? (await embeddedKey(path)) });
}
