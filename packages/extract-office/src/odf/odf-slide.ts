import type { DocumentElement } from "@groundwork/contracts";
import { child, children, type XmlNode } from "../package/xml-tree.ts";
import { type Rectangle, readingOrder } from "../pptx/shape-order.ts";
import { cleanLine } from "../text.ts";
import { odfInline } from "./odf-inline.ts";
import type { OdfStyles } from "./odf-styles.ts";
import { OdfTextReader, odfComment } from "./odf-text.ts";

const MILLIMETRES: Readonly<Record<string, number>> = {
  mm: 1,
  cm: 10,
  in: 25.4,
  pt: 25.4 / 72,
  pc: 25.4 / 6,
  px: 25.4 / 96,
};
const FURNITURE: ReadonlySet<string> = new Set(["header", "footer", "date-time", "page-number"]);

function millimetres(length: string | undefined): number | undefined {
  const match = /^(-?[\d.]+)([a-z]{2})$/.exec(length ?? "");
  const unit = MILLIMETRES[match?.[2] ?? ""];
  return match === null || unit === undefined ? undefined : Number(match[1]) * unit;
}

function rectangle(node: XmlNode): Rectangle | undefined {
  const left = millimetres(node.attributes["svg:x"]);
  const top = millimetres(node.attributes["svg:y"]);
  const width = millimetres(node.attributes["svg:width"]);
  const height = millimetres(node.attributes["svg:height"]);
  if (left === undefined || top === undefined || width === undefined || height === undefined) return undefined;
  return { left, top, right: left + width, bottom: top + height };
}

function* shapesOf(node: XmlNode): Generator<{ node: XmlNode; box: Rectangle | undefined }> {
  for (const member of children(node)) {
    if (member.name === "draw:g" || member.name === "draw:a") yield* shapesOf(member);
    else if (member.name.startsWith("draw:")) yield { node: member, box: rectangle(member) };
  }
}

const textOfShape = (node: XmlNode): string =>
  cleanLine(Array.from(paragraphsOf(node), (paragraph) => odfInline(paragraph)).join(" "));

function* paragraphsOf(node: XmlNode): Generator<XmlNode> {
  for (const member of children(node)) {
    if (member.name === "text:p" || member.name === "text:h") yield member;
    else yield* paragraphsOf(member);
  }
}

/** One slide (`draw:page`): title, shapes in reading order, notes, comments. */
export function* readOdfSlide(page: XmlNode, slide: number, styles: OdfStyles): Generator<DocumentElement> {
  const location = { slide };
  // What is behind a shape without a fill of its own cannot be told.
  const reader = new OdfTextReader(styles, location, "unknown");
  const shapes = Array.from(shapesOf(page));
  const isTitle = ({ node }: { node: XmlNode }): boolean => node.attributes["presentation:class"] === "title";
  for (const { node } of shapes.filter(isTitle)) {
    const text = textOfShape(node);
    if (text !== "") yield { kind: "heading", level: 1, text, location };
  }
  const body = shapes.filter(
    (shape) => !isTitle(shape) && !FURNITURE.has(shape.node.attributes["presentation:class"] ?? ""),
  );
  for (const { node } of readingOrder(body)) {
    if (node.name === "draw:frame") yield* reader.block(node);
    else yield* reader.shape(node);
  }
  for (const { node } of shapes) {
    if (!FURNITURE.has(node.attributes["presentation:class"] ?? "")) continue;
    const text = textOfShape(node);
    if (/\p{L}/u.test(text)) yield { kind: "footer", text, location };
  }
  const notes = child(page, "presentation:notes");
  if (notes !== undefined) {
    for (const { node } of shapesOf(notes)) {
      if (node.attributes["presentation:class"] !== "notes") continue;
      const text = Array.from(paragraphsOf(node), (paragraph) => odfInline(paragraph).trim())
        .join("\n")
        .trim();
      if (text !== "") yield { kind: "note", text, location };
    }
  }
  for (const annotation of children(page, "office:annotation")) {
    const comment = odfComment(annotation, location);
    if (comment !== undefined) yield comment;
  }
}
