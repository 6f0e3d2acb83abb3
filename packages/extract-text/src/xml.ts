import {
  type DocumentElement,
  type ExtractionPart,
  GroundworkError,
  renderTableText,
  type TableCell,
} from "@groundwork/contracts";
import { createElementBatch } from "@groundwork/html-elements";
import { SaxesParser } from "saxes";
import { cleanText, type TextInput, textPieces } from "./text-input.ts";

const words = (text: string): ReadonlySet<string> => new Set(text.split(" "));

/** Names that document vocabularies share (JATS, DocBook, TEI, DITA, patents, XHTML), lower case, without prefix. */
const SECTIONS = words(
  "sec section chapter part appendix app topic div div1 div2 div3 div4 sect1 sect2 sect3 sect4 sect5 book article book-part body abstract front back preface glossary bibliography ref-list ack bridgehead concept task reference fig table-wrap boxed-text",
);
const TITLES = words("title head heading subtitle");
const DOCUMENT_TITLES = words("article-title invention-title book-title maintitle");
const PARAGRAPHS = words("p para simpara paragraph claim-text claim ab l");
const ITEMS = words("li listitem list-item item");
const LISTS = words("ul ol list itemizedlist orderedlist simplelist variablelist");
const ROWS = words("tr row");
const CELLS = words("td th entry");
const CODE = words("programlisting screen pre verbatim code codeblock literallayout");
const CAPTIONS = words("caption figcaption");
const INLINE = words(
  "a abbrev acronym b big bold cite citetitle em emph emphasis ext-link filename foreign hi i inline-formula italic keyword link literal named-content note-ref phrase q quote ref roman s sc small span strike strong styled-content sub subscript sup superscript term tt u ulink underline uri xref figref claim-ref o r t br lb",
);
const SKIPPED = words("script style tex-math mml:math math binary binarydata");

interface Frame {
  readonly name: string;
  readonly line: number;
  readonly attributes: Readonly<Record<string, string>>;
  text: string;
  hasText: boolean;
  /** Leaves inside, not yet known to be fields of a record or parts of running text. */
  leaves: { name: string; text: string }[];
  leavesSize: number;
}

interface OpenTable {
  rows: { text: string; isHeader: boolean; rowSpan: number; columnSpan: number }[][];
  readonly line: number;
}

const MOST_DEPTH = 1_000;
const MOST_TEXT = 200_000;
const MOST_LEAVES = 400;
const SLICE_ROWS = 200;

const refused = (what: string): GroundworkError =>
  new GroundworkError(
    "EXTERNAL_ENTITY_REFUSED",
    `Expected XML without ${what}. Nothing outside the document is read and no entity is expanded: resolve it at its source.`,
  );

/** Plain texts of the internal entities; a reference to any other declared entity is refused. */
function declaredEntities(doctype: string): Map<string, string | undefined> {
  const entities = new Map<string, string | undefined>();
  for (const [, name, isExternal, single, double] of doctype.matchAll(
    /<!ENTITY\s+([\w.:-]+)\s+(?:(SYSTEM|PUBLIC)\b|'([^']*)'|"([^"]*)")/g,
  )) {
    const value = single ?? double;
    const isPlain = isExternal === undefined && value !== undefined && !/[&<%]/.test(value) && value.length <= 1_000;
    if (name !== undefined && !entities.has(name)) entities.set(name, isPlain ? value : undefined);
  }
  return entities;
}

/** Turns the events of the parser into elements. */
class XmlReader {
  readonly ready: DocumentElement[] = [];
  readonly #frames: Frame[] = [];
  readonly #tables: OpenTable[] = [];
  #sectionDepth = 0;
  #listDepth = 0;
  #skipped = 0;
  #hasTitle = false;

