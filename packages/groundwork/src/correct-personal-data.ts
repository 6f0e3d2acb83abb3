import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { GroundworkError } from "@groundwork/contracts";
import {
  buildCorrections,
  type Corrections,
  type ReadManifestOptions,
  type ReviewedCase,
  readManifest,
} from "@groundwork/pii-feedback";
import { PiiKey } from "@groundwork/pii-policy";
import type { KnowledgeBaseConfiguration } from "./configuration.ts";
import { piiConfigurationOf, piiKeyOf } from "./pii-configuration.ts";

export interface CorrectionsReport {
  readonly reviewed: number;
  readonly unreviewed: number;
  /** Lines that the labeling job gave up. */
  readonly failed: number;
  readonly confirmed: number;
  readonly added: number;
  readonly rejected: number;
  readonly unusable: number;
  /** Verdicts in the file now. */
  readonly verdicts: number;
}

async function readCorrections(file: string): Promise<Corrections | undefined> {
  try {
    return JSON.parse(await readFile(file, "utf8")) as Corrections;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw new GroundworkError("INVALID_CONFIGURATION", "The file with the corrections of findings cannot be read.", {
      cause: error,
    });
  }
}

/**
 * Adds what people said in a manifest of Ground Truth to the corrections of a configuration (`pii.corrections`). Documents are read
 * again by the next ingestion.
 *
 * @throws GroundworkError `INVALID_CONFIGURATION` without `pii.corrections`, `INVALID_ARGUMENT` for a manifest that is none; then
 * the file is as it was.
 */
export async function correctPersonalData(
  configuration: KnowledgeBaseConfiguration,
  lines: Iterable<string> | AsyncIterable<string>,
  options: ReadManifestOptions = {},
): Promise<CorrectionsReport> {
  const path = resolve(configuration.path ?? ".groundwork");
  const pii = piiConfigurationOf(configuration);
  const { corrections: file } = pii;
  if (file === undefined)
    throw new GroundworkError("INVALID_CONFIGURATION", "Set `pii.corrections` to the file that keeps the corrections.");
  if (pii.key === undefined) await mkdir(path, { recursive: true });
  const source = await piiKeyOf(pii, path);
  const key = source instanceof Uint8Array ? new PiiKey(source) : PiiKey.from(source);
  const earlier = await readCorrections(file);
  const counts = { reviewed: 0, unreviewed: 0, failed: 0 };
  async function* answered(): AsyncGenerator<ReviewedCase> {
    for await (const entry of readManifest(lines, options)) {
      counts[entry.outcome]++;
      if (entry.outcome === "reviewed") yield entry.reviewed;
    }
  }
  const { corrections, ...built } = await buildCorrections(answered(), {
    key,
    ...(earlier === undefined ? {} : { earlier }),
  });
  await mkdir(dirname(resolve(file)), { recursive: true });
  const temporary = `${file}.${process.pid}.new`;
  await writeFile(temporary, `${JSON.stringify(corrections)}\n`, { mode: 0o600 });
  await rename(temporary, file);
  return { ...counts, ...built, verdicts: corrections.verdicts.length };
}
