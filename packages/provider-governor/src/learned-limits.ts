/** Size of a request. */
export interface RequestSize {
  readonly texts: number;
  readonly tokens: number;
}

/** One dimension of a request's size: what was accepted, what was certainly refused for it, and what to try at most now. */
class Bound {
  readonly #declared: number;
  accepted = 0;
  refused: number = Number.POSITIVE_INFINITY;
  limit: number;

  constructor(declared: number) {
    this.#declared = declared;
    this.limit = declared;
  }

  /** What certainly passes once something was refused; until then nothing speaks against the limit. */
  get safe(): number {
    return this.limit >= this.#declared || this.accepted === 0 ? this.limit : Math.min(this.limit, this.accepted);
  }

  accept(size: number): void {
    this.accepted = Math.max(this.accepted, size);
    if (this.accepted >= this.refused) this.refused = Number.POSITIVE_INFINITY;
    // Only a request that filled the limit says that it may be too low.
    if (size < this.limit * 0.75 || this.limit >= this.#declared) return;
    const gap = this.refused - this.accepted;
    if (Number.isFinite(gap) && gap <= Math.max(1, this.accepted / 8)) return;
    const next = Number.isFinite(gap) ? this.accepted + Math.floor(gap / 2) : this.limit * 2;
    this.limit = Math.min(this.#declared, Math.max(this.limit, next));
  }

  /** `certain`: it was this dimension that the provider refused. */
  refuse(size: number, certain: boolean): void {
    if (certain) this.refused = Math.min(this.refused, size);
    this.limit = Math.max(1, Math.min(this.limit, Math.max(this.accepted, Math.floor(size / 2))));
  }

  state(limit: number): void {
    this.limit = Math.max(1, Math.min(this.limit, limit));
    this.refused = Math.min(this.refused, limit + 1);
  }
}

/**
 * How large a request may be, learned from what a provider takes and refuses. A refusal that does not say whether there were too
 * many texts or too many tokens lowers both; later successes show which of the two it was, and the other grows back.
 */
export class LearnedLimits {
  readonly #texts: Bound;
  readonly #tokens: Bound;

  constructor(declared: RequestSize) {
    this.#texts = new Bound(declared.texts);
    this.#tokens = new Bound(declared.tokens);
  }

  get maxTexts(): number {
    return this.#texts.limit;
  }

  get maxTokens(): number {
    return this.#tokens.limit;
  }

  /** For all requests but one at a time: only one should find out whether a larger size passes. */
  get safeTexts(): number {
    return this.#texts.safe;
  }

  get safeTokens(): number {
    return this.#tokens.safe;
  }

  accepted(size: RequestSize): void {
    this.#texts.accept(size.texts);
    this.#tokens.accept(size.tokens);
  }

  /** `stated`: limits that the refusal named. A single text says nothing about batches. */
  refused(size: RequestSize, stated: Partial<RequestSize> = {}): void {
    if (stated.texts !== undefined) this.#texts.state(stated.texts);
    if (stated.tokens !== undefined) this.#tokens.state(stated.tokens);
    if (stated.texts !== undefined || stated.tokens !== undefined || size.texts < 2) return;
    const textsFit = size.texts <= this.#texts.accepted;
    const tokensFit = size.tokens <= this.#tokens.accepted;
    if (!textsFit || tokensFit) this.#texts.refuse(size.texts, tokensFit);
    if (!tokensFit || textsFit) this.#tokens.refuse(size.tokens, textsFit);
  }
}
