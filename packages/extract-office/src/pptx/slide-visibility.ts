import { isLost, type KnownColor, WHITE } from "../look/color.ts";
import { type DrawingColor, drawingColor, statedFill, type ThemeColors } from "../look/theme-colors.ts";
import { MOST_UNREADABLE_POINTS, type UnseenReason } from "../look/unseen-text.ts";
import { child, integer, isOn, type XmlNode } from "../package/xml-tree.ts";
import type { Rectangle } from "./shape-order.ts";
import type { SlideLayout } from "./slide-layout.ts";
import type { SlideShape } from "./slide-shapes.ts";

/** Width and height of the slides in English Metric Units. */
export interface SlideSize {
  readonly width: number;
  readonly height: number;
}

const HUNDREDTHS = 100;
/** First of the backgrounds of a theme; those after it are gradients and pictures. */
const SOLID_BACKGROUND = "1001";

/** Tells which texts of a slide nobody sees. Colors are looked up when a run states one. */
export class SlideVisibility {
  readonly #root: XmlNode;
  readonly #layout: SlideLayout;
  readonly #size: SlideSize | undefined;
  readonly #shapes: readonly SlideShape[];
  readonly #map: Readonly<Record<string, string>>;
  readonly #fills = new Map<SlideShape, KnownColor>();
  #background: KnownColor | undefined;

  constructor(root: XmlNode, layout: SlideLayout, size: SlideSize | undefined, shapes: readonly SlideShape[]) {
    this.#root = root;
    this.#layout = layout;
    this.#size = size;
    this.#shapes = shapes;
    this.#map = child(root, "p:clrMapOvr", "a:overrideClrMapping")?.attributes ?? layout.colorMap;
  }

  /** Whether a shape lies wholly outside of the slide. */
  isOffPage({ box }: SlideShape): boolean {
    if (box === undefined || this.#size === undefined) return false;
    const { width, height } = this.#size;
    return box.left >= width || box.top >= height || box.right <= 0 || box.bottom <= 0;
  }

  /** Why nobody sees a run of a text in a shape, from the properties of the run. */
  reasonIn(shape: SlideShape): (properties: XmlNode | undefined) => UnseenReason | undefined {
    return (properties) => this.#reason(properties, () => this.#fillOf(shape));
  }

  /** The same of a cell of a table; what a table's style paints cannot be told. */
  reasonInCell(cell: XmlNode): (properties: XmlNode | undefined) => UnseenReason | undefined {
    return (properties) =>
      this.#reason(properties, () => {
        const fill = statedFill(child(cell, "a:tcPr"), this.#theme, this.#map);
        return fill === undefined || fill === "none" ? "unknown" : fill;
      });
  }

  get #theme(): ThemeColors {
    return this.#layout.theme;
  }

  #reason(properties: XmlNode | undefined, behind: () => KnownColor): UnseenReason | undefined {
    if (properties === undefined) return undefined;
    const size = integer(properties, "sz");
    if (size !== undefined && size <= MOST_UNREADABLE_POINTS * HUNDREDTHS) return "size";
    const hasOutline = child(properties, "a:ln", "a:solidFill") !== undefined;
    if (hasOutline) return undefined;
    if (child(properties, "a:noFill") !== undefined) return "invisible";
    const stated: DrawingColor | undefined = drawingColor(child(properties, "a:solidFill"), this.#theme, this.#map);
    if (stated === undefined) return undefined;
    if (stated.isClear) return "invisible";
    if (stated.color === "unknown" || child(properties, "a:effectLst", "a:outerShdw") !== undefined) return undefined;
    const highlight = drawingColor(child(properties, "a:highlight"), this.#theme, this.#map);
    return isLost(stated.color, highlight?.color ?? behind()) ? "color" : undefined;
  }

  /** What is painted behind the text of a shape. */
  #fillOf(shape: SlideShape): KnownColor {
    let fill = this.#fills.get(shape);
    if (fill === undefined) {
      const own = this.#ownFill(shape);
      fill = own === "none" ? this.#behind(shape) : own;
      this.#fills.set(shape, fill);
    }
    return fill;
  }

  #ownFill(shape: SlideShape): KnownColor | "none" {
    const { node, placeholder } = shape;
    const stated = statedFill(child(node, "p:spPr"), this.#theme, this.#map);
    if (stated !== undefined) return stated;
    if (node.attributes.useBgFill !== undefined && isOn(node, "useBgFill")) return "unknown";
    const style = child(node, "p:style", "a:fillRef");
    if (style !== undefined) return style.attributes.idx === "0" ? "none" : "unknown";
    return (placeholder === undefined ? undefined : this.#layout.fill(placeholder, this.#map)) ?? "none";
  }

  /** The background of the slide, unless something else lies where the shape is. */
  #behind(shape: SlideShape): KnownColor {
    const { box } = shape;
    if (box === undefined) return "unknown";
    for (const other of [...this.#layout.fixedShapes(), ...this.#shapes]) {
      if (other === shape || !overlaps(box, other.box)) continue;
      if (other.node.name !== "p:sp" && other.node.name !== "p:cxnSp") return "unknown";
      if (other.node.name === "p:sp" && this.#ownFill(other) !== "none") return "unknown";
    }
    this.#background ??= this.#backgroundColor();
    return this.#background;
  }

  #backgroundColor(): KnownColor {
    for (const root of [this.#root, ...this.#layout.roots()]) {
      const background = child(root, "p:cSld", "p:bg");
      if (background === undefined) continue;
      const stated = statedFill(child(background, "p:bgPr"), this.#theme, this.#map);
      if (stated !== undefined) return stated === "none" ? WHITE : stated;
      const reference = child(background, "p:bgRef");
      if (reference === undefined || reference.attributes.idx !== SOLID_BACKGROUND) return "unknown";
      return drawingColor(reference, this.#theme, this.#map)?.color ?? "unknown";
    }
    return WHITE;
  }
}

function overlaps(one: Rectangle, other: Rectangle | undefined): boolean {
  if (other === undefined) return true;
  return one.left < other.right && other.left < one.right && one.top < other.bottom && other.top < one.bottom;
}
