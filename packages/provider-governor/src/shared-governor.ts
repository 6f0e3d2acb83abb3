import { canonicalJson, GroundworkError } from "@groundwork/contracts";
import { createGovernor } from "./create-governor.ts";
import type { Governor, GovernorStatistics } from "./governor.ts";
import { closedError } from "./governor-errors.ts";
import type { GovernorEvent } from "./governor-event.ts";
import type { CallCost, GovernorOptions, ProviderCall, RunOptions } from "./governor-options.ts";

/** Whose quota it is. Two callers with the same key spend the same quota. */
export interface ProviderKey {
  /** For example `bedrock`. */
  readonly provider: string;
  readonly model: string;
  readonly region?: string;
  /** An account, project or deployment; told to nobody. */
  readonly account?: string;
}

interface Entry {
  readonly governor: Governor;
  readonly configuration: string;
  readonly listeners: Set<(event: GovernorEvent) => void>;
  users: number;
}

// Kept on the global object, so that two copies of this package in one process do not spend one quota twice.
const REGISTRY = Symbol.for("groundwork.provider-governors");

function registry(): Map<string, Entry> {
  const holder = globalThis as { [REGISTRY]?: Map<string, Entry> };
  holder[REGISTRY] ??= new Map();
  return holder[REGISTRY];
}

/** What must agree between those who share a governor: the data, not the functions. */
const configurationOf = ({ quotas, concurrency, retry, breaker, ...rest }: GovernorOptions): string => {
  const { attemptTimeoutMs, hedgeAfterMs, maxQueued, price } = rest;
  return canonicalJson({ quotas, concurrency, retry, breaker, attemptTimeoutMs, hedgeAfterMs, maxQueued, price });
};

class SharedGovernor implements Governor {
  readonly #entry: Entry;
  readonly #onLast: () => void;
  readonly #listener: ((event: GovernorEvent) => void) | undefined;
  readonly #closing = new AbortController();
  readonly #running = new Set<Promise<unknown>>();
  #closed: Promise<void> | undefined;

  constructor(entry: Entry, listener: ((event: GovernorEvent) => void) | undefined, onLast: () => void) {
    this.#entry = entry;
    this.#listener = listener;
    this.#onLast = onLast;
    entry.users++;
    if (listener !== undefined) entry.listeners.add(listener);
  }

  get name(): string {
    return this.#entry.governor.name;
  }

  get maxConcurrency(): number {
    return this.#entry.governor.maxConcurrency;
  }

  async run<T>(cost: CallCost, call: ProviderCall<T>, options: RunOptions = {}): Promise<T> {
    this.#requireOpen();
    const signal = this.#signal(options.signal);
    const work = this.#entry.governor.run(cost, call, { caller: this, ...options, signal });
    this.#running.add(work);
    try {
      return await work;
    } finally {
      this.#running.delete(work);
    }
  }

  async ready(options: { readonly signal?: AbortSignal | undefined } = {}): Promise<void> {
    this.#requireOpen();
    await this.#entry.governor.ready({ signal: this.#signal(options.signal) });
  }

  statistics(): GovernorStatistics {
    return this.#entry.governor.statistics();
  }

  close(): Promise<void> {
    this.#closed ??= this.#shutDown();
    return this.#closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #shutDown(): Promise<void> {
    this.#closing.abort(closedError(this.name));
    const last = --this.#entry.users === 0;
    if (last) this.#onLast();
    await Promise.allSettled(this.#running);
    if (this.#listener !== undefined) this.#entry.listeners.delete(this.#listener);
    if (last) await this.#entry.governor.close();
  }

  #signal(signal: AbortSignal | undefined): AbortSignal {
    return signal === undefined ? this.#closing.signal : AbortSignal.any([signal, this.#closing.signal]);
  }

  #requireOpen(): void {
    if (!this.#closing.signal.aborted) return;
    throw new GroundworkError("INVALID_ARGUMENT", `Expected an open governor of ${this.name}, found a closed one.`);
  }
}

/**
 * The governor of a model in this process: everybody who names the same key gets a share of the same one, whatever package or
 * knowledge base they belong to. The first one's options count; others give the same or none (else `INVALID_CONFIGURATION`). Each
 * closes its own share: that aborts its own calls alone, and the last one ends the governor.
 */
export function sharedGovernor(key: ProviderKey, options?: GovernorOptions): Governor {
  const { provider, model, region = "", account = "" } = key;
  const id = JSON.stringify([provider, model, region, account]);
  const known = registry();
  let entry = known.get(id);
  const configuration = configurationOf(options ?? {});
  if (entry === undefined) {
    const listeners = new Set<(event: GovernorEvent) => void>();
    const name = [provider, model, region].filter((part) => part !== "").join("/");
    const governor = createGovernor({
      name,
      ...options,
      onEvent: (event) => {
        for (const listener of listeners) listener(event);
      },
    });
    entry = { governor, configuration, listeners, users: 0 };
    known.set(id, entry);
  } else if (options !== undefined && entry.configuration !== configuration) {
    throw new GroundworkError(
      "INVALID_CONFIGURATION",
      `Expected the options with which the governor of ${entry.governor.name} was made first, found others. Give the same everywhere, or none.`,
    );
  }
  const shared = entry;
  return new SharedGovernor(shared, options?.onEvent, () => {
    if (known.get(id) === shared) known.delete(id);
  });
}
