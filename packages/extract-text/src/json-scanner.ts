import { GroundworkError } from "@groundwork/contracts";

/** What stands in a JSON text, in order. `path` are the keys from the root. */
export type JsonEvent =
  /** A member of an object on the way, or the whole, that is no container. `json` is its source. */
  | { readonly type: "value"; readonly path: readonly string[]; readonly json: string }
  /** An element of an outermost array, whole. */
  | { readonly type: "element"; readonly path: readonly string[]; readonly json: string }
  | { readonly type: "open" | "close"; readonly container: "object" | "array"; readonly path: readonly string[] };

/** One record is held in memory: beyond this it is no record. */
const MOST_RECORD = 64_000_000;
const MOST_SPINE = 200;

const corrupt = (what: string): GroundworkError =>
  new GroundworkError("CORRUPT_DOCUMENT", `Expected JSON, found ${what}. Check that the file is whole.`);

/**
 * Cuts a JSON text that comes in pieces into its records: objects are entered, the elements of outermost arrays come
 * whole as source text, to be parsed one by one. So a file of any size needs the memory of its largest record, and numbers
 * keep the digits they are written with.
 */
export class JsonScanner {
  readonly #isLines: boolean;
  readonly #spine: { container: "object" | "array"; key: string | undefined }[] = [];
  #expect: "value" | "key" | "colon" | "comma" | "end" = "value";
  #record = "";
  #isOpen = false;
  #depth = 0;
  #isString = false;
  #isEscape = false;
  #isFirst = true;

  /** `isLines`: every value at the root is a record (JSON lines). */
  constructor(isLines: boolean) {
    this.#isLines = isLines;
  }

  get #path(): string[] {
    return this.#spine.flatMap((frame) => (frame.key === undefined ? [] : [frame.key]));
  }

  *push(text: string): Generator<JsonEvent> {
    let at = 0;
    while (at < text.length) {
      if (this.#isOpen) {
        const end = this.#recordEnd(text, at);
        this.#record += text.slice(at, end);
        at = end;
        if (this.#record.length > MOST_RECORD) {
          throw new GroundworkError(
            "DOCUMENT_TOO_LARGE",
            `Expected records of at most ${MOST_RECORD} characters, found a longer one. Split it at its source.`,
          );
        }
        if (!this.#isOpen) yield* this.#closeRecord();
        continue;
      }
      const char = text[at]!;
      if (char === " " || char === "\n" || char === "\r" || char === "\t" || char === "\uFEFF" || char === "\x1e") {
        at++;
        continue;
      }
      at = yield* this.#structure(char, at);
    }
  }

  *end(): Generator<JsonEvent> {
    if (this.#isOpen && this.#depth === 0 && !this.#isString) {
      this.#isOpen = false;
      yield* this.#closeRecord();
    }
    if (this.#isOpen || this.#spine.length > 0) throw corrupt("the end of the file inside a value");
    if (this.#isFirst) throw corrupt("no value");
  }

  /** Where the record that is open ends in the text, or its length. */
  #recordEnd(text: string, from: number): number {
    for (let at = from; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (this.#isString) {
        if (this.#isEscape) this.#isEscape = false;
        else if (code === 92) this.#isEscape = true;
        else if (code === 34) {
          this.#isString = false;
          if (this.#depth === 0) {
            this.#isOpen = false;
            return at + 1;
          }
        }
      } else if (code === 34) this.#isString = true;
      else if (code === 123 || code === 91) this.#depth++;
      else if (code === 125 || code === 93) {
        if (this.#depth === 0) {
          this.#isOpen = false;
          return at;
        }
        this.#depth--;
        if (this.#depth === 0) {
          this.#isOpen = false;
          return at + 1;
        }
      } else if (this.#depth === 0 && (code === 44 || code === 58 || code <= 32)) {
        this.#isOpen = false;
        return at;
      }
    }
    return text.length;
  }

  #open(): void {
    this.#isOpen = true;
    this.#record = "";
    this.#depth = 0;
    this.#isString = false;
    this.#isEscape = false;
  }

  *#closeRecord(): Generator<JsonEvent> {
    const json = this.#record;
    this.#record = "";
    this.#isFirst = false;
    const frame = this.#spine[this.#spine.length - 1];
    if (this.#expect === "key") {
      if (!json.startsWith('"')) throw corrupt("a member without a name in quotes");
      frame!.key = JSON.parse(json) as string;
      this.#expect = "colon";
      return;
    }
    const isElement = frame?.container === "array" || (frame === undefined && this.#isLines);
    yield { type: isElement ? "element" : "value", path: this.#path, json };
    if (frame?.container === "object") frame.key = undefined;
    this.#expect = frame === undefined ? "end" : "comma";
  }

  *#structure(char: string, at: number): Generator<JsonEvent, number> {
    const frame = this.#spine[this.#spine.length - 1];
    if (this.#expect === "end" || (frame === undefined && this.#isLines)) {
      if (!this.#isLines) throw corrupt("more text after the value");
      if (char === ",") return at + 1;
      this.#expect = "value";
      this.#open();
      return at;
    }
    const closes = frame?.container === "object" ? "}" : "]";
    if (frame !== undefined && char === closes && this.#expect !== "colon") {
      const path = this.#path;
      this.#spine.pop();
      const outer = this.#spine[this.#spine.length - 1];
      yield { type: "close", container: frame.container, path: frame.key === undefined ? path : path.slice(0, -1) };
      if (outer?.container === "object") outer.key = undefined;
      this.#expect = outer === undefined ? "end" : "comma";
      return at + 1;
    }
    if (this.#expect === "comma") {
      if (char !== ",") throw corrupt("a missing comma");
      this.#expect = frame?.container === "object" ? "key" : "value";
      return at + 1;
    }
    if (this.#expect === "colon") {
      if (char !== ":") throw corrupt("a missing colon");
      this.#expect = "value";
      return at + 1;
    }
    const isContainer = this.#expect === "value" && (char === "{" || char === "[") && frame?.container !== "array";
    if (isContainer && this.#spine.length < MOST_SPINE) {
      this.#isFirst = false;
      const container = char === "{" ? "object" : "array";
      yield { type: "open", container, path: this.#path };
      this.#spine.push({ container, key: undefined });
      this.#expect = container === "object" ? "key" : "value";
      return at + 1;
    }
    if (char === "}" || char === "]" || char === "," || char === ":")
      throw corrupt("a mark that stands in the wrong place");
    this.#open();
    return at;
  }
}
