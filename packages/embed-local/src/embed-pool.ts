import { GroundworkError, type SerializedError, throwIfAborted } from "@groundwork/contracts";
import type { WorkerReply } from "./embed-message.ts";
import { type EmbeddedTexts, type Output, stopped } from "./embedding-run.ts";
import { PoolThread } from "./pool-thread.ts";

export interface EmbedPoolOptions {
  readonly threads: number;
  /** What each thread gets to load the model from; awaited once, before the first thread starts. */
  readonly setup: () => Promise<{ readonly modelPath: string; readonly tokenizerJson: string }>;
  /** @default the worker of this package */
  readonly workerUrl?: URL;
}

interface Job {
  readonly id: number;
  readonly texts: readonly string[];
  readonly output: Output;
  readonly resolve: (result: EmbeddedTexts) => void;
  readonly reject: (error: GroundworkError) => void;
}

/** Jobs that a thread holds at once: the next one waits there, so that the thread never waits for the event loop. */
const JOBS_PER_THREAD = 2;

/**
 * Worker threads that run the model. Threads start when there is work for them, a thread that dies is replaced by the next
 * job, and idle threads do not keep the process alive.
 */
export class EmbedPool {
  readonly #options: EmbedPoolOptions;
  readonly #threads = new Map<PoolThread, Map<number, Job>>();
  #queue: Job[] = [];
  #setup: { readonly modelPath: string; readonly tokenizerJson: string } | undefined;
  #nextId = 0;
  #closing: Promise<void> | undefined;

  constructor(options: EmbedPoolOptions) {
    this.#options = options;
  }

  /** Threads that live now. */
  get size(): number {
    return this.#threads.size;
  }

  /**
   * Runs the jobs of one call and gives each result to `accept` as it comes. An abort rejects at once and drops the jobs
   * that no thread has begun; those begun end in at most a few hundred milliseconds and their results are dropped.
   */
  async run(
    jobs: readonly (readonly string[])[],
    accept: (job: number, result: EmbeddedTexts) => void,
    options: { readonly output: Output; readonly urgent?: boolean; readonly signal?: AbortSignal | undefined },
  ): Promise<void> {
    const { signal } = options;
    throwIfAborted(signal, { driver: "embed-local" });
    this.#refuseIfClosed();
    this.#setup ??= await this.#options.setup();
    throwIfAborted(signal, { driver: "embed-local" });
    this.#refuseIfClosed();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    let open = jobs.length;
    if (open === 0) resolve();
    const mine = jobs.map(
      (texts, index): Job => ({
        id: this.#nextId++,
        texts,
        output: options.output,
        resolve: (result) => {
          accept(index, result);
          if (--open === 0) resolve();
        },
        reject,
      }),
    );
    const ids = new Set(mine.map((job) => job.id));
    const drop = (): void => {
      this.#queue = this.#queue.filter((job) => !ids.has(job.id));
    };
    const onAbort = (): void => {
      reject(
        new GroundworkError("ABORTED", "The call was aborted by its signal.", {
          driver: "embed-local",
          cause: signal?.reason,
        }),
      );
    };
    signal?.addEventListener("abort", onAbort, { once: true });
    if (options.urgent === true) this.#queue.unshift(...mine);
    else this.#queue.push(...mine);
    this.#dispatch();
    try {
      await promise;
    } catch (error) {
      drop();
      throw error;
    } finally {
      signal?.removeEventListener("abort", onAbort);
    }
  }

  /** Rejects what is queued, lets running batches end, and ends all threads. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    const threads = [...this.#threads];
    const jobs = [...this.#queue, ...threads.flatMap(([, held]) => [...held.values()])];
    this.#queue = [];
    for (const job of jobs) job.reject(stopped());
    await Promise.all(threads.map(([thread]) => thread.close()));
  }

  #refuseIfClosed(): void {
    if (this.#closing !== undefined)
      throw new GroundworkError("INVALID_ARGUMENT", "Expected an open embedder, found a closed one. Create another.", {
        driver: "embed-local",
      });
  }

  #dispatch(): void {
    while (this.#queue.length > 0) {
      const thread = this.#leastLoaded();
      if (thread === undefined) return;
      const job = this.#queue.shift()!;
      this.#threads.get(thread)!.set(job.id, job);
      thread.post({ type: "embed", id: job.id, texts: job.texts, output: job.output });
    }
  }

  /** An idle thread, else a new one, else one with room. */
  #leastLoaded(): PoolThread | undefined {
    let best: PoolThread | undefined;
    let load = JOBS_PER_THREAD;
    for (const [thread, held] of this.#threads) {
      if (held.size < load) {
        best = thread;
        load = held.size;
      }
    }
    return load > 0 && this.#threads.size < this.#options.threads ? this.#start() : best;
  }

  #start(): PoolThread {
    const held = new Map<number, Job>();
    const thread = new PoolThread(this.#options.workerUrl, this.#setup!, {
      onReply: (reply) => this.#settle(held, reply),
      onExit: (cause) => {
        this.#threads.delete(thread);
        const error = new GroundworkError(
          "WORKER_CRASHED",
          "An embedding thread ended unexpectedly. The call can be repeated: another thread takes its place.",
          { driver: "embed-local", retryable: true, cause },
        );
        for (const job of held.values()) job.reject(error);
        if (this.#closing === undefined) this.#dispatch();
      },
    });
    this.#threads.set(thread, held);
    return thread;
  }

  #settle(held: Map<number, Job>, reply: WorkerReply): void {
    const job = held.get(reply.id);
    held.delete(reply.id);
    if (job === undefined) return;
    if ("error" in reply) job.reject(GroundworkError.fromJSON(reply.error as SerializedError));
    else job.resolve(reply);
    this.#dispatch();
  }
}
