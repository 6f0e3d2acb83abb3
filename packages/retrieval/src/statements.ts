import { headerRowCount, isBody, type PlacedElement, type TableData, tableRows } from "@groundwork/contracts";
import type { VerifiedPassage } from "./citation.ts";
import { elementsIn } from "./quote-place.ts";
import { sentencesOf } from "./sentences.ts";

export interface Stretch {
  readonly charStart: number;
  readonly charEnd: number;
}

/** Something that a document says and that can be read alone. */
export interface Statement {
  readonly text: string;
  /** Where its words stand in the canonical text; more than one when a lead-in or a table's header belongs to it. */
  readonly stretches: readonly Stretch[];
  /** Begins with a word that points back at a sentence that could not be taken along. */
  readonly dependent: boolean;
  /** Nearest heading. */
  readonly heading: string;
  readonly passage: VerifiedPassage;
}

const LONGEST_STATEMENT = 700;
/** Characters of a list item that is said in one breath; a longer one is read sentence by sentence. */
const LONGEST_ITEM = 280;

/** Words that point back: the sentence before says at what. */
const POINTS_BACK =
  /^(?:it|its|this|that|these|those|they|their|he|she|such|however|otherwise|therefore|in (?:this|that|such) (?:case|event)|if so|but|and|or|so|also|additionally|instead)\b/i;

const squeeze = (text: string): string => text.replace(/\s+/g, " ").trim();

function rowsOf(table: TableData): string[][] {
  return tableRows(table).filter((row) => row.some((cell) => cell !== ""));
}

function linesOf({ text, charStart }: PlacedElement): Stretch[] {
  let offset = charStart;
  return text.split("\n").map((line) => {
    const stretch = { charStart: offset, charEnd: offset + line.length };
    offset += line.length + 1;
    return stretch;
  });
}

class StatementReader {
  readonly #passage: VerifiedPassage;
  readonly #text: string;
  readonly #elements: readonly PlacedElement[];

  constructor(passage: VerifiedPassage) {
    this.#passage = passage;
    this.#text = passage.revision.text;
    this.#elements = passage.revision.elements;
  }

  *read(): Generator<Statement> {
    const { charStart, charEnd } = this.#passage.row;
    for (const element of elementsIn(this.#elements, charStart, charEnd)) {
      if (!isBody(element) || element.kind === "heading" || element.kind === "title" || element.kind === "caption")
        continue;
      const statements =
        element.kind === "table" && element.table !== undefined
          ? this.#rows(element)
          : element.kind === "list_item"
            ? this.#item(element)
            : this.#sentences(element);
      for (const statement of statements)
        if (statement.stretches.some((stretch) => stretch.charStart < charEnd && stretch.charEnd > charStart))
          yield statement;
    }
  }

  #statement(element: PlacedElement, stretches: readonly Stretch[], text?: string): Statement {
    const said = text ?? stretches.map(({ charStart, charEnd }) => this.#text.slice(charStart, charEnd)).join(" ");
    return {
      text: squeeze(said),
      stretches,
      dependent: text === undefined && POINTS_BACK.test(squeeze(said)),
      heading: element.sectionPath[element.sectionPath.length - 1] ?? "",
      passage: this.#passage,
    };
  }

  #sentencesIn(element: PlacedElement): Stretch[] {
    return sentencesOf(element.text).map(({ start, end }) => ({
      charStart: element.charStart + start,
      charEnd: element.charStart + end,
    }));
  }

  *#sentences(element: PlacedElement): Generator<Statement> {
    const sentences = this.#sentencesIn(element);
    for (const [index, sentence] of sentences.entries()) {
      const before = sentences[index - 1];
      const text = this.#text.slice(sentence.charStart, sentence.charEnd);
      if (index === sentences.length - 1 && text.endsWith(":")) {
        yield this.#statement(element, [{ ...sentence, charEnd: this.#endOfList(element, sentence.charStart) }]);
        continue;
      }
      const joined =
        before !== undefined && POINTS_BACK.test(text) && sentence.charEnd - before.charStart <= LONGEST_STATEMENT;
      yield this.#statement(element, [joined ? { charStart: before.charStart, charEnd: sentence.charEnd } : sentence]);
    }
  }

  /** End of the items that a lead-in announces, as many as fit. */
  #endOfList(lead: PlacedElement, start: number): number {
    let end = lead.charEnd;
    for (let ordinal = lead.ordinal + 1; ; ordinal++) {
      const next = this.#elements[ordinal];
      if (next === undefined || next.charEnd - start > LONGEST_STATEMENT) return end;
      if (next.kind === "list_item") end = next.charEnd;
      else if (isBody(next)) return end;
    }
  }

  /** An item with the sentence that announces its list. */
  *#item(element: PlacedElement): Generator<Statement> {
    let first = element.ordinal;
    while (first > 0 && this.#elements[first - 1]!.kind === "list_item") first--;
    const above = this.#elements[first - 1];
    const announced = above?.kind === "paragraph" && above.text.trimEnd().endsWith(":");
    const lead = announced ? this.#sentencesIn(above).at(-1) : undefined;
    const whole = { charStart: element.charStart, charEnd: element.charEnd };
    const parts = element.text.length <= LONGEST_ITEM ? [whole] : this.#sentencesIn(element);
    for (const [index, part] of parts.entries())
      yield this.#statement(element, lead === undefined || index > 0 ? [part] : [lead, part]);
  }

  /** A row with the names of its columns. */
  *#rows(element: PlacedElement): Generator<Statement> {
    const table = element.table!;
    const lines = linesOf(element);
    const rows = rowsOf(table);
    // Only the common rendering has a line for each row.
    if (lines.length !== rows.length) {
      for (const line of lines) yield this.#statement(element, [line]);
      return;
    }
    const header = this.#header(element);
    for (let row = header?.own ?? 0; row < rows.length; row++) {
      const [label = "", ...values] = rows[row]!;
      const named = values.flatMap((value, index) => {
        const name = header?.names[index + 1] ?? "";
        return value === "" ? [] : [name === "" ? value : `${name}: ${value}`];
      });
      const text = named.length === 0 ? label : `${label === "" ? "" : `${label} – `}${named.join(", ")}`;
      yield this.#statement(element, header === undefined ? [lines[row]!] : [header.line, lines[row]!], text);
    }
  }

  /** The last header row, with where it stands: for a later slice of a long table, in the first. */
  #header(
    element: PlacedElement,
  ): { readonly names: readonly string[]; readonly line: Stretch; readonly own: number } | undefined {
    let first: PlacedElement | undefined = element;
    while (first?.kind === "table" && first.table?.continuedHeader !== undefined)
      first = this.#elements[first.ordinal - 1];
    if (first?.kind !== "table" || first.table === undefined) return undefined;
    const count = headerRowCount(first.table);
    const rows = rowsOf(first.table);
    const lines = linesOf(first);
    const names = rows[count - 1];
    const line = lines[count - 1];
    if (names === undefined || line === undefined || lines.length !== rows.length) return undefined;
    return { names, line, own: first === element ? count : 0 };
  }
}

/** What a passage says: sentences, items with their lead-in, rows with the names of their columns. */
export function statementsOf(passage: VerifiedPassage): Statement[] {
  return [...new StatementReader(passage).read()].filter(({ text }) => /\p{L}/u.test(text));
}
