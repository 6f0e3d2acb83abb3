import type { XmlAttributes, XmlHandler } from "../package/xml-scanner.ts";

/** Undoes the escapes of characters that XML cannot hold: `_x000D_`. */
export function unescapeSpreadsheetText(text: string): string {
  if (!text.includes("_x")) return text;
  return text.replace(/_x([0-9A-Fa-f]{4})_/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
}

/** Collects the text of every element of a name (`x:si`, `x:is`); phonetic guides are left out. */
export class RichTextReader implements XmlHandler {
  readonly #holder: string;
  readonly #found: (text: string) => void;
  #text = "";
  #inText = false;
  #phonetic = 0;

  constructor(holder: string, found: (text: string) => void) {
    this.#holder = holder;
    this.#found = found;
  }

  open(name: string, _attributes: XmlAttributes): void {
    if (name === this.#holder) this.#text = "";
    else if (name === "x:rPh") this.#phonetic++;
    else if (name === "x:t") this.#inText = this.#phonetic === 0;
  }

  text(text: string): void {
    if (this.#inText) this.#text += text;
  }

  close(name: string): void {
    if (name === "x:t") this.#inText = false;
    else if (name === "x:rPh") this.#phonetic--;
    else if (name === this.#holder) this.#found(unescapeSpreadsheetText(this.#text));
  }
}
