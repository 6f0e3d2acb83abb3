import type { CallOptions } from "./call-options.ts";
import type { Permissions, SourceObject } from "./source.ts";

/** One entry of a shard: what the plan decided for one object of the source. Plain data. */
export interface ShardItem {
  readonly action: "add" | "change" | "delete" | "hide" | "stale" | "retry" | "skip";
  readonly reason: string;
  readonly documentId: string;
  readonly key: string;
  /** Absent for what is no longer listed. */
  readonly object?: SourceObject;
  readonly permissions: Permissions;
}

/**
 * A piece of a plan that any process can run. Carries references, never content: it can be written as JSON.
 *
 * Shards of phase `read` come first, in any order and side by side; those of phase `settle` (deletes and the like) when all of
 * them are done, so that a moved document finds the text of its old place.
 */
export interface Shard {
  readonly shardId: string;
  readonly runId: string;
  readonly sourceId: string;
  readonly phase: "read" | "settle";
  readonly items: readonly ShardItem[];
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
