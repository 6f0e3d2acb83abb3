import type { SerializedError } from "@groundwork/contracts";
import type { Output } from "./embedding-run.ts";

export interface WorkerSetup {
  readonly modelPath: string;
  readonly tokenizerJson: string;
  /** Two flags shared with the pool: see {@link STOPPED} and {@link BUSY}. */
  readonly flags: Int32Array;
}

export type WorkerRequest =
  | { readonly type: "embed"; readonly id: number; readonly texts: readonly string[]; readonly output: Output }
  | { readonly type: "close" };

export type WorkerReply =
  | { readonly id: number; readonly vectors: Float32Array; readonly lengths: Uint32Array }
  | { readonly id: number; readonly error: SerializedError };

/** Set by the pool: begin no further run. */
export const STOPPED = 0;
/** Set by the worker while it is inside native code. */
export const BUSY = 1;
