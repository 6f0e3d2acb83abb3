import { tooLarge } from "../office-errors.ts";
import { XmlScanner } from "../package/xml-scanner.ts";
import type { ZipPackage } from "../package/zip-package.ts";
import { RichTextReader } from "./rich-text.ts";

const PAGE_BYTES = 1024 * 1024;
/** They are held as long as the workbook is read. */
const MAX_BYTES = 512 * 1024 ** 2;

/** The strings of a workbook, packed as UTF-8 pages: a tenth of the memory of as many JavaScript strings. */
export class SharedStrings {
  readonly #pages: Buffer[] = [];
  /** Page number, start and length of each string, three by three. */
  #index = new Uint32Array(3 * 1024);
  #count = 0;
  #page: Buffer = Buffer.alloc(0);
  #used = 0;

  static async load(zip: ZipPackage, part: string | undefined): Promise<SharedStrings> {
    const strings = new SharedStrings();
    if (part === undefined || !zip.has(part)) return strings;
    if (zip.size(part) > MAX_BYTES) throw tooLarge("a table of shared strings", MAX_BYTES);
    const scanner = new XmlScanner(new RichTextReader("x:si", (text) => strings.#add(text)));
    for await (const piece of zip.stream(part)) scanner.write(piece);
    scanner.end();
    return strings;
  }

  get(index: number): string {
    if (!(index >= 0 && index < this.#count)) return "";
    const at = index * 3;
    const page = this.#pages[this.#index[at]!]!;
    const start = this.#index[at + 1]!;
    return page.toString("utf8", start, start + this.#index[at + 2]!);
  }

  #add(text: string): void {
    const length = Buffer.byteLength(text);
    if (this.#used + length > this.#page.length) {
      this.#page = Buffer.allocUnsafe(Math.max(PAGE_BYTES, length));
      this.#pages.push(this.#page);
      this.#used = 0;
    }
    this.#page.write(text, this.#used);
    if (this.#count * 3 + 3 > this.#index.length) {
      const grown = new Uint32Array(this.#index.length * 2);
      grown.set(this.#index);
      this.#index = grown;
    }
    this.#index.set([Math.max(0, this.#pages.length - 1), this.#used, length], this.#count * 3);
    this.#used += length;
    this.#count++;
  }
}
