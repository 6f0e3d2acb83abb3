import { child, children, descendants, integer, isOn, textContent, type XmlNode } from "../package/xml-tree.ts";
import type { Rectangle } from "./shape-order.ts";

export interface Placeholder {
  readonly type: string;
  readonly index: string | undefined;
}

/** A shape that is no group, with its place on the slide in English Metric Units. */
export interface SlideShape {
  readonly node: XmlNode;
  readonly placeholder: Placeholder | undefined;
  box: Rectangle | undefined;
  readonly altText: string | undefined;
}

/** From the coordinates of a group's children to those of the slide. */
interface Transform {
  readonly scaleX: number;
  readonly scaleY: number;
  readonly moveX: number;
  readonly moveY: number;
}

const IDENTITY: Transform = { scaleX: 1, scaleY: 1, moveX: 0, moveY: 0 };
const SHAPES: ReadonlySet<string> = new Set(["p:sp", "p:pic", "p:graphicFrame", "p:cxnSp"]);

function rectangle(transform: XmlNode | undefined, off = "a:off", ext = "a:ext"): Rectangle | undefined {
  const left = integer(child(transform, off), "x");
  const top = integer(child(transform, off), "y");
  const width = integer(child(transform, ext), "cx");
  const height = integer(child(transform, ext), "cy");
  if (left === undefined || top === undefined || width === undefined || height === undefined) return undefined;
  const xfrm = transform!.attributes;
  const turned = Math.abs(Number(xfrm.rot ?? 0)) % 10_800_000;
  // A quarter turn swaps width and height around the middle.
  if (turned < 2_700_000 || turned > 8_100_000) return { left, top, right: left + width, bottom: top + height };
  const [x, y] = [left + width / 2, top + height / 2];
  return { left: x - height / 2, top: y - width / 2, right: x + height / 2, bottom: y + width / 2 };
}

/** The rectangle that a shape states itself; placeholders may leave it to their layout. */
export function ownRectangle(shape: XmlNode): Rectangle | undefined {
  return rectangle(child(shape, "p:spPr", "a:xfrm") ?? child(shape, "p:xfrm"));
}

function apply(box: Rectangle | undefined, transform: Transform): Rectangle | undefined {
  if (box === undefined) return undefined;
  const { scaleX, scaleY, moveX, moveY } = transform;
  return {
    left: box.left * scaleX + moveX,
    top: box.top * scaleY + moveY,
    right: box.right * scaleX + moveX,
    bottom: box.bottom * scaleY + moveY,
  };
}

function groupTransform(group: XmlNode, outer: Transform): Transform {
  const xfrm = child(group, "p:grpSpPr", "a:xfrm");
  const place = rectangle(xfrm);
  const inner = rectangle(xfrm, "a:chOff", "a:chExt");
  if (place === undefined || inner === undefined) return outer;
  const ratio = (outside: number, inside: number): number => (inside === 0 ? 1 : outside / inside);
  const scaleX = ratio(place.right - place.left, inner.right - inner.left);
  const scaleY = ratio(place.bottom - place.top, inner.bottom - inner.top);
  return {
    scaleX: scaleX * outer.scaleX,
    scaleY: scaleY * outer.scaleY,
    moveX: (place.left - inner.left * scaleX) * outer.scaleX + outer.moveX,
    moveY: (place.top - inner.top * scaleY) * outer.scaleY + outer.moveY,
  };
}

/** Properties that every kind of shape has, under its own element. */
export function nonVisual(shape: XmlNode): { readonly properties?: XmlNode; readonly placeholder?: Placeholder } {
  for (const holder of children(shape)) {
    if (!holder.name.startsWith("p:nv")) continue;
    const properties = child(holder, "p:cNvPr");
    const node = child(holder, "p:nvPr", "p:ph");
    return {
      ...(properties === undefined ? {} : { properties }),
      ...(node === undefined
        ? {}
        : { placeholder: { type: node.attributes.type ?? "obj", index: node.attributes.idx } }),
    };
  }
  return {};
}

/** All shapes of a tree in the order of the file, groups opened. */
export function* shapesOf(tree: XmlNode | undefined, outer: Transform = IDENTITY): Generator<SlideShape> {
  for (const node of children(tree)) {
    if (node.name === "p:grpSp") {
      const { properties } = nonVisual(node);
      const { hidden } = properties?.attributes ?? {};
      if (hidden !== undefined && isOn(properties, "hidden")) continue;
      yield* shapesOf(node, groupTransform(node, outer));
    } else if (SHAPES.has(node.name)) {
      const { properties, placeholder } = nonVisual(node);
      const { hidden, descr, title } = properties?.attributes ?? {};
      if (hidden !== undefined && isOn(properties, "hidden")) continue;
      yield { node, placeholder, box: apply(ownRectangle(node), outer), altText: descr || title };
    }
  }
}

/** Characters of text in shapes that their author hid. */
export function hiddenCharacters(tree: XmlNode | undefined): number {
  let count = 0;
  for (const node of children(tree)) {
    const isGroup = node.name === "p:grpSp";
    if (!isGroup && !SHAPES.has(node.name)) continue;
    const { properties } = nonVisual(node);
    if (properties?.attributes.hidden !== undefined && isOn(properties, "hidden")) {
      for (const text of descendants(node, "a:t")) count += textContent(text).trim().length;
    } else if (isGroup) count += hiddenCharacters(node);
  }
  return count;
}
