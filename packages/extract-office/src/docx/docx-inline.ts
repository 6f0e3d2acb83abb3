import { renderMath } from "../drawing/math-text.ts";
import { type KnownColor, parseHexColor } from "../look/color.ts";
import { statedFill } from "../look/theme-colors.ts";
import type { UnseenReason } from "../look/unseen-text.ts";
import { MarkedText, type RunFormat } from "../marked-text.ts";
import { child, children, descendants, integer, isOn, textContent, type XmlNode } from "../package/xml-tree.ts";
import { type AltText, readAltText } from "../text.ts";
import { type DocxLooks, NO_LOOK, type RunLook, unseenReason } from "./docx-looks.ts";
import { isMonospaced, runFormat } from "./docx-styles.ts";
import { symbolCharacter } from "./docx-symbols.ts";

/** What one paragraph holds: its text, and what hangs on it and is told after it. */
export interface Inline {
  readonly marked: MarkedText;
  /** LaTeX of each formula, in order; their text is also in `text` unless they stand alone. */
  readonly formulas: string[];
  /** Whether anything but formulas is in the text. */
  hasProse: boolean;
  /** Contents of text boxes and misplaced tables: blocks inside these nodes. */
  readonly boxes: TextBox[];
  readonly altTexts: AltText[];
  /** Relationship ids. */
  readonly charts: string[];
  readonly diagrams: string[];
  readonly objects: string[];
  readonly notes: { readonly kind: "footnote" | "endnote"; readonly id: string }[];
  readonly comments: string[];
  /** Whether all of the text is set in a typewriter face. */
  monospaced: boolean;
}

export interface TextBox {
  readonly node: XmlNode;
  /** What the box is filled with; `undefined`: what lies behind shows. */
  readonly fill: KnownColor | undefined;
}

interface Field {
  showsResult: boolean;
  form: XmlNode | undefined;
  instruction: string;
  href: string | undefined;
}

/** How the runs that are visited are set. */
interface RunStyle extends RunFormat {
  readonly monospaced: boolean;
  readonly look: RunLook;
  readonly unseen: UnseenReason | undefined;
}

/** What a paragraph hands down to its runs. */
export interface ParagraphBase {
  readonly monospaced: boolean;
  readonly look: RunLook;
  /** What is behind its text. */
  readonly background: KnownColor;
}

/** What runs take from other parts. */
export interface InlineLinks {
  /** What a character style sets. */
  characterStyle(id: string): RunFormat;
  /** Where a relationship to something outside goes. */
  address(relationshipId: string): string | undefined;
}

const DROPPED: ReadonlySet<string> = new Set([
  "w:del",
  "w:moveFrom",
  "w:delText",
  "w:delInstrText",
  "w:pPr",
  "w:rPr",
  "w:sdtPr",
  "w:sdtEndPr",
  "w:fldData",
  "w:smartTagPr",
  "w:customXmlPr",
]);

/**
 * Reads runs. Fields may span paragraphs, so one reader serves a whole story: of a field only the result is kept.
 */
export class InlineReader {
  readonly #fields: Field[] = [];
  /** Number that a note shows, by its kind and id. */
  readonly noteNumbers: Map<string, number> = new Map();
  readonly #noteCounts = new Map<string, number>();
  readonly #links: InlineLinks;
  readonly #looks: DocxLooks;
  #background: KnownColor = "unknown";
  /** Characters of hidden and deleted text, which is left out. */
  hiddenCharacters = 0;

  constructor(links: InlineLinks, looks: DocxLooks) {
    this.#links = links;
    this.#looks = looks;
  }

  read(paragraph: XmlNode, { monospaced, look, background }: ParagraphBase): Inline {
    const inline: Inline = {
      marked: new MarkedText(),
      formulas: [],
      hasProse: false,
      boxes: [],
      altTexts: [],
      charts: [],
      diagrams: [],
      objects: [],
      notes: [],
      comments: [],
      monospaced: true,
    };
    this.#background = background;
    this.#visitAll(paragraph, inline, { monospaced, look, unseen: unseenReason(look, background) });
    return inline;
  }

