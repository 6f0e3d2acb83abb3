/** Producers that wait until a queue has room. */
export class WaitingProducers {
  readonly #wakes: (() => void)[] = [];

  /** Resolves at the next {@link WaitingProducers.wake}, or on abort; the producer looks again by itself. */
  async wait(signal: AbortSignal | undefined): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const wake = (): void => resolve();
    this.#wakes.push(wake);
    signal?.addEventListener("abort", wake, { once: true });
    await promise;
    signal?.removeEventListener("abort", wake);
    const place = this.#wakes.indexOf(wake);
    if (place >= 0) this.#wakes.splice(place, 1);
  }

  /** Wakes so many, first come, first served. */
  wake(most: number): void {
    for (const wake of this.#wakes.splice(0, Math.max(0, most))) wake();
  }
}
