import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { GroundworkError } from "@groundwork/contracts";
import { Decoder } from "minimp3-wasm";
import type { ByteReader } from "./file-reader.ts";
import { id3Title } from "./id3.ts";
import { wholeFrames } from "./mpeg-frames.ts";
import type { PcmSource } from "./pcm-source.ts";

/** The compressed bytes are held whole: ten hours at 128 kbit/s. */
const MOST_BYTES = 600 * 1024 * 1024;
/** Seconds decoded at once. */
const STEP = 10;

/** Decodes MPEG audio with minimp3 in WebAssembly, ten seconds at a time. */
export async function openMp3(reader: ByteReader): Promise<PcmSource> {
  if (reader.size > MOST_BYTES) {
    throw new GroundworkError(
      "DOCUMENT_TOO_LARGE",
      `Expected an MP3 of at most ${MOST_BYTES} bytes, found ${reader.size}. Split the recording.`,
    );
  }
  const bytes = await reader.read(0, reader.size);
  const frames = wholeFrames(bytes);
  if (frames.bytes.length === 0) throw noFrames();
  const require = createRequire(import.meta.url);
  const path = join(dirname(require.resolve("minimp3-wasm/package.json")), "dist", "decoder.opt.wasm");
  const { WebAssembly } = globalThis as unknown as {
    WebAssembly: {
      instantiate(bytes: Uint8Array, imports: object): Promise<{ instance: { exports: Record<string, never> } }>;
    };
  };
  const { instance } = await WebAssembly.instantiate(await readFile(path), {});
  let decoder: Decoder;
  let first: ReturnType<Decoder["decode"]>;
  try {
    decoder = new Decoder(instance.exports, frames.bytes);
    first = decoder.decode(STEP);
  } catch (cause) {
    throw new GroundworkError("CORRUPT_DOCUMENT", "The MP3 could not be decoded. Check that the recording plays.", {
      cause,
    });
  }
  if (first.numSamples === 0 || first.samplingRate < 1_000) {
    throw noFrames();
  }
  const sampleRate = first.samplingRate;
  let { damaged } = frames;
  let skip = encoderDelay(bytes, sampleRate);
  function* samples(): Generator<Float32Array> {
    let part = first;
    while (part.numSamples > 0) {
      const { pcm, numChannels } = part;
      const mono = new Float32Array(Math.floor(part.numSamples / numChannels));
      for (let index = 0; index < mono.length; index++) {
        let sum = 0;
        for (let channel = 0; channel < numChannels; channel++) sum += pcm[index * numChannels + channel]!;
        mono[index] = sum / numChannels / 32_768;
      }
      yield mono.subarray(Math.min(skip, mono.length));
      skip = Math.max(0, skip - mono.length);
      const before = decoder.currentTime();
      try {
        part = decoder.decode(STEP);
      } catch {
        damaged = true;
        return;
      }
      if (decoder.currentTime() <= before && part.numSamples === 0) return;
    }
  }
  const title = id3Title(bytes);
  return { sampleRate, samples: samples(), damaged: () => damaged, ...(title ? { title } : {}) };
}

function noFrames(): GroundworkError {
  return new GroundworkError(
    "CORRUPT_DOCUMENT",
    "Expected MPEG audio, found no frame of it. Check that the recording plays.",
  );
}

/** Samples of silence that every decoder of the format puts first. */
const DECODER_DELAY = 529;

/** Samples before the recording begins: the frame of the encoder's notes, its own delay and the decoder's. */
function encoderDelay(bytes: Uint8Array, sampleRate: number): number {
  const start =
    String.fromCharCode(...bytes.subarray(0, 3)) === "ID3"
      ? 10 + ((bytes[6]! << 21) | (bytes[7]! << 14) | (bytes[8]! << 7) | bytes[9]!)
      : 0;
  const head = new TextDecoder("latin1").decode(bytes.subarray(start, start + 512));
  const notes = /Xing|Info/.exec(head);
  if (notes === null) return 0;
  const flags = bytes[start + notes.index + 7]!;
  const fields = (flags & 1 ? 4 : 0) + (flags & 2 ? 4 : 0) + (flags & 4 ? 100 : 0) + (flags & 8 ? 4 : 0);
  const at = start + notes.index + 8 + fields;
  const frame = sampleRate >= 32_000 ? 1_152 : 576;
  if (!/^(?:LAME|Lavc|Lavf)/.test(new TextDecoder("latin1").decode(bytes.subarray(at, at + 4)))) return frame;
  return frame + ((bytes[at + 21]! << 4) | (bytes[at + 22]! >> 4)) + DECODER_DELAY;
}
