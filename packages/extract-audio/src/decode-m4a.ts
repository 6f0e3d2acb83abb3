import { type ChildProcess, fork } from "node:child_process";
import { GroundworkError, type SourceDocument, throwIfAborted } from "@groundwork/contracts";
import type { PcmSource } from "./pcm-source.ts";
import { SAMPLE_RATE } from "./resample.ts";

const HOST = new URL(import.meta.url.endsWith(".ts") ? "./m4a-host.ts" : "./m4a-host.js", import.meta.url);
/** Time to start the process and decode, milliseconds. */
const DECODE_MS = 50_000;

export type M4aReply =
  | { readonly type: "samples"; readonly samples: Float32Array }
  /** The binding could not be loaded on this platform. */
  | { readonly type: "unavailable" }
  | { readonly type: "failed" };

/** Decodes an M4A or AAC file in a process of its own, whole. Throws `UNSUPPORTED_OPERATION` or `CORRUPT_DOCUMENT`. */
export async function openM4a(document: SourceDocument, signal: AbortSignal | undefined): Promise<PcmSource> {
  const { path } = document.content;
  if (path === undefined) {
    throw new GroundworkError(
      "UNSUPPORTED_OPERATION",
      "An M4A is decoded from a local file. Give the document a path.",
    );
  }
  throwIfAborted(signal);
  const child = fork(HOST, { serialization: "advanced", stdio: ["ignore", "ignore", "ignore", "ipc"] });
  try {
    const reply = await replyOf(child, path, signal);
    throwIfAborted(signal);
    if (reply?.type === "samples") {
      return { sampleRate: SAMPLE_RATE, samples: [reply.samples], damaged: () => false };
    }
    if (reply?.type === "unavailable") {
      throw new GroundworkError(
        "UNSUPPORTED_OPERATION",
        `M4A has no decoder for ${process.platform}-${process.arch}: linux-x64 (glibc 2.35 or newer) and macOS have one. Run there, or convert the recording.`,
      );
    }
    throw new GroundworkError("CORRUPT_DOCUMENT", "The M4A could not be decoded. Check that the recording plays.");
  } finally {
    child.kill("SIGKILL");
  }
}

/** What the process answers; `undefined` when it ends, is aborted or takes too long. */
function replyOf(child: ChildProcess, path: string, signal: AbortSignal | undefined): Promise<M4aReply | undefined> {
  return new Promise((resolve) => {
    const settle = (reply?: M4aReply): void => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", onAbort);
      resolve(reply);
    };
    const onAbort = (): void => settle();
    const timer = setTimeout(settle, DECODE_MS);
    child.on("message", (reply: M4aReply) => settle(reply));
    child.on("error", () => settle());
    child.once("exit", () => settle());
    signal?.addEventListener("abort", onAbort, { once: true });
    child.send(path, () => {});
  });
}