  #visitAll(node: XmlNode, inline: Inline, style: RunStyle): void {
    for (const member of children(node)) this.#visit(member, inline, style);
  }

  #visit(node: XmlNode, inline: Inline, style: RunStyle): void {
    if (DROPPED.has(node.name)) {
      if (node.name === "w:del") this.#count(node, "w:delText");
      return;
    }
    switch (node.name) {
      case "w:r": {
        const properties = child(node, "w:rPr");
        const own = properties === undefined ? style : this.#runStyle(properties, style);
        if (own.look.isVanished === true) {
          // Hidden text is not read, but a field's begin and end in it still count.
          for (const mark of children(node, "w:fldChar")) this.#fieldMark(mark, inline);
          this.#count(node, "w:t");
          return;
        }
        this.#visitAll(node, inline, own);
        return;
      }
      case "w:hyperlink": {
        const { "r:id": id, "w:anchor": anchor } = node.attributes;
        const href = (id === undefined ? undefined : this.#links.address(id)) ?? (anchor ? `#${anchor}` : undefined);
        this.#visitAll(node, inline, { ...style, href });
        return;
      }
      case "w:fldSimple":
        this.#visitAll(node, inline, { ...style, href: hyperlinkOf(node.attributes["w:instr"] ?? "") ?? style.href });
        return;
      case "w:instrText": {
        const field = this.#fields.at(-1);
        if (field !== undefined && !field.showsResult) field.instruction += textContent(node);
        return;
      }
      case "w:t":
        this.#append(inline, textContent(node), style.monospaced, style);
        return;
      case "w:tab":
      case "w:ptab":
        this.#append(inline, "\t", true);
        return;
      // A page or column break inside a paragraph parts words like a line break does.
      case "w:br":
      case "w:cr":
        this.#append(inline, "\n", true);
        return;
      case "w:noBreakHyphen":
        this.#append(inline, "-", true);
        return;
      case "w:sym": {
        const code = Number.parseInt(node.attributes["w:char"] ?? "", 16);
        if (!Number.isNaN(code))
          this.#append(inline, symbolCharacter(node.attributes["w:font"] ?? "", code), style.monospaced, style);
        return;
      }
      case "w:fldChar":
        this.#fieldMark(node, inline);
        return;
      case "w:ruby":
        this.#visitRuby(node, inline, style);
        return;
      case "w:footnoteReference":
      case "w:endnoteReference":
        this.#noteReference(node, inline);
        return;
      case "w:commentReference":
        inline.comments.push(node.attributes["w:id"] ?? "");
        return;
      case "m:oMathPara":
        for (const formula of children(node, "m:oMath")) this.#formula(formula, inline);
        return;
      case "m:oMath":
        this.#formula(node, inline);
        return;
      case "w:drawing":
      case "w:pict":
      case "w:object":
        this.#visitDrawing(node, inline);
        return;
      case "w:tbl":
      case "w:p":
        // Not allowed here, but some producers nest blocks in runs.
        inline.boxes.push({ node: { name: "w:txbxContent", attributes: {}, children: [node] }, fill: undefined });
        return;
      default:
        this.#visitAll(node, inline, style);
    }
  }

  #runStyle(properties: XmlNode, style: RunStyle): RunStyle {
    const named = child(properties, "w:rStyle")?.attributes["w:val"];
    const monospaced = isMonospaced(properties) ?? style.monospaced;
    const stated = this.#looks.run(properties);
    const isSame = named === undefined && stated === NO_LOOK;
    const look = isSame
      ? style.look
      : { ...style.look, ...(named === undefined ? NO_LOOK : this.#looks.character(named)), ...stated };
    return {
      ...(named === undefined ? {} : this.#links.characterStyle(named)),
      ...runFormat(properties),
      ...(monospaced && !style.monospaced ? { code: true } : {}),
      monospaced,
      look,
      unseen: isSame ? style.unseen : unseenReason(look, this.#background),
      href: style.href,
    };
  }

  #count(node: XmlNode, name: string): void {
    for (const text of descendants(node, name)) this.hiddenCharacters += textContent(text).trim().length;
  }

  #append(inline: Inline, text: string, monospaced: boolean, style?: RunStyle): void {
    if (text === "" || !this.#fields.every((field) => field.showsResult)) return;
    if (style?.unseen !== undefined) {
      inline.marked.hide(style.unseen, text);
      return;
    }
    const href = style?.href ?? this.#fields.findLast((field) => field.href !== undefined)?.href;
    inline.marked.append(text, href === undefined ? style : { ...style, href });
    if (text.trim() === "") return;
    inline.hasProse = true;
    if (!monospaced) inline.monospaced = false;
  }

  #fieldMark(node: XmlNode, inline: Inline): void {
    switch (node.attributes["w:fldCharType"]) {
      case "begin":
        this.#fields.push({ showsResult: false, form: child(node, "w:ffData"), instruction: "", href: undefined });
        return;
      case "separate": {
        const field = this.#fields.at(-1);
        if (field !== undefined) {
          field.showsResult = true;
          field.href = hyperlinkOf(field.instruction);
        }
        return;
      }
      case "end": {
        const field = this.#fields.pop();
        const choice = formFieldText(field?.form);
        if (choice !== undefined) this.#append(inline, choice, true);
      }
    }
  }

  #visitRuby(node: XmlNode, inline: Inline, style: RunStyle): void {
    const base = child(node, "w:rubyBase");
    if (base !== undefined) this.#visitAll(base, inline, style);
    const reading = Array.from(descendants(child(node, "w:rt"), "w:t"), textContent).join("");
    if (reading.trim() !== "") this.#append(inline, ` (${reading.trim()}) `, true);
  }

  #noteReference(node: XmlNode, inline: Inline): void {
    const kind = node.name === "w:footnoteReference" ? "footnote" : "endnote";
    const id = node.attributes["w:id"] ?? "";
    const key = `${kind} ${id}`;
    if (!this.noteNumbers.has(key)) {
      const number = (this.#noteCounts.get(kind) ?? 0) + 1;
      this.#noteCounts.set(kind, number);
      this.noteNumbers.set(key, number);
    }
    inline.notes.push({ kind, id });
    if (node.attributes["w:customMarkFollows"] === undefined) {
      this.#append(inline, `[${this.noteNumbers.get(key)}]`, true);
    }
  }

  #formula(node: XmlNode, inline: Inline): void {
    const latex = renderMath(node);
    if (latex === "") return;
    inline.formulas.push(latex);
    inline.marked.append(`$${latex}$`);
  }

  #visitDrawing(node: XmlNode, inline: Inline, outer?: KnownColor): void {
    const fill = this.#fillOf(node, outer);
    for (const member of children(node)) {
      const { name, attributes } = member;
      if (name === "w:txbxContent") {
        inline.boxes.push({ node: member, fill });
        continue;
      }
      if (name === "wp:docPr" || name === "pic:cNvPr" || name === "wps:cNvPr" || name === "wpg:cNvPr") {
        this.#altText(inline, attributes.descr || attributes.title);
      } else if (name === "v:shape" || name === "v:imagedata") {
        this.#altText(inline, attributes.alt);
      } else if (name === "c:chart" || name === "cx:chart") {
        if (attributes["r:id"] !== undefined) inline.charts.push(attributes["r:id"]);
      } else if (name === "dgm:relIds") {
        if (attributes["r:dm"] !== undefined) inline.diagrams.push(attributes["r:dm"]);
      } else if (name === "o:OLEObject") {
        if (attributes["r:id"] !== undefined) inline.objects.push(attributes["r:id"]);
      }
      this.#visitDrawing(member, inline, fill);
    }
  }

  /** What a shape paints behind the text in it. */
  #fillOf(node: XmlNode, outer: KnownColor | undefined): KnownColor | undefined {
    if (node.name === "wps:wsp") {
      const stated = statedFill(child(node, "wps:spPr"), this.#looks.theme);
      if (stated === "none") return outer;
      return stated ?? (child(node, "wps:style") === undefined ? outer : "unknown");
    }
    if (!/^v:(?:shape|rect|roundrect|oval)$/.test(node.name)) return outer;
    const { fillcolor, filled } = node.attributes;
    if (filled !== undefined && !isOn(node, "filled")) return outer;
    if (fillcolor === undefined && child(node, "v:fill") === undefined) return "unknown";
    return fillcolor === "white" ? [255, 255, 255] : (parseHexColor(fillcolor?.split(" ")[0]) ?? "unknown");
  }

  #altText(inline: Inline, text: string | undefined): void {
    const altText = readAltText(text);
    if (altText.text !== "" && !inline.altTexts.some((told) => told.text === altText.text))
      inline.altTexts.push(altText);
  }
}

/** Address of the field `HYPERLINK "address" \\l "place"`. */
function hyperlinkOf(instruction: string): string | undefined {
  const match = /^\s*HYPERLINK\s+(?:"([^"]*)")?(?:\s*\\l\s+"([^"]*)")?/i.exec(instruction);
  if (match === null || (!match[1] && !match[2])) return undefined;
  return `${match[1] ?? ""}${match[2] ? `#${match[2]}` : ""}`;
}

/** What a check box or drop-down of a legacy form shows; text fields carry their text as the field's result. */
function formFieldText(form: XmlNode | undefined): string | undefined {
  const box = child(form, "w:checkBox");
  if (box !== undefined) {
    const state = child(box, "w:checked") ?? child(box, "w:default");
    return isOn(state, "w:val") ? "☒" : "☐";
  }
  const list = child(form, "w:ddList");
  if (list === undefined) return undefined;
  const entries = Array.from(children(list, "w:listEntry"), (entry) => entry.attributes["w:val"] ?? "");
  return entries[integer(child(list, "w:result"), "w:val") ?? integer(child(list, "w:default"), "w:val") ?? 0];
}
