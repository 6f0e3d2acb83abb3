/** A row with the line it starts on. */
export interface DelimitedRow {
  readonly cells: string[];
  readonly line: number;
}

/** A quoted field longer than this has lost its closing quote. */
const MOST_QUOTED = 1_000_000;
/** A row beyond this is given in pieces: lines without end exist. */
const MOST_CELLS = 16_384;
const MOST_ROW = 2_000_000;

const QUOTE = 34;
const LF = 10;
const CR = 13;

/**
 * Parses delimited text that comes in pieces, in memory bounded by one row. Own code because a quote that is never closed
 * must not swallow the file: the field is then read again with the quote as a character, which the parsers at hand do not do.
 */
export class DelimitedParser {
  /** Fields whose quote was never closed. */
  unclosedQuotes = 0;
  readonly #delimiter: number;
  #cells: string[] = [];
  #field = "";
  #rowSize = 0;
  #line = 1;
  #rowLine = 1;
  #state: "start" | "plain" | "quoted" | "quote-in-quoted" = "start";
  /** Raw text of the open quoted field, to read it again. */
  #raw = "";
  #sawCr = false;

  /** `delimiter` = `undefined`: each line is one field. */
  constructor(delimiter: string | undefined) {
    this.#delimiter = delimiter === undefined ? -1 : delimiter.charCodeAt(0);
  }

  *push(text: string): Generator<DelimitedRow> {
    yield* this.#scan(text);
    if (this.#raw.length > MOST_QUOTED) yield* this.#reopen();
  }

  *end(): Generator<DelimitedRow> {
    for (let round = 0; this.#state === "quoted" && round < 1_000; round++) yield* this.#reopen();
    if (this.#field !== "" || this.#cells.length > 0) {
      this.#endField();
      yield this.#endRow();
    }
  }

  /** Takes the opening quote of the field as a character and reads what followed again. */
  *#reopen(): Generator<DelimitedRow> {
    const raw = this.#raw;
    this.unclosedQuotes++;
    this.#raw = "";
    this.#line -= raw.split("\n").length - 1;
    this.#field = '"';
    this.#state = "plain";
    yield* this.#scan(raw);
  }

  #endField(): void {
    this.#cells.push(this.#field);
    this.#rowSize += this.#field.length;
    this.#field = "";
    this.#raw = "";
    this.#state = "start";
  }

  #endRow(): DelimitedRow {
    const row = { cells: this.#cells, line: this.#rowLine };
    this.#cells = [];
    this.#rowSize = 0;
    return row;
  }

  *#scan(text: string): Generator<DelimitedRow> {
    const delimiter = this.#delimiter;
    let from = 0;
    for (let at = 0; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (this.#state === "quoted") {
        const close = text.indexOf('"', at);
        const end = close < 0 ? text.length : close;
        const part = text.slice(at, end);
        this.#field += part;
        this.#raw += close < 0 ? part : `${part}"`;
        for (let next = part.indexOf("\n"); next >= 0; next = part.indexOf("\n", next + 1)) this.#line++;
        if (close >= 0) this.#state = "quote-in-quoted";
        at = end;
        from = end + 1;
        continue;
      }
      if (this.#state === "quote-in-quoted") {
        if (code === QUOTE) {
          this.#field += '"';
          this.#raw += '"';
          this.#state = "quoted";
          from = at + 1;
          continue;
        }
        // Text after a closing quote belongs to the field.
        this.#state = "plain";
        from = at;
      }
      if (code === QUOTE && this.#state === "start" && delimiter >= 0) {
        this.#state = "quoted";
        this.#raw = "";
        from = at + 1;
        continue;
      }
      if (code === LF && this.#sawCr) {
        this.#sawCr = false;
        from = at + 1;
        continue;
      }
      this.#sawCr = false;
      if (this.#state === "plain") {
        // The rest of a plain field holds nothing but its end.
        let next = at;
        for (let found = code; found !== delimiter && found !== LF && found !== CR; found = text.charCodeAt(next)) {
          if (++next >= text.length) break;
        }
        if (next !== at) {
          at = next - 1;
          continue;
        }
      }
      if (code === delimiter) {
        this.#field += text.slice(from, at);
        this.#endField();
        from = at + 1;
        if (this.#cells.length >= MOST_CELLS || this.#rowSize > MOST_ROW) yield this.#endRow();
      } else if (code === LF || code === CR) {
        this.#field += text.slice(from, at);
        this.#sawCr = code === CR;
        from = at + 1;
        if (this.#field !== "" || this.#cells.length > 0) {
          this.#endField();
          yield this.#endRow();
        }
        this.#state = "start";
        this.#line++;
        this.#rowLine = this.#line;
      } else if (this.#state === "start") {
        // Blanks before a quote do not hide it.
        if (code !== 32) this.#state = "plain";
      }
    }
    if (this.#state !== "quoted" && this.#state !== "quote-in-quoted" && from < text.length) {
      this.#field += text.slice(from);
      if (this.#field.length > MOST_ROW) {
        this.#endField();
        yield this.#endRow();
      }
    }
  }
}
