import { GroundworkError } from "@groundwork/contracts";
import { type ByteReader, pieces } from "./file-reader.ts";
import type { PcmSource } from "./pcm-source.ts";

type Coding = "integer" | "float" | "a-law" | "mu-law";

interface WaveFormat {
  readonly coding: Coding;
  readonly channels: number;
  readonly sampleRate: number;
  readonly bits: number;
  readonly littleEndian: boolean;
  /** 8-bit samples of WAV have their middle at 128. */
  readonly unsigned: boolean;
}

const EXTENSIBLE = 0xfffe;
const CODINGS: Readonly<Record<number, Coding>> = { 1: "integer", 3: "float", 6: "a-law", 7: "mu-law" };

const AIFF_CODINGS: Readonly<Record<string, Coding>> = {
  NONE: "integer",
  twos: "integer",
  sowt: "integer",
  fl32: "float",
  FL32: "float",
  ulaw: "mu-law",
  alaw: "a-law",
};

const ascii = (bytes: Uint8Array, start: number, length: number): string =>
  String.fromCharCode(...bytes.subarray(start, start + length));

function corrupt(what: string): GroundworkError {
  return new GroundworkError("CORRUPT_DOCUMENT", `The recording has ${what}. Check that it plays in its own program.`);
}

/** Reads RIFF WAVE (also RF64) with integer, float, A-law or mu-law samples, in bounded pieces. */
export async function openWave(reader: ByteReader): Promise<PcmSource> {
  let format: WaveFormat | undefined;
  let title: string | undefined;
  for (let position = 12; position + 8 <= reader.size; ) {
    const head = await reader.read(position, 8);
    const name = ascii(head, 0, 4);
    const length = new DataView(head.buffer, head.byteOffset).getUint32(4, true);
    const start = position + 8;
    if (name === "fmt ") format = waveFormat(await reader.read(start, Math.min(length, 40)));
    else if (name === "LIST" && length < 65_536) title ??= infoTitle(await reader.read(start, length));
    else if (name === "data") {
      if (format === undefined) throw corrupt("no format before its samples");
      // A recorder that was cut off leaves 0 or a length beyond the file.
      const cut = length === 0 || length === 0xffffffff || start + length > reader.size;
      const end = cut ? reader.size : start + length;
      return pcmSource(reader, format, start, end, cut && length !== 0xffffffff, title);
    }
    position = start + length + (length & 1);
  }
  throw corrupt("no samples");
}

function waveFormat(bytes: Uint8Array): WaveFormat {
  if (bytes.length < 16) throw corrupt("a format that is cut off");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const tag = view.getUint16(0, true);
  const real = tag === EXTENSIBLE && bytes.length >= 26 ? view.getUint16(24, true) : tag;
  const coding = CODINGS[real];
  if (coding === undefined) {
    throw new GroundworkError(
      "UNSUPPORTED_MEDIA_TYPE",
      `Expected WAV with PCM, float, A-law or mu-law samples, found format ${real}. Convert it to PCM.`,
    );
  }
  const format: WaveFormat = {
    coding,
    channels: view.getUint16(2, true),
    sampleRate: view.getUint32(4, true),
    bits: coding === "a-law" || coding === "mu-law" ? 8 : view.getUint16(14, true),
    littleEndian: true,
    unsigned: true,
  };
  return checked(format);
}

function checked(format: WaveFormat): WaveFormat {
  const { bits, channels, sampleRate, coding } = format;
  const widths = coding === "float" ? [32, 64] : [8, 16, 24, 32];
  if (channels < 1 || channels > 64 || sampleRate < 1_000 || sampleRate > 768_000 || !widths.includes(bits)) {
    throw corrupt("an impossible format");
  }
  return format;
}

