import type { DocumentOutcome, OutcomeStatus, RunRecord } from "@groundwork/contracts";
import type { Spending } from "./budget.ts";
import type { Recovery } from "./recover.ts";
import type { StageName, StageReport } from "./stage-meter.ts";

/** What a run did. `work` is what it cost: a run over unchanged sources shows zeros. */
export interface IngestReport {
  readonly runId: string;
  readonly status: RunRecord["status"];
  readonly counts: Readonly<Record<OutcomeStatus, number>>;
  readonly work: {
    /** Documents that a parser read. */
    readonly extractions: number;
    readonly embeddings: number;
    /** Chunks whose vector was known already. */
    readonly embeddingsReused: number;
    readonly rowsWritten: number;
    readonly rowsRetired: number;
    readonly publications: number;
  };
  /** What metered parts were used, priced by the price table; `stopped` when the budget ended the run. */
  readonly spending: Spending & { readonly stopped: boolean };
  /** Where the time went. Stages overlap, so their sum is above the elapsed time. */
  readonly stages: Readonly<Record<StageName, StageReport>>;
  /** Outcomes of all documents that were not unchanged. */
  readonly outcomes: readonly DocumentOutcome[];
  readonly incomplete: readonly { readonly sourceId: string; readonly reason: string }[];
  readonly recovered: Recovery;
  readonly watermark: number;
  readonly elapsedMs: number;
}

export function emptyCounts(): Record<OutcomeStatus, number> {
  return {
    added: 0,
    changed: 0,
    deleted: 0,
    unchanged: 0,
    moved: 0,
    hidden: 0,
    stale: 0,
    failed: 0,
    empty: 0,
    skipped: 0,
  };
}

export function emptyWork(): { -readonly [Name in keyof IngestReport["work"]]: number } {
  return { extractions: 0, embeddings: 0, embeddingsReused: 0, rowsWritten: 0, rowsRetired: 0, publications: 0 };
}
