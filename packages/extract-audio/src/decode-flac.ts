import { GroundworkError } from "@groundwork/contracts";
import { BitReader } from "./bit-reader.ts";
import { type ByteReader, pieces } from "./file-reader.ts";
import type { PcmSource } from "./pcm-source.ts";
import { vorbisTitle } from "./vorbis-comment.ts";

/** Bytes that hold any frame of a FLAC stream within the format's limits as encoders use them. */
const FRAME_BYTES = 512 * 1024;
const SAMPLE_SIZES = [0, 8, 12, 0, 16, 20, 24, 32];
const RATES = [0, 88_200, 176_400, 192_000, 8_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000, 96_000];

interface StreamInfo {
  readonly sampleRate: number;
  readonly bits: number;
}

/** Decodes FLAC (RFC 9639) frame by frame. Damaged frames are skipped to the next sync code. */
export async function openFlac(reader: ByteReader): Promise<PcmSource> {
  let position = await id3Length(reader);
  const magic = await reader.read(position, 4);
  if (String.fromCharCode(...magic) !== "fLaC") throw corrupt();
  position += 4;
  let info: StreamInfo | undefined;
  let title: string | undefined;
  for (let last = false; !last && position < reader.size; ) {
    const head = await reader.read(position, 4);
    if (head.length < 4) throw corrupt();
    last = (head[0]! & 0x80) !== 0;
    const kind = head[0]! & 0x7f;
    const length = (head[1]! << 16) | (head[2]! << 8) | head[3]!;
    if (kind === 0) {
      const body = await reader.read(position + 4, 34);
      if (body.length < 34) throw corrupt();
      const sampleRate = (body[10]! << 12) | (body[11]! << 4) | (body[12]! >> 4);
      info = { sampleRate, bits: (((body[12]! & 1) << 4) | (body[13]! >> 4)) + 1 };
    } else if (kind === 4 && length < 1_000_000) title = vorbisTitle(await reader.read(position + 4, length));
    position += 4 + length;
  }
  if (info === undefined || info.sampleRate < 1_000) throw corrupt();
  let damaged = false;
  const { sampleRate } = info;
  const streamInfo = info;
  async function* samples(): AsyncGenerator<Float32Array> {
    const bits = new BitReader(pieces(reader, position));
    for (;;) {
      const ready = await bits.fill(FRAME_BYTES);
      if (ready < 6) {
        damaged ||= ready > 0;
        return;
      }
      const skipped = syncOffset(bits.peek());
      if (skipped > 0) {
        // Tags may follow the last frame; anything else between frames is damage.
        damaged ||= String.fromCharCode(...bits.peek().subarray(0, 3)) !== "TAG";
        bits.skipBytes(skipped);
        continue;
      }
      const before = bits.peek();
      try {
        yield decodeFrame(bits, streamInfo);
      } catch {
        damaged = true;
        const consumed = before.length - bits.peek().length;
        if ((await bits.fill(2)) < 2) return;
        if (consumed === 0) bits.skipBytes(1);
        bits.alignToByte();
      }
    }
  }
  return { sampleRate, samples: samples(), damaged: () => damaged, ...(title ? { title } : {}) };
}

function corrupt(): GroundworkError {
  return new GroundworkError("CORRUPT_DOCUMENT", "The FLAC stream has no valid head. Check that the recording plays.");
}

async function id3Length(reader: ByteReader): Promise<number> {
  const head = await reader.read(0, 10);
  if (String.fromCharCode(...head.subarray(0, 3)) !== "ID3") return 0;
  return 10 + ((head[6]! << 21) | (head[7]! << 14) | (head[8]! << 7) | head[9]!);
}

/** Bytes before the next sync code; all that is there when none follows. */
function syncOffset(bytes: Uint8Array): number {
  for (let at = 0; at + 1 < bytes.length; at++) {
    if (bytes[at] === 0xff && (bytes[at + 1]! & 0xfe) === 0xf8) return at;
  }
  return Math.max(1, bytes.length - 1);
}

