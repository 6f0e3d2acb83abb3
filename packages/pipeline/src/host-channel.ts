import { type ChildProcess, execFile, fork } from "node:child_process";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";
import { Worker } from "node:worker_threads";
import type { HostReply, HostRequest } from "./extraction-message.ts";

const execute = promisify(execFile);
const HOST = new URL(
  import.meta.url.endsWith(".ts") ? "./extraction-host.ts" : "./extraction-host.js",
  import.meta.url,
);

/** One extraction host, whatever it is made of. */
export interface HostChannel {
  post(request: HostRequest, transfer?: readonly ArrayBuffer[]): void;
  onReply(listener: (reply: HostReply) => void): void;
  /** Called once, when the host is gone; `memory` when it died of its heap limit. */
  onExit(
    listener: (reason: {
      readonly memory: boolean;
      readonly code: number | null;
      readonly signal: string | null;
    }) => void,
  ): void;
  /** Resident bytes, where the host has memory of its own. */
  residentBytes(): Promise<number | undefined>;
  /** Keeps the program alive while a task runs; an idle host never does. */
  hold(active: boolean): void;
  /** Ends the host at once, also when it spins. */
  kill(): Promise<void>;
}

export function threadChannel(memoryMb: number): HostChannel {
  const worker = new Worker(HOST, { resourceLimits: { maxOldGenerationSizeMb: memoryMb }, stdout: true, stderr: true });
  worker.stdout.resume();
  worker.stderr.resume();
  let memory = false;
  worker.on("error", (error: NodeJS.ErrnoException) => {
    memory ||= error.code === "ERR_WORKER_OUT_OF_MEMORY";
  });
  worker.unref();
  return {
    post: (request, transfer = []) => worker.postMessage(request, [...transfer]),
    onReply: (listener) => void worker.on("message", listener),
    onExit: (listener) => void worker.once("exit", (code) => listener({ memory, code, signal: null })),
    residentBytes: async () => undefined,
    hold: (active) => (active ? worker.ref() : worker.unref()),
    kill: async () => {
      // The end of an idle host must be waited for like any other work.
      worker.ref();
      await worker.terminate();
    },
  };
}

/** Resident memory of a process: /proc on Linux, ps elsewhere; `undefined` when it is gone. */
async function residentBytesOf(pid: number): Promise<number | undefined> {
  try {
    if (process.platform === "linux") {
      const kilobytes = /^VmRSS:\s+(\d+) kB/m.exec(await readFile(`/proc/${pid}/status`, "utf8"))?.[1];
      return kilobytes === undefined ? undefined : Number(kilobytes) * 1024;
    }
    const { stdout } = await execute("ps", ["-o", "rss=", "-p", String(pid)]);
    return Number(stdout.trim()) * 1024;
  } catch {
    return undefined;
  }
}

export function processChannel(): HostChannel {
  const child: ChildProcess = fork(HOST, { serialization: "advanced", stdio: ["ignore", "ignore", "ignore", "ipc"] });
  const hold = (active: boolean): void => {
    if (active) {
      child.ref();
      child.channel?.ref();
    } else {
      child.unref();
      child.channel?.unref();
    }
  };
  hold(false);
  // Without a listener a failed start would be an uncaught exception; the exit handler reports it.
  child.on("error", () => {});
  const exited = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  return {
    post: (request) => {
      if (child.connected) child.send(request, () => {});
    },
    onReply: (listener) => void child.on("message", (message) => listener(message as HostReply)),
    onExit: (listener) => void child.once("exit", (code, signal) => listener({ memory: false, code, signal })),
    residentBytes: async () => (child.pid === undefined ? undefined : residentBytesOf(child.pid)),
    hold,
    kill: async () => {
      hold(true);
      child.kill("SIGKILL");
      await exited;
    },
  };
}