/** Reads AIFF and AIFF-C with integer samples. */
export async function openAiff(reader: ByteReader): Promise<PcmSource> {
  let format: WaveFormat | undefined;
  let title: string | undefined;
  for (let position = 12; position + 8 <= reader.size; ) {
    const head = await reader.read(position, 8);
    const name = ascii(head, 0, 4);
    const length = new DataView(head.buffer, head.byteOffset).getUint32(4, false);
    const start = position + 8;
    if (name === "COMM") {
      const bytes = await reader.read(start, Math.min(length, 32));
      if (bytes.length < 18) throw corrupt("a format that is cut off");
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      const packing = length >= 22 ? ascii(bytes, 18, 4) : "NONE";
      const coding = AIFF_CODINGS[packing];
      if (coding === undefined) {
        throw new GroundworkError(
          "UNSUPPORTED_MEDIA_TYPE",
          "Expected AIFF with uncompressed samples, found another packing. Convert it to WAV.",
        );
      }
      // An 80-bit float: exponent, then 64 bits of mantissa; rates are integers well below 2^32.
      const exponent = (view.getUint16(8) & 0x7fff) - 16383;
      const bits = view.getUint16(6);
      format = checked({
        coding,
        channels: view.getUint16(0),
        sampleRate: Math.round((view.getUint32(10) / 2 ** 31) * 2 ** exponent),
        bits: coding === "mu-law" || coding === "a-law" ? 8 : Math.ceil(bits / 8) * 8,
        littleEndian: packing === "sowt",
        unsigned: false,
      });
    } else if (name === "NAME" && length < 4_096) {
      title ??=
        ascii(await reader.read(start, length), 0, length)
          .replace(/\0+$/, "")
          .trim() || undefined;
    } else if (name === "SSND") {
      if (format === undefined) throw corrupt("no format before its samples");
      const cut = start + length > reader.size;
      return pcmSource(reader, format, start + 8, cut ? reader.size : start + length, cut, title);
    }
    position = start + length + (length & 1);
  }
  throw corrupt("no samples");
}

function infoTitle(list: Uint8Array): string | undefined {
  if (ascii(list, 0, 4) !== "INFO") return undefined;
  const view = new DataView(list.buffer, list.byteOffset, list.byteLength);
  for (let at = 4; at + 8 <= list.length; ) {
    const length = view.getUint32(at + 4, true);
    if (ascii(list, at, 4) === "INAM") {
      return (
        new TextDecoder()
          .decode(list.subarray(at + 8, at + 8 + length))
          .replace(/\0+$/, "")
          .trim() || undefined
      );
    }
    at += 8 + length + (length & 1);
  }
  return undefined;
}

function pcmSource(
  reader: ByteReader,
  format: WaveFormat,
  start: number,
  end: number,
  damaged: boolean,
  title: string | undefined,
): PcmSource {
  const { channels, bits } = format;
  const frame = channels * (bits / 8);
  const read = sampleReader(format);
  async function* samples(): AsyncGenerator<Float32Array> {
    let rest = new Uint8Array();
    for await (const piece of pieces(reader, start, end)) {
      const bytes = new Uint8Array(rest.length + piece.length);
      bytes.set(rest);
      bytes.set(piece, rest.length);
      const count = Math.floor(bytes.length / frame);
      const view = new DataView(bytes.buffer);
      const mono = new Float32Array(count);
      for (let index = 0; index < count; index++) {
        let sum = 0;
        for (let channel = 0; channel < channels; channel++) sum += read(view, index * frame + channel * (bits / 8));
        mono[index] = sum / channels;
      }
      rest = bytes.slice(count * frame);
      yield mono;
    }
  }
  return { sampleRate: format.sampleRate, samples: samples(), damaged: () => damaged, ...(title ? { title } : {}) };
}

function sampleReader({ coding, bits, littleEndian, unsigned }: WaveFormat): (view: DataView, at: number) => number {
  if (coding === "a-law") return (view, at) => aLaw(view.getUint8(at));
  if (coding === "mu-law") return (view, at) => muLaw(view.getUint8(at));
  if (coding === "float") {
    const finite = (value: number): number => (Number.isFinite(value) ? Math.max(-1, Math.min(1, value)) : 0);
    return bits === 32
      ? (view, at) => finite(view.getFloat32(at, littleEndian))
      : (view, at) => finite(view.getFloat64(at, littleEndian));
  }
  if (bits === 8)
    return unsigned ? (view, at) => (view.getUint8(at) - 128) / 128 : (view, at) => view.getInt8(at) / 128;
  if (bits === 16) return (view, at) => view.getInt16(at, littleEndian) / 32_768;
  if (bits === 32) return (view, at) => view.getInt32(at, littleEndian) / 2_147_483_648;
  return littleEndian
    ? (view, at) => ((view.getInt8(at + 2) << 16) | view.getUint16(at, true)) / 8_388_608
    : (view, at) => ((view.getInt8(at) << 16) | view.getUint16(at + 1, false)) / 8_388_608;
}

function muLaw(code: number): number {
  const value = ~code & 0xff;
  const magnitude = (((value & 0x0f) << 3) + 0x84) << ((value >> 4) & 7);
  return (value & 0x80 ? 0x84 - magnitude : magnitude - 0x84) / 32_768;
}

function aLaw(code: number): number {
  const value = code ^ 0x55;
  const exponent = (value >> 4) & 7;
  const mantissa = (value & 0x0f) << 4;
  const magnitude = exponent === 0 ? mantissa + 8 : (mantissa + 0x108) << (exponent - 1);
  return (value & 0x80 ? magnitude : -magnitude) / 32_768;
}
