import {
  type CallOptions,
  type DocumentElement,
  GroundworkError,
  HIDDEN_ATTRIBUTE,
  throwIfAborted,
} from "@groundwork/contracts";
import type { CommentAuthor } from "../comment-element.ts";
import { readChart } from "../drawing/chart-reader.ts";
import { readDiagram } from "../drawing/diagram-reader.ts";
import { readEmbedded } from "../drawing/embedded-file.ts";
import { bodyText, visibleText } from "../drawing/text-body.ts";
import { asHidden, hiddenTextWarning, unseenElements } from "../look/unseen-text.ts";
import type { ResolvedOfficeOptions } from "../office-options.ts";
import type { OfficePart } from "../office-part.ts";
import { addressOf, type OpcPackage } from "../package/opc-package.ts";
import { child, children, descendants, integer, isOn, type XmlNode } from "../package/xml-tree.ts";
import { altTextElement, cleanLine, cleanText, readAltText } from "../text.ts";
import { readingOrder } from "./shape-order.ts";
import { readCommentAuthors, readSlideComments } from "./slide-comments.ts";
import { SlideLayout } from "./slide-layout.ts";
import { hiddenCharacters, type SlideShape, shapesOf } from "./slide-shapes.ts";
import { readSlideTable } from "./slide-table.ts";
import { readTextShape } from "./slide-text.ts";
import { type SlideSize, SlideVisibility } from "./slide-visibility.ts";

const MAX_SLIDES = 20_000;
const MAX_NAME_CHARACTERS = 150;
const FURNITURE_TYPES: ReadonlySet<string> = new Set(["ftr", "hdr", "dt", "sldNum"]);
const isTitle = (shape: SlideShape): boolean => /^(?:title|ctrTitle)$/.test(shape.placeholder?.type ?? "");

/** What lasts while a presentation is read. */
class Deck {
  readonly opc: OpcPackage;
  readonly authors: ReadonlyMap<string, CommentAuthor>;
  readonly size: SlideSize | undefined;
  /** Characters in shapes that their author hid. */
  hiddenCharacters = 0;
  readonly #layouts = new Map<string, SlideLayout>();
  readonly #toldFurniture = new Set<string>();

  constructor(opc: OpcPackage, authors: ReadonlyMap<string, CommentAuthor>, size: SlideSize | undefined) {
    this.opc = opc;
    this.size = size;
    this.authors = authors;
  }

  async layoutOf(slidePart: string): Promise<SlideLayout> {
    const [part = ""] = await this.opc.related(slidePart, "slideLayout");
    let layout = this.#layouts.get(part);
    if (layout === undefined) {
      layout = await SlideLayout.load(this.opc, part === "" ? undefined : part);
      this.#layouts.set(part, layout);
    }
    return layout;
  }