  open(name: string, attributes: Readonly<Record<string, string>>, line: number): void {
    if (this.#skipped > 0 || SKIPPED.has(name)) {
      this.#skipped++;
      return;
    }
    if (this.#frames.length >= MOST_DEPTH) {
      throw new GroundworkError(
        "CORRUPT_DOCUMENT",
        `Expected XML of at most ${MOST_DEPTH} levels, found deeper nesting.`,
      );
    }
    const parent = this.#frames.at(-1);
    const isBlock =
      PARAGRAPHS.has(name) || LISTS.has(name) || name === "table" || SECTIONS.has(name) || ITEMS.has(name);
    // Running text ends where a block starts inside it.
    if (isBlock && parent?.hasText === true && this.#tables.length === 0) this.#giveText(parent);
    if (SECTIONS.has(name)) this.#sectionDepth++;
    if (LISTS.has(name)) this.#listDepth++;
    if (name === "table" || (name === "tgroup" && parent?.name !== "table")) this.#tables.push({ rows: [], line });
    if (ROWS.has(name)) this.#tables.at(-1)?.rows.push([]);
    this.#frames.push({ name, line, attributes, text: "", hasText: false, leaves: [], leavesSize: 0 });
  }

  text(text: string): void {
    const frame = this.#frames.at(-1);
    if (frame === undefined || this.#skipped > 0) return;
    if (!frame.hasText && /\S/.test(text)) {
      // Leaves before the first text were parts of it: <b>Note</b> that ...
      if (!CELLS.has(frame.name) || frame.leaves.length > 0)
        frame.text = frame.leaves.map((leaf) => leaf.text).join(" ") + frame.text;
      frame.leaves = [];
      frame.hasText = true;
    }
    if (frame.hasText || frame.leaves.length > 0) frame.text += text;
    if (frame.text.length > MOST_TEXT && this.#tables.length === 0) this.#giveText(frame);
  }

  close(name: string): void {
    if (this.#skipped > 0) {
      this.#skipped--;
      return;
    }
    const frame = this.#frames.pop();
    if (frame === undefined) return;
    const parent = this.#frames.at(-1);
    if (CELLS.has(name) && this.#tables.length > 0) this.#closeCell(frame);
    else if (name === "table" || (name === "tgroup" && parent?.name !== "table")) this.#closeTable();
    else if (ROWS.has(name) && this.#tables.length > 0) this.#closeRow();
    else this.#closeElement(frame, parent);
    if (SECTIONS.has(name)) this.#sectionDepth--;
    if (LISTS.has(name)) this.#listDepth--;
  }

  #closeElement(frame: Frame, parent: Frame | undefined): void {
    const { name } = frame;
    const isInText = parent?.hasText === true;
    const isKnown =
      PARAGRAPHS.has(name) || ITEMS.has(name) || CODE.has(name) || this.#isHeading(frame, parent) || CAPTIONS.has(name);
    if (frame.hasText || frame.leaves.length > 0) {
      const own = frame.hasText ? frame.text : "";
      if (INLINE.has(name) && frame.hasText && parent !== undefined && (isInText || this.#takesText(parent)))
        this.#append(parent, own);
      else if (isInText && parent !== undefined && frame.hasText && !isKnown) this.#append(parent, own);
      else if (this.#tables.length > 0 && parent !== undefined)
        this.#append(parent, `${frame.hasText ? own : frame.leaves.map((leaf) => leaf.text).join(" ")}\n`);
      else if (isKnown && frame.hasText) this.#giveText(frame, parent);
      else if (isKnown)
        this.#giveText({ ...frame, text: frame.leaves.map((leaf) => leaf.text).join(" "), hasText: true }, parent);
      else if (frame.hasText && parent !== undefined) this.#addLeaf(parent, name, own);
      else if (frame.hasText) this.#giveText(frame, parent);
      else this.#giveRecord(frame);
    } else if (!isKnown && parent !== undefined && this.#tables.length === 0) this.#addAttributes(parent, frame);
    else if (name === "br" || name === "lb") this.text("\n");
  }

  /** Data written in attributes of empty elements. */
  #addAttributes(parent: Frame, frame: Frame): void {
    const values = Object.entries(frame.attributes).filter(
      ([key, value]) => !/^(?:xmlns|xml|xsi|xlink|id$)/.test(key) && value.trim() !== "",
    );
    if (values.length === 0 || INLINE.has(frame.name) || parent.hasText) return;
    this.#addLeaf(parent, frame.name, values.map(([key, value]) => `${key}=${value}`).join(", "));
  }

  #takesText(frame: Frame): boolean {
    return (
      frame.hasText ||
      PARAGRAPHS.has(frame.name) ||
      TITLES.has(frame.name) ||
      DOCUMENT_TITLES.has(frame.name) ||
      ITEMS.has(frame.name) ||
      CELLS.has(frame.name)
    );
  }

  #append(parent: Frame, text: string): void {
    if (!parent.hasText && parent.leaves.length > 0) this.text(" ");
    parent.text += text;
    parent.hasText = parent.hasText || text.trim() !== "";
  }

  #addLeaf(parent: Frame, name: string, text: string): void {
    const clean = cleanText(text).replace(/\s+/g, " ").trim();
    if (clean === "") return;
    if (parent.hasText) {
      parent.text += ` ${clean} `;
      return;
    }
    parent.leaves.push({ name, text: clean });
    parent.leavesSize += clean.length;
    if (parent.leaves.length >= MOST_LEAVES || parent.leavesSize > MOST_TEXT) this.#giveRecord(parent);
  }

  #isHeading(frame: Frame, parent: Frame | undefined): boolean {
    if (DOCUMENT_TITLES.has(frame.name)) return true;
    return TITLES.has(frame.name) && parent !== undefined && SECTIONS.has(parent.name);
  }

  #giveText(frame: Frame, parent?: Frame): void {
    const isCode = CODE.has(frame.name);
    const raw = isCode ? frame.text : frame.text.replace(/[ \t\r\n]+/g, " ").replace(/ ([.,;:)])/g, "$1");
    const text = cleanText(raw);
    const trimmed = isCode ? text : text.trimStart();
    frame.text = "";
    frame.hasText = false;
    if (trimmed === "") return;
    const location = { line: frame.line };
    if (this.#isHeading(frame, parent)) {
      if (DOCUMENT_TITLES.has(frame.name)) {
        if (this.#hasTitle) this.ready.push({ kind: "paragraph", text: trimmed, location });
        else this.ready.push({ kind: "title", text: trimmed, location });
        this.#hasTitle = true;
      } else
        this.ready.push({
          kind: "heading",
          level: Math.max(1, Math.min(9, this.#sectionDepth)),
          text: trimmed,
          location,
        });
    } else if (
      ITEMS.has(frame.name) ||
      (PARAGRAPHS.has(frame.name) && parent !== undefined && ITEMS.has(parent.name))
    ) {
      this.ready.push({ kind: "list_item", level: Math.max(0, this.#listDepth - 1), text: trimmed, location });
    } else {
      const kind = isCode
        ? "code"
        : CAPTIONS.has(frame.name) || (parent !== undefined && CAPTIONS.has(parent.name))
          ? "caption"
          : "paragraph";
      this.ready.push({ kind, text: trimmed, location });
    }
  }

  /** Leaves that stand together without running text are the fields of a record. */
  #giveRecord(frame: Frame): void {
    const isList = frame.leaves.length > 1 && frame.leaves.every((leaf) => leaf.name === frame.leaves[0]!.name);
    const lines = frame.leaves.map((leaf) =>
      isList && !leaf.text.includes("=") ? leaf.text : `${leaf.name}: ${leaf.text}`,
    );
    frame.leaves = [];
    frame.leavesSize = 0;
    const text = cleanText(lines.join("\n"));
    if (text !== "") this.ready.push({ kind: "paragraph", text, location: { line: frame.line } });
  }

  #closeCell(frame: Frame): void {
    const table = this.#tables.at(-1)!;
    if (table.rows.length === 0) table.rows.push([]);
    const text = cleanText(
      (frame.hasText ? frame.text : frame.leaves.map((leaf) => leaf.text).join(" "))
        .replace(/[ \t]*\n\s*/g, "\n")
        .replace(/[ \t]+/g, " "),
    ).trim();
    const span = (name: string): number =>
      Math.min(1_000, Math.max(1, Number.parseInt(frame.attributes[name] ?? "1", 10) || 1));
    const isHeader = frame.name === "th" || this.#frames.some((outer) => outer.name === "thead");
    const rowSpan = frame.attributes.morerows === undefined ? span("rowspan") : span("morerows") + 1;
    table.rows.at(-1)!.push({ text, isHeader, rowSpan, columnSpan: span("colspan") });
  }

  #closeRow(): void {
    const table = this.#tables.at(-1)!;
    if (this.#tables.length > 1 || table.rows.length < SLICE_ROWS) return;
    if (table.rows.some((row, index) => row.some((cell) => index + cell.rowSpan > table.rows.length))) return;
    this.#giveTable(table);
    table.rows = [];
  }

  #closeTable(): void {
    const table = this.#tables.pop();
    const outer = this.#frames.at(-1);
    if (table === undefined || table.rows.length === 0) return;
    if (this.#tables.length === 0) this.#giveTable(table);
    else if (outer !== undefined)
      this.#append(outer, table.rows.map((row) => row.map((cell) => cell.text).join(" ")).join("\n"));
  }

  #giveTable(table: OpenTable): void {
    const cells: TableCell[] = [];
    const busyUntil: number[] = [];
    let columns = 0;
    table.rows.forEach((row, rowIndex) => {
      let column = 0;
      for (const cell of row) {
        while ((busyUntil[column] ?? 0) > rowIndex) column++;
        const rowSpan = Math.min(cell.rowSpan, table.rows.length - rowIndex);
        let columnSpan = column + cell.columnSpan > 1_000 ? 1 : cell.columnSpan;
        for (let next = 1; next < columnSpan; next++) if ((busyUntil[column + next] ?? 0) > rowIndex) columnSpan = next;
        for (let next = 0; next < columnSpan; next++) busyUntil[column + next] = rowIndex + rowSpan;
        if (cell.text !== "") {
          cells.push({
            row: rowIndex,
            column,
            ...(rowSpan > 1 ? { rowSpan } : {}),
            ...(columnSpan > 1 ? { columnSpan } : {}),
            text: cell.text,
            ...(cell.isHeader ? { header: true } : {}),
          });
        }
        column += columnSpan;
        columns = Math.max(columns, column);
      }
    });
    if (cells.length === 0) return;
    const data = { rows: table.rows.length, columns, cells };
    this.ready.push({ kind: "table", text: renderTableText(data), table: data, location: { line: table.line } });
  }

  /** Gives what open elements still hold: the file may be cut. */
  end(): void {
    while (this.#frames.length > 0) this.close(this.#frames.at(-1)!.name);
  }
}

const local = (name: string): string => name.slice(name.indexOf(":") + 1).toLowerCase();

/**
 * Any XML: running text as paragraphs, titles of sections as headings, rows and cells as tables, leaves without running
 * text as `name: value`. Errors of form are passed over where the text can still be read. External entities and entities
 * made of others are refused.
 */
export async function* extractXml(input: TextInput): AsyncGenerator<ExtractionPart> {
  const batch = createElementBatch();
  const reader = new XmlReader();
  const parser = new SaxesParser({ position: true });
  let faults = 0;
  let entities = new Map<string, string | undefined>();
  parser.on("doctype", (doctype) => {
    entities = declaredEntities(doctype);
    for (const [name, value] of entities) if (value !== undefined) parser.ENTITIES[name] = value;
  });
  parser.on("error", (error) => {
    faults++;
    const undefinedEntity = /undefined entity/i.test(error.message);
    if (undefinedEntity && [...entities.values()].includes(undefined))
      throw refused("entities that stand for files or for other entities");
  });
  parser.on("opentag", (tag) => reader.open(local(tag.name), tag.attributes as Record<string, string>, parser.line));
  parser.on("text", (text) => reader.text(text));
  parser.on("cdata", (text) => reader.text(text));
  parser.on("closetag", (tag) => reader.close(local(tag.name)));
  for await (const piece of textPieces(input)) {
    parser.write(piece.replaceAll("\0", ""));
    yield* batch.add(reader.ready.splice(0));
  }
  try {
    parser.close();
  } catch (error) {
    if (GroundworkError.isInstance(error)) throw error;
    faults++;
  }
  reader.end();
  yield* batch.add(reader.ready.splice(0));
  yield* batch.finish();
  if (faults > 0) {
    yield {
      type: "warning",
      warning: {
        code: "xml-not-well-formed",
        message: `The XML has ${faults} faults of form. Text near them may be incomplete.`,
      },
    };
  }
}
