import { type Color, parseHexColor } from "./color.ts";

/** Colors 8 to 63 of workbooks that state no palette of their own; 0 to 7 are the first eight again. */
const PALETTE =
  "000000 FFFFFF FF0000 00FF00 0000FF FFFF00 FF00FF 00FFFF 800000 008000 000080 808000 800080 008080 C0C0C0 808080 " +
  "9999FF 993366 FFFFCC CCFFFF 660066 FF8080 0066CC CCCCFF 000080 FF00FF FFFF00 00FFFF 800080 800000 008080 0000FF " +
  "00CCFF CCFFFF CCFFCC FFFF99 99CCFF FF99CC CC99FF FFCC99 3366FF 33CCCC 99CC00 FFCC00 FF9900 FF6600 666699 969696 " +
  "003366 339966 003300 333300 993300 993366 333399 333333";
const COLORS: readonly Color[] = PALETTE.split(" ").map((hex) => parseHexColor(hex)!);

/** A color by its index; `undefined` for those of the system (64 and more). */
export function indexedColor(index: number, own: readonly (Color | undefined)[] = []): Color | undefined {
  if (own.length > 0 && index < own.length) return own[index];
  return COLORS[index < 8 ? index : index - 8];
}
