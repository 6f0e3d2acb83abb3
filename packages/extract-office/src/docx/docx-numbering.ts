import { bulletMarker, formatListNumber } from "../number-format.ts";
import { child, children, integer, isOn, type XmlNode } from "../package/xml-tree.ts";
import type { DocxStyles } from "./docx-styles.ts";

interface ListLevel {
  readonly start: number;
  readonly format: string;
  /** With placeholders %1 to %9. */
  readonly pattern: string;
  readonly legal: boolean;
  /** 1-based level after which this one starts again; 0 = never. */
  readonly restart: number | undefined;
  readonly style: string | undefined;
}

interface List {
  readonly abstractId: string;
  readonly levels: ReadonlyMap<number, ListLevel>;
  readonly startOverrides: ReadonlyMap<number, number>;
}

export interface ListMarker {
  readonly level: number;
  readonly marker: string;
  readonly bullet: boolean;
}

function readLevel(node: XmlNode): ListLevel {
  const value = (name: string): string | undefined => child(node, name)?.attributes["w:val"];
  return {
    start: integer(child(node, "w:start"), "w:val") ?? 0,
    format: value("w:numFmt") ?? "decimal",
    pattern: value("w:lvlText") ?? "",
    legal: isOn(child(node, "w:isLgl"), "w:val"),
    restart: integer(child(node, "w:lvlRestart"), "w:val"),
    style: value("w:pStyle"),
  };
}

/** Turns `numId` and level into the marker that a reader sees, counting as the document is read. */
export class DocxNumbering {
  readonly #abstract = new Map<string, XmlNode>();
  readonly #instances = new Map<string, XmlNode>();
  readonly #lists = new Map<string, List | undefined>();
  /** Current numbers of each abstract list: lists that share one go on counting. */
  readonly #counters = new Map<string, (number | undefined)[]>();
  readonly #overridden = new Set<string>();
  readonly #styles: DocxStyles;

  constructor(root: XmlNode | undefined, styles: DocxStyles) {
    this.#styles = styles;
    for (const node of children(root)) {
      if (node.name === "w:abstractNum") this.#abstract.set(node.attributes["w:abstractNumId"] ?? "", node);
      if (node.name === "w:num") this.#instances.set(node.attributes["w:numId"] ?? "", node);
    }
  }

  /** Level of a list that a paragraph style is linked to. */
  levelOfStyle(numberingId: string, styleId: string | undefined): number {
    for (const [level, { style }] of this.#list(numberingId)?.levels ?? []) if (style === styleId) return level;
    return 0;
  }

  /** Counts one paragraph; `undefined` when the list does not exist (numId 0 switches numbering off). */
  next(numberingId: string, level: number): ListMarker | undefined {
    const list = this.#list(numberingId);
    const definition = list?.levels.get(level);
    if (list === undefined || definition === undefined) return undefined;
    if (definition.format === "bullet") return { level, marker: bulletMarker(definition.pattern), bullet: true };
    let counters = this.#counters.get(list.abstractId);
    if (counters === undefined) {
      counters = [];
      this.#counters.set(list.abstractId, counters);
    }
    const overrideKey = `${numberingId}/${level}`;
    const override = list.startOverrides.get(level);
    if (override !== undefined && !this.#overridden.has(overrideKey)) {
      this.#overridden.add(overrideKey);
      counters[level] = override;
    } else {
      const current = counters[level];
      counters[level] = current === undefined ? definition.start : current + 1;
    }
    for (let deeper = level + 1; deeper < 9; deeper++) {
      const restart = list.levels.get(deeper)?.restart;
      if (restart === undefined || (restart > 0 && restart > level)) counters[deeper] = undefined;
    }
    const numbers = counters;
    const marker = definition.pattern.replace(/%([1-9])/g, (_, digit: string) => {
      const index = Number(digit) - 1;
      const other = list.levels.get(index);
      const number = numbers[index] ?? other?.start ?? 1;
      const format = definition.legal ? "decimal" : (other?.format ?? "decimal");
      return formatListNumber(number, format === "bullet" ? "decimal" : format);
    });
    return { level, marker: marker.trim(), bullet: false };
  }

  #list(numberingId: string): List | undefined {
    if (!this.#lists.has(numberingId)) this.#lists.set(numberingId, this.#readList(numberingId, 0));
    return this.#lists.get(numberingId);
  }

  #readList(numberingId: string, depth: number): List | undefined {
    const instance = this.#instances.get(numberingId);
    const abstractId = child(instance, "w:abstractNumId")?.attributes["w:val"];
    const abstract = this.#abstract.get(abstractId ?? "");
    if (instance === undefined || abstractId === undefined || abstract === undefined) return undefined;
    // A list may only point to a style, which names the list that holds the levels.
    const link = child(abstract, "w:numStyleLink")?.attributes["w:val"];
    const linkedId = link === undefined || depth > 4 ? undefined : this.#styleList(link);
    if (linkedId !== undefined && linkedId !== numberingId) return this.#readList(linkedId, depth + 1);
    const levels = new Map<number, ListLevel>();
    for (const node of children(abstract, "w:lvl")) levels.set(integer(node, "w:ilvl") ?? 0, readLevel(node));
    const startOverrides = new Map<number, number>();
    for (const node of children(instance, "w:lvlOverride")) {
      const level = integer(node, "w:ilvl") ?? 0;
      const own = child(node, "w:lvl");
      if (own !== undefined) levels.set(level, readLevel(own));
      const start = integer(child(node, "w:startOverride"), "w:val");
      if (start !== undefined) startOverrides.set(level, start);
    }
    return { abstractId, levels, startOverrides };
  }

  #styleList(styleId: string): string | undefined {
    for (const node of this.#styles.chain(styleId)) {
      const id = child(node, "w:pPr", "w:numPr", "w:numId")?.attributes["w:val"];
      if (id !== undefined) return id;
    }
    return undefined;
  }
}
