import type { CallOptions } from "@groundwork/contracts";
import type { Budget } from "./budget.ts";
import type { FaultHook } from "./fault-point.ts";
import type { IngestProgress } from "./progress.ts";

export interface IngestRunOptions extends CallOptions {
  readonly onProgress?: (progress: IngestProgress) => void;
  /** What the run may use; above it nothing more is begun. */
  readonly budget?: Budget;
  /** For tests: called at each place where a crash would matter. */
  readonly onFaultPoint?: FaultHook;
}

export interface RunOptions extends IngestRunOptions {
  /** The newest publication when the documents' earlier state was read. */
  readonly seen: number;
  /** The run before this one did not end: artefacts may be there that the catalog does not know. */
  readonly afterInterruption: boolean;
  /** The run is one of several that share a plan: documents added by others may have moved here, and others tidy up. */
  readonly shared?: { readonly startedAt: number };
}
