import {
  type CallOptions,
  type DocumentElement,
  type ErrorIds,
  type ExtractionPart,
  type Extractor,
  GroundworkError,
  type ModuleReference,
  type PageImage,
  type SourceDocument,
  throwIfAborted,
} from "@groundwork/contracts";
import { elementsFromIpc } from "./element-ipc.ts";
import type { ExtractionLimits } from "./extraction-limits.ts";
import type { HostReply, HostRequest } from "./extraction-message.ts";
import { type HostChannel, processChannel, threadChannel } from "./host-channel.ts";
import { checkSize, hostDocument } from "./host-document.ts";
import { watchTask } from "./watch-task.ts";

/** A host that has read this many documents is replaced: a bound on what parsers leak. Threads are watched by their heap limit too. */
const DOCUMENTS_PER_HOST = { thread: 10_000, process: 500 } as const;

export type Isolation = "thread" | "process";

/** Hosts are counted by lane: documents must not hold all hosts that could read the pictures of their pages. */
type Lane = Isolation | "thread-pages" | "process-pages";
const LANES: readonly Lane[] = ["thread", "process", "thread-pages", "process-pages"];

function isolationOf(lane: Lane): Isolation {
  return lane.startsWith("thread") ? "thread" : "process";
}

function byLane<T>(): Record<Lane, T[]> {
  return { thread: [], process: [], "thread-pages": [], "process-pages": [] };
}

interface Host {
  readonly channel: HostChannel;
  readonly lane: Lane;
  served: number;
  /** The task under way, told when the host dies. */
  onGone: ((error: GroundworkError) => void) | undefined;
  onReply: ((reply: HostReply) => void) | undefined;
  gone: boolean;
}

/** What a host says of a task, in order; its end and its errors are the end and the errors of the iteration. */
export type TaskReply = Exclude<HostReply, { type: "started" | "end" | "error" }>;

export interface TaskOptions extends CallOptions {
  /** Documents of the task. @default 1 */
  readonly documents?: number;
  readonly transfer?: readonly ArrayBuffer[];
  /** The task reads the picture of a page for another that waits for it. @default false */
  readonly pages?: boolean;
}

/**
 * Runs extractors in worker threads and child processes, at most `size` of each kind, one document per host at a time. Time,
 * stall and memory limits are enforced from outside by ending the host: also what spins in native code is stopped.
 */
export class ExtractionPool {
  readonly #limits: ExtractionLimits;
  readonly #size: number;
  readonly #hosts: Record<Lane, Host[]> = byLane();
  readonly #idle: Record<Lane, Host[]> = byLane();
  readonly #waiting: Record<Lane, ((host: Host | undefined) => void)[]> = byLane();
  #task = 0;
  #closed = false;

  constructor(options: { readonly size: number; readonly limits: ExtractionLimits }) {
    this.#size = Math.max(1, options.size);
    this.#limits = options.limits;
  }

