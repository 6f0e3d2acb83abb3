/** Kilobits a second by the header's index, for MPEG-1 layer I, II, III and MPEG-2 layer I, II and III. */
const RATES_1_1 = [0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448];
const RATES_1_2 = [0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384];
const RATES_1_3 = [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320];
const RATES_2_1 = [0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256];
const RATES_2_23 = [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160];
const HERTZ = [44_100, 48_000, 32_000];

/** What stays the same in all frames of a recording, and the frame's length in bytes; `undefined` where no frame begins. */
function frameAt(bytes: Uint8Array, at: number): { readonly kind: number; readonly length: number } | undefined {
  if (bytes[at] !== 0xff || (bytes[at + 1]! & 0xe0) !== 0xe0 || at + 4 > bytes.length) return undefined;
  const [second, third] = [bytes[at + 1]!, bytes[at + 2]!];
  // 0: MPEG-2.5, 2: MPEG-2, 3: MPEG-1; 1: layer III, 2: layer II, 3: layer I.
  const version = (second >> 3) & 3;
  const layer = (second >> 1) & 3;
  const hertz = HERTZ[(third >> 2) & 3];
  if (version === 1 || layer === 0 || hertz === undefined) return undefined;
  const first = version === 3;
  const rates = first ? [RATES_1_3, RATES_1_2, RATES_1_1][layer - 1]! : layer === 3 ? RATES_2_1 : RATES_2_23;
  const rate = rates[third >> 4];
  // Frames of free length (index 0) are not read.
  if (rate === undefined || rate === 0) return undefined;
  const samplesPerSecond = hertz / (first ? 1 : version === 2 ? 2 : 4);
  const padding = (third >> 1) & 1;
  const length =
    layer === 3
      ? (Math.floor((12_000 * rate) / samplesPerSecond) + padding) * 4
      : Math.floor(((layer === 1 && !first ? 72_000 : 144_000) * rate) / samplesPerSecond) + padding;
  return { kind: (version << 4) | (layer << 2) | ((third >> 2) & 3), length };
}

/**
 * The whole frames of MPEG audio one after the other, all of one kind, without tags, damage and a last frame that is cut off (minimp3
 * never returns from some of those). `damaged` when more than tags had to be left out. Empty when there are no frames.
 */
export function wholeFrames(bytes: Uint8Array): { readonly bytes: Uint8Array; readonly damaged: boolean } {
  const ranges: { start: number; end: number }[] = [];
  let kind: number | undefined;
  let at = 0;
  let damaged = false;
  while (at + 4 <= bytes.length) {
    const frame = frameAt(bytes, at);
    if (frame === undefined || (kind !== undefined && frame.kind !== kind)) {
      if (kind !== undefined && isTag(bytes, at)) break;
      damaged ||= kind !== undefined;
      at++;
      continue;
    }
    const end = at + frame.length;
    if (end > bytes.length) {
      damaged = true;
      at++;
      continue;
    }
    // Two frames in a row make a recording; one alone may be chance.
    if (kind === undefined) {
      const next = end === bytes.length ? frame : frameAt(bytes, end);
      if (next?.kind !== frame.kind) {
        at++;
        continue;
      }
      kind = frame.kind;
    }
    const last = ranges.at(-1);
    if (last?.end === at) last.end = end;
    else ranges.push({ start: at, end });
    at = end;
  }
  if (ranges.length === 1) return { bytes: bytes.subarray(ranges[0]!.start, ranges[0]!.end), damaged };
  const joined = new Uint8Array(ranges.reduce((sum, { start, end }) => sum + end - start, 0));
  let filled = 0;
  for (const { start, end } of ranges) {
    joined.set(bytes.subarray(start, end), filled);
    filled += end - start;
  }
  return { bytes: joined, damaged };
}

/** ID3v1, Lyrics3, APE: tags that follow the sound. */
function isTag(bytes: Uint8Array, at: number): boolean {
  return /^(?:TAG|LYRICS|APETAGEX|ID3)/.test(String.fromCharCode(...bytes.subarray(at, at + 8)));
}
