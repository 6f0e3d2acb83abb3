/** Size of a request. */
export interface RequestSize {
  readonly texts: number;
  readonly tokens: number;
}

/** One dimension of a request's size: what was accepted, what was refused, and what to try at most now. */
class Bound {
  readonly #declared: number;
  accepted = 0;
  limit: number;
  #refused = Number.POSITIVE_INFINITY;
  /** Whether it was certainly this dimension that was too large, and not the other one. */
  #certain = false;

  constructor(declared: number) {
    this.#declared = declared;
    this.limit = declared;
  }

  /** What certainly passes once something was refused; until then nothing speaks against the limit. */
  get safe(): number {
    return this.limit >= this.#declared || this.accepted === 0 ? this.limit : Math.min(this.limit, this.accepted);
  }

  /**
   * `oneMore`: the size with one more text of the same length. `decisive`: the other dimension was so small that a refusal would
   * have been for this one.
   */
  accept(size: number, oneMore: number, decisive: boolean): void {
    this.accepted = Math.max(this.accepted, size);
    if (this.accepted >= this.#refused) this.#refused = Number.POSITIVE_INFINITY;
    // Only a request that filled the limit says that it may be too low.
    if (oneMore < this.limit * 0.75 || this.limit >= this.#declared) return;
    const gap = this.#refused - this.accepted;
    const bisects = Number.isFinite(gap) && (this.#certain || !decisive);
    if (bisects && gap <= Math.max(1, this.accepted / 8)) return;
    const next = bisects ? this.accepted + Math.floor(gap / 2) : this.limit * 2;
    this.limit = Math.min(this.#declared, Math.max(this.limit, next));
  }

  refuse(size: number, certain: boolean): void {
    if (certain && !this.#certain) this.#refused = size;
    else if (certain || !this.#certain) this.#refused = Math.min(this.#refused, size);
    this.#certain ||= certain;
    this.limit = Math.max(1, Math.min(this.limit, Math.max(this.accepted, Math.floor(size / 2))));
  }

  state(limit: number): void {
    this.limit = Math.max(1, Math.min(this.limit, limit));
    this.#refused = Math.min(this.#refused, limit + 1);
    this.#certain = true;
  }
}

/**
 * How large a request may be, learned from what a provider takes and refuses. A refusal that does not say whether there were too
 * many texts or too many tokens lowers both; later requests, few long texts or many short ones, show which of the two it was, and
 * the other grows back.
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

  /** Whether any request was taken so far. */
  get proven(): boolean {
    return this.#texts.accepted > 0;
  }

  /** For all requests but one at a time: only one should find out whether a larger size passes. */
  get safeTexts(): number {
    return this.#texts.safe;
  }

  get safeTokens(): number {
    return this.#tokens.safe;
  }

  accepted({ texts, tokens }: RequestSize): void {
    const fewTexts = texts <= this.#texts.accepted / 2;
    const fewTokens = tokens <= this.#tokens.accepted / 2;
    this.#texts.accept(texts, texts + 1, fewTokens);
    this.#tokens.accept(tokens, tokens + tokens / texts, fewTexts);
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
