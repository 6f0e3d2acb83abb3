import {
  type DocumentElement,
  type ExtractionPart,
  GroundworkError,
  renderTableText,
  type TableCell,
} from "@groundwork/contracts";
import { createElementBatch } from "@groundwork/html-elements";
import { JsonScanner } from "./json-scanner.ts";
import { cleanText, type TextInput, textPieces } from "./text-input.ts";

/** A number by its digits, so that ids longer than 15 digits stay what they are. */
class NumberText {
  readonly source: string;
  constructor(source: string) {
    this.source = source;
  }
}

const SLICE_ROWS = 200;
const SLICE_CHARACTERS = 200_000;
const MOST_COLUMNS = 60;
const MOST_DEPTH = 60;
const MOST_PARAGRAPH = 8_000;

type Reviver = (key: string, value: unknown, context: { readonly source?: string }) => unknown;

function parse(json: string): unknown {
  const keepDigits: Reviver = (_key, value, context) =>
    typeof value === "number" ? new NumberText(context.source ?? String(value)) : value;
  try {
    return JSON.parse(json, keepDigits as (key: string, value: unknown) => unknown);
  } catch (cause) {
    // The message of the parser quotes the document: only its name goes on.
    throw new GroundworkError(
      "CORRUPT_DOCUMENT",
      "Expected JSON, found a value that is none. Check that the file is whole.",
      {
        cause: { name: (cause as Error).name },
      },
    );
  }
}

const scalarText = (value: unknown): string =>
  value instanceof NumberText ? value.source : value === null ? "" : String(value);
const isScalar = (value: unknown): boolean =>
  value === null || typeof value !== "object" || value instanceof NumberText;

/** A value as lines `path: value`. Short lists stand on one line. */
function* valueLines(value: unknown, path: string, depth = 0): Generator<string> {
  if (isScalar(value)) {
    const text = scalarText(value);
    if (text.trim() !== "") yield path === "" ? text : `${path}: ${text}`;
  } else if (depth > MOST_DEPTH) {
    yield `${path}: …`;
  } else if (Array.isArray(value)) {
    if (value.every(isScalar)) {
      const texts = value.map(scalarText).filter((text) => text.trim() !== "");
      if (texts.length > 0) yield path === "" ? texts.join(", ") : `${path}: ${texts.join(", ")}`;
      return;
    }
    for (const [index, item] of value.entries()) yield* valueLines(item, `${path}[${index + 1}]`, depth + 1);
  } else {
    for (const [key, item] of Object.entries(value as object)) {
      yield* valueLines(item, path === "" ? key : `${path}.${key}`, depth + 1);
    }
  }
}

function* paragraphs(lines: Iterable<string>): Generator<DocumentElement> {
  let text = "";
  const give = function* (): Generator<DocumentElement> {
    const clean = cleanText(text).trimStart();
    text = "";
    if (clean !== "") yield { kind: "paragraph", text: clean };
  };
  for (const line of lines) {
    if (text !== "" && text.length + line.length > MOST_PARAGRAPH) yield* give();
    for (let start = 0; start < Math.max(1, line.length); start += 100_000) {
      text += `${text === "" ? "" : "\n"}${line.slice(start, start + 100_000)}`;
      if (line.length > 100_000) yield* give();
    }
  }
  yield* give();
}

const isFlatRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" &&
  value !== null &&
  !Array.isArray(value) &&
  !(value instanceof NumberText) &&
  Object.values(value).every((item) => isScalar(item) && scalarText(item).length <= 500);

/** The elements of one array: a table when they are flat and alike, else a paragraph each. */
class ArrayGatherer {
  readonly #records: unknown[] = [];
  #size = 0;
  #columns: string[] | undefined;
  #isTable: boolean | undefined;

