import { patternOf } from "../number-text.ts";
import { child, children, integer, isOn, type XmlNode } from "../package/xml-tree.ts";

export interface CellFormat {
  readonly pattern: string;
  readonly bold: boolean;
}

const PLAIN: CellFormat = { pattern: "General", bold: false };

/** Formats of the cells of a workbook, by the index that cells carry. */
export class CellFormats {
  readonly #formats: readonly CellFormat[];

  constructor(root: XmlNode | undefined) {
    const patterns = new Map<number, string>();
    for (const node of children(child(root, "x:numFmts"), "x:numFmt")) {
      patterns.set(integer(node, "numFmtId") ?? -1, node.attributes.formatCode ?? "General");
    }
    const bold = Array.from(children(child(root, "x:fonts"), "x:font"), (font) => isOn(child(font, "x:b"), "val"));
    this.#formats = Array.from(children(child(root, "x:cellXfs"), "x:xf"), (node) => {
      const id = integer(node, "numFmtId") ?? 0;
      return {
        pattern: patternOf(id, patterns.get(id)),
        bold: bold[integer(node, "fontId") ?? -1] ?? false,
      };
    });
  }

  get(index: number): CellFormat {
    return this.#formats[index] ?? PLAIN;
  }
}
