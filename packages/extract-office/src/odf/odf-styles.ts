import { bulletMarker, formatListNumber } from "../number-format.ts";
import { children, descendants, integer, type XmlNode } from "../package/xml-tree.ts";
import { OdfLooks } from "./odf-looks.ts";

interface ListLevel {
  /** `undefined` for a bullet. */
  readonly format: string | undefined;
  readonly bullet: string;
  readonly prefix: string;
  readonly suffix: string;
  readonly shownLevels: number;
  readonly start: number;
}

const NUMBER_FORMATS: Readonly<Record<string, string>> = {
  "1": "decimal",
  a: "lowerLetter",
  A: "upperLetter",
  i: "lowerRoman",
  I: "upperRoman",
  "": "none",
};

function readLevel(node: XmlNode): ListLevel {
  const { attributes } = node;
  const isNumber = node.name === "text:list-level-style-number" || node.name === "text:outline-level-style";
  return {
    format: isNumber ? (NUMBER_FORMATS[attributes["style:num-format"] ?? ""] ?? "decimal") : undefined,
    bullet: attributes["text:bullet-char"] ?? "•",
    prefix: attributes["style:num-prefix"] ?? "",
    suffix: attributes["style:num-suffix"] ?? "",
    shownLevels: integer(node, "text:display-levels") ?? 1,
    start: integer(node, "text:start-value") ?? 1,
  };
}

/** Styles of an OpenDocument file, of both the document and its templates part. */
export class OdfStyles {
  readonly looks: OdfLooks = new OdfLooks();
  readonly #parents = new Map<string, string>();
  readonly #displayNames = new Map<string, string>();
  readonly #lists = new Map<string, ReadonlyMap<number, ListLevel>>();

  add(root: XmlNode | undefined): void {
    for (const node of descendants(root, "style:style")) {
      const name = node.attributes["style:name"] ?? "";
      const parent = node.attributes["style:parent-style-name"];
      if (parent !== undefined) this.#parents.set(name, parent);
      this.looks.addStyle(name, parent, node);
      this.#displayNames.set(name, node.attributes["style:display-name"] ?? name);
    }
    for (const node of descendants(root, "style:page-layout-properties")) this.looks.addPage(node);
    for (const node of descendants(root, "text:list-style")) {
      const levels = new Map<number, ListLevel>();
      for (const level of children(node)) levels.set((integer(level, "text:level") ?? 1) - 1, readLevel(level));
      this.#lists.set(node.attributes["style:name"] ?? "", levels);
    }
  }

  /** Names of a style and its parents, lower case, nearest first. */
  names(style: string | undefined): string[] {
    const names: string[] = [];
    for (let current = style; current !== undefined && names.length < 32; current = this.#parents.get(current)) {
      names.push((this.#displayNames.get(current) ?? current).replace(/_20_/g, " ").toLowerCase());
    }
    return names;
  }

  /** The marker of an item, from the numbers of its level and those above it. */
  marker(listStyle: string | undefined, numbers: readonly number[]): string {
    const level = numbers.length - 1;
    const levels = this.#lists.get(listStyle ?? "");
    const definition = levels?.get(level);
    if (definition === undefined || definition.format === undefined) return bulletMarker(definition?.bullet ?? "•");
    if (definition.format === "none") return "";
    const first = Math.max(0, level + 1 - definition.shownLevels);
    const shown = numbers
      .slice(first)
      .map((number, index) => formatListNumber(number, levels?.get(first + index)?.format ?? "decimal"));
    return `${definition.prefix}${shown.join(".")}${definition.suffix}`.trim();
  }

  start(listStyle: string | undefined, level: number): number {
    return this.#lists.get(listStyle ?? "")?.get(level)?.start ?? 1;
  }
}
