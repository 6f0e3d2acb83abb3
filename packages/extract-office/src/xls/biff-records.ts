/** One record of a BIFF stream; `data` of a record that is continued holds the pieces one after the other. */
export interface BiffRecord {
  readonly type: number;
  readonly data: Uint8Array;
  readonly view: DataView;
  /** Offsets in `data` at which a continuation begins: strings that cross one repeat their flag byte there. */
  readonly seams: readonly number[];
  readonly offset: number;
}

const CONTINUE = 0x3c;

/** Records of a workbook stream from an offset on. A truncated last record ends the reading. */
export function* readRecords(stream: Uint8Array, from: number = 0): Generator<BiffRecord> {
  const view = new DataView(stream.buffer, stream.byteOffset, stream.byteLength);
  for (let at = from; at + 4 <= stream.length; ) {
    const offset = at;
    const type = view.getUint16(at, true);
    const size = view.getUint16(at + 2, true);
    let data = stream.subarray(at + 4, at + 4 + size);
    at += 4 + size;
    const seams: number[] = [];
    const pieces = [data];
    let length = data.length;
    while (at + 4 <= stream.length && view.getUint16(at, true) === CONTINUE) {
      const more = view.getUint16(at + 2, true);
      seams.push(length);
      const piece = stream.subarray(at + 4, at + 4 + more);
      pieces.push(piece);
      length += piece.length;
      at += 4 + more;
    }
    if (pieces.length > 1) data = Buffer.concat(pieces);
    yield { type, data, view: new DataView(data.buffer, data.byteOffset, data.byteLength), seams, offset };
  }
}

/** Reads BIFF8 strings across the seams of continued records. */
export class BiffStrings {
  readonly #record: BiffRecord;
  at: number;

  constructor(record: BiffRecord, at: number) {
    this.#record = record;
    this.at = at;
  }

  get done(): boolean {
    return this.at >= this.#record.data.length;
  }

  /** A string with rich-text runs and phonetic data, which are passed over. `lengthBytes` is the size of its count. */
  read(lengthBytes: 1 | 2): string {
    const { view, data, seams } = this.#record;
    const count = lengthBytes === 2 ? view.getUint16(this.at, true) : view.getUint8(this.at);
    this.at += lengthBytes;
    let flags = view.getUint8(this.at++);
    let runs = 0;
    let extension = 0;
    if ((flags & 0x08) !== 0) {
      runs = view.getUint16(this.at, true);
      this.at += 2;
    }
    if ((flags & 0x04) !== 0) {
      extension = view.getUint32(this.at, true);
      this.at += 4;
    }
    let text = "";
    for (let left = count; left > 0; ) {
      const seam = seams.find((one) => one >= this.at) ?? data.length;
      if (seam === this.at && this.at < data.length) {
        flags = view.getUint8(this.at++);
        continue;
      }
      const wide = (flags & 0x01) !== 0;
      const take = Math.min(left, wide ? (seam - this.at) >> 1 : seam - this.at);
      if (take <= 0) break;
      const bytes = Buffer.from(data.buffer, data.byteOffset + this.at, take * (wide ? 2 : 1));
      text += bytes.toString(wide ? "utf16le" : "latin1");
      this.at += bytes.length;
      left -= take;
    }
    this.at += runs * 4 + extension;
    return text;
  }
}
