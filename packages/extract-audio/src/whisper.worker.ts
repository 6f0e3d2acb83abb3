import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { parentPort } from "node:worker_threads";
import { modelPath } from "@groundwork/model-whisper-tiny-en";
import type { Segment, Whisper, WhisperFullParams } from "@napi-rs/whisper";
import type { WhisperReply, WhisperRequest, WhisperSegment } from "./whisper-message.ts";

/**
 * Runs the speech model, which holds its thread while it reads a window. Segments arrive by callback only after the call has returned
 * and the event loop has turned.
 */
interface Binding {
  readonly Whisper: new (model: Uint8Array, params?: { useGpu?: boolean }) => Whisper;
  readonly WhisperFullParams: new (strategy: number) => WhisperFullParams;
  decodeAudio(bytes: Uint8Array): Float32Array;
}

const GREEDY = 0;

const post = (reply: WhisperReply): void => parentPort?.postMessage(reply);

/** Frames of 20 ms that the encoder looks at: its price follows them, and the rest of its 30 s would be silence. */
const WHOLE_CONTEXT = 1_500;
const CONTEXT_MARGIN = 256;
/** Shorter sounds are read badly with less than the whole context, samples (4 s). */
const SHORT_SAMPLES = 64_000;

function audioContext(samples: number): number {
  if (samples < SHORT_SAMPLES) return WHOLE_CONTEXT;
  const frames = Math.ceil(samples / 320) + CONTEXT_MARGIN;
  return Math.min(WHOLE_CONTEXT, Math.ceil(frames / 64) * 64);
}

function start(): void {
  let binding: Binding;
  try {
    // Loaded late: platforms without a binary must still get a reply.
    binding = createRequire(import.meta.url)("@napi-rs/whisper") as Binding;
  } catch (cause) {
    post({ type: "unavailable", reason: String((cause as { code?: unknown }).code ?? "no binary for this platform") });
    return;
  }
  let model: Whisper | undefined;
  parentPort?.on("message", async (request: WhisperRequest) => {
    try {
      if (request.type === "decode") {
        post({ type: "samples", id: request.id, samples: binding.decodeAudio(readFileSync(request.path)) });
        return;
      }
      if (model === undefined) {
        model = new binding.Whisper(readFileSync(modelPath), { useGpu: false });
      }
      const segments: WhisperSegment[] = [];
      const parameters = new binding.WhisperFullParams(GREEDY);
      parameters.language = "en";
      parameters.nThreads = request.threads;
      parameters.noContext = true;
      parameters.printProgress = false;
      parameters.printRealtime = false;
      parameters.printSpecial = false;
      parameters.printTimestamps = false;
      parameters.suppressBlank = true;
      parameters.suppressNonSpeechTokens = true;
      parameters.tokenTimestamps = true;
      parameters.splitOnWord = true;
      parameters.maxLen = 1;
      parameters.audioCtx = audioContext(request.samples.length);
      parameters.onNewSegment = ({ text, start, end }: Segment) => {
        if (text.trim() !== "") segments.push({ text: text.trim(), startMs: start * 10, endMs: end * 10 });
      };
      const text = model.full(parameters, request.samples);
      const shown = text.replace(/\s/g, "").length;
      const complete = (): boolean =>
        segments.reduce((length, one) => length + one.text.replace(/\s/g, "").length, 0) >= shown;
      for (let turn = 0; turn < 50 && !complete(); turn++) await new Promise((resolve) => setTimeout(resolve, 2));
      post({ type: "segments", id: request.id, segments });
    } catch {
      post({ type: "failed", id: request.id });
    }
  });
  post({ type: "ready" });
}

start();
