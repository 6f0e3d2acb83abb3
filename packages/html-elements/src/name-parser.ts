import { type Handler, Parser, type ParserOptions } from "htmlparser2";
import type { NameTable } from "./name-table.ts";

/** What {@link NameParser} uses of the parser's own state. A test holds it against the parser it extends. */
interface ParserState {
  /** Input that is not used up; the first begins at `bufferOffset`. */
  readonly buffers: readonly string[];
  readonly bufferOffset: number;
  /** Longer than one, or not 0, inside SVG and MathML, where names have cases of their own. */
  readonly foreignContext: readonly number[];
  startIndex: number;
  attribname: string;
  write(chunk: string): void;
  end(): void;
  readTagName(start: number, end: number): string;
  onattribname(start: number, end: number): void;
}

const Base = Parser as unknown as new (handler: Partial<Handler>, options: ParserOptions) => ParserState;

export interface NameParserOptions extends ParserOptions {
  /** Without `image`, which the parser takes for `img`. */
  readonly tagNames: NameTable;
  readonly attributeNames: NameTable;
}

/**
 * The parser of htmlparser2 with one string for each name that is known: it looks every tag up in several tables, which takes
 * the hash of a name that was just cut out. Only for HTML.
 */
export class NameParser extends Base {
  readonly #tagNames: NameTable;
  readonly #attributeNames: NameTable;

  constructor(handler: Partial<Handler>, options: NameParserOptions) {
    super(handler, options);
    this.#tagNames = options.tagNames;
    this.#attributeNames = options.attributeNames;
  }

  override readTagName(start: number, end: number): string {
    const { foreignContext } = this;
    const isForeign = foreignContext.length > 1 || foreignContext[0] !== 0;
    return (isForeign ? undefined : this.#find(this.#tagNames, start, end)) ?? super.readTagName(start, end);
  }

  override onattribname(start: number, end: number): void {
    const name = this.#find(this.#attributeNames, start, end);
    if (name === undefined) super.onattribname(start, end);
    else {
      this.startIndex = start;
      this.attribname = name;
    }
  }

  /** Names that go on in the next piece of input, and all behind the first, are left to the parser, which drops what is used up. */
  #find(names: NameTable, start: number, end: number): string | undefined {
    const { bufferOffset } = this;
    const buffer = this.buffers[0];
    if (buffer === undefined || start < bufferOffset || end - bufferOffset > buffer.length) return undefined;
    return names.find(buffer, start - bufferOffset, end - bufferOffset);
  }
}
