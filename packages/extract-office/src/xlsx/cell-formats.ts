import { type Color, isLost, type KnownColor, parseHexColor, WHITE, withLightness } from "../look/color.ts";
import { indexedColor } from "../look/indexed-colors.ts";
import type { ThemeColors } from "../look/theme-colors.ts";
import type { UnseenReason } from "../look/unseen-text.ts";
import { patternOf } from "../number-text.ts";
import { child, children, integer, isOn, type XmlNode } from "../package/xml-tree.ts";

export interface CellFormat {
  readonly pattern: string;
  readonly bold: boolean;
  /** Why nobody sees a number and a text in it. */
  readonly unseenNumber?: UnseenReason | undefined;
  readonly unseenText?: UnseenReason | undefined;
}

const PLAIN: CellFormat = { pattern: "General", bold: false };
/** Colors of the theme by the index that cells state. */
const THEME_ORDER = "lt1 dk1 lt2 dk2 accent1 accent2 accent3 accent4 accent5 accent6 hlink folHlink".split(" ");

/** Formats of the cells of a workbook, by the index that cells carry. */
export class CellFormats {
  readonly #formats: readonly CellFormat[];

  constructor(root: XmlNode | undefined, theme: ThemeColors) {
    const patterns = new Map<number, string>();
    for (const node of children(child(root, "x:numFmts"), "x:numFmt")) {
      patterns.set(integer(node, "numFmtId") ?? -1, node.attributes.formatCode ?? "General");
    }
    const palette = Array.from(children(child(root, "x:colors", "x:indexedColors"), "x:rgbColor"), (node) =>
      parseHexColor(node.attributes.rgb),
    );
    const fonts = Array.from(children(child(root, "x:fonts"), "x:font"), (font) => ({
      bold: isOn(child(font, "x:b"), "val"),
      color: colorOf(child(font, "x:color"), theme, palette),
    }));
    const fills = Array.from(children(child(root, "x:fills"), "x:fill"), (fill) => fillOf(fill, theme, palette));
    this.#formats = Array.from(children(child(root, "x:cellXfs"), "x:xf"), (node) => {
      const id = integer(node, "numFmtId") ?? 0;
      const pattern = patternOf(id, patterns.get(id));
      const font = fonts[integer(node, "fontId") ?? -1];
      const fill = fills[integer(node, "fillId") ?? -1];
      return { pattern, bold: font?.bold ?? false, ...unseenBy(pattern, font?.color, fill ?? WHITE) };
    });
  }

  get(index: number): CellFormat {
    return this.#formats[index] ?? PLAIN;
  }
}

/** Why nobody sees what stands in cells of a format: a format that shows nothing, or letters in the color of the fill. */
export function unseenBy(
  pattern: string,
  color: KnownColor | undefined,
  fill: KnownColor,
): Pick<CellFormat, "unseenNumber" | "unseenText"> {
  const sections = pattern.includes(";")
    ? pattern
        .replaceAll('""', "")
        .split(";")
        .map((part) => part.trim())
    : [];
  const isBlank = (from: number, end: number): boolean =>
    sections.length >= end && sections.slice(from, end).every((part) => part === "");
  const lost = isLost(color, fill) ? "color" : undefined;
  const number = isBlank(0, 3) ? "invisible" : lost;
  const text = isBlank(3, 4) ? "invisible" : lost;
  return {
    ...(number === undefined ? {} : { unseenNumber: number }),
    ...(text === undefined ? {} : { unseenText: text }),
  };
}

function colorOf(
  node: XmlNode | undefined,
  theme: ThemeColors,
  palette: readonly (Color | undefined)[],
): KnownColor | undefined {
  if (node === undefined || (node.attributes.auto !== undefined && isOn(node, "auto"))) return undefined;
  const { rgb, indexed, theme: themed, tint } = node.attributes;
  let color: Color | undefined;
  if (rgb !== undefined) color = parseHexColor(rgb);
  else if (themed !== undefined) color = theme.get(THEME_ORDER[Number(themed)] ?? "");
  else if (indexed !== undefined) {
    // Colors of the system: the letters of a window on its background.
    if (Number(indexed) >= 64) return undefined;
    color = indexedColor(Number(indexed), palette);
  }
  const change = Number(tint ?? 0);
  if (color === undefined) return "unknown";
  if (!(Math.abs(change) > 0.001)) return color;
  return withLightness(color, (light) => (change < 0 ? light * (1 + change) : light * (1 - change) + change));
}

function fillOf(fill: XmlNode, theme: ThemeColors, palette: readonly (Color | undefined)[]): KnownColor | undefined {
  const pattern = child(fill, "x:patternFill");
  if (pattern === undefined) return child(fill, "x:gradientFill") === undefined ? undefined : "unknown";
  const { patternType = "none" } = pattern.attributes;
  if (patternType === "none") return undefined;
  return patternType === "solid" ? (colorOf(child(pattern, "x:fgColor"), theme, palette) ?? "unknown") : "unknown";
}
