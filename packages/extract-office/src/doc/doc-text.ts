import { codePageDecoder } from "../code-page.ts";
import { corruptDocument, passwordRequired, unsupported } from "../office-errors.ts";
import type { CompoundFile } from "../ole/compound-file.ts";
import { type DocParagraph, DocProperties } from "./doc-properties.ts";

const MAGIC = 0xa5ec;
const ENCRYPTED = 0x0100;
const COMPLEX = 0x0004;
const TABLE_1 = 0x0200;
/** Version of Word 97; older files have another layout. */
const WORD_97 = 0xc1;

interface Piece {
  /** Characters of the text. */
  readonly start: number;
  readonly end: number;
  /** Byte of the main stream. */
  readonly offset: number;
  readonly wide: boolean;
}

/** The stories of a document one after the other, in characters. */
export interface DocStories {
  readonly main: number;
  readonly footnotes: number;
  readonly headers: number;
  readonly comments: number;
  readonly endnotes: number;
  readonly textBoxes: number;
}

/** Text of a binary Word document ([MS-DOC]), put together from its pieces. */
export class DocText {
  readonly text: string;
  readonly stories: DocStories;
  readonly #pieces: readonly Piece[];
  readonly #properties: DocProperties | undefined;

  constructor(file: CompoundFile) {
    const main = file.stream("WordDocument");
    if (main === undefined || main.length < 0x60)
      throw corruptDocument(undefined, "Expected a Word document, found none.");
    const view = new DataView(main.buffer, main.byteOffset, main.byteLength);
    const flags = view.getUint16(0x0a, true);
    if (view.getUint16(0, true) !== MAGIC && view.getUint16(2, true) >= WORD_97) {
      throw corruptDocument(undefined, "Expected a Word document, found other bytes.");
    }
    if ((flags & ENCRYPTED) !== 0) throw passwordRequired();
    if (view.getUint16(2, true) < WORD_97) {
      if ((flags & COMPLEX) !== 0) throw unsupported("a fast-saved document of Word 6 or 95");
      const [from, to] = [view.getUint32(0x18, true), view.getUint32(0x1c, true)];
      this.text = codePageDecoder(1252).decode(main.subarray(from, to));
      this.#pieces = [{ start: 0, end: this.text.length, offset: from, wide: false }];
      this.stories = {
        main: Math.min(this.text.length, view.getUint32(0x34, true) || this.text.length),
        footnotes: 0,
        headers: 0,
        comments: 0,
        endnotes: 0,
        textBoxes: 0,
      };
      return;
    }
    const table = file.stream((flags & TABLE_1) !== 0 ? "1Table" : "0Table");
    if (table === undefined) throw corruptDocument(undefined, "Expected the table stream, found none.");
    this.stories = {
      main: view.getUint32(0x4c, true),
      footnotes: view.getUint32(0x50, true),
      headers: view.getUint32(0x54, true),
      comments: view.getUint32(0x5c, true),
      endnotes: view.getUint32(0x60, true),
      textBoxes: view.getUint32(0x64, true),
    };
    const part = (at: number): Uint8Array => {
      const from = view.getUint32(at, true);
      return table.subarray(from, from + view.getUint32(at + 4, true));
    };
    this.#pieces = readPieces(part(0x1a2));
    this.text = this.#pieces
      .map(({ start, end, offset, wide }) => {
        const bytes = main.subarray(offset, offset + (end - start) * (wide ? 2 : 1));
        // Every character must keep its place, so a piece that is cut off is filled up.
        return codePageDecoder(wide ? 1200 : 1252)
          .decode(bytes)
          .padEnd(end - start, "\u0000");
      })
      .join("");
    this.#properties = new DocProperties(main, part(0x102));
  }

  /** Properties of the paragraph that ends with a character. */
  paragraphAt(position: number): DocParagraph | undefined {
    let low = 0;
    let high = this.#pieces.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#pieces[middle]!.start <= position) low = middle;
      else high = middle - 1;
    }
    const piece = this.#pieces[low];
    if (piece === undefined || position < piece.start || position >= piece.end) return undefined;
    return this.#properties?.at(piece.offset + (position - piece.start) * (piece.wide ? 2 : 1));
  }
}

function readPieces(clx: Uint8Array): Piece[] {
  const view = new DataView(clx.buffer, clx.byteOffset, clx.byteLength);
  let at = 0;
  while (at < clx.length && clx[at] === 1) at += 3 + view.getUint16(at + 1, true);
  if (clx[at] !== 2) throw corruptDocument(undefined, "Expected a piece table, found none.");
  const count = Math.floor((view.getUint32(at + 1, true) - 4) / 12);
  const positions = at + 5;
  const pieces: Piece[] = [];
  for (let index = 0; index < count; index++) {
    const start = view.getUint32(positions + index * 4, true);
    const end = view.getUint32(positions + index * 4 + 4, true);
    const raw = view.getUint32(positions + (count + 1) * 4 + index * 8 + 2, true);
    const wide = (raw & 0x40000000) === 0;
    const offset = raw & 0x3fffffff;
    if (end < start || end - start > 0x1000_0000) throw corruptDocument(undefined, "Expected ordered pieces.");
    pieces.push({ start, end, offset: wide ? offset : offset >> 1, wide });
  }
  return pieces;
}
