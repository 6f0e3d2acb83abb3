import {
  type CallOptions,
  type DocumentElement,
  decodeElements,
  type ErrorIds,
  type ExtractionPart,
  type Extractor,
  GroundworkError,
  type ModuleReference,
  type PageImage,
  type SourceDocument,
  throwIfAborted,
} from "@groundwork/contracts";
import { tableFromIPC } from "apache-arrow";
import type { ExtractionLimits } from "./extraction-limits.ts";
import type { HostDocument, HostPart, HostReply, HostRequest } from "./extraction-message.ts";
import { type HostChannel, processChannel, threadChannel } from "./host-channel.ts";

/** Documents up to this size travel as bytes; larger ones need a path. */
const INLINE_BYTES = 64 * 1024 * 1024;
const MEMORY_POLL_MS = 200;
const START_TIMEOUT_MS = 60_000;
/** A host that has read this many documents is replaced: a bound on what parsers leak. */
const DOCUMENTS_PER_HOST = 500;

interface Host {
  readonly channel: HostChannel;
  readonly kind: "thread" | "process";
  served: number;
  /** The task under way, told when the host dies. */
  onGone: ((error: GroundworkError) => void) | undefined;
  onReply: ((reply: HostReply) => void) | undefined;
  gone: boolean;
}

function decodePart(part: HostPart): ExtractionPart {
  if (part.type !== "elements") return part;
  // Offsets, ordinals and derived section paths are of the part; the document gets its own when it is placed.
  const elements = decodeElements(tableFromIPC(part.ipc)).map(
    ({
      ordinal: _ordinal,
      charStart: _start,
      charEnd: _end,
      extractor: _extractor,
      sectionPath,
      ...element
    }): DocumentElement => (sectionPath.length > 0 ? { ...element, sectionPath } : element),
  );
  return { type: "elements", elements };
}

/**
 * Runs extractors in worker threads and child processes, at most `size` of each kind, one document per host at a time. Time,
 * stall and memory limits are enforced from outside by ending the host: also what spins in native code is stopped.
 */
