import { type DocumentElement, type ElementKind, renderTableText, type TableCell } from "@groundwork/contracts";
import { convertHtml } from "@groundwork/html-elements";
import type { BlockContent, Definition, List, ListItem, Nodes, PhrasingContent, RootContent, Table } from "mdast";
import { cleanText } from "./text-input.ts";

interface Context {
  /** Lines before the segment that was parsed. */
  readonly lineOffset: number;
  readonly isQuoted: boolean;
  readonly depth: number;
}

/** Nesting deeper than this is read as text. */
const MOST_DEPTH = 50;

const VOID_TAG = /<br\s*\/?>/gi;

/** Text of inline content: link texts, alternative texts of pictures, code, line breaks; tags are dropped. */
export function inlineText(nodes: readonly (PhrasingContent | Nodes)[]): string {
  let text = "";
  for (const node of nodes) {
    switch (node.type) {
      case "text":
      case "inlineCode":
        text += node.value;
        break;
      case "break":
        text += "\n";
        break;
      case "html":
        text += VOID_TAG.test(node.value) ? "\n" : "";
        VOID_TAG.lastIndex = 0;
        break;
      case "image":
      case "imageReference":
        text += /^data:/i.test(node.alt ?? "") ? "" : (node.alt ?? "");
        break;
      case "footnoteReference":
        text += `[${node.label ?? node.identifier}]`;
        break;
      default:
        if ("children" in node) text += inlineText(node.children as readonly Nodes[]);
    }
  }
  return text;
}

/** Lines of running text are one line; a hard break is one. */
const prose = (nodes: readonly Nodes[]): string =>
  cleanText(inlineText(nodes).replace(/[ \t]*\n[ \t]*/g, "\n")).trimStart();

function isPicture(nodes: readonly PhrasingContent[]): boolean {
  const shown = nodes.filter((node) => node.type !== "text" || node.value.trim() !== "");
  return shown.length > 0 && shown.every((node) => node.type === "image" || node.type === "imageReference");
}

function tableElement(node: Table, base: Pick<DocumentElement, "location">): DocumentElement | undefined {
  const cells: TableCell[] = node.children.flatMap((row, rowIndex) =>
    row.children.flatMap((cell, column) => {
      const text = prose(cell.children as readonly Nodes[]);
      return text === "" ? [] : [{ row: rowIndex, column, text, ...(rowIndex === 0 ? { header: true } : {}) }];
    }),
  );
  const columns = Math.max(...node.children.map((row) => row.children.length));
  if (cells.length === 0) return undefined;
  const table = { rows: node.children.length, columns, cells };
  return { kind: "table", text: renderTableText(table), table, ...base };
}

function* listElements(node: List, level: number, context: Context): Generator<DocumentElement> {
  let number = node.start ?? 1;
  for (const item of node.children) {
    const marker = node.ordered === true ? `${number++}.` : "-";
    yield* itemElements(item, marker, level, context);
  }
}

function* itemElements(item: ListItem, marker: string, level: number, context: Context): Generator<DocumentElement> {
  const children = [...item.children];
  const leading: string[] = [];
  // Paragraphs at the start of an item are its text; what follows stands on its own, one level deeper.
  while (children[0]?.type === "paragraph") {
    const text = prose(
      children.shift()!.type === "paragraph" ? (item.children[leading.length] as { children: Nodes[] }).children : [],
    );
    leading.push(text);
  }
  const text = leading.filter((part) => part !== "").join("\n");
  if (text !== "") {
    const checked = item.checked === null || item.checked === undefined ? {} : { checked: String(item.checked) };
    yield { kind: "list_item", text, level, ...locationOf(item, context), attributes: { marker, ...checked } };
  }
  for (const child of children) {
    if (child.type === "list") yield* listElements(child, text === "" ? level : level + 1, context);
    else yield* markdownElements(child, context);
  }
}

function locationOf(node: Nodes, context: Context): Pick<DocumentElement, "location"> {
  const line = node.position?.start.line;
  return line === undefined ? {} : { location: { line: line + context.lineOffset } };
}

function* htmlElements(html: string, node: Nodes, context: Context): Generator<DocumentElement> {
  for (const element of convertHtml(html, { mainContent: false }).elements) {
    yield { ...element, location: { ...element.location, ...locationOf(node, context).location } };
  }
}

/** The elements of one block. */
export function* markdownElements(
  node: RootContent | BlockContent | Definition,
  context: Context,
): Generator<DocumentElement> {
  const base = locationOf(node, context);
  const plain: ElementKind = context.isQuoted ? "quote" : "paragraph";
  const inner = { ...context, depth: context.depth + 1 };
  if (context.depth > MOST_DEPTH) {
    const text = prose([node]);
    if (text !== "") yield { kind: plain, text, ...base };
    return;
  }
  switch (node.type) {
    case "heading": {
      const text = prose(node.children).replaceAll("\n", " ");
      if (text !== "") yield { kind: "heading", level: node.depth, text, ...base };
      break;
    }
    case "paragraph": {
      const text = prose(node.children);
      if (text !== "") yield { kind: isPicture(node.children) ? "figure" : plain, text, ...base };
      break;
    }
    case "list":
      yield* listElements(node, 0, inner);
      break;
    case "blockquote":
      for (const child of node.children) yield* markdownElements(child, { ...inner, isQuoted: true });
      break;
    case "code": {
      const text = cleanText(node.value);
      const language = node.lang?.toLowerCase();
      if (text !== "") yield { kind: "code", text, ...base, ...(language ? { attributes: { language } } : {}) };
      break;
    }
    case "table": {
      const element = tableElement(node, base);
      if (element !== undefined) yield element;
      break;
    }
    case "html":
      yield* htmlElements(node.value, node, context);
      break;
    case "footnoteDefinition": {
      const text = prose([node]);
      if (text !== "") yield { kind: "footnote", text, ...base, attributes: { marker: node.label ?? node.identifier } };
      break;
    }
  }
}

/** Blocks in order; neighbouring HTML blocks are one piece of HTML, as they are for a browser. */
export function* rootElements(nodes: readonly RootContent[], lineOffset: number): Generator<DocumentElement> {
  const context: Context = { lineOffset, isQuoted: false, depth: 0 };
  for (let at = 0; at < nodes.length; at++) {
    const node = nodes[at]!;
    if (node.type !== "html") {
      yield* markdownElements(node, context);
      continue;
    }
    const pieces = [node.value];
    const opens = (): number => {
      const all = pieces.join("\n");
      return (
        (all.match(/<(?:table|ul|ol|dl|div|details|section|blockquote)\b/gi)?.length ?? 0) -
        (all.match(/<\/(?:table|ul|ol|dl|div|details|section|blockquote)>/gi)?.length ?? 0)
      );
    };
    // A table or list written in HTML goes on after a blank line; Markdown between its tags ends it.
    while (nodes[at + 1]?.type === "html" && opens() > 0) pieces.push((nodes[++at] as { value: string }).value);
    yield* htmlElements(pieces.join("\n"), node, context);
  }
}
