import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { GroundworkError } from "@groundwork/contracts";
import { BitReader } from "./bit-reader.ts";
import { type ByteReader, pieces } from "./file-reader.ts";
import type { PcmSource } from "./pcm-source.ts";
import { vorbisTitle } from "./vorbis-comment.ts";

/** A decoder of Vorbis or Opus packets (libvorbis and libopus in WebAssembly, from ogv.js). */
interface PacketDecoder {
  init(done: () => void): void;
  processHeader(packet: ArrayBuffer, done: (result: number) => void): void;
  processAudio(packet: ArrayBuffer, done: (result: number) => void): void;
  readonly audioFormat: { readonly channels: number; readonly rate: number } | null;
  readonly audioBuffer: readonly Float32Array[] | null;
}

const LARGEST_PAGE = 27 + 255 + 255 * 255;
const MOST_PACKET = 8 * 1024 * 1024;
/** Packets before the sound: identification, comments and, for Vorbis, code books. */
const HEADERS = { vorbis: 3, opus: 2 } as const;

function corrupt(what: string): GroundworkError {
  return new GroundworkError("CORRUPT_DOCUMENT", `The Ogg stream ${what}. Check that the recording plays.`);
}

async function loadDecoder(codec: "vorbis" | "opus"): Promise<PacketDecoder> {
  const require = createRequire(import.meta.url);
  const folder = join(dirname(require.resolve("ogv/package.json")), "dist");
  const factory = require(join(folder, `ogv-decoder-audio-${codec}-wasm.js`)) as (options: {
    locateFile(name: string): string;
  }) => Promise<PacketDecoder>;
  const decoder = await factory({ locateFile: (name) => join(folder, name) });
  await new Promise<void>((resolve) => decoder.init(resolve));
  return decoder;
}

/** Reads the first Vorbis or Opus stream of an Ogg file, page by page. */
export async function openOgg(reader: ByteReader): Promise<PcmSource> {
  let damaged = false;
  const packets = oggPackets(reader, () => {
    damaged = true;
  });
  const first = await packets.next();
  if (first.done === true) throw corrupt("has no packets");
  const codec = codecOf(first.value);
  if (codec === undefined) {
    await packets.return(undefined);
    throw new GroundworkError(
      "UNSUPPORTED_MEDIA_TYPE",
      "Expected Ogg with Vorbis or Opus, found another codec. Convert it to FLAC, MP3 or WAV.",
    );
  }
  const decoder = await loadDecoder(codec);
  const headers = [first.value];
  while (headers.length < HEADERS[codec]) {
    const next = await packets.next();
    if (next.done === true) throw corrupt("ends before its sound");
    headers.push(next.value);
  }
  const title = vorbisTitle(headers[1]!.subarray(codec === "opus" ? 8 : 7));
  for (const header of headers) decoder.processHeader(Uint8Array.from(header).buffer, () => {});
  // The Opus decoder knows its format only once it has seen a packet of sound, which it does not use up.
  const seen = codec === "opus" ? await packets.next() : undefined;
  const peeked = seen?.done === false ? [seen.value] : [];
  for (const packet of peeked) decoder.processHeader(Uint8Array.from(packet).buffer, () => {});
  const format = decoder.audioFormat;
  if (format === null || format.rate < 1_000 || format.channels < 1) {
    await packets.return(undefined);
    throw corrupt("has a head that cannot be read");
  }
  async function* samples(): AsyncGenerator<Float32Array> {
    for await (const packet of prepended(peeked, packets)) {
      let good = 0;
      decoder.processAudio(Uint8Array.from(packet).buffer, (result) => {
        good = result;
      });
      const channels = decoder.audioBuffer;
      if (good !== 1 || channels === null || channels.length === 0) {
        damaged ||= good !== 1 && packet.length > 0;
        continue;
      }
      const mono = new Float32Array(channels[0]!.length);
      for (const channel of channels)
        for (let index = 0; index < mono.length; index++) mono[index]! += channel[index]! / channels.length;
      yield mono;
    }
  }
  return { sampleRate: format.rate, samples: samples(), damaged: () => damaged, ...(title ? { title } : {}) };
}

async function* prepended(first: readonly Uint8Array[], rest: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield* first;
  yield* rest;
}

function codecOf(packet: Uint8Array): "vorbis" | "opus" | undefined {
  if (String.fromCharCode(...packet.subarray(0, 8)) === "OpusHead") return "opus";
  return packet[0] === 1 && String.fromCharCode(...packet.subarray(1, 7)) === "vorbis" ? "vorbis" : undefined;
}

/** Packets of the file's first logical stream. */
async function* oggPackets(reader: ByteReader, onDamage: () => void): AsyncGenerator<Uint8Array, void, undefined> {
  const bits = new BitReader(pieces(reader, 0));
  let serial: number | undefined;
  let partial: Uint8Array[] = [];
  let size = 0;
  for (;;) {
    const ready = await bits.fill(LARGEST_PAGE);
    const bytes = bits.peek();
    if (ready < 27) {
      if (ready > 0 || partial.length > 0) onDamage();
      return;
    }
    if (String.fromCharCode(...bytes.subarray(0, 4)) !== "OggS") {
      onDamage();
      const next = bytes.indexOf(0x4f, 1);
      bits.skipBytes(next < 0 ? bytes.length : next);
      continue;
    }
    const segments = bytes[26]!;
    const lacing = bytes.subarray(27, 27 + segments);
    const body = lacing.reduce((sum, length) => sum + length, 0);
    const pageSerial = new DataView(bytes.buffer, bytes.byteOffset + 14, 4).getUint32(0, true);
    serial ??= pageSerial;
    const whole = 27 + segments + body <= bytes.length;
    if (!whole) onDamage();
    if (pageSerial === serial && whole) {
      const continued = (bytes[5]! & 1) !== 0;
      if (!continued && partial.length > 0) {
        partial = [];
        size = 0;
        onDamage();
      }
      let at = 27 + segments;
      let lost = continued && partial.length === 0;
      for (const length of lacing) {
        if (!lost) partial.push(bytes.slice(at, at + length));
        at += length;
        size += length;
        if (size > MOST_PACKET) throw corrupt("has a packet of impossible size");
        if (length === 255) continue;
        if (!lost) yield Buffer.concat(partial);
        partial = [];
        size = 0;
        lost = false;
      }
    }
    bits.skipBytes(27 + segments + body);
  }
}
