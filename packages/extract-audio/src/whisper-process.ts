import { type ChildProcess, fork } from "node:child_process";
import { GroundworkError } from "@groundwork/contracts";
import type { WhisperReply, WhisperRequest, WhisperSegment } from "./whisper-message.ts";

const HOST = new URL(import.meta.url.endsWith(".ts") ? "./whisper-host.ts" : "./whisper-host.js", import.meta.url);
/** Time for the process to start and load the binding, milliseconds. */
const START_MS = 60_000;

type Reply = Extract<WhisperReply, { readonly id: number }>;
type RequestBody = WhisperRequest extends infer Request
  ? Request extends WhisperRequest
    ? Omit<Request, "id">
    : never
  : never;

/**
 * The speech model in a process of its own. The model can spin for ever on some sounds and cannot be interrupted: a request that
 * outlasts its deadline ends the process, and the next request starts another.
 */
export class WhisperProcess {
  #child: ChildProcess | undefined;
  #ready: Promise<ChildProcess> | undefined;
  #id = 0;

  /** Words of a window, or `undefined` when the model did not finish in time. */
  async recognize(
    samples: Float32Array,
    options: { readonly threads: number; readonly deadlineMs: number; readonly signal: AbortSignal | undefined },
  ): Promise<readonly WhisperSegment[] | undefined> {
    const reply = await this.#request({ type: "recognize", samples, threads: options.threads }, options);
    return reply?.type === "segments" ? reply.segments : undefined;
  }

  /** The sound of a file at 16 kHz, decoded by the binding's own decoders. */
  async decode(
    path: string,
    options: { readonly deadlineMs: number; readonly signal: AbortSignal | undefined },
  ): Promise<Float32Array | undefined> {
    const reply = await this.#request({ type: "decode", path }, options);
    return reply?.type === "samples" ? reply.samples : undefined;
  }

  /** Ends the process. The next request starts another. */
  kill(): void {
    this.#child?.kill("SIGKILL");
    this.#child = undefined;
    this.#ready = undefined;
  }

  /** Ends the process and waits until it is gone. */
  async close(): Promise<void> {
    const child = this.#child;
    this.kill();
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    await new Promise((resolve) => child.once("exit", resolve));
  }

  async #request(
    body: RequestBody,
    { deadlineMs, signal }: { readonly deadlineMs: number; readonly signal: AbortSignal | undefined },
  ): Promise<Reply | undefined> {
    const child = await this.#start(signal);
    const id = ++this.#id;
    return new Promise<Reply | undefined>((resolve, reject) => {
      const settle = (act: () => void): void => {
        clearTimeout(timer);
        child.off("message", onMessage);
        child.off("exit", onExit);
        signal?.removeEventListener("abort", onAbort);
        act();
      };
      const onMessage = (reply: WhisperReply): void => {
        if ("id" in reply && reply.id === id) settle(() => resolve(reply.type === "failed" ? undefined : reply));
      };
      const onExit = (): void => {
        this.kill();
        settle(() => resolve(undefined));
      };
      const onAbort = (): void => {
        this.kill();
        settle(() =>
          reject(new GroundworkError("ABORTED", "The call was aborted by its signal.", { cause: signal?.reason })),
        );
      };
      const timer = setTimeout(() => {
        this.kill();
        settle(() => resolve(undefined));
      }, deadlineMs);
      child.on("message", onMessage);
      child.once("exit", onExit);
      signal?.addEventListener("abort", onAbort, { once: true });
      if (signal?.aborted) onAbort();
      else child.send({ ...body, id }, () => {});
    });
  }

  async #start(signal: AbortSignal | undefined): Promise<ChildProcess> {
    this.#ready ??= this.#spawn(signal);
    try {
      return await this.#ready;
    } catch (error) {
      this.kill();
      throw error;
    }
  }

  #spawn(signal: AbortSignal | undefined): Promise<ChildProcess> {
    const child = fork(HOST, { serialization: "advanced", stdio: ["ignore", "ignore", "ignore", "ipc"] });
    this.#child = child;
    child.on("error", () => {});
    return new Promise((resolve, reject) => {
      const settle = (act: () => void): void => {
        clearTimeout(timer);
        child.off("message", onMessage);
        child.off("exit", onExit);
        signal?.removeEventListener("abort", onAbort);
        act();
      };
      const onAbort = (): void =>
        settle(() =>
          reject(new GroundworkError("ABORTED", "The call was aborted by its signal.", { cause: signal?.reason })),
        );
      const onExit = (): void =>
        settle(() =>
          reject(
            new GroundworkError(
              "WORKER_CRASHED",
              "The process of the speech model ended before it was ready. Try again.",
              {
                retryable: true,
              },
            ),
          ),
        );
      const onMessage = (reply: WhisperReply): void => {
        if (reply.type === "ready") settle(() => resolve(child));
        else if (reply.type === "unavailable") {
          settle(() =>
            reject(
              new GroundworkError(
                "UNSUPPORTED_OPERATION",
                `Speech recognition has no binary for ${process.platform}-${process.arch}: linux-x64 (glibc 2.35 or newer) and macOS have one. Run there, or configure another extractor for audio.`,
              ),
            ),
          );
        }
      };
      const timer = setTimeout(onExit, START_MS);
      child.on("message", onMessage);
      child.once("exit", onExit);
      signal?.addEventListener("abort", onAbort, { once: true });
    });
  }
}