  /** Footers repeat on every slide and are told once. */
  *furniture(kind: "header" | "footer", shape: SlideShape, slide: number): Generator<DocumentElement> {
    const text = cleanText(bodyText(child(shape.node, "p:txBody")));
    if (text === "" || this.#toldFurniture.has(text)) return;
    this.#toldFurniture.add(text);
    yield { kind, text, location: { slide } };
  }
}

/** Reads a presentation slide by slide: title, body in reading order, notes, comments. */
export async function* readPptx(
  opc: OpcPackage,
  part: string,
  options: ResolvedOfficeOptions,
  call?: CallOptions,
): AsyncGenerator<OfficePart> {
  const presentation = await opc.read(part);
  if (presentation === undefined) {
    throw new GroundworkError("CORRUPT_DOCUMENT", "Expected a presentation, found an empty part. Repair the file.");
  }
  const slides: string[] = [];
  for (const node of children(child(presentation, "p:sldIdLst"), "p:sldId")) {
    const target = await opc.target(part, node.attributes["r:id"]);
    if (target !== undefined && opc.zip.has(target) && slides.length < MAX_SLIDES) slides.push(target);
  }
  const size = child(presentation, "p:sldSz");
  const [width, height] = [integer(size, "cx"), integer(size, "cy")];
  const authors = await readCommentAuthors(opc, part);
  const deck = new Deck(opc, authors, width === undefined || height === undefined ? undefined : { width, height });
  yield { type: "metadata", metadata: { pages: slides.length } };
  for (const [index, slidePart] of slides.entries()) {
    throwIfAborted(call?.signal);
    const root = await opc.readOptional(slidePart);
    const hidden = root?.attributes.show !== undefined && !isOn(root, "show");
    if (root !== undefined && !(hidden && options.hidden === "exclude")) {
      for await (const item of readSlide(deck, slidePart, root, index + 1)) {
        if (hidden && "kind" in item) yield asHidden(item);
        else yield item;
      }
    }
    yield { type: "progress", unit: "page", done: index + 1, total: slides.length };
  }
  const warning = hiddenTextWarning(deck.hiddenCharacters);
  if (warning !== undefined) yield { type: "warning", warning };
}

async function* readSlide(deck: Deck, part: string, root: XmlNode, slide: number): AsyncGenerator<OfficePart> {
  const layout = await deck.layoutOf(part);
  const shapes = Array.from(shapesOf(child(root, "p:cSld", "p:spTree")));
  for (const shape of shapes) {
    if (shape.placeholder !== undefined) shape.box ??= layout.rectangle(shape.placeholder);
  }
  deck.hiddenCharacters += hiddenCharacters(child(root, "p:cSld", "p:spTree"));
  const visibility = new SlideVisibility(root, layout, deck.size, shapes);
  for (const shape of shapes.filter(isTitle)) {
    const { text, unseen } = visibleText(child(shape.node, "p:txBody"), visibility.reasonIn(shape));
    const title = cleanLine(text);
    // A short title beside its slide is its name in lists of slides and for screen readers.
    const isName = title.length <= MAX_NAME_CHARACTERS || !visibility.isOffPage(shape);
    if (title !== "" && isName) yield { kind: "heading", level: 1, text: title, location: { slide } };
    else if (title !== "") yield* unseenElements([{ reason: "off_page", text: title }], { slide });
    yield* unseenElements(unseen, { slide });
  }
  const body = shapes.filter((shape) => !isTitle(shape) && !FURNITURE_TYPES.has(shape.placeholder?.type ?? ""));
  for (const shape of readingOrder(body)) {
    const items = readShape(deck, part, shape, layout, visibility, slide);
    yield* visibility.isOffPage(shape) ? offPage(items) : items;
  }
  for (const shape of shapes) {
    if (shape.placeholder?.type === "ftr") yield* deck.furniture("footer", shape, slide);
    if (shape.placeholder?.type === "hdr") yield* deck.furniture("header", shape, slide);
  }
  for (const shape of layout.fixedShapes()) yield* deck.furniture("footer", shape, slide);
  yield* readNotes(deck, part, slide);
  yield* readSlideComments(deck.opc, part, slide, deck.authors);
}

async function* readShape(
  deck: Deck,
  part: string,
  shape: SlideShape,
  layout: SlideLayout,
  visibility: SlideVisibility,
  slide: number,
): AsyncGenerator<OfficePart> {
  const location = { slide };
  const { node } = shape;
  const altText = readAltText(shape.altText);
  if (altText.text !== "") yield altTextElement(altText, location);
  if (node.name === "p:sp") {
    const relationships = await deck.opc.relationships(part);
    yield* readTextShape(shape, layout, location, (id) => addressOf(relationships, id), visibility.reasonIn(shape));
  } else if (node.name === "p:graphicFrame") {
    for (const table of descendants(node, "a:tbl")) yield* readSlideTable(table, location, visibility);
    for (const name of ["c:chart", "cx:chart"]) {
      for (const chart of descendants(node, name)) {
        const id = chart.attributes["r:id"];
        if (id !== undefined) yield* readChart(deck.opc, part, id, location);
      }
    }
    for (const diagram of descendants(node, "dgm:relIds")) {
      const id = diagram.attributes["r:dm"];
      if (id !== undefined) yield* readDiagram(deck.opc, part, id, location);
    }
    for (const object of descendants(node, "p:oleObj")) {
      const id = object.attributes["r:id"];
      if (id !== undefined) yield* readEmbedded(deck.opc, part, id);
    }
  }
}

/** What lies beside the slide is shown to nobody. */
async function* offPage(items: AsyncIterable<OfficePart>): AsyncGenerator<OfficePart> {
  for await (const item of items) {
    if (!("kind" in item)) yield item;
    else if (item.table !== undefined)
      yield { ...item, attributes: { ...item.attributes, [HIDDEN_ATTRIBUTE]: "off_page" } };
    else yield* unseenElements([{ reason: "off_page", text: item.text }], item.location);
  }
}

async function* readNotes(deck: Deck, part: string, slide: number): AsyncGenerator<OfficePart> {
  for (const target of await deck.opc.related(part, "notesSlide")) {
    const root = await deck.opc.readOptional(target);
    for (const shape of shapesOf(child(root, "p:cSld", "p:spTree"))) {
      const type = shape.placeholder?.type;
      if (type === "ftr") yield* deck.furniture("footer", shape, slide);
      else if (type === "hdr") yield* deck.furniture("header", shape, slide);
      else if (type === undefined || type === "body" || type === "obj") {
        const text = cleanText(bodyText(child(shape.node, "p:txBody")));
        if (text !== "") yield { kind: "note", text, location: { slide } };
      }
    }
  }
}