export class ExtractionPool {
  readonly #limits: ExtractionLimits;
  readonly #size: number;
  readonly #hosts: Record<Host["kind"], Host[]> = { thread: [], process: [] };
  readonly #idle: Record<Host["kind"], Host[]> = { thread: [], process: [] };
  readonly #waiting: Record<Host["kind"], ((host: Host | undefined) => void)[]> = { thread: [], process: [] };
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
    if (document.content.size > this.#limits.maxDocumentBytes) {
      throw new GroundworkError(
        "DOCUMENT_TOO_LARGE",
        `The document has ${document.content.size} bytes, the limit is ${this.#limits.maxDocumentBytes}. Raise limits.maxDocumentBytes or split it.`,
        ids,
      );
    }
    const { isolation = "none", reference } = extractor;
    if (isolation === "none" || reference === undefined) {
      yield* extractor.extract(document, options);
      return;
    }
    const { content, ...rest } = document;
    const inline = content.path === undefined;
    if (inline && content.size > INLINE_BYTES) {
      throw new GroundworkError(
        "DOCUMENT_TOO_LARGE",
        `A document of ${content.size} bytes needs a local file. Spill it before extraction.`,
        ids,
      );
    }
    const bytes = inline ? Uint8Array.from(await content.bytes(options)) : undefined;
    const hostDocument: HostDocument = {
      ...rest,
      size: content.size,
      ...(content.path === undefined ? {} : { path: content.path }),
      ...(bytes === undefined ? {} : { bytes }),
    };
    yield* this.#run(
      isolation,
      (task) => ({ type: "extract", task, reference, document: hostDocument }),
      isolation === "thread" && bytes !== undefined ? [bytes.buffer as ArrayBuffer] : [],
      ids,
      options,
    );
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
    for await (const part of this.#run(isolation, request, [], ids, options)) {
      if (part.type === "elements") elements.push(...part.elements);
    }
    return elements;
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const kind of ["thread", "process"] as const) {
      for (const resume of this.#waiting[kind].splice(0)) resume(undefined);
      await Promise.all(this.#hosts[kind].splice(0).map((host) => host.channel.kill()));
      this.#idle[kind] = [];
    }
  }

  async *#run(
    kind: Host["kind"],
    request: (task: number) => HostRequest,
    transfer: readonly ArrayBuffer[],
    ids: ErrorIds,
    { signal }: CallOptions,
  ): AsyncGenerator<ExtractionPart> {
    const host = await this.#acquire(kind, ids, signal);
    const task = ++this.#task;
    const queue: ExtractionPart[] = [];
    let finished = false;
    let failure: GroundworkError | undefined;
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
    let lastSign = performance.now();
    host.onGone = (error) =>
      fail(new GroundworkError(error.code, error.message, { ...ids, retryable: error.retryable }));
    host.onReply = (reply) => {
      if (reply.task !== task) return;
      lastSign = performance.now();
      if (reply.type === "started") started = lastSign;
      else if (reply.type === "part") queue.push(decodePart(reply.part));
      else if (reply.type === "end") finished = true;
      else {
        const { ids: inner, ...error } = reply.error;
        fail(GroundworkError.fromJSON({ ...error, ids: { ...ids, ...inner } }));
      }
      notify();
    };
    // Until the host is up, its start counts against a limit of its own: a busy machine is not a slow document.
    let started: number | undefined;
    const posted = performance.now();
    let killed = false;
    const stop = (error: GroundworkError): void => {
      killed = true;
      fail(error);
    };
    const watch = setInterval(() => {
      const now = performance.now();
      const { documentTimeoutMs, stallTimeoutMs } = this.#limits;
      const timedOut = (message: string): void =>
        stop(new GroundworkError("TIMED_OUT", message, { ...ids, retryable: true }));
      if (started === undefined) {
        if (now - posted > START_TIMEOUT_MS)
          timedOut(`The ${kind} that reads documents did not start within ${START_TIMEOUT_MS} ms.`);
        return;
      }
      if (now - started > documentTimeoutMs) {
        timedOut(
          `Reading the document took longer than ${documentTimeoutMs} ms. Raise limits.documentTimeoutMs or mend the file.`,
        );
        return;
      }
      if (now - lastSign > stallTimeoutMs) {
        timedOut(
          `Reading the document made no progress for ${stallTimeoutMs} ms. Raise limits.stallTimeoutMs or mend the file.`,
        );
        return;
      }
      void host.channel.residentBytes().then((bytes) => {
        if (bytes === undefined || finished || bytes <= this.#limits.documentMemoryMb * 1024 * 1024) return;
        stop(
          new GroundworkError(
            "OUT_OF_MEMORY",
            `Reading the document took more than ${this.#limits.documentMemoryMb} MiB. Raise limits.documentMemoryMb or split it.`,
            {
              ...ids,
              retryable: true,
            },
          ),
        );
      });
    }, MEMORY_POLL_MS);
    const onAbort = (): void =>
      stop(new GroundworkError("ABORTED", "The call was aborted by its signal.", { ...ids, cause: signal?.reason }));
    signal?.addEventListener("abort", onAbort, { once: true });
    host.channel.hold(true);
    let complete = false;
    try {
      host.channel.post(request(task), transfer);
      for (;;) {
        const part = queue.shift();
        if (part !== undefined) {
          // Time in the consumer's hands is not the document's.
          yield part;
          lastSign = performance.now();
          if (!finished) host.channel.post({ type: "taken", task });
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
      clearInterval(watch);
      signal?.removeEventListener("abort", onAbort);
      host.onGone = undefined;
      host.onReply = undefined;
      host.channel.hold(false);
      // An error reply leaves the host fit for the next document; a kill, or a reader that stopped early, does not.
      const fit = !killed && !host.gone && (complete || (failure !== undefined && finished));
      await this.#release(host, fit);
    }
  }

  async #acquire(kind: Host["kind"], ids: ErrorIds, signal: AbortSignal | undefined): Promise<Host> {
    throwIfAborted(signal, ids);
    if (this.#closed) throw new GroundworkError("INVALID_ARGUMENT", "The extraction pool is closed.", ids);
    const idle = this.#idle[kind].pop();
    if (idle !== undefined) return idle;
    if (this.#hosts[kind].length < this.#size) return this.#spawn(kind);
    const host = await new Promise<Host | undefined>((resolve) => {
      const resume = (free: Host | undefined): void => {
        signal?.removeEventListener("abort", onAbort);
        resolve(free);
      };
      const onAbort = (): void => {
        const queue = this.#waiting[kind];
        const index = queue.indexOf(resume);
        if (index >= 0) queue.splice(index, 1);
        resume(undefined);
      };
      signal?.addEventListener("abort", onAbort, { once: true });
      this.#waiting[kind].push(resume);
    });
    if (host !== undefined) return host;
    throwIfAborted(signal, ids);
    throw new GroundworkError("ABORTED", "The extraction pool was closed.", ids);
  }

  #spawn(kind: Host["kind"]): Host {
    const channel = kind === "thread" ? threadChannel(this.#limits.documentMemoryMb) : processChannel();
    const host: Host = { channel, kind, served: 0, onGone: undefined, onReply: undefined, gone: false };
    this.#hosts[kind].push(host);
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
    for (const list of [this.#hosts[host.kind], this.#idle[host.kind]]) {
      const index = list.indexOf(host);
      if (index >= 0) list.splice(index, 1);
    }
  }

  async #release(host: Host, fit: boolean): Promise<void> {
    host.served++;
    if (!fit || this.#closed || host.served >= DOCUMENTS_PER_HOST) {
      this.#forget(host);
      await host.channel.kill();
      const next = this.#waiting[host.kind].shift();
      if (next !== undefined) next(this.#closed ? undefined : this.#spawn(host.kind));
      return;
    }
    const next = this.#waiting[host.kind].shift();
    if (next !== undefined) next(host);
    else this.#idle[host.kind].push(host);
  }
}
