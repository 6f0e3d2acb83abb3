import type { CallOptions } from "./call-options.ts";

/** A piece of a plan that any process can run. Carries references, never content. */
export interface Shard {
  readonly shardId: string;
  readonly sourceId: string;
  readonly runId: string;
  readonly keys: readonly string[];
  /** Estimated cost in seconds of one core. */
  readonly estimatedSeconds: number;
}

export interface EngineHandle {
  readonly id: string;
  status(options?: CallOptions): Promise<{
    readonly done: number;
    readonly total: number;
    readonly state: "running" | "completed" | "failed" | "cancelled";
  }>;
  wait(options?: CallOptions): Promise<void>;
  cancel(): Promise<void>;
}

/** Runs shards on many machines. Engines differ in transport only: all call the same `runShard`. */
export interface Engine {
  readonly name: string;
  submit(
    plan: { readonly runId: string; readonly shards: AsyncIterable<Shard> },
    options?: CallOptions,
  ): Promise<EngineHandle>;
}