function decodeFrame(reader: BitReader, info: StreamInfo): Float32Array {
  reader.bits(16);
  const sizeCode = reader.bits(4);
  const rateCode = reader.bits(4);
  const channelCode = reader.bits(4);
  const bitsCode = reader.bits(3);
  reader.bits(1);
  // The frame's number, coded like UTF-8.
  let lead = reader.bits(8);
  for (; lead >= 0xc0; lead = (lead << 1) & 0xff) reader.bits(8);
  const blockSize =
    sizeCode === 1
      ? 192
      : sizeCode >= 2 && sizeCode <= 5
        ? 576 << (sizeCode - 2)
        : sizeCode === 6
          ? reader.bits(8) + 1
          : sizeCode === 7
            ? reader.bits(16) + 1
            : sizeCode === 0
              ? 0
              : 256 << (sizeCode - 8);
  const rate =
    rateCode === 12
      ? reader.bits(8) * 1_000
      : rateCode >= 13
        ? reader.bits(16) * (rateCode === 14 ? 10 : 1)
        : (RATES[rateCode] ?? 0);
  reader.bits(8);
  const bits = SAMPLE_SIZES[bitsCode] || info.bits;
  if (blockSize === 0 || channelCode > 10 || (rate !== 0 && rate !== info.sampleRate))
    throw new RangeError("bad frame");
  const channels = channelCode < 8 ? channelCode + 1 : 2;
  const signals: Float64Array[] = [];
  for (let channel = 0; channel < channels; channel++) {
    const isSide =
      (channelCode === 8 && channel === 1) ||
      (channelCode === 9 && channel === 0) ||
      (channelCode === 10 && channel === 1);
    signals.push(decodeSubframe(reader, blockSize, bits + (isSide ? 1 : 0)));
  }
  reader.alignToByte();
  reader.bits(16);
  const scale = 1 / 2 ** (bits - 1);
  const mono = new Float32Array(blockSize);
  const [first, second] = signals as [Float64Array, Float64Array];
  for (let index = 0; index < blockSize; index++) {
    // The mean of left and right, whichever way the pair was coded.
    if (channelCode === 8) mono[index] = (first[index]! - second[index]! / 2) * scale;
    else if (channelCode === 9) mono[index] = (second[index]! + first[index]! / 2) * scale;
    else if (channelCode === 10) mono[index] = (first[index]! + (Math.abs(second[index]!) % 2) / 2) * scale;
    else {
      let sum = 0;
      for (const signal of signals) sum += signal[index]!;
      mono[index] = (sum / channels) * scale;
    }
  }
  return mono;
}

function decodeSubframe(reader: BitReader, blockSize: number, frameBits: number): Float64Array {
  if (reader.bits(1) !== 0) throw new RangeError("bad subframe");
  const kind = reader.bits(6);
  const wasted = reader.bits(1) === 1 ? reader.unary() + 1 : 0;
  const bits = frameBits - wasted;
  const signal = new Float64Array(blockSize);
  if (kind === 0) signal.fill(reader.signed(bits));
  else if (kind === 1) for (let index = 0; index < blockSize; index++) signal[index] = reader.signed(bits);
  else if (kind >= 8 && kind <= 12) {
    const order = kind - 8;
    for (let index = 0; index < order; index++) signal[index] = reader.signed(bits);
    readResidual(reader, signal, order);
    const coefficients = [[], [1], [2, -1], [3, -3, 1], [4, -6, 4, -1]][order]!;
    predict(signal, coefficients, 0);
  } else if (kind >= 32) {
    const order = kind - 31;
    for (let index = 0; index < order; index++) signal[index] = reader.signed(bits);
    const precision = reader.bits(4) + 1;
    const shift = reader.signed(5);
    const coefficients = Array.from({ length: order }, () => reader.signed(precision));
    readResidual(reader, signal, order);
    predict(signal, coefficients, shift);
  } else throw new RangeError("bad subframe");
  if (wasted > 0) for (let index = 0; index < blockSize; index++) signal[index]! *= 2 ** wasted;
  return signal;
}

function predict(signal: Float64Array, coefficients: readonly number[], shift: number): void {
  const order = coefficients.length;
  const divisor = 2 ** shift;
  for (let index = order; index < signal.length; index++) {
    let sum = 0;
    for (let tap = 0; tap < order; tap++) sum += coefficients[tap]! * signal[index - 1 - tap]!;
    signal[index]! += Math.floor(sum / divisor);
  }
}

function readResidual(reader: BitReader, signal: Float64Array, order: number): void {
  const method = reader.bits(2);
  if (method > 1) throw new RangeError("bad residual");
  const parameterBits = method === 0 ? 4 : 5;
  const partitions = 1 << reader.bits(4);
  const size = signal.length / partitions;
  let index = order;
  for (let partition = 0; partition < partitions; partition++) {
    const end = Math.floor((partition + 1) * size);
    const parameter = reader.bits(parameterBits);
    if (parameter === (1 << parameterBits) - 1) {
      const bits = reader.bits(5);
      for (; index < end; index++) signal[index] = reader.signed(bits);
      continue;
    }
    for (; index < end; index++) {
      const folded = reader.unary() * 2 ** parameter + reader.bits(parameter);
      signal[index] = folded % 2 === 0 ? folded / 2 : -(folded + 1) / 2;
    }
  }
}
