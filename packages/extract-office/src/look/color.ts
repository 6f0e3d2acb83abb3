/** Red, green, blue in 0..255. */
export type Color = readonly [red: number, green: number, blue: number];

/** A color, or that there is one which cannot be told. */
export type KnownColor = Color | "unknown";

export const WHITE: Color = [255, 255, 255];
export const BLACK: Color = [0, 0, 0];

/** Two colors whose channels all lie within a tenth of each other cannot be told apart in running text. */
const NEAR = 24;

/** Reads `RRGGBB`, with or without `#`, and `AARRGGBB`. */
export function parseHexColor(text: string | undefined): Color | undefined {
  const match = /^#?(?:[\da-f]{2})?([\da-f]{2})([\da-f]{2})([\da-f]{2})$/i.exec(text ?? "");
  if (match === null) return undefined;
  return [Number.parseInt(match[1]!, 16), Number.parseInt(match[2]!, 16), Number.parseInt(match[3]!, 16)];
}

/** Whether text of a color cannot be read on a background. Colors that cannot be told count as seen. */
export function isLost(text: KnownColor | undefined, background: KnownColor | undefined): boolean {
  if (typeof text !== "object" || typeof background !== "object") return false;
  return text.every((channel, at) => Math.abs(channel - background[at]!) <= NEAR);
}

/** A color with its lightness (0..1) changed (the HSL model). */
export function withLightness(color: Color, change: (lightness: number) => number): Color {
  const [red, green, blue] = color.map((channel) => channel / 255) as [number, number, number];
  const most = Math.max(red, green, blue);
  const least = Math.min(red, green, blue);
  const lightness = (most + least) / 2;
  const spread = most - least;
  const saturation = spread === 0 ? 0 : spread / (1 - Math.abs(2 * lightness - 1));
  let hue = 0;
  if (spread > 0) {
    if (most === red) hue = ((green - blue) / spread + 6) % 6;
    else hue = most === green ? (blue - red) / spread + 2 : (red - green) / spread + 4;
  }
  const next = Math.max(0, Math.min(1, change(lightness)));
  const chroma = saturation * Math.min(next, 1 - next);
  const channel = (offset: number): number => {
    const place = (offset + hue * 2) % 12;
    return Math.round(255 * (next - chroma * Math.max(-1, Math.min(place - 3, 9 - place, 1))));
  };
  return [channel(0), channel(8), channel(4)];
}
