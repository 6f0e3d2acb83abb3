import type { ProviderCost } from "@groundwork/contracts";
import type { GovernorOptions } from "./governor-options.ts";

/** Counts of a governor's attempts and what they cost. */
export class AttemptTotals {
  readonly counts = { attempts: 0, succeeded: 0, throttled: 0, failed: 0, tokens: 0, cost: 0 };
  readonly #price: GovernorOptions["price"];

  constructor(price: GovernorOptions["price"]) {
    this.#price = price;
  }

  /** Adds what an attempt cost; each hedge costs the same again. */
  bill({ requests, tokens }: ProviderCost, hedges: number): { readonly tokens: number; readonly cost?: number } {
    const all = tokens * (1 + hedges);
    this.counts.tokens += all;
    if (this.#price === undefined) return { tokens: all };
    const { perMillionTokens = 0, perRequest = 0 } = this.#price;
    const cost = (all / 1e6) * perMillionTokens + requests * (1 + hedges) * perRequest;
    this.counts.cost += cost;
    return { tokens: all, cost };
  }
}
