import type { RunFormat } from "../marked-text.ts";
import { child, children, integer, isOn, type XmlNode } from "../package/xml-tree.ts";

/** What a paragraph style says about the role of its paragraphs, with everything it inherits. */
export interface ParagraphStyle {
  /** English built-in names ("heading 1"), else what the author called it; lower case. */
  readonly name: string;
  /** Names of the style and of those it is based on, nearest first. */
  readonly names: readonly string[];
  /** 1-based, from the outline level. */
  readonly outlineLevel?: number;
  readonly numberingId?: string;
  readonly numberingLevel?: number;
  readonly monospaced: boolean;
}

const NO_STYLE: ParagraphStyle = { name: "", names: [], monospaced: false };
const MAX_CHAIN = 32;
const MONOSPACED =
  /^(?:courier|consolas|menlo|monaco|lucida console|lucida sans typewriter|andale mono|dejavu sans mono|liberation mono|source code|fira (?:code|mono)|cascadia|inconsolata|jetbrains mono|roboto mono|sf mono|ubuntu mono|ocr a)/i;

export function isMonospaced(runProperties: XmlNode | undefined): boolean | undefined {
  const fonts = child(runProperties, "w:rFonts");
  const font = fonts?.attributes["w:ascii"] ?? fonts?.attributes["w:hAnsi"];
  return font === undefined ? undefined : MONOSPACED.test(font);
}

/** What run properties set themselves; what they leave out is inherited. */
export function runFormat(properties: XmlNode | undefined): RunFormat {
  const toggle = (...names: readonly string[]): boolean | undefined => {
    for (const name of names) {
      const node = child(properties, name);
      if (node !== undefined) return isOn(node, "w:val");
    }
    return undefined;
  };
  const strong = toggle("w:b");
  const emphasis = toggle("w:i");
  const strikethrough = toggle("w:strike", "w:dstrike");
  const raised = child(properties, "w:vertAlign")?.attributes["w:val"];
  return {
    ...(strong === undefined ? {} : { strong }),
    ...(emphasis === undefined ? {} : { emphasis }),
    ...(strikethrough === undefined ? {} : { strikethrough }),
    ...(raised === undefined ? {} : { superscript: raised === "superscript", subscript: raised === "subscript" }),
  };
}

/** The styles of a document, resolved along their `basedOn` chains. */
export class DocxStyles {
  readonly #nodes = new Map<string, XmlNode>();
  readonly #resolved = new Map<string, ParagraphStyle>();
  readonly #characters = new Map<string, RunFormat>();
  readonly #defaultParagraph: string | undefined;
  readonly #defaultMonospaced: boolean;

  constructor(root: XmlNode | undefined) {
    let defaultParagraph: string | undefined;
    for (const node of children(root, "w:style")) {
      const id = node.attributes["w:styleId"];
      if (id === undefined) continue;
      this.#nodes.set(id, node);
      if (node.attributes["w:type"] === "paragraph" && /^(?:1|true|on)$/.test(node.attributes["w:default"] ?? "")) {
        defaultParagraph = id;
      }
    }
    this.#defaultParagraph = defaultParagraph;
    this.#defaultMonospaced =
      isMonospaced(child(root, "w:docDefaults", "w:rPrDefault", "w:rPr")) ??
      isMonospaced(child(this.#nodes.get(defaultParagraph ?? ""), "w:rPr")) ??
      false;
  }

  /** Nodes of a style and its ancestors, nearest first. */
  chain(id: string | undefined): XmlNode[] {
    const chain: XmlNode[] = [];
    for (let current = id; current !== undefined && chain.length < MAX_CHAIN; ) {
      const node = this.#nodes.get(current);
      if (node === undefined || chain.includes(node)) break;
      chain.push(node);
      current = child(node, "w:basedOn")?.attributes["w:val"];
    }
    return chain;
  }

  /** A document written wholly in a typewriter face has no code in it, so such a face then means nothing. */
  get documentIsMonospaced(): boolean {
    return this.#defaultMonospaced;
  }

  /** What a character style sets, with what it inherits. */
  character(id: string): RunFormat {
    let format = this.#characters.get(id);
    if (format === undefined) {
      format = Object.assign(
        {},
        ...this.chain(id)
          .reverse()
          .map((node) => runFormat(child(node, "w:rPr"))),
      ) as RunFormat;
      this.#characters.set(id, format);
    }
    return format;
  }

  /** The style that a paragraph has, itself or by default. */
  paragraphKey(id: string | undefined): string | undefined {
    return id !== undefined && this.#nodes.has(id) ? id : this.#defaultParagraph;
  }

  paragraph(id: string | undefined): ParagraphStyle {
    const key = this.paragraphKey(id);
    if (key === undefined) return NO_STYLE;
    let style = this.#resolved.get(key);
    if (style === undefined) {
      style = this.#resolve(key);
      this.#resolved.set(key, style);
    }
    return style;
  }

  #resolve(id: string): ParagraphStyle {
    const chain = this.chain(id);
    const names = chain.map((node) => (child(node, "w:name")?.attributes["w:val"] ?? "").toLowerCase());
    let outlineLevel: number | undefined;
    let numberingId: string | undefined;
    let numberingLevel: number | undefined;
    let monospaced: boolean | undefined;
    chain.forEach((node, index) => {
      const properties = child(node, "w:pPr");
      const outline = integer(child(properties, "w:outlineLvl"), "w:val");
      outlineLevel ??= outline ?? builtInLevel(names[index]!);
      const numbering = child(properties, "w:numPr");
      numberingId ??= child(numbering, "w:numId")?.attributes["w:val"];
      numberingLevel ??= integer(child(numbering, "w:ilvl"), "w:val");
      monospaced ??= isMonospaced(child(node, "w:rPr"));
    });
    return {
      name: names[0] ?? "",
      names,
      ...(outlineLevel !== undefined && outlineLevel >= 0 && outlineLevel < 9
        ? { outlineLevel: outlineLevel + 1 }
        : {}),
      ...(numberingId === undefined ? {} : { numberingId }),
      ...(numberingLevel === undefined ? {} : { numberingLevel }),
      monospaced: monospaced ?? false,
    };
  }
}

/** 0-based outline level of "heading N" (a file may leave the level to the built-in definition). */
function builtInLevel(name: string): number | undefined {
  const match = /^heading ?([1-9])$/.exec(name);
  return match === null ? undefined : Number(match[1]) - 1;
}
