import type { CallOptions } from "./call-options.ts";

/** An OpenLineage 2-0-2 run event (https://openlineage.io/spec/2-0-2/OpenLineage.json). */
export interface LineageEvent {
  readonly eventType: "START" | "RUNNING" | "COMPLETE" | "ABORT" | "FAIL" | "OTHER";
  readonly eventTime: string;
  readonly producer: string;
  readonly schemaURL: string;
  readonly run: { readonly runId: string; readonly facets?: Readonly<Record<string, unknown>> };
  readonly job: {
    readonly namespace: string;
    readonly name: string;
    readonly facets?: Readonly<Record<string, unknown>>;
  };
  readonly inputs?: readonly LineageDataset[];
  readonly outputs?: readonly LineageDataset[];
}

export interface LineageDataset {
  readonly namespace: string;
  readonly name: string;
  readonly facets?: Readonly<Record<string, unknown>>;
}

/** Takes lineage events: at least once, in order within a run. A sink that fails never fails the run: it is reported. */
export interface LineageSink {
  readonly name: string;
  emit(event: LineageEvent, options?: CallOptions): Promise<void>;
  close?(): Promise<void>;
}
