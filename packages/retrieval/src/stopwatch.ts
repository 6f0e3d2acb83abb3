/** Milliseconds by name of a step; a step that is repeated adds up. */
export class Stopwatch {
  readonly #timings: Record<string, number> = {};

  async time<T>(step: string, work: () => Promise<T> | T): Promise<T> {
    const started = performance.now();
    try {
      return await work();
    } finally {
      this.#timings[step] = (this.#timings[step] ?? 0) + performance.now() - started;
    }
  }

  get timings(): Readonly<Record<string, number>> {
    return Object.fromEntries(
      Object.entries(this.#timings).map(([step, milliseconds]) => [step, Math.round(milliseconds * 100) / 100]),
    );
  }
}
