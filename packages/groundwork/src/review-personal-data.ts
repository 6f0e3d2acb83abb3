import { randomBytes } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { resolve } from "node:path";
import type { CallOptions, GroundworkError, Source } from "@groundwork/contracts";
import { detectMediaType } from "@groundwork/media-type";
import { type ReviewCase, type UncertainTextsOptions, uncertainTexts } from "@groundwork/pii-feedback";
import { piiStage, redact } from "@groundwork/pii-policy";
import { readSources } from "@groundwork/pipeline";
import type { KnowledgeBaseConfiguration } from "./configuration.ts";
import { localExtractors } from "./local-extractors.ts";
import { correctedDetectors, piiConfigurationOf } from "./pii-configuration.ts";

export interface PiiReviewOptions
  extends CallOptions,
    Pick<UncertainTextsOptions, "maximumScore" | "types" | "sampleShare" | "onCase"> {
  /** Called for each document when it has been looked at. */
  readonly onDocument?: (document: ReviewedDocument) => void;
}

export interface ReviewedDocument {
  readonly key: string;
  /** Texts given so far, of all documents. */
  readonly cases: number;
  readonly error?: GroundworkError;
}

/**
 * Reads documents and hands on the texts in which the configured detectors are in doubt, for people to look at. Nothing is stored;
 * **the cases hold personal data as it is**. What people have said before is known and not asked again.
 *
 * @throws GroundworkError `INVALID_CONFIGURATION` without detectors, `INVALID_ARGUMENT` for options out of range, what sources throw.
 */
export async function reviewPersonalData(
  configuration: KnowledgeBaseConfiguration,
  sources: readonly Source[],
  { onDocument, onCase, signal, ...asked }: PiiReviewOptions,
): Promise<{ readonly documents: number; readonly failed: number; readonly cases: number }> {
  const call: CallOptions = signal === undefined ? {} : { signal };
  const path = resolve(configuration.path ?? ".groundwork");
  const pii = piiConfigurationOf(configuration);
  if (pii.key === undefined && pii.corrections !== undefined) await mkdir(path, { recursive: true });
  const counts = { documents: 0, failed: 0, cases: 0 };
  const asking = uncertainTexts({
    ...asked,
    detectors: await correctedDetectors(pii, path),
    onCase: (reviewCase: ReviewCase) => {
      counts.cases++;
      return onCase(reviewCase);
    },
  });
  // The stage hands every text of a document to its detectors, as an ingestion does; what it makes of them is thrown away.
  const stage = piiStage({ detectors: [asking], policy: redact(), key: randomBytes(32) });
  const extractors = configuration.extractors ?? localExtractors();
  const parts = {
    extractors,
    detectMediaType: configuration.detectMediaType ?? detectMediaType,
    ...(configuration.settings === undefined ? {} : { settings: configuration.settings }),
  };
  try {
    for await (const document of readSources(sources, parts, call)) {
      const { documentId, key } = document;
      counts.documents++;
      if ("error" in document) counts.failed++;
      else {
        const { metadata, elements } = document.extracted;
        await stage.protect({ documentId, version: "", metadata, elements }, call);
      }
      onDocument?.({ key, cases: counts.cases, ...("error" in document ? { error: document.error } : {}) });
    }
  } finally {
    if (configuration.extractors === undefined) for (const extractor of extractors) await extractor.close?.();
  }
  return counts;
}