  /** The parts of a document. Runs in the caller's thread when the extractor asks for no isolation. */
  async *extract(
    extractor: Extractor,
    document: SourceDocument,
    options: CallOptions = {},
  ): AsyncGenerator<ExtractionPart> {
    const ids: ErrorIds = { documentId: document.documentId, stage: "extract" };
    throwIfAborted(options.signal, ids);
    checkSize(document, this.#limits);
    const { isolation = "none", reference } = extractor;
    if (isolation === "none" || reference === undefined) {
      yield* extractor.extract(document, options);
      return;
    }
    const held = await hostDocument(document, this.#limits, options);
    const replies = this.run(isolation, (task) => ({ type: "extract", task, reference, document: held }), ids, {
      ...options,
      transfer: isolation === "thread" && held.bytes !== undefined ? [held.bytes.buffer as ArrayBuffer] : [],
    });
    for await (const reply of replies) {
      if (reply.type !== "part") continue;
      yield reply.part.type === "elements"
        ? { type: "elements", elements: elementsFromIpc(reply.part.ipc) }
        : reply.part;
    }
  }

  /** Reads one picture of a page with an extractor that has `recognizePage`. */
  async recognizePage(
    extractor: Extractor,
    image: PageImage,
    ids: ErrorIds,
    options: CallOptions = {},
  ): Promise<readonly DocumentElement[]> {
    const { isolation = "none", reference } = extractor;
    if (isolation === "none" || reference === undefined) return (await extractor.recognizePage?.(image, options)) ?? [];
    const elements: DocumentElement[] = [];
    const request = (task: number): HostRequest => ({
      type: "recognize",
      task,
      reference: reference as ModuleReference,
      image,
    });
    for await (const reply of this.run(isolation, request, ids, { ...options, pages: true })) {
      if (reply.type === "part" && reply.part.type === "elements") elements.push(...elementsFromIpc(reply.part.ipc));
    }
    return elements;
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const lane of LANES) {
      for (const resume of this.#waiting[lane].splice(0)) resume(undefined);
      await Promise.all(this.#hosts[lane].splice(0).map((host) => host.channel.kill()));
      this.#idle[lane] = [];
    }
  }

  /**
   * Runs one task in a host of its own and gives what it says. The host is held until the iteration ends; breaking off, an
   * abort and a broken limit end the host.
   */
  async *run(
    kind: Isolation,
    request: (task: number, post: (answer: HostRequest, transfer?: readonly ArrayBuffer[]) => void) => HostRequest,
    ids: ErrorIds,
    { signal, transfer = [], documents = 1, pages = false }: TaskOptions = {},
  ): AsyncGenerator<TaskReply> {
    const host = await this.#acquire(pages ? `${kind}-pages` : kind, ids, signal);
    const task = ++this.#task;
    const queue: TaskReply[] = [];
    let finished = false;
    let failure: GroundworkError | undefined;
    let killed = false;
    let wake: (() => void) | undefined;
    const notify = (): void => {
      wake?.();
      wake = undefined;
    };
    const fail = (error: GroundworkError): void => {
      failure ??= error;
      finished = true;
      notify();
    };
    const stop = (error: GroundworkError): void => {
      killed = true;
      fail(error);
    };
    const watch = watchTask(kind, host.channel, this.#limits, ids, (error) => {
      if (!finished) stop(error);
    });
    host.onGone = (error) =>
      fail(new GroundworkError(error.code, error.message, { ...ids, retryable: error.retryable }));
    host.onReply = (reply) => {
      if (reply.task !== task) return;
      watch.sign(reply.type === "started" || reply.type === "document");
      if (reply.type === "page") watch.wait(1);
      if (reply.type === "end") finished = true;
      else if (reply.type === "error") {
        const { ids: inner, ...error } = reply.error;
        fail(GroundworkError.fromJSON({ ...error, ids: { ...ids, ...inner } }));
      } else if (reply.type !== "started") queue.push(reply);
      notify();
    };
    const onAbort = (): void =>
      stop(new GroundworkError("ABORTED", "The call was aborted by its signal.", { ...ids, cause: signal?.reason }));
    signal?.addEventListener("abort", onAbort, { once: true });
    host.channel.hold(true);
    let complete = false;
    try {
      const { channel } = host;
      channel.post(
        request(task, (answer, buffers) => {
          watch.wait(-1);
          if (!finished) channel.post(answer, buffers);
        }),
        transfer,
      );
      for (;;) {
        const reply = queue.shift();
        if (reply !== undefined) {
          // Time in the consumer's hands is not the document's.
          yield reply;
          watch.sign(false);
          if (!finished && (reply.type === "part" || reply.type === "prepared" || reply.type === "rows"))
            host.channel.post({ type: "taken", task });
          continue;
        }
        if (failure !== undefined) throw failure;
        if (finished) break;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      complete = true;
    } finally {
      watch.stop();
      signal?.removeEventListener("abort", onAbort);
      host.onGone = undefined;
      host.onReply = undefined;
      host.channel.hold(false);
      host.served += documents;
      // An error reply leaves the host fit for the next document; a kill, or a reader that stopped early, does not.
      const fit = !killed && !host.gone && (complete || (failure !== undefined && finished));
      await this.#release(host, fit);
    }
  }

  async #acquire(lane: Lane, ids: ErrorIds, signal: AbortSignal | undefined): Promise<Host> {
    throwIfAborted(signal, ids);
    if (this.#closed) throw new GroundworkError("INVALID_ARGUMENT", "The extraction pool is closed.", ids);
    const idle = this.#idle[lane].pop();
    if (idle !== undefined) return idle;
    if (this.#hosts[lane].length < this.#size) return this.#spawn(lane);
    const host = await new Promise<Host | undefined>((resolve) => {
      const resume = (free: Host | undefined): void => {
        signal?.removeEventListener("abort", onAbort);
        resolve(free);
      };
      const onAbort = (): void => {
        const queue = this.#waiting[lane];
        const index = queue.indexOf(resume);
        if (index >= 0) queue.splice(index, 1);
        resume(undefined);
      };
      signal?.addEventListener("abort", onAbort, { once: true });
      this.#waiting[lane].push(resume);
    });
    if (host !== undefined) return host;
    throwIfAborted(signal, ids);
    throw new GroundworkError("ABORTED", "The extraction pool was closed.", ids);
  }

  #spawn(lane: Lane): Host {
    const kind = isolationOf(lane);
    const channel = kind === "thread" ? threadChannel(this.#limits.documentMemoryMb) : processChannel();
    const host: Host = { channel, lane, served: 0, onGone: undefined, onReply: undefined, gone: false };
    this.#hosts[lane].push(host);
    channel.onReply((reply) => host.onReply?.(reply));
    channel.onExit(({ memory, code, signal }) => {
      host.gone = true;
      this.#forget(host);
      host.onGone?.(
        memory
          ? new GroundworkError(
              "OUT_OF_MEMORY",
              `Reading the document took more than ${this.#limits.documentMemoryMb} MiB of heap. Raise limits.documentMemoryMb or split it.`,
              { retryable: true },
            )
          : new GroundworkError(
              "WORKER_CRASHED",
              `The ${kind} that read the document ended unexpectedly (${signal ?? `exit code ${code}`}).`,
              { retryable: true },
            ),
      );
    });
    return host;
  }

  #forget(host: Host): void {
    for (const list of [this.#hosts[host.lane], this.#idle[host.lane]]) {
      const index = list.indexOf(host);
      if (index >= 0) list.splice(index, 1);
    }
  }

  async #release(host: Host, fit: boolean): Promise<void> {
    if (!fit || this.#closed || host.served >= DOCUMENTS_PER_HOST[isolationOf(host.lane)]) {
      this.#forget(host);
      await host.channel.kill();
      const next = this.#waiting[host.lane].shift();
      if (next !== undefined) next(this.#closed ? undefined : this.#spawn(host.lane));
      return;
    }
    const next = this.#waiting[host.lane].shift();
    if (next !== undefined) next(host);
    else this.#idle[host.lane].push(host);
  }
}
