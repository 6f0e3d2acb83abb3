import { type DocumentElement, type ExtractionPart, renderTableText, type TableCell } from "@groundwork/contracts";
import { createElementBatch } from "@groundwork/html-elements";
import { paragraphElements } from "./plain-text.ts";
import { cleanText, type Line, type TextInput, textLines } from "./text-input.ts";

interface Dialect {
  /** Level and title of a heading on one line. */
  readonly heading: (text: string) => { readonly level: number; readonly title: string } | undefined;
  /** Lines that carry no text for a reader. */
  readonly ignored: RegExp;
  /** A line that opens a literal block, and whether it is closed by the same line (`undefined`: by its indent). */
  readonly fence: RegExp | undefined;
  /** A line between which table rows stand, or that starts each row. */
  readonly tableFence: RegExp | undefined;
  readonly tableRow: RegExp | undefined;
  readonly caption: RegExp | undefined;
  /** Inline marks to text. */
  readonly inline: (text: string) => string;
}

const asciidoc: Dialect = {
  heading: (text) => {
    const match = /^(={1,6})\s+(\S.*?)(?:\s+=+)?$/.exec(text);
    return match === null ? undefined : { level: match[1]!.length, title: match[2]! };
  },
  ignored: /^(?:\/\/(?!\/)|:[\w-]+!?:|\[[^\]]*\]$|image::|include::|ifdef::|ifndef::|endif::|toc::|'''$|<<<$)/,
  fence: /^(-{4,}|\.{4,}|`{3,})/,
  tableFence: /^\|===/,
  tableRow: /^\s*\|/,
  caption: /^\.(?=\S)(?!\.)(.+)$/,
  inline: (text) =>
    text
      .replace(/(?:link|xref|mailto):[^\s[]*\[([^\]]*)\]/g, "$1")
      .replace(/https?:\/\/[^\s[]+\[([^\]]+)\]/g, "$1")
      .replace(/image:[^\s[]+\[([^\],]*)[^\]]*\]/g, "$1")
      .replace(/<<[^,>]+,([^>]+)>>/g, "$1")
      .replace(/(^|\W)[*_`+]{1,2}(\S(?:[^\n]*?\S)?)[*_`+]{1,2}(?=\W|$)/g, "$1$2"),
};

const restructured: Dialect = {
  heading: () => undefined,
  ignored: /^(?:\.\. |\.\.$|:[\w-]+:(?:\s|$)|__ )/,
  fence: undefined,
  tableFence: undefined,
  tableRow: undefined,
  caption: undefined,
  inline: (text) =>
    text
      .replace(/:[\w:-]+:`([^`<]*?)\s*(?:<[^`>]*>)?`/g, "$1")
      .replace(/`([^`<]+?)\s*<[^`>]+>`__?/g, "$1")
      .replace(/``([^`]+)``/g, "$1")
      .replace(/`([^`]+)`_{0,2}/g, "$1")
      .replace(/\*\*([^*]+)\*\*|(?<!\*)\*([^*\s][^*]*)\*(?!\*)/g, (_whole, strong, weak) => strong ?? weak)
      .replace(/(\w)_(?=\W|$)/g, "$1"),
};

const org: Dialect = {
  heading: (text) => {
    const match = /^(\*+)\s+(?:(?:TODO|DONE)\s+)?(\S.*?)(?:\s+:[\w:@]+:)?$/.exec(text);
    return match === null ? undefined : { level: match[1]!.length, title: match[2]! };
  },
  ignored: /^\s*(?:#\+(?!TITLE)|# |:[A-Z_]+:)/i,
  fence: /^\s*#\+begin_(?:src|example)/i,
  tableFence: undefined,
  tableRow: /^\s*\|/,
  caption: undefined,
  inline: (text) =>
    text
      .replace(/\[\[[^\]]+\]\[([^\]]+)\]\]/g, "$1")
      .replace(/(^|\s)[*/=~](\S(?:[^\n]*?\S)?)[*/=~](?=\s|[.,;:!?]|$)/g, "$1$2"),
};

const DIALECTS: Readonly<Record<string, Dialect>> = {
  "text/asciidoc": asciidoc,
  "text/x-rst": restructured,
  "text/org": org,
};

function tableElement(lines: readonly Line[], dialect: Dialect): DocumentElement | undefined {
  const rows = lines
    .map((line) => line.text.trim())
    .filter((text) => text.startsWith("|") && !/^\|[-+:|\s]*$/.test(text.replace(/\|\s*\|/g, "|x|")))
    .map((text) =>
      text
        .replace(/^\|/, "")
        .replace(/\|$/, "")
        .split("|")
        .map((cell) => cleanText(dialect.inline(cell)).trim()),
    );
  const cells: TableCell[] = rows.flatMap((row, rowIndex) =>
    row.flatMap((text, column) =>
      text === "" ? [] : [{ row: rowIndex, column, text, ...(rowIndex === 0 ? { header: true } : {}) }],
    ),
  );
  if (cells.length === 0) return undefined;
  const table = { rows: rows.length, columns: Math.max(...rows.map((row) => row.length)), cells };
  return { kind: "table", text: renderTableText(table), table, location: { line: lines[0]!.number } };
}

/** AsciiDoc, reStructuredText, Org: headings, lists, tables of bars, literal blocks; directives are left out. */
export async function* extractLightMarkup(input: TextInput): AsyncGenerator<ExtractionPart> {
  const dialect = DIALECTS[input.document.mediaType] ?? asciidoc;
  const batch = createElementBatch();
  let lines: Line[] = [];
  let mode: "text" | "code" | "table" = "text";
  let isDirective = false;
  let closing = "";

  function* give(): Generator<DocumentElement> {
    const taken = lines;
    lines = [];
    if (taken.length === 0) return;
    if (mode === "code") {
      const text = cleanText(taken.map((line) => line.text).join("\n"));
      if (text !== "") yield { kind: "code", text, location: { line: taken[0]!.number } };
      return;
    }
    const isTable =
      mode === "table" || (dialect.tableRow !== undefined && taken.every((line) => dialect.tableRow!.test(line.text)));
    if (isTable) {
      const element = tableElement(taken, dialect);
      if (element !== undefined) yield element;
      return;
    }
    for (const element of paragraphElements(taken)) {
      // The marks are looked for in time that grows with the square of the text.
      const text = cleanText(element.text.length > 20_000 ? element.text : dialect.inline(element.text));
      if (text !== "") yield { ...element, text };
    }
  }
  function* line(next: Line): Generator<DocumentElement> {
    const { text } = next;
    if (mode === "code") {
      const isEnd = closing === "" ? /^\s*#\+end_/i.test(text) : text.trim() === closing;
      if (!isEnd && lines.length < 2_000) {
        lines.push(next);
        return;
      }
      yield* give();
      mode = "text";
      if (isEnd) return;
    }
    if (dialect.tableFence?.test(text) === true) {
      yield* give();
      mode = mode === "table" ? "text" : "table";
      return;
    }
    if (mode === "table") {
      if (text.trim() !== "" && lines.length < 2_000) lines.push(next);
      return;
    }
    const fence = dialect.fence?.exec(text);
    if (fence !== null && fence !== undefined) {
      yield* give();
      mode = "code";
      closing = fence[1] ?? "";
      return;
    }
    // What is indented under a directive belongs to it.
    if (isDirective && (/^\s+\S/.test(text) || text.trim() === "")) {
      if (/^\s+\S/.test(text) && !/^\s+:[\w-]+:/.test(text)) lines.push({ ...next, text: text.trim() });
      else if (text.trim() === "") yield* give();
      return;
    }
    isDirective = false;
    const heading = dialect.heading(text);
    const caption = dialect.caption?.exec(text)?.[1];
    if (heading !== undefined) {
      yield* give();
      const title = cleanText(dialect.inline(heading.title));
      if (title !== "") yield { kind: "heading", level: heading.level, text: title, location: { line: next.number } };
    } else if (caption !== undefined && caption !== null) {
      yield* give();
      const title = cleanText(dialect.inline(caption));
      if (title !== "") yield { kind: "caption", text: title, location: { line: next.number } };
    } else if (dialect.ignored.test(text)) {
      yield* give();
      isDirective = /^\.\. \S+::/.test(text);
    } else if (text.trim() === "" || lines.length >= 400) {
      yield* give();
      if (text.trim() !== "") lines.push(next);
    } else lines.push(next);
  }
  for await (const some of textLines(input)) for (const next of some) yield* batch.add(line(next));
  yield* batch.add(give());
  yield* batch.finish();
}
