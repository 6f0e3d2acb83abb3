/** How a request ended, as the provider sees it. `lost`: served and billed, but the answer never arrived. */
export type RequestOutcome =
  | "served"
  | "partial"
  | "lost"
  | "reset"
  | "throttled"
  | "failed"
  | "too-large"
  | "refused"
  | "aborted";

interface TextRecord {
  billed: number;
  delivered: number;
  lost: number;
}

/** What became of an answer that was billed: `lost` on a broken connection, `unwanted` because its caller had aborted. */
export type BilledAnswer = "delivered" | "lost" | "unwanted";

/** What a provider would put on its bill, text by text. */
export class ProviderLedger {
  readonly #texts = new Map<string, TextRecord>();
  readonly #requests = new Map<RequestOutcome, number>();
  #tokens = 0;
  #mostParallel = 0;
  #firstAt: number | undefined;
  #lastAt = 0;

  /** Requests of a kind, or of all kinds. */
  requests(outcome?: RequestOutcome): number {
    if (outcome !== undefined) return this.#requests.get(outcome) ?? 0;
    return [...this.#requests.values()].reduce((sum, count) => sum + count, 0);
  }

  /** Billed. */
  get tokens(): number {
    return this.#tokens;
  }

  get mostParallel(): number {
    return this.#mostParallel;
  }

  /** How often a text was paid for. */
  billed(text: string): number {
    return this.#texts.get(text)?.billed ?? 0;
  }

  /** How often its vector arrived. */
  delivered(text: string): number {
    return this.#texts.get(text)?.delivered ?? 0;
  }

  /** Milliseconds from the first request to the last answer. */
  get durationMs(): number {
    return this.#firstAt === undefined ? 0 : this.#lastAt - this.#firstAt;
  }

  /**
   * What is wrong if each of the texts should have been paid exactly once: texts whose vector arrived never or twice, and texts
   * billed more than once, where answers lost on a broken connection are nobody's fault. Empty = all is well.
   */
  faults(texts: Iterable<string>): string[] {
    const found: string[] = [];
    for (const [number, text] of [...new Set(texts)].entries()) {
      const { billed = 0, delivered = 0, lost = 0 } = this.#texts.get(text) ?? {};
      if (delivered !== 1) found.push(`text ${number}: its vector arrived ${delivered} times`);
      else if (billed - lost !== 1) found.push(`text ${number}: billed ${billed} times, ${lost} answers lost`);
    }
    return found;
  }

  arrived(at: number, parallel: number): void {
    this.#firstAt ??= at;
    this.#lastAt = Math.max(this.#lastAt, at);
    this.#mostParallel = Math.max(this.#mostParallel, parallel);
  }

  ended(outcome: RequestOutcome, at: number): void {
    this.#lastAt = Math.max(this.#lastAt, at);
    this.#requests.set(outcome, (this.#requests.get(outcome) ?? 0) + 1);
  }

  bill(texts: readonly string[], tokens: number, answer: BilledAnswer): void {
    this.#tokens += tokens;
    for (const text of texts) {
      const record = this.#texts.get(text) ?? { billed: 0, delivered: 0, lost: 0 };
      record.billed++;
      if (answer === "delivered") record.delivered++;
      if (answer === "lost") record.lost++;
      this.#texts.set(text, record);
    }
  }
}
