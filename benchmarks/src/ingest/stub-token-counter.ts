import type { TokenCounter } from "@groundwork/contracts";
import { STUB_CHARACTERS_PER_TOKEN } from "./stub-embedding.ts";

/** Counts characters. Can be built anew in a worker thread, as the counters of real embedders can. */
export function stubTokenCounter(): TokenCounter {
  return {
    id: "bench:characters",
    specialTokens: 0,
    reference: { module: import.meta.url, name: "stubTokenCounter" },
    count: (text) => Math.ceil(text.length / STUB_CHARACTERS_PER_TOKEN),
  };
}
