import { type Embedder, GroundworkError } from "@groundwork/contracts";
import { type PriceTable, priceOf } from "./price-table.ts";

/** What a run may use at most. Reaching it ends the run cleanly; the next run goes on where it ended. */
export interface Budget {
  /** In the currency of the price table. */
  readonly money?: number;
  /** Tokens embedded. */
  readonly tokens?: number;
  /** Pages read. */
  readonly pages?: number;
}

/** What a run has used. */
export interface Spending {
  readonly tokens: number;
  readonly pages: number;
  readonly money: number;
}

/** Keeps count of what a run uses, and refuses what would go over its budget. */
export class BudgetMeter {
  readonly #budget: Budget;
  readonly #prices: PriceTable;
  #tokens = 0;
  #pages = 0;
  #money = 0;

  constructor(budget: Budget = {}, prices: PriceTable = {}) {
    this.#budget = budget;
    this.#prices = prices;
  }

  get spent(): Spending {
    return { tokens: this.#tokens, pages: this.#pages, money: this.#money };
  }

  /** Whether nothing more may be begun. */
  get exhausted(): boolean {
    const { tokens, pages, money } = this.#budget;
    return (
      (tokens !== undefined && this.#tokens >= tokens) ||
      (pages !== undefined && this.#pages >= pages) ||
      (money !== undefined && this.#money >= money && this.#money > 0)
    );
  }

  /** Called before texts are embedded. @throws GroundworkError `BUDGET_EXCEEDED`: nothing of the call was used. */
  embed(embedder: Embedder, tokens: number): void {
    const cost = (tokens * priceOf(this.#prices.perMillionTokens, embedder.modelId)) / 1_000_000;
    const { tokens: most, money } = this.#budget;
    if ((most !== undefined && this.#tokens + tokens > most) || (money !== undefined && this.#money + cost > money))
      throw this.exceeded();
    this.#tokens += tokens;
    this.#money += cost;
  }

  /** Called after a document was read: how many pages it has is not known before. */
  read(extractor: string, pages: number, durationMs: number): void {
    this.#pages += pages;
    this.#money += pages * priceOf(this.#prices.perPage, extractor);
    this.#money += (durationMs / 60_000) * priceOf(this.#prices.perMinute, extractor);
  }

  exceeded(): GroundworkError {
    return new GroundworkError(
      "BUDGET_EXCEEDED",
      "The budget of the run is used up. What is finished is kept and published; run again to go on.",
      { stage: "ingest" },
    );
  }
}
