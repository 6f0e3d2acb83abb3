import type { Embedder } from "@groundwork/contracts";
import { type FakeProvider, type FakeProviderOptions, fakeProvider } from "@groundwork/testing/fake-provider";
import { hashEmbedder } from "@groundwork/testing/hash-embedder";
import { virtualClock } from "@groundwork/testing/virtual-clock";
import { createGovernor, type GovernorOptions, governedEmbedder } from "../src/index.ts";

/** How an embedder under test is made of a provider's driver. `close` ends what it opened. */
export type MakeEmbedder = (
  driver: Embedder,
  clock: ReturnType<typeof virtualClock>,
) => { readonly embedder: Embedder; close(): Promise<void> };

export const governed =
  (options: GovernorOptions = {}): MakeEmbedder =>
  (driver, clock) => {
    const governor = createGovernor({ clock, random: seededRandomOf(7), ...options });
    return { embedder: governedEmbedder(driver, governor), close: () => governor.close() };
  };

function seededRandomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

export interface Ingestion {
  /** Empty when every text was embedded right and paid once. */
  readonly faults: string[];
  readonly fake: FakeProvider;
  readonly durationMs: number;
  /** Ideal time over real time. */
  readonly efficiency: number;
}

/**
 * Several callers embed their texts through one provider, each in calls of some texts, as an ingestion of several shards does. Says
 * everything that is wrong with the outcome.
 */
export async function ingest(
  make: MakeEmbedder,
  provider: Omit<FakeProviderOptions, "clock">,
  options: {
    readonly callers: readonly (readonly (readonly string[])[])[];
    readonly declared?: Parameters<FakeProvider["embedder"]>[0];
    readonly limitMs?: number;
  },
): Promise<Ingestion> {
  const clock = virtualClock();
  const fake = fakeProvider({ clock, ...provider });
  const { embedder, close } = make(fake.embedder(options.declared), clock);
  const { dimensions } = embedder;
  const truth = hashEmbedder({
    dimensions,
    maxTextsPerCall: 1_000_000,
    maxInputTokens: options.declared?.maxInputTokens ?? 256,
  });
  const faults: string[] = [];
  const began = clock.now();

  const callOf = async (texts: readonly string[]): Promise<void> => {
    const { vectors } = await embedder.doEmbed(texts);
    const expected = await truth.doEmbed(texts);
    if (!vectors.every((value, index) => value === expected.vectors[index])) faults.push("a vector is not its text's");
  };
  const work = options.callers.map(async (calls) => {
    // Three calls of one caller at a time.
    const waiting = [...calls];
    const next = async (): Promise<void> => {
      for (let texts = waiting.shift(); texts !== undefined; texts = waiting.shift()) await callOf(texts);
    };
    await Promise.all([next(), next(), next()]);
  });
  try {
    await clock.run(Promise.all(work), { limitMs: options.limitMs ?? 7_200_000 });
  } catch (error) {
    faults.push(`the run was aborted: ${(error as { code?: string }).code ?? (error as Error).message}`);
  }
  const durationMs = clock.now() - began;
  await clock.run(close());
  if (clock.pending > 0) faults.push(`${clock.pending} timers were left behind`);
  const texts = options.callers.flat(2);
  faults.push(...fake.ledger.faults(texts));
  return { faults, fake, durationMs, efficiency: fake.idealMs(texts) / durationMs };
}

/** `calls` calls of `size` texts for one caller; no two texts are the same. */
export const textsOf = (caller: string, calls: number, size: number, words = 4): string[][] =>
  Array.from({ length: calls }, (_, call) =>
    Array.from({ length: size }, (_, index) => `${caller} ${call} ${index} ${"policy ".repeat(words)}`.trim()),
  );
