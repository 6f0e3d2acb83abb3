/** What the paragraph properties of a binary Word file say, as far as it matters to the reading. */
export interface DocParagraph {
  readonly style: number;
  readonly inTable: boolean;
  readonly rowEnd: boolean;
  readonly listed: boolean;
  readonly level: number;
  /** 0-based; 9 is body text. */
  readonly outline: number | undefined;
}

const PAGE_BYTES = 512;
const FIRST_COMPRESSED_ENTRY = 13;

interface Span {
  readonly start: number;
  readonly end: number;
  readonly paragraph: DocParagraph;
}

/** Bytes that the operand of a property modifier takes ([MS-DOC] 2.2.5.1). */
function operandBytes(view: DataView, at: number, opcode: number): number {
  switch (opcode >> 13) {
    case 0:
    case 1:
      return 1;
    case 2:
    case 4:
    case 5:
      return 2;
    case 3:
      return 4;
    case 7:
      return 3;
    default:
      return opcode === 0xd608 ? view.getUint16(at, true) + 1 : view.getUint8(at) + 1;
  }
}

function readModifiers(bytes: Uint8Array, style: number): DocParagraph {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let [inTable, rowEnd, listed, level] = [false, false, false, 0];
  let outline: number | undefined;
  for (let at = 0; at + 3 <= bytes.length; ) {
    const opcode = view.getUint16(at, true);
    at += 2;
    if (opcode === 0x2416) inTable = view.getUint8(at) !== 0;
    else if (opcode === 0x2417) rowEnd = view.getUint8(at) !== 0;
    else if (opcode === 0x260a) level = view.getUint8(at);
    else if (opcode === 0x2640) outline = view.getUint8(at);
    else if (opcode === 0x460b && at + 2 <= bytes.length) {
      const list = view.getUint16(at, true);
      listed = list !== 0 && list !== 0xf801;
    }
    at += operandBytes(view, at, opcode);
  }
  return { style, inTable, rowEnd, listed, level, outline };
}

/** Paragraph properties by position in the file: pages of formatted runs, found through the bin table. */
export class DocProperties {
  readonly #spans: Span[] = [];

  constructor(main: Uint8Array, bins: Uint8Array) {
    const view = new DataView(bins.buffer, bins.byteOffset, bins.byteLength);
    const count = Math.max(0, Math.floor((bins.length - 4) / 8));
    for (let index = 0; index < count; index++) {
      const page = view.getUint32((count + 1) * 4 + index * 4, true) & 0x3fffff;
      const from = page * PAGE_BYTES;
      if (from + PAGE_BYTES <= main.length) this.#readPage(main.subarray(from, from + PAGE_BYTES));
    }
    this.#spans.sort((a, b) => a.start - b.start);
  }

  /** The paragraph that holds a byte of the main stream. */
  at(offset: number): DocParagraph | undefined {
    let low = 0;
    let high = this.#spans.length - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      const span = this.#spans[middle]!;
      if (offset < span.start) high = middle - 1;
      else if (offset >= span.end) low = middle + 1;
      else return span.paragraph;
    }
    return undefined;
  }

  #readPage(page: Uint8Array): void {
    const view = new DataView(page.buffer, page.byteOffset, page.byteLength);
    const count = page[PAGE_BYTES - 1]!;
    for (let index = 0; index < count; index++) {
      const entry = (count + 1) * 4 + index * FIRST_COMPRESSED_ENTRY;
      if (entry >= PAGE_BYTES) return;
      const start = view.getUint32(index * 4, true);
      const end = view.getUint32(index * 4 + 4, true);
      let at = page[entry]! * 2;
      if (at === 0 || end <= start) continue;
      let length = page[at]! * 2 - 1;
      if (length < 0) length = page[++at]! * 2;
      at++;
      if (at + 2 > PAGE_BYTES || length < 2) continue;
      const modifiers = page.subarray(at + 2, Math.min(PAGE_BYTES - 1, at + length));
      try {
        this.#spans.push({ start, end, paragraph: readModifiers(modifiers, view.getUint16(at, true)) });
      } catch {
        // Modifiers that run over the page: the text is read without them.
      }
    }
  }
}
