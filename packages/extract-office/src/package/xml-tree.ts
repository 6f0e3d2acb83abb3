import { tooLarge } from "../office-errors.ts";
import type { XmlAttributes, XmlHandler } from "./xml-scanner.ts";
import { XmlScanner } from "./xml-scanner.ts";
import type { ZipPackage } from "./zip-package.ts";

/** An element of a part that is small enough to be held. */
export interface XmlNode {
  readonly name: string;
  readonly attributes: XmlAttributes;
  readonly children: (XmlNode | string)[];
}

/** Memory that one tree may take, about: a paragraph, a table row, a slide. */
const MAX_TREE_BYTES = 256 * 1024 ** 2;
const NODE_BYTES = 200;

/**
 * Builds trees from scanner events. `mc:AlternateContent` is replaced by the content of its first choice (the readers
 * know the vocabularies that Office puts there), or of the fallback when there is no choice: its text must count once.
 */
export class XmlTreeBuilder implements XmlHandler {
  readonly #open: XmlNode[] = [];
  root: XmlNode | undefined;
  #bytes = 0;

  open(name: string, attributes: XmlAttributes): void {
    this.#grow(NODE_BYTES);
    const node: XmlNode = { name, attributes, children: [] };
    this.#open.at(-1)?.children.push(node);
    this.#open.push(node);
    this.root ??= node;
  }

  text(text: string): void {
    this.#grow(text.length);
    this.#open.at(-1)?.children.push(text);
  }

  close(): void {
    const node = this.#open.pop();
    const parent = this.#open.at(-1);
    if (node?.name === "mc:AlternateContent" && parent !== undefined) {
      parent.children.pop();
      for (const chosen of alternateContent(node)) parent.children.push(chosen);
    }
  }

  /** Gives the finished tree and makes room for the next. */
  take(): XmlNode | undefined {
    const { root } = this;
    this.root = undefined;
    this.#bytes = 0;
    return root;
  }

  #grow(bytes: number): void {
    this.#bytes += bytes;
    if (this.#bytes > MAX_TREE_BYTES) throw tooLarge("a paragraph, row or part", MAX_TREE_BYTES);
  }
}

export function alternateContent(node: XmlNode): readonly (XmlNode | string)[] {
  const choice = child(node, "mc:Choice");
  return (choice !== undefined && choice.children.length > 0 ? choice : child(node, "mc:Fallback"))?.children ?? [];
}

export function* children(node: XmlNode | undefined, name?: string): Generator<XmlNode> {
  if (node === undefined) return;
  for (const member of node.children) {
    if (typeof member !== "string" && (name === undefined || member.name === name)) yield member;
  }
}

/** The first child at the end of a path of names. */
export function child(node: XmlNode | undefined, ...path: readonly string[]): XmlNode | undefined {
  let current = node;
  for (const name of path) {
    if (current === undefined) return undefined;
    current = current.children.find((member): member is XmlNode => typeof member !== "string" && member.name === name);
  }
  return current;
}

/** All descendants of a name, in document order; those inside a match are not looked for. */
export function* descendants(node: XmlNode | undefined, name: string): Generator<XmlNode> {
  for (const member of children(node)) {
    if (member.name === name) yield member;
    else yield* descendants(member, name);
  }
}

export function textContent(node: XmlNode | undefined): string {
  if (node === undefined) return "";
  let text = "";
  for (const member of node.children) text += typeof member === "string" ? member : textContent(member);
  return text;
}

/** An attribute as an integer; `undefined` when it is absent or no number. */
export function integer(node: XmlNode | undefined, name: string): number | undefined {
  const value = node?.attributes[name];
  if (value === undefined) return undefined;
  const parsed = Number.parseInt(value, 10);
  return Number.isNaN(parsed) ? undefined : parsed;
}

/** An OOXML boolean: an element that is there without a value is true. */
export function isOn(node: XmlNode | undefined, attribute: string): boolean {
  if (node === undefined) return false;
  const value = node.attributes[attribute];
  return value === undefined || !/^(?:0|false|off|none)$/.test(value);
}

/** A whole part as a tree; `undefined` when it is absent or empty. */
export async function readXmlTree(zip: ZipPackage, part: string): Promise<XmlNode | undefined> {
  const bytes = await zip.read(part);
  if (bytes === undefined || bytes.byteLength === 0) return undefined;
  const builder = new XmlTreeBuilder();
  const scanner = new XmlScanner(builder);
  scanner.write(bytes);
  scanner.end();
  return builder.root;
}
