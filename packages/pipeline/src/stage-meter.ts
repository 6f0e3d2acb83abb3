/** The stages of an ingestion as its report names them. */
export type StageName = "prepare" | "embed" | "publish" | "maintain";

export interface StageReport {
  /** Times that the stage ran: bundles prepared, groups embedded and published. */
  readonly runs: number;
  /** Sum over all runs, milliseconds: above the elapsed time where runs overlap. */
  readonly milliseconds: number;
  /** Most runs that were waiting or under way at once. */
  readonly deepest: number;
  /** Record batches and artefacts that the stage handed on, bytes. */
  readonly bytes: number;
}

interface Figures {
  runs: number;
  milliseconds: number;
  depth: number;
  deepest: number;
  bytes: number;
}

const STAGES: readonly StageName[] = ["prepare", "embed", "publish", "maintain"];

/** Measures the stages of a run: time, queue depth, bytes. */
export class StageMeter {
  readonly #figures = new Map<StageName, Figures>(
    STAGES.map((stage) => [stage, { runs: 0, milliseconds: 0, depth: 0, deepest: 0, bytes: 0 }]),
  );

  /** Something came to the stage's door; call `leave` once it is through, whatever happened. */
  enter(stage: StageName): void {
    const figures = this.#figures.get(stage)!;
    figures.depth++;
    figures.deepest = Math.max(figures.deepest, figures.depth);
  }

  leave(stage: StageName): void {
    this.#figures.get(stage)!.depth--;
  }

  async time<T>(stage: StageName, work: () => Promise<T>): Promise<T> {
    const figures = this.#figures.get(stage)!;
    const started = performance.now();
    try {
      return await work();
    } finally {
      figures.runs++;
      figures.milliseconds += performance.now() - started;
    }
  }

  bytes(stage: StageName, count: number): void {
    this.#figures.get(stage)!.bytes += count;
  }

  report(): Record<StageName, StageReport> {
    return Object.fromEntries(
      [...this.#figures].map(([stage, { runs, milliseconds, deepest, bytes }]) => [
        stage,
        { runs, milliseconds: Math.round(milliseconds), deepest, bytes },
      ]),
    ) as Record<StageName, StageReport>;
  }
}
