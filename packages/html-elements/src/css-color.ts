import colorString from "color-string";

/** Red, green, blue in 0..255, opacity in 0..1. */
export type Color = readonly [red: number, green: number, blue: number, alpha: number];

export const WHITE: Color = [255, 255, 255, 1];
export const BLACK: Color = [0, 0, 0, 1];

const MOST_REMEMBERED = 2_000;
const colors = new Map<string, Color | undefined>();

/** Lightness and hue to red, green and blue (CSS Color 4, 7.1). */
function fromHsl(hue: number, saturation: number, lightness: number): [number, number, number] {
  const chroma = saturation * Math.min(lightness, 1 - lightness);
  const channel = (offset: number): number => {
    const place = (offset + hue / 30) % 12;
    return Math.round(255 * (lightness - chroma * Math.max(-1, Math.min(place - 3, 9 - place, 1))));
  };
  return [channel(0), channel(8), channel(4)];
}

function parse(text: string): Color | undefined {
  const named = /^[\da-f]{6}$/.test(text) ? `#${text}` : text;
  const found = colorString.get(named);
  if (found === null || found === undefined) return undefined;
  const [first, second, third, alpha = 1] = found.value as number[];
  if (first === undefined || second === undefined || third === undefined) return undefined;
  if (found.model === "rgb") return [first, second, third, alpha];
  if (found.model === "hsl") return [...fromHsl(first, second / 100, third / 100), alpha];
  return undefined;
}

/** A color as CSS and the old attributes write it. `undefined`: none, or one that depends on the place (`inherit`, variables). */
export function parseColor(text: string): Color | undefined {
  const key = text.trim().toLowerCase();
  if (key.length > 80) return undefined;
  if (colors.has(key)) return colors.get(key);
  const color = parse(key);
  if (colors.size >= MOST_REMEMBERED) colors.clear();
  colors.set(key, color);
  return color;
}

/** What is seen of a color that lies over another. */
export function blend(top: Color, bottom: Color): Color {
  const alpha = top[3];
  if (alpha >= 1) return top;
  const mixed = (at: 0 | 1 | 2): number => top[at] * alpha + bottom[at] * (1 - alpha);
  return [mixed(0), mixed(1), mixed(2), 1];
}

/** Two colors whose channels all lie within a tenth of each other cannot be told apart in running text. */
const NEAR = 24;

/** Whether text of a color cannot be read on a background. */
export function isLost(text: Color, background: Color): boolean {
  const shown = blend(text, background);
  return ([0, 1, 2] as const).every((at) => Math.abs(shown[at] - background[at]) <= NEAR);
}
