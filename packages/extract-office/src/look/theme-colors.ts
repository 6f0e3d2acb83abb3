import { children, integer, type XmlNode } from "../package/xml-tree.ts";
import type { ZipPackage } from "../package/zip-package.ts";
import { type Color, type KnownColor, parseHexColor, withLightness } from "./color.ts";

/** Colors of a theme by the names of DrawingML: `dk1`, `lt1`, `dk2`, `lt2`, `accent1` and so on. */
export type ThemeColors = ReadonlyMap<string, Color>;

/** Opacity from which on a color is seen, in thousandths of a percent. */
const LEAST_ALPHA = 5_000;

/** A color of the scheme: its name, and the value or, of a color of the system, its last value. */
const SCHEME_COLOR =
  /<(?:\w+:)?(dk1|lt1|dk2|lt2|accent[1-6]|hlink|folHlink)>\s*<(?:\w+:)?(?:srgbClr|sysClr)\s[^>]{0,200}?\b(?:lastClr="([\dA-Fa-f]{6})"|val="([\dA-Fa-f]{6})")/g;
/** The scheme stands on top of the part; what follows is long and of no matter. */
const MOST_BYTES = 64 * 1024;

/** The colors of a theme part, found in its raw text: a tree of the whole part costs more than all of a short document. */
export async function readThemeColors(zip: ZipPackage, part: string | undefined): Promise<ThemeColors> {
  const colors = new Map<string, Color>();
  const bytes = part === undefined || !zip.has(part) ? undefined : await zip.read(part);
  if (bytes === undefined) return colors;
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, MOST_BYTES)).toString("latin1");
  for (const [, name = "", last, value] of text.matchAll(SCHEME_COLOR)) {
    const color = parseHexColor(last ?? value);
    if (color !== undefined && !colors.has(name)) colors.set(name, color);
  }
  return colors;
}

/** A color that DrawingML states. */
export interface DrawingColor {
  readonly color: KnownColor;
  /** Nearly no opacity. */
  readonly isClear: boolean;
}

const PRESETS: Readonly<Record<string, Color>> = { white: [255, 255, 255], black: [0, 0, 0] };

/**
 * The color of a `a:solidFill` or another holder of one. `map` renames the colors of a scheme (`bg1` is `lt1` on most masters).
 * What changes a color in other ways than by lightness and opacity makes it unknown.
 */
export function drawingColor(
  holder: XmlNode | undefined,
  theme: ThemeColors,
  map: Readonly<Record<string, string>> = {},
): DrawingColor | undefined {
  const [node] = children(holder);
  if (node === undefined) return undefined;
  const { val = "", lastClr } = node.attributes;
  let color: Color | undefined;
  if (node.name === "a:srgbClr") color = parseHexColor(val);
  else if (node.name === "a:sysClr") color = parseHexColor(lastClr);
  else if (node.name === "a:schemeClr") color = theme.get(map[val] ?? SCHEME_NAMES[val] ?? val);
  else if (node.name === "a:prstClr") color = PRESETS[val];
  let isClear = false;
  for (const change of children(node)) {
    const amount = integer(change, "val") ?? 0;
    if (change.name === "a:alpha") isClear = amount < LEAST_ALPHA;
    else if (color === undefined) continue;
    else if (change.name === "a:lumMod") color = withLightness(color, (lightness) => (lightness * amount) / 100_000);
    else if (change.name === "a:lumOff") color = withLightness(color, (lightness) => lightness + amount / 100_000);
    else color = undefined;
  }
  return { color: color ?? "unknown", isClear };
}

/** Names of text and background where nothing renames them. */
export const SCHEME_NAMES: Readonly<Record<string, string>> = { bg1: "lt1", tx1: "dk1", bg2: "lt2", tx2: "dk2" };

/** The fill that shape properties state: a color, `"none"`, or one that cannot be told; `undefined`: it is inherited. */
export function statedFill(
  properties: XmlNode | undefined,
  theme: ThemeColors,
  map?: Readonly<Record<string, string>>,
): KnownColor | "none" | undefined {
  for (const node of children(properties)) {
    if (node.name === "a:noFill") return "none";
    if (node.name === "a:solidFill") {
      const fill = drawingColor(node, theme, map);
      return fill === undefined || fill.isClear ? "none" : fill.color;
    }
    if (/^a:(?:gradFill|blipFill|pattFill|grpFill)$/.test(node.name)) return "unknown";
  }
  return undefined;
}
