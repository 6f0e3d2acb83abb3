import { GroundworkError } from "@groundwork/contracts";

export const DIMENSIONS = 384;
export const MAX_INPUT_TOKENS = 256;

/** What a run gives back: one vector a text (`pooled`) or one a token (`tokens`). */
export type Output = "pooled" | "tokens";

export interface EmbeddedTexts {
  readonly vectors: Float32Array;
  /** Tokens of each text as embedded, special ones included. */
  readonly lengths: Uint32Array;
}

/** What a thread that is being ended answers. */
export function stopped(): GroundworkError {
  return new GroundworkError("ABORTED", "The embedder was closed before the call was done.", { driver: "embed-local" });
}
