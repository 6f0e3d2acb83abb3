import type { CatalogDocument, QualityCheck, QualityVerdict } from "@groundwork/contracts";
import type { RecordBatch } from "apache-arrow";
import { encodeDocuments } from "./encode-documents.ts";
import { type GateDecision, type QualityGateOptions, qualityGate } from "./quality-gate.ts";
import type { RuleOutcome } from "./rule-outcome.ts";

/** Documents in one batch. */
const DOCUMENTS_PER_BATCH = 1_000;

async function* batchesOf(documents: AsyncIterable<CatalogDocument>): AsyncGenerator<RecordBatch> {
  let part: CatalogDocument[] = [];
  for await (const document of documents) {
    part.push(document);
    if (part.length < DOCUMENTS_PER_BATCH) continue;
    yield encodeDocuments(part);
    part = [];
  }
  yield encodeDocuments(part);
}

function failedRules({ documents, chunks }: GateDecision): readonly RuleOutcome[] {
  return [...(documents?.RuleResults ?? []), ...(chunks?.RuleResults ?? [])].filter(({ Result }) => Result !== "PASS");
}

function verdictOf(decision: GateDecision): QualityVerdict {
  const failed = failedRules(decision);
  const reasons = (action: string): string[] =>
    failed.filter(({ onFailure }) => onFailure === action).map(({ Description }) => Description);
  const by = (documentIds: readonly string[], action: string) =>
    new Map(documentIds.map((id) => [id, reasons(action)]));
  return {
    warned: by(decision.warned, "warn"),
    quarantined: by(decision.quarantined, "quarantine"),
    fatal: decision.fatal.map(({ Description }) => Description),
    metrics: decision.history,
  };
}

/**
 * The rules of a {@link qualityGate} as a part of a knowledge base: rules on single documents and chunks before they are published,
 * rules on whole tables (`RowCount`, `Uniqueness`, ...) when a run has ended.
 *
 * @throws GroundworkError `INVALID_CONFIGURATION` for a ruleset that cannot be read.
 */
export function dataQuality(options: QualityGateOptions): QualityCheck {
  const gate = qualityGate(options);
  return {
    identity: gate.identity,
    async checkDocuments(documents, chunks, call = {}) {
      return verdictOf(
        await gate.evaluate(
          { documents: [encodeDocuments(documents)], chunks: [...chunks] },
          { ...call, rules: "row" },
        ),
      );
    },
    async checkAll({ documents, chunks }, call = {}) {
      return verdictOf(
        await gate.evaluate({ documents: () => batchesOf(documents()), chunks }, { ...call, rules: "table" }),
      );
    },
  };
}
