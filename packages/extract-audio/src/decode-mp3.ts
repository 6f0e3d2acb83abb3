import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { GroundworkError } from "@groundwork/contracts";
import { Decoder } from "minimp3-wasm";
import type { ByteReader } from "./file-reader.ts";
import { id3Title } from "./id3.ts";
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
    decoder = new Decoder(instance.exports, bytes);
    first = decoder.decode(STEP);
  } catch (cause) {
    throw new GroundworkError("CORRUPT_DOCUMENT", "The MP3 could not be decoded. Check that the recording plays.", {
      cause,
    });
  }
  if (first.numSamples === 0 || first.samplingRate < 1_000) {
    throw new GroundworkError(
      "CORRUPT_DOCUMENT",
      "Expected MPEG audio, found no frame of it. Check that the recording plays.",
    );
  }
  const sampleRate = first.samplingRate;
  let damaged = false;
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
      yield mono;
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
