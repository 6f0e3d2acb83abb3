import type { KnownColor } from "../look/color.ts";
import { readThemeColors, statedFill, type ThemeColors } from "../look/theme-colors.ts";
import type { OpcPackage } from "../package/opc-package.ts";
import { child, children, integer, isOn, type XmlNode } from "../package/xml-tree.ts";
import type { Rectangle } from "./shape-order.ts";
import { nonVisual, ownRectangle, type Placeholder, type SlideShape, shapesOf } from "./slide-shapes.ts";

export type Bullet =
  | { readonly kind: "none" }
  | { readonly kind: "character"; readonly character: string }
  | { readonly kind: "number"; readonly format: string; readonly start: number };

/** Placeholders whose text follows the master's title style, and those that follow its body style. */
const TITLE_TYPES: ReadonlySet<string> = new Set(["title", "ctrTitle"]);
const BODY_TYPES: ReadonlySet<string> = new Set([
  "body",
  "obj",
  "subTitle",
  "tbl",
  "chart",
  "dgm",
  "media",
  "clipArt",
  "pic",
]);

/** The bullet that a paragraph's properties state; `undefined` when they leave it to what they inherit. */
export function statedBullet(properties: XmlNode | undefined): Bullet | undefined {
  if (child(properties, "a:buNone") !== undefined) return { kind: "none" };
  const numbered = child(properties, "a:buAutoNum");
  if (numbered !== undefined) {
    const { type = "arabicPeriod" } = numbered.attributes;
    return { kind: "number", format: type, start: integer(numbered, "startAt") ?? 1 };
  }
  const character = child(properties, "a:buChar")?.attributes.char;
  if (character !== undefined) return { kind: "character", character };
  return child(properties, "a:buBlip") === undefined ? undefined : { kind: "character", character: "•" };
}

function levelProperties(list: XmlNode | undefined, level: number): XmlNode | undefined {
  return child(list, `a:lvl${level + 1}pPr`);
}

/** What a slide inherits from its layout and master: places of placeholders and bullets of their levels. */
export class SlideLayout {
  readonly #layout: XmlNode | undefined;
  readonly #master: XmlNode | undefined;

  readonly theme: ThemeColors;

  private constructor(layout: XmlNode | undefined, master: XmlNode | undefined, theme: ThemeColors) {
    this.#layout = layout;
    this.#master = master;
    this.theme = theme;
  }

  static async load(opc: OpcPackage, layoutPart: string | undefined): Promise<SlideLayout> {
    const layout = await opc.readOptional(layoutPart);
    const masterPart = layoutPart === undefined ? undefined : (await opc.related(layoutPart, "slideMaster"))[0];
    const themePart = masterPart === undefined ? undefined : (await opc.related(masterPart, "theme"))[0];
    return new SlideLayout(layout, await opc.readOptional(masterPart), await readThemeColors(opc.zip, themePart));
  }

  /** What the master calls the colors of its scheme. */
  get colorMap(): Readonly<Record<string, string>> {
    return child(this.#master, "p:clrMap")?.attributes ?? {};
  }

  /** Layout and master, where they are. */
  roots(): XmlNode[] {
    return [this.#layout, this.#master].filter((root) => root !== undefined);
  }

  /** The fill that a placeholder inherits. */
  fill(placeholder: Placeholder, map: Readonly<Record<string, string>>): KnownColor | "none" | undefined {
    for (const shape of this.#inherited(placeholder)) {
      const fill = statedFill(child(shape, "p:spPr"), this.theme, map);
      if (fill !== undefined) return fill;
    }
    return undefined;
  }

  rectangle(placeholder: Placeholder): Rectangle | undefined {
    for (const shape of this.#inherited(placeholder)) {
      const box = ownRectangle(shape);
      if (box !== undefined) return box;
    }
    return undefined;
  }

  /** The bullet of a paragraph of a text shape at a level. */
  bullet(shape: SlideShape, paragraphProperties: XmlNode | undefined, level: number): Bullet {
    const stated =
      statedBullet(paragraphProperties) ??
      statedBullet(levelProperties(child(shape.node, "p:txBody", "a:lstStyle"), level));
    if (stated !== undefined) return stated;
    if (shape.placeholder === undefined) return { kind: "none" };
    for (const inherited of this.#inherited(shape.placeholder)) {
      const found = statedBullet(levelProperties(child(inherited, "p:txBody", "a:lstStyle"), level));
      if (found !== undefined) return found;
    }
    const { type } = shape.placeholder;
    if (TITLE_TYPES.has(type) || !BODY_TYPES.has(type)) return { kind: "none" };
    return statedBullet(levelProperties(child(this.#master, "p:txStyles", "p:bodyStyle"), level)) ?? { kind: "none" };
  }

  /** What stands on the layout or master outside of placeholders: logos, bands, confidentiality notes. */
  *fixedShapes(): Generator<SlideShape> {
    for (const root of [this.#master, this.#layout]) {
      for (const shape of shapesOf(child(root, "p:cSld", "p:spTree"))) if (shape.placeholder === undefined) yield shape;
      if (root !== undefined && root.attributes.showMasterSp !== undefined && !isOn(root, "showMasterSp")) return;
    }
  }

  *#inherited(placeholder: Placeholder): Generator<XmlNode> {
    const onLayout = find(this.#layout, placeholder, true);
    if (onLayout !== undefined) yield onLayout;
    const type =
      onLayout === undefined ? placeholder.type : (nonVisual(onLayout).placeholder?.type ?? placeholder.type);
    const onMaster = find(this.#master, { type, index: undefined }, false);
    if (onMaster !== undefined) yield onMaster;
  }
}

/** Layouts are matched by index first, masters by type alone. */
function find(root: XmlNode | undefined, wanted: Placeholder, byIndex: boolean): XmlNode | undefined {
  const candidates: { node: XmlNode; placeholder: Placeholder }[] = [];
  for (const node of children(child(root, "p:cSld", "p:spTree"))) {
    const { placeholder } = nonVisual(node);
    if (placeholder !== undefined) candidates.push({ node, placeholder });
  }
  const family = (type: string): string => (TITLE_TYPES.has(type) ? "title" : BODY_TYPES.has(type) ? "body" : type);
  const exact =
    byIndex && wanted.index !== undefined
      ? candidates.find((one) => one.placeholder.index === wanted.index)
      : candidates.find((one) => one.placeholder.type === wanted.type);
  return (exact ?? candidates.find((one) => family(one.placeholder.type) === family(wanted.type)))?.node;
}
