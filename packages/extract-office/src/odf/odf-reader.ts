import {
  type AttributeValue,
  type CallOptions,
  type DocumentElement,
  type DocumentMetadata,
  throwIfAborted,
} from "@groundwork/contracts";
import { asHidden, hiddenTextWarning } from "../look/unseen-text.ts";
import { passwordRequired } from "../office-errors.ts";
import type { ResolvedOfficeOptions } from "../office-options.ts";
import type { OfficePart } from "../office-part.ts";
import { parseTimestamp } from "../package/core-properties.ts";
import type { OpcPackage } from "../package/opc-package.ts";
import type { XmlAttributes, XmlHandler } from "../package/xml-scanner.ts";
import { XmlScanner } from "../package/xml-scanner.ts";
import {
  child,
  children,
  descendants,
  integer,
  textContent,
  type XmlNode,
  XmlTreeBuilder,
} from "../package/xml-tree.ts";
import { cleanLine } from "../text.ts";
import { OdfSheet } from "./odf-sheet.ts";
import { readOdfSlide } from "./odf-slide.ts";
import { OdfStyles } from "./odf-styles.ts";
import { OdfTextReader } from "./odf-text.ts";

type OdfEvent =
  | { readonly type: "styles" | "block" | "row" | "columns" | "page"; readonly node: XmlNode }
  | { readonly type: "sheet"; readonly name: string; readonly style: string | undefined }
  | { readonly type: "sheet-end" };

const BODIES: ReadonlySet<string> = new Set([
  "office:text",
  "office:spreadsheet",
  "office:presentation",
  "office:drawing",
]);
const COLUMNS = /^table:table-(?:header-)?column(?:s|-group)?$/;
const SHEET_GROUPS: ReadonlySet<string> = new Set([
  "table:table-header-rows",
  "table:table-rows",
  "table:table-row-group",
]);

/** Cuts the content part into pieces that are small enough to be held: blocks, rows of sheets, slides. */
class ContentScanner implements XmlHandler {
  readonly #builder = new XmlTreeBuilder();
  queue: OdfEvent[] = [];
  #body: string | undefined;
  #inSheet = false;
  #depth = 0;

