import type { MessagePort } from "node:worker_threads";
import { GroundworkError } from "@groundwork/contracts";
import { BUSY, STOPPED, type WorkerReply, type WorkerRequest, type WorkerSetup } from "./embed-message.ts";
import { EmbedSession, type RunGuard } from "./embed-session.ts";
import { type Output, stopped } from "./embedding-run.ts";

/**
 * A thread that is ended while it is inside the runtime takes the whole process down, so the pool must be able to wait,
 * even without an event loop, until the thread is outside.
 */
function runGuard(flags: Int32Array): RunGuard {
  return {
    enter(): boolean {
      Atomics.store(flags, BUSY, 1);
      if (Atomics.load(flags, STOPPED) === 0) return true;
      this.leave();
      return false;
    },
    leave(): void {
      Atomics.store(flags, BUSY, 0);
      Atomics.notify(flags, BUSY);
    },
  };
}

/** Body of the worker: answers each request in turn. The model is loaded at once. */
export function serveEmbedding(port: MessagePort, setup: WorkerSetup): void {
  const guard = runGuard(setup.flags);
  const loading = guard.enter() ? EmbedSession.open(setup.modelPath, setup.tokenizerJson) : Promise.reject(stopped());
  loading.then(guard.leave, guard.leave);
  let last: Promise<void> = Promise.resolve();

  async function embed(id: number, texts: readonly string[], output: Output): Promise<void> {
    try {
      const session = await loading;
      const { vectors, lengths } = await session.embed(texts, output, guard);
      const reply: WorkerReply = { id, vectors, lengths };
      port.postMessage(reply, [vectors.buffer as ArrayBuffer, lengths.buffer as ArrayBuffer]);
    } catch (error) {
      const typed = GroundworkError.from(error, "INTERNAL", "The embedding runtime failed on a batch of texts.", {
        driver: "embed-local",
      });
      port.postMessage({ id, error: typed.toJSON() } satisfies WorkerReply);
    }
  }

  async function close(): Promise<void> {
    try {
      await (await loading).close();
    } catch {
      // The session never opened: there is nothing to release.
    }
    port.close();
  }

  port.on("message", (request: WorkerRequest) => {
    last = last.then(() => (request.type === "embed" ? embed(request.id, request.texts, request.output) : close()));
  });
}
