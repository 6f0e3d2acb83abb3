/** How far a run is. Sent at most ten times a second, and once at the end. */
export interface IngestProgress {
  readonly phase: "plan" | "process" | "publish" | "done";
  readonly documents: { readonly done: number; readonly total: number };
  /** Pages read so far and known to be there. */
  readonly pages: { readonly done: number; readonly known: number };
  readonly chunks: { readonly published: number; readonly embedded: number };
  readonly failed: number;
  readonly elapsedMs: number;
  /** Expected time left; absent until there is something to tell it from. */
  readonly etaMs?: number;
  /** Keys of documents under way. */
  readonly current: readonly string[];
}

/** Gathers counts and tells a listener, not too often. */
export class ProgressMeter {
  readonly #started: number = performance.now();
  readonly #listener: ((progress: IngestProgress) => void) | undefined;
  readonly #pages = new Map<string, { done: number; known: number }>();
  readonly #current = new Set<string>();
  #finishedPages = 0;
  #lastSent = 0;
  #cost = { done: 0, total: 0 };
  documentsDone = 0;
  documentsTotal = 0;
  published = 0;
  embedded = 0;
  failed = 0;

  constructor(listener: ((progress: IngestProgress) => void) | undefined) {
    this.#listener = listener;
  }

  /** `cost` is relative (bytes will do): the estimate of the time left follows it. */
  plan(documents: number, cost: number): void {
    this.documentsTotal += documents;
    this.#cost.total += cost;
    this.send("plan");
  }

  start(key: string): void {
    this.#current.add(key);
    this.send("process");
  }

  page(key: string, done: number, known: number): void {
    this.#pages.set(key, { done, known: Math.max(done, known) });
    this.send("process");
  }

  finish(key: string, cost: number): void {
    this.#current.delete(key);
    this.#finishedPages += this.#pages.get(key)?.known ?? 0;
    this.#pages.delete(key);
    this.documentsDone++;
    this.#cost.done += cost;
    this.send("process");
  }

  send(phase: IngestProgress["phase"]): void {
    const now = performance.now();
    if (this.#listener === undefined || (phase !== "done" && now - this.#lastSent < 100)) return;
    this.#lastSent = now;
    const open = [...this.#pages.values()];
    const elapsedMs = now - this.#started;
    const share = this.#cost.total > 0 ? this.#cost.done / this.#cost.total : 0;
    this.#listener({
      phase,
      documents: { done: this.documentsDone, total: this.documentsTotal },
      pages: {
        done: this.#finishedPages + open.reduce((sum, { done }) => sum + done, 0),
        known: this.#finishedPages + open.reduce((sum, { known }) => sum + known, 0),
      },
      chunks: { published: this.published, embedded: this.embedded },
      failed: this.failed,
      elapsedMs,
      ...(share > 0.02 && share < 1 && phase !== "done" ? { etaMs: (elapsedMs * (1 - share)) / share } : {}),
      current: [...this.#current],
    });
  }
}
