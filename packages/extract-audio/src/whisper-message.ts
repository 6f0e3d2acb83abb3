/** Messages between the extractor and the process that runs the speech model. */
export type WhisperRequest =
  | { readonly type: "recognize"; readonly id: number; readonly samples: Float32Array; readonly threads: number }
  | { readonly type: "decode"; readonly id: number; readonly path: string };

export type WhisperReply =
  | { readonly type: "ready" }
  /** The binding could not be loaded on this platform. */
  | { readonly type: "unavailable"; readonly reason: string }
  | { readonly type: "segments"; readonly id: number; readonly segments: readonly WhisperSegment[] }
  | { readonly type: "samples"; readonly id: number; readonly samples: Float32Array }
  | { readonly type: "failed"; readonly id: number };

/** A word. Milliseconds in the window. */
export interface WhisperSegment {
  readonly text: string;
  readonly startMs: number;
  readonly endMs: number;
}