  *add(value: unknown, size: number): Generator<DocumentElement> {
    this.#records.push(value);
    this.#size += size;
    if (this.#records.length >= SLICE_ROWS || this.#size >= SLICE_CHARACTERS) yield* this.give();
  }

  *give(): Generator<DocumentElement> {
    const records = this.#records.splice(0);
    this.#size = 0;
    if (records.length === 0) return;
    if (records.every(isScalar)) {
      const texts = records.map(scalarText).filter((text) => text.trim() !== "");
      const isShort = texts.every((text) => text.length <= 40);
      yield* isShort ? paragraphs([texts.join(", ")]) : texts.flatMap((text) => [...paragraphs([text])]);
      return;
    }
    const isFlat = records.every(isFlatRecord);
    if (this.#isTable === undefined) {
      const keys = isFlat ? new Set(records.flatMap((record) => Object.keys(record))) : new Set<string>();
      const filled = isFlat ? records.reduce((sum, record) => sum + Object.keys(record).length, 0) : 0;
      this.#isTable =
        isFlat &&
        records.length >= 2 &&
        keys.size >= 2 &&
        keys.size <= MOST_COLUMNS &&
        filled >= keys.size * records.length * 0.5;
    }
    if (this.#isTable && isFlat) yield this.#table(records);
    else for (const record of records) yield* paragraphs(valueLines(record, ""));
  }

  #table(records: readonly Readonly<Record<string, unknown>>[]): DocumentElement {
    const isFirst = this.#columns === undefined;
    const names = [...new Set([...(this.#columns ?? []), ...records.flatMap((record) => Object.keys(record))])];
    this.#columns = names;
    const header = names.map((name) => cleanText(name).trim());
    const shift = isFirst ? 1 : 0;
    const cells: TableCell[] = isFirst
      ? header.flatMap((text, column) => (text === "" ? [] : [{ row: 0, column, text, header: true }]))
      : [];
    records.forEach((record, row) => {
      names.forEach((name, column) => {
        const text = cleanText(scalarText(record[name] ?? null)).trim();
        if (text !== "") cells.push({ row: row + shift, column, text });
      });
    });
    const table = {
      rows: records.length + shift,
      columns: names.length,
      cells,
      ...(isFirst ? {} : { continuedHeader: [header] }),
    };
    return { kind: "table", text: renderTableText(table), table };
  }
}

/** JSON and JSON lines: objects as sections, arrays as tables or records, everything else as `name: value`. */
export async function* extractJson(input: TextInput): AsyncGenerator<ExtractionPart> {
  const scanner = new JsonScanner(input.document.mediaType === "application/x-ndjson");
  const batch = createElementBatch();
  const lines: string[] = [];
  let array: ArrayGatherer | undefined;
  let records = 0;

  function* giveLines(): Generator<DocumentElement> {
    yield* paragraphs(lines.splice(0));
  }
  function* take(events: ReturnType<JsonScanner["push"]>): Generator<DocumentElement> {
    for (const event of events) {
      const name = event.path.at(-1);
      switch (event.type) {
        case "open": {
          yield* giveLines();
          const text = cleanText(name ?? "")
            .replace(/\s+/g, " ")
            .trim();
          if (text !== "") yield { kind: "heading", level: Math.min(9, event.path.length), text };
          if (event.container === "array") array = new ArrayGatherer();
          break;
        }
        case "close":
          yield* giveLines();
          if (array !== undefined) yield* array.give();
          array = undefined;
          break;
        case "value":
          lines.push(...valueLines(parse(event.json), name ?? ""));
          if (lines.length >= 500) yield* giveLines();
          break;
        case "element":
          array ??= new ArrayGatherer();
          records++;
          yield* array.add(parse(event.json), event.json.length);
          break;
      }
    }
  }
  for await (const piece of textPieces(input)) {
    for (const part of batch.add(take(scanner.push(piece)))) {
      yield part;
      yield { type: "progress", unit: "row", done: records };
    }
  }
  yield* batch.add(take(scanner.end()));
  if (array !== undefined) yield* batch.add((array as ArrayGatherer).give());
  yield* batch.add(giveLines());
  yield* batch.finish();
}
