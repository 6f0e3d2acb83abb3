import { resolve } from "node:path";
import type { CallOptions } from "@groundwork/contracts";
import {
  type DetectorFigures,
  evaluateDetector,
  type ReadManifestOptions,
  type ReviewedCase,
  readManifest,
} from "@groundwork/pii-feedback";
import { mergedDetector } from "@groundwork/pii-policy";
import type { KnowledgeBaseConfiguration } from "./configuration.ts";
import { correctedDetectors, piiConfigurationOf } from "./pii-configuration.ts";

/** Measures the configured detectors, with the corrections so far, by what people said in a manifest. */
export async function checkPersonalData(
  configuration: KnowledgeBaseConfiguration,
  lines: Iterable<string> | AsyncIterable<string>,
  options: ReadManifestOptions = {},
): Promise<DetectorFigures> {
  const path = resolve(configuration.path ?? ".groundwork");
  const detectors = await correctedDetectors(piiConfigurationOf(configuration), path);
  async function* answered(): AsyncGenerator<ReviewedCase> {
    for await (const entry of readManifest(lines, options)) if (entry.outcome === "reviewed") yield entry.reviewed;
  }
  const call: CallOptions = options.signal === undefined ? {} : { signal: options.signal };
  return evaluateDetector(mergedDetector(detectors), answered(), call);
}
