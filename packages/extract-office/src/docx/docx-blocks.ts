import type { XmlAttributes, XmlHandler } from "../package/xml-scanner.ts";
import { XmlScanner } from "../package/xml-scanner.ts";
import { alternateContent, children, type XmlNode, XmlTreeBuilder } from "../package/xml-tree.ts";
import type { ZipPackage } from "../package/zip-package.ts";

/** A block of a story (body, cell, header, note, text box). Rows of a table follow its start, so that long tables stream. */
export type DocxBlock =
  | { readonly type: "block"; readonly node: XmlNode }
  | { readonly type: "table-start" }
  | { readonly type: "table-properties"; readonly node: XmlNode }
  | { readonly type: "row"; readonly node: XmlNode }
  | { readonly type: "table-end" };

/** Wrappers that add nothing to what a reader sees. */
const TRANSPARENT: ReadonlySet<string> = new Set([
  "w:document",
  "w:body",
  "w:sdt",
  "w:sdtContent",
  "w:customXml",
  "w:smartTag",
  "w:ins",
  "w:moveTo",
]);
const DROPPED: ReadonlySet<string> = new Set(["w:del", "w:moveFrom", "w:sdtPr", "w:sdtEndPr", "w:customXmlPr"]);

class BlockScanner implements XmlHandler {
  readonly builder = new XmlTreeBuilder();
  queue: DocxBlock[] = [];
  #tables = 0;
  #depth = 0;

  open(name: string, attributes: XmlAttributes): void {
    if (this.#depth === 0) {
      if (TRANSPARENT.has(name)) return;
      if (name === "w:tbl" && this.#tables === 0) {
        this.#tables++;
        this.queue.push({ type: "table-start" });
        return;
      }
    }
    this.#depth++;
    this.builder.open(name, attributes);
  }

  text(text: string): void {
    if (this.#depth > 0) this.builder.text(text);
  }

  close(name: string): void {
    if (this.#depth === 0) {
      if (name === "w:tbl" && this.#tables > 0) {
        this.#tables--;
        this.queue.push({ type: "table-end" });
      }
      return;
    }
    this.builder.close();
    if (--this.#depth > 0) return;
    const node = this.builder.take();
    if (node === undefined || DROPPED.has(node.name)) return;
    if (this.#tables > 0) {
      if (node.name === "w:tr") this.queue.push({ type: "row", node });
      else if (node.name === "w:tblPr") this.queue.push({ type: "table-properties", node });
    } else if (node.name === "mc:AlternateContent") {
      for (const member of alternateContent(node)) if (typeof member !== "string") this.queue.push(...blocksOf(member));
    } else {
      this.queue.push({ type: "block", node });
    }
  }
}

/** Blocks of a story part, streamed: only one paragraph or table row is held at a time. */
export async function* streamBlocks(zip: ZipPackage, part: string): AsyncGenerator<DocxBlock> {
  const handler = new BlockScanner();
  const scanner = new XmlScanner(handler);
  for await (const piece of zip.stream(part)) {
    scanner.write(piece);
    const { queue } = handler;
    handler.queue = [];
    yield* queue;
  }
  scanner.end();
  yield* handler.queue;
}

function* blocksOf(node: XmlNode): Generator<DocxBlock> {
  if (DROPPED.has(node.name)) return;
  if (TRANSPARENT.has(node.name)) {
    for (const member of children(node)) yield* blocksOf(member);
  } else if (node.name === "w:tbl") {
    yield { type: "table-start" };
    yield* tableParts(node);
    yield { type: "table-end" };
  } else {
    yield { type: "block", node };
  }
}

function* tableParts(node: XmlNode): Generator<DocxBlock> {
  for (const member of children(node)) {
    if (member.name === "w:tr") yield { type: "row", node: member };
    else if (member.name === "w:tblPr") yield { type: "table-properties", node: member };
    else if (TRANSPARENT.has(member.name)) yield* tableParts(member);
  }
}

/** Blocks inside a tree: a cell, a note, a comment, a header, a text box. */
export function* blocksInside(node: XmlNode | undefined): Generator<DocxBlock> {
  for (const member of children(node)) yield* blocksOf(member);
}
