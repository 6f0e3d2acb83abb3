import { Worker } from "node:worker_threads";
import { BUSY, STOPPED, type WorkerReply, type WorkerRequest, type WorkerSetup } from "./embed-message.ts";

/** Longest wait, in milliseconds, for a thread to leave native code when the process ends: a run takes well under one second. */
const EXIT_WAIT_MS = 5_000;

const live = new Set<PoolThread>();

/** Node ends worker threads when the process exits; one inside the runtime would then abort the process. */
function stopAll(): void {
  for (const thread of live) thread.stop();
  for (const thread of live) thread.waitUntilOutside();
}

/** One worker thread and what is needed to end it safely. */
export class PoolThread {
  readonly #worker: Worker;
  readonly #flags = new Int32Array(new SharedArrayBuffer(8));
  readonly #exited: Promise<void>;
  #open = 0;

  constructor(
    workerUrl: URL | undefined,
    setup: Omit<WorkerSetup, "flags">,
    events: { readonly onReply: (reply: WorkerReply) => void; readonly onExit: (cause: unknown) => void },
  ) {
    const file = import.meta.url.endsWith(".ts") ? "./embed.worker.ts" : "./embed.worker.js";
    const worker = new Worker(workerUrl ?? new URL(file, import.meta.url), {
      // Options of the program's own entry (as in `node --input-type=module --eval`) are an error for a thread.
      execArgv: process.execArgv.filter((argument) => !argument.startsWith("--input-type")),
      workerData: { ...setup, flags: this.#flags } satisfies WorkerSetup,
    });
    this.#worker = worker;
    let cause: unknown;
    worker.on("message", (reply: WorkerReply) => {
      this.#open--;
      if (this.#open === 0) worker.unref();
      events.onReply(reply);
    });
    worker.on("error", (error: unknown) => {
      cause = error;
    });
    this.#exited = new Promise((resolve) => {
      worker.once("exit", () => {
        live.delete(this);
        if (live.size === 0) process.off("exit", stopAll);
        resolve();
        events.onExit(cause);
      });
    });
    worker.unref();
    if (live.size === 0) process.on("exit", stopAll);
    live.add(this);
  }

  post(request: WorkerRequest & { readonly type: "embed" }): void {
    this.#open++;
    this.#worker.ref();
    this.#worker.postMessage(request);
  }

  /** Lets the run in progress end, then ends the thread. */
  async close(): Promise<void> {
    this.stop();
    this.#worker.ref();
    this.#worker.postMessage({ type: "close" } satisfies WorkerRequest);
    await this.#exited;
  }

  stop(): void {
    Atomics.store(this.#flags, STOPPED, 1);
  }

  waitUntilOutside(): void {
    if (Atomics.load(this.#flags, BUSY) === 1) Atomics.wait(this.#flags, BUSY, 1, EXIT_WAIT_MS);
  }
}
