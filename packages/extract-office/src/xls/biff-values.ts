import type { TextDecoder } from "node:util";
import { codePageDecoder } from "../code-page.ts";
import { type Color, type KnownColor, WHITE } from "../look/color.ts";
import { indexedColor } from "../look/indexed-colors.ts";
import { patternOf } from "../number-text.ts";
import { type CellFormat, unseenBy } from "../xlsx/cell-formats.ts";
import { type BiffRecord, BiffStrings } from "./biff-records.ts";

/** Compressed number of an RK field. */
export function rkNumber(raw: number): number {
  const value =
    (raw & 2) !== 0
      ? raw >> 2
      : (() => {
          const view = new DataView(new ArrayBuffer(8));
          view.setUint32(4, raw & 0xfffffffc, true);
          return view.getFloat64(0, true);
        })();
  return (raw & 1) !== 0 ? value / 100 : value;
}

const ERRORS: Readonly<Record<number, string>> = {
  0: "#NULL!",
  7: "#DIV/0!",
  15: "#VALUE!",
  23: "#REF!",
  29: "#NAME?",
  36: "#NUM!",
  42: "#N/A",
};

export function errorText(code: number): string {
  return ERRORS[code] ?? "#ERROR!";
}

export interface BoundSheet {
  readonly name: string;
  readonly offset: number;
  readonly hidden: boolean;
  readonly isWorksheet: boolean;
}

const SYSTEM_COLOR = 0x7fff;
const NO_FILL = -1;

/** Index of the color that a cell format is filled with, {@link NO_FILL}, or `undefined` where it is a pattern. */
function fillOf({ view, data }: BiffRecord): number | undefined {
  if (data.length < 20) return undefined;
  const pattern = view.getUint32(14, true) >>> 26;
  if (pattern === 0) return NO_FILL;
  return pattern === 1 ? view.getUint16(18, true) & 0x7f : undefined;
}

/** What the records before the sheets say: formats, fonts, strings, the sheets themselves. */
export class BiffGlobals {
  /** BIFF8 has strings in Unicode; older files have them in a code page. */
  readonly isUnicode: boolean;
  readonly sheets: BoundSheet[] = [];
  readonly strings: string[] = [];
  date1904 = false;
  encrypted = false;
  #decoder: TextDecoder = codePageDecoder(1252);
  readonly #patterns = new Map<number, string>();
  readonly #fonts: { readonly bold: boolean; readonly color: number }[] = [];
  readonly #cellFormats: { readonly font: number; readonly format: number; readonly fill: number | undefined }[] = [];
  readonly #resolved = new Map<number, CellFormat>();
  #palette: (Color | undefined)[] = [];

  constructor(isUnicode: boolean) {
    this.isUnicode = isUnicode;
  }

  format(index: number): CellFormat {
    let resolved = this.#resolved.get(index);
    if (resolved === undefined) {
      resolved = this.#resolve(index);
      this.#resolved.set(index, resolved);
    }
    return resolved;
  }

  #resolve(index: number): CellFormat {
    const format = this.#cellFormats[index];
    if (format === undefined) return { pattern: "General", bold: false };
    // Font 4 does not exist: later fonts are numbered as if it did.
    const font = this.#fonts[format.font > 4 ? format.font - 1 : format.font];
    const pattern = patternOf(format.format, this.#patterns.get(format.format));
    const color = font === undefined ? undefined : this.#color(font.color);
    const fill = format.fill === NO_FILL ? WHITE : format.fill === undefined ? "unknown" : this.#color(format.fill);
    return { pattern, bold: font?.bold ?? false, ...unseenBy(pattern, color, fill ?? "unknown") };
  }

  /** `undefined` for the colors of the system. */
  #color(index: number): KnownColor | undefined {
    return index >= 64 ? undefined : (this.#palette[index - 8] ?? indexedColor(index));
  }

  /** A string with a count of one or two bytes, in the file's own encoding. */
  text(record: BiffRecord, at: number, lengthBytes: 1 | 2): string {
    if (this.isUnicode) return new BiffStrings(record, at).read(lengthBytes);
    const count = lengthBytes === 2 ? record.view.getUint16(at, true) : record.view.getUint8(at);
    return this.#decoder.decode(record.data.subarray(at + lengthBytes, at + lengthBytes + count));
  }

  accept(record: BiffRecord): void {
    const { type, view, data } = record;
    switch (type) {
      case 0x2f:
        this.encrypted = true;
        return;
      case 0x22:
        this.date1904 = view.getUint16(0, true) === 1;
        return;
      case 0x42:
        this.#decoder = codePageDecoder(view.getUint16(0, true));
        return;
      case 0x31:
      case 0x231:
        this.#fonts.push({
          bold: data.length > 7 && view.getUint16(6, true) >= 600,
          color: data.length > 5 ? view.getUint16(4, true) : SYSTEM_COLOR,
        });
        return;
      case 0x92:
        this.#palette = Array.from(
          { length: Math.max(0, Math.floor((data.length - 2) / 4)) },
          (_, at): Color => [data[2 + at * 4]!, data[3 + at * 4]!, data[4 + at * 4]!],
        );
        return;
      case 0x41e: {
        this.#patterns.set(view.getUint16(0, true), this.text(record, 2, this.isUnicode ? 2 : 1));
        return;
      }
      case 0xe0:
        this.#cellFormats.push({
          font: view.getUint16(0, true),
          format: view.getUint16(2, true),
          fill: this.isUnicode ? fillOf(record) : undefined,
        });
        return;
      case 0x85:
        this.sheets.push({
          offset: view.getUint32(0, true),
          hidden: (view.getUint8(4) & 3) !== 0,
          isWorksheet: view.getUint8(5) === 0,
          name: this.text(record, 6, 1),
        });
        return;
      case 0xfc: {
        const reader = new BiffStrings(record, 8);
        const count = view.getUint32(4, true);
        while (this.strings.length < count && !reader.done) this.strings.push(reader.read(2));
      }
    }
  }
}
