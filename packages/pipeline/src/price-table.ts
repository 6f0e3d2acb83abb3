/**
 * What metered parts cost, in one currency. Names are those of the parts: an extractor's `identity.name`, an embedder's
 * `modelId`; `*` stands for all that are not named. What is not priced is free: the local parts are.
 */
export interface PriceTable {
  /** ISO 4217. @default "USD" */
  readonly currency?: string;
  /** A page read, by extractor. */
  readonly perPage?: Readonly<Record<string, number>>;
  /** A minute of a recording, by extractor. */
  readonly perMinute?: Readonly<Record<string, number>>;
  /** A million tokens embedded, by model. */
  readonly perMillionTokens?: Readonly<Record<string, number>>;
}

export function priceOf(prices: Readonly<Record<string, number>> | undefined, name: string): number {
  return prices?.[name] ?? prices?.["*"] ?? 0;
}
