import { Worker } from "node:worker_threads";
import type { WhisperReply, WhisperRequest } from "./whisper-message.ts";

/**
 * Body of the process that holds the speech model. The model runs in a worker thread, so that this thread can always tell that
 * its parent is gone; then the whole process is killed, because native code that spins cannot be stopped otherwise.
 */
const worker = new Worker(
  new URL(import.meta.url.endsWith(".ts") ? "./whisper.worker.ts" : "./whisper.worker.js", import.meta.url),
);

worker.on("message", (reply: WhisperReply) => process.send?.(reply));
worker.on("error", () => process.kill(process.pid, "SIGKILL"));
process.on("message", (request: WhisperRequest) => worker.postMessage(request));
process.on("disconnect", () => process.kill(process.pid, "SIGKILL"));
