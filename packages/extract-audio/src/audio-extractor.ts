import type { Extractor } from "@groundwork/contracts";
import { modelId as vadId, modelRevision as vadRevision } from "@groundwork/model-silero-vad";
import { modelId as speakerId, modelRevision as speakerRevision } from "@groundwork/model-speaker-ge2e";
import { modelId as speechId, modelRevision as speechRevision } from "@groundwork/model-whisper-tiny-en";
import { type AudioExtractorOptions, resolveAudioOptions } from "./audio-options.ts";
import type { SpeechRecognizer } from "./speech-recognizer.ts";

/** Bumped whenever the same bytes may give other parts. */
const REVISION = "4";
const MEDIA_TYPES = [
  "audio/wav",
  "audio/x-wav",
  "audio/wave",
  "audio/vnd.wave",
  "audio/aiff",
  "audio/x-aiff",
  "audio/mpeg",
  "audio/mp3",
  "audio/flac",
  "audio/x-flac",
  "audio/ogg",
  "audio/vorbis",
  "audio/opus",
  "application/ogg",
  "audio/mp4",
  "audio/x-m4a",
  "audio/m4a",
  "audio/aac",
];

/**
 * Reads English speech out of recordings, on the machine itself: voice activity first, then Whisper tiny.en window by window, then
 * who spoke. Elements are utterances with word times.
 *
 * Fails with `EMPTY_DOCUMENT`, `CORRUPT_DOCUMENT`, `UNSUPPORTED_MEDIA_TYPE` (M4A without the option), `DOCUMENT_TOO_LARGE`,
 * `UNSUPPORTED_OPERATION` (no decoder of M4A for the platform) or `MODEL_NOT_FOUND`. Warnings: `recording-damaged` (what could be decoded was
 * read), `window-not-recognized` (the model did not finish a window in time). An abort is seen between two steps of the model, after a second at most.
 */
export function audioExtractor(options: AudioExtractorOptions = {}): Extractor {
  const resolved = resolveAudioOptions(options);
  const { m4a, speakers, maxSpeakers } = resolved;
  let recognizer: Promise<SpeechRecognizer> | undefined;
  const recognizerOf = (): Promise<SpeechRecognizer> => {
    recognizer ??= import("./speech-recognizer.ts").then((module) => module.SpeechRecognizer.create(resolved.threads));
    recognizer.catch(() => {
      recognizer = undefined;
    });
    return recognizer;
  };
  return {
    identity: {
      name: "extract-audio",
      revision: REVISION,
      options: { m4a, speakers, maxSpeakers },
      artifacts: [
        `${speechId}@${speechRevision}`,
        `${vadId}@${vadRevision}`,
        ...(speakers ? [`${speakerId}@${speakerRevision}`] : []),
      ],
    },
    mediaTypes: MEDIA_TYPES,
    isolation: "process",
    reference: {
      module: new URL(import.meta.url.endsWith(".ts") ? "./index.ts" : "./index.js", import.meta.url).href,
      name: "audioExtractor",
      options,
    },
    async *extract(document, callOptions = {}) {
      const { readRecording } = await import("./read-recording.ts");
      yield* readRecording(document, recognizerOf, resolved, callOptions);
    },
    close: async () => {
      const open = recognizer;
      recognizer = undefined;
      await (await open)?.close();
    },
  };
}