  open(name: string, attributes: XmlAttributes): void {
    if (this.#depth === 0) {
      if (BODIES.has(name)) {
        this.#body = name;
        return;
      }
      if (name === "office:document-content" || name === "office:document" || name === "office:body") return;
      if (this.#body === "office:text" && name === "text:section") return;
      if (this.#body === "office:spreadsheet" && name === "table:table") {
        this.#inSheet = true;
        this.queue.push({ type: "sheet", name: attributes["table:name"] ?? "", style: attributes["table:style-name"] });
        return;
      }
      if (this.#inSheet && SHEET_GROUPS.has(name)) return;
    }
    this.#depth++;
    this.#builder.open(name, attributes);
  }

  text(text: string): void {
    if (this.#depth > 0) this.#builder.text(text);
  }

  close(name: string): void {
    if (this.#depth === 0) {
      if (name === "table:table" && this.#inSheet) {
        this.#inSheet = false;
        this.queue.push({ type: "sheet-end" });
      }
      return;
    }
    this.#builder.close();
    if (--this.#depth > 0) return;
    const node = this.#builder.take();
    if (node === undefined) return;
    if (node.name === "office:automatic-styles" || node.name === "office:styles") {
      this.queue.push({ type: "styles", node });
    } else if (this.#body === "office:spreadsheet") {
      if (this.#inSheet && node.name === "table:table-row") this.queue.push({ type: "row", node });
      else if (this.#inSheet && COLUMNS.test(node.name)) this.queue.push({ type: "columns", node });
    } else if (node.name === "draw:page") this.queue.push({ type: "page", node });
    else if (this.#body !== undefined) this.queue.push({ type: "block", node });
  }
}

async function readMetadata(opc: OpcPackage): Promise<DocumentMetadata> {
  const meta = child(await opc.readOptional("meta.xml"), "office:meta");
  const value = (name: string): string | undefined => cleanLine(textContent(child(meta, name))) || undefined;
  const title = value("dc:title");
  const author = value("meta:initial-creator") ?? value("dc:creator");
  const createdAt = parseTimestamp(value("meta:creation-date") ?? "");
  const modifiedAt = parseTimestamp(value("dc:date") ?? "");
  const pages = integer(child(meta, "meta:document-statistic"), "meta:page-count");
  const tags = Array.from(children(meta, "meta:keyword"), (node) => cleanLine(textContent(node))).filter(Boolean);
  const attributes: Record<string, AttributeValue> = {};
  const subject = value("dc:subject");
  if (subject !== undefined) attributes.subject = subject;
  for (const node of children(meta, "meta:user-defined")) {
    const text = cleanLine(textContent(node));
    if (node.attributes["meta:name"] && text !== "") attributes[node.attributes["meta:name"]] = text;
  }
  return {
    ...(title === undefined ? {} : { title }),
    ...(author === undefined ? {} : { author }),
    ...(createdAt === undefined ? {} : { createdAt }),
    ...(modifiedAt === undefined ? {} : { modifiedAt }),
    ...(pages === undefined || pages < 1 ? {} : { pages }),
    ...(tags.length > 0 ? { tags } : {}),
    ...(Object.keys(attributes).length > 0 ? { attributes } : {}),
  };
}

function* furniture(templates: XmlNode | undefined, kind: "header" | "footer"): Generator<DocumentElement> {
  const told = new Set<string>();
  const styles = new OdfStyles();
  styles.add(templates);
  const reader = new OdfTextReader(styles);
  for (const node of descendants(templates, `style:${kind}`)) {
    const text = reader.flatten(node);
    const unseen = reader.takeUnseen();
    if (text !== "" && !told.has(text)) yield { kind, text };
    told.add(text);
    for (const element of unseen) {
      if (!told.has(element.text)) yield element;
      told.add(element.text);
    }
  }
}

/** Reads OpenDocument texts, spreadsheets and presentations. */
export async function* readOdf(
  opc: OpcPackage,
  options: ResolvedOfficeOptions,
  call?: CallOptions,
): AsyncGenerator<OfficePart> {
  const manifest = await opc.readOptional("META-INF/manifest.xml");
  if (descendants(manifest, "manifest:encryption-data").next().done === false) throw passwordRequired();
  yield { type: "metadata", metadata: await readMetadata(opc) };
  const styles = new OdfStyles();
  const templates = await opc.readOptional("styles.xml");
  styles.add(templates);
  yield* furniture(templates, "header");
  const content = new OdfContent(styles, options);
  const handler = new ContentScanner();
  const scanner = new XmlScanner(handler);
  for await (const piece of opc.zip.stream("content.xml")) {
    throwIfAborted(call?.signal);
    scanner.write(piece);
    const { queue } = handler;
    handler.queue = [];
    for (const event of queue) yield* content.accept(event);
  }
  scanner.end();
  for (const event of handler.queue) yield* content.accept(event);
  yield* furniture(templates, "footer");
  const warning = hiddenTextWarning(styles.looks.hiddenCharacters);
  if (warning !== undefined) yield { type: "warning", warning };
}

class OdfContent {
  readonly #styles: OdfStyles;
  readonly #text: OdfTextReader;
  #sheet: OdfSheet | undefined;
  #sheetTold = false;
  #isHidden = false;
  #slides = 0;

  readonly #options: ResolvedOfficeOptions;

  constructor(styles: OdfStyles, options: ResolvedOfficeOptions) {
    this.#styles = styles;
    this.#options = options;
    this.#text = new OdfTextReader(styles);
  }

  *accept(event: OdfEvent): Generator<DocumentElement> {
    switch (event.type) {
      case "styles":
        this.#styles.add(event.node);
        return;
      case "block":
        yield* this.#text.block(event.node);
        return;
      case "page":
        yield* readOdfSlide(event.node, ++this.#slides, this.#styles);
        return;
      case "sheet":
        this.#sheet = new OdfSheet(cleanLine(event.name), this.#styles.looks);
        this.#isHidden = this.#styles.looks.look(event.style).isFolded === true;
        this.#sheetTold = false;
        return;
      case "columns":
        this.#sheet?.addColumns(event.node);
        return;
      case "row":
        if (this.#sheet !== undefined) yield* this.#withHeading(this.#sheet.addRow(event.node));
        return;
      case "sheet-end":
        if (this.#sheet !== undefined) yield* this.#withHeading(this.#sheet.end());
        this.#sheet = undefined;
    }
  }

  *#withHeading(elements: Iterable<DocumentElement>): Generator<DocumentElement> {
    const marked = (element: DocumentElement): DocumentElement => (this.#isHidden ? asHidden(element) : element);
    for (const element of elements) {
      if (this.#isHidden && this.#options.hidden === "exclude") continue;
      const name = this.#sheet?.name ?? "";
      const heading: DocumentElement = { kind: "heading", level: 2, text: name, location: { sheet: name } };
      if (!this.#sheetTold && name !== "") yield marked(heading);
      this.#sheetTold = true;
      yield marked(element);
    }
  }
}
