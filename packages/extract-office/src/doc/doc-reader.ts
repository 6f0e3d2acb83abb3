import { type CallOptions, type DocumentElement, throwIfAborted } from "@groundwork/contracts";
import type { CompoundFile } from "../ole/compound-file.ts";
import { TableAssembler } from "../table-assembler.ts";
import { cleanLine, cleanText } from "../text.ts";
import { DocText } from "./doc-text.ts";

const FIELD_BEGIN = "\u0013";
const FIELD_SEPARATOR = "\u0014";
const FIELD_END = "\u0015";
const PARAGRAPHS_BETWEEN_CHECKS = 1000;

/** Keeps of fields only their results, and of special characters those that a reader sees. */
class FieldFilter {
  readonly #fields: boolean[] = [];

  shown(text: string): string {
    let shown = "";
    for (const character of text) {
      if (character === FIELD_BEGIN) this.#fields.push(false);
      else if (character === FIELD_SEPARATOR) {
        if (this.#fields.length > 0) this.#fields[this.#fields.length - 1] = true;
      } else if (character === FIELD_END) this.#fields.pop();
      else if (this.#fields.every((result) => result)) shown += character === "\u001e" ? "-" : character;
    }
    return cleanText(shown).trimStart();
  }
}

/** Reads a binary Word document: headings by built-in style, lists, tables, notes, comments, text boxes. */
export function* readDoc(file: CompoundFile, call?: CallOptions): Generator<DocumentElement> {
  const document = new DocText(file);
  const { main, footnotes, headers, comments, endnotes, textBoxes } = document.stories;
  yield* readMainStory(document, main, call);
  let at = main;
  const story = (length: number): string[] => {
    const text = document.text.slice(at, at + length);
    at += length;
    const filter = new FieldFilter();
    return text.split("\r").map((line) => filter.shown(line).trim());
  };
  for (const text of story(footnotes)) if (text !== "") yield { kind: "footnote", text };
  const told = new Set<string>();
  for (const text of story(headers)) {
    if (text === "" || told.has(text)) continue;
    told.add(text);
    yield { kind: "header", text };
  }
  for (const text of story(comments)) if (text !== "") yield { kind: "comment", text };
  for (const text of story(endnotes)) if (text !== "") yield { kind: "footnote", text };
  for (const text of story(textBoxes)) {
    if (text !== "") yield { kind: "paragraph", text, attributes: { source: "text-box" } };
  }
}

function* readMainStory(document: DocText, length: number, call?: CallOptions): Generator<DocumentElement> {
  const filter = new FieldFilter();
  let table: TableAssembler | undefined;
  let cells: string[] = [];
  let lines: string[] = [];
  let rows = 0;
  let start = 0;
  let paragraphs = 0;
  const endTable = function* (): Generator<DocumentElement> {
    const element = table?.take();
    if (element !== undefined) yield element;
    table = undefined;
    rows = 0;
    const left = [...cells, ...lines].filter((text) => text !== "");
    cells = [];
    lines = [];
    for (const text of left) yield { kind: "paragraph", text };
  };
  for (let position = 0; position < Math.min(length, document.text.length); position++) {
    const mark = document.text[position];
    if (mark !== "\r" && mark !== "\u0007" && mark !== "\f") continue;
    if (++paragraphs % PARAGRAPHS_BETWEEN_CHECKS === 0) throwIfAborted(call?.signal);
    const text = filter.shown(document.text.slice(start, position));
    start = position + 1;
    const properties = document.paragraphAt(position);
    if (mark === "\u0007") {
      if (properties?.rowEnd === true || (properties === undefined && text === "" && cells.length > 0)) {
        table ??= new TableAssembler();
        table.addRow(
          cells.map((cell, column) => ({ column, text: cell })),
          rows++ === 0,
        );
        cells = [];
        if (table.full) {
          const slice = table.take();
          if (slice !== undefined) yield slice;
        }
      } else {
        cells.push([...lines, text].filter((line) => line !== "").join("\n"));
        lines = [];
      }
    } else if (properties?.inTable === true) {
      lines.push(text);
    } else {
      yield* endTable();
      if (text !== "") yield paragraphElement(text, properties);
    }
  }
  yield* endTable();
  const rest = filter.shown(document.text.slice(start, length));
  if (rest !== "") yield { kind: "paragraph", text: rest };
}

function paragraphElement(text: string, properties: ReturnType<DocText["paragraphAt"]>): DocumentElement {
  const style = properties?.style ?? 0;
  const outline = properties?.outline;
  // Built-in styles 1 to 9 are the heading styles in every document.
  const level = outline !== undefined && outline < 9 ? outline + 1 : style >= 1 && style <= 9 ? style : 0;
  if (level > 0 && outline !== 9 && text.length <= 400) return { kind: "heading", level, text: cleanLine(text) };
  if (properties?.listed === true) return { kind: "list_item", level: properties.level, text };
  return { kind: "paragraph", text };
}
