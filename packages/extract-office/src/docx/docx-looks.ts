import { isLost, type KnownColor, parseHexColor, WHITE } from "../look/color.ts";
import type { ThemeColors } from "../look/theme-colors.ts";
import { MOST_UNREADABLE_POINTS, type UnseenReason } from "../look/unseen-text.ts";
import { child, descendants, integer, isOn, type XmlNode } from "../package/xml-tree.ts";
import type { DocxStyles } from "./docx-styles.ts";

/** What runs state of how visible they are. What is absent is inherited. */
export interface RunLook {
  /** `auto` is black or white, whichever can be read, and so counts as unknown. */
  readonly color?: KnownColor;
  /** Shading or highlight. `"none"` shows what lies behind. */
  readonly shade?: KnownColor | "none";
  /** Points. */
  readonly size?: number;
  /** Letters without ink. */
  readonly isBlank?: boolean;
  readonly isVanished?: boolean;
}

/** What runs state that leave everything to what they inherit. */
export const NO_LOOK: RunLook = {};
const STATED: ReadonlySet<string> = new Set(["w:color", "w:sz", "w:vanish", "w14:textFill", "w:shd", "w:highlight"]);

type Writable<T> = { -readonly [K in keyof T]: T[K] };

const HIGHLIGHTS: Readonly<Record<string, string>> = {
  black: "000000",
  blue: "0000FF",
  cyan: "00FFFF",
  darkBlue: "000080",
  darkCyan: "008080",
  darkGray: "808080",
  darkGreen: "008000",
  darkMagenta: "800080",
  darkRed: "800000",
  darkYellow: "808000",
  green: "00FF00",
  lightGray: "C0C0C0",
  magenta: "FF00FF",
  red: "FF0000",
  white: "FFFFFF",
  yellow: "FFFF00",
};
/** Names of theme colors in Word, by those of DrawingML. */
const THEME_NAMES: Readonly<Record<string, string>> = {
  dark1: "dk1",
  text1: "dk1",
  light1: "lt1",
  background1: "lt1",
  dark2: "dk2",
  text2: "dk2",
  light2: "lt2",
  background2: "lt2",
  hyperlink: "hlink",
  followedHyperlink: "folHlink",
};
/** Transparency of letters from which on they are not seen, in thousandths of a percent. */
const MOST_TRANSPARENT = 95_000;

/** How visible the runs of a document are, with what they inherit from styles and defaults. */
export class DocxLooks {
  readonly #styles: DocxStyles;
  readonly #theme: ThemeColors;
  readonly #defaults: RunLook;
  readonly #paragraphs = new Map<string, RunLook>();
  readonly #characters = new Map<string, RunLook>();
  readonly #paragraphShades = new Map<string, KnownColor | "none" | undefined>();
  readonly #tableShades = new Map<string, KnownColor | undefined>();

  constructor(styles: DocxStyles, root: XmlNode | undefined, theme: ThemeColors) {
    this.#styles = styles;
    this.#theme = theme;
    this.#defaults = this.run(child(root, "w:docDefaults", "w:rPrDefault", "w:rPr"));
  }

  /** What run properties state themselves; {@link NO_LOOK} where that is nothing. */
  run(properties: XmlNode | undefined): RunLook {
    if (properties === undefined) return NO_LOOK;
    let look: Writable<RunLook> | undefined;
    for (const node of properties.children) {
      // Runs are many, and most of what they state is of no matter here.
      if (typeof node === "string" || !STATED.has(node.name)) continue;
      look ??= {};
      if (node.name === "w:color") look.color = this.#color(node, "w:val", "w:themeColor", "w:theme") ?? "unknown";
      else if (node.name === "w:sz") {
        const half = integer(node, "w:val");
        if (half !== undefined) look.size = half / 2;
      } else if (node.name === "w:vanish") look.isVanished = isOn(node, "w:val");
      else if (node.name === "w14:textFill") look.isBlank = isClear(node);
      else if (node.name === "w:shd") look.shade ??= this.shade(node) ?? "none";
      else look.shade = parseHexColor(HIGHLIGHTS[node.attributes["w:val"] ?? ""]) ?? look.shade ?? "none";
    }
    return look ?? NO_LOOK;
  }

  /** What runs of a paragraph inherit, from its style and the defaults. */
  paragraph(styleId: string | undefined): RunLook {
    const key = this.#styles.paragraphKey(styleId);
    if (key === undefined) return this.#defaults;
    return this.#resolve(this.#paragraphs, key, this.#defaults);
  }

  character(styleId: string): RunLook {
    return this.#resolve(this.#characters, styleId, {});
  }

  #resolve(known: Map<string, RunLook>, key: string, base: RunLook): RunLook {
    let look = known.get(key);
    if (look === undefined) {
      const own = this.#styles.chain(key).map((node) => this.run(child(node, "w:rPr")));
      look = Object.assign({}, base, ...own.reverse()) as RunLook;
      known.set(key, look);
    }
    return look;
  }

  /** The shading of a paragraph by its own properties or its style. */
  paragraphShade(properties: XmlNode | undefined, styleId: string | undefined): KnownColor | undefined {
    const own = child(properties, "w:shd");
    let shade: KnownColor | "none" | undefined;
    if (own !== undefined) shade = this.shade(own) ?? "none";
    else {
      const key = this.#styles.paragraphKey(styleId) ?? "";
      if (!this.#paragraphShades.has(key)) {
        const stated = this.#styles.chain(key).map((node) => child(node, "w:pPr", "w:shd"));
        const nearest = stated.find((node) => node !== undefined);
        this.#paragraphShades.set(key, nearest === undefined ? undefined : this.shade(nearest));
      }
      shade = this.#paragraphShades.get(key);
    }
    return shade === "none" ? undefined : shade;
  }

  /** A table style that paints anything paints by rules of row and column, so what is behind a cell cannot be told. */
  tableShade(properties: XmlNode | undefined): KnownColor | undefined {
    const own = child(properties, "w:shd");
    const shade = own === undefined ? undefined : this.shade(own);
    if (shade !== undefined) return shade;
    const id = child(properties, "w:tblStyle")?.attributes["w:val"];
    if (id === undefined) return undefined;
    if (!this.#tableShades.has(id)) {
      const paints = this.#styles
        .chain(id)
        .some((node) => Array.from(descendants(node, "w:shd")).some((one) => this.shade(one) !== undefined));
      this.#tableShades.set(id, paints ? "unknown" : undefined);
    }
    return this.#tableShades.get(id);
  }

  /** The color that `w:shd` paints; `undefined` where it paints none. */
  shade(node: XmlNode): KnownColor | undefined {
    const { "w:val": pattern = "clear" } = node.attributes;
    if (pattern === "solid") return this.#color(node, "w:color", "w:themeColor", "w:theme") ?? "unknown";
    const fill = this.#color(node, "w:fill", "w:themeFill", "w:themeFill");
    return pattern === "clear" || pattern === "nil" ? fill : "unknown";
  }

  get theme(): ThemeColors {
    return this.#theme;
  }

  /** `undefined` for `auto`. */
  #color(node: XmlNode, value: string, theme: string, prefix: string): KnownColor | undefined {
    const { [value]: hex, [theme]: name } = node.attributes;
    if (name !== undefined && name !== "none") {
      const isChanged = `${prefix}Tint` in node.attributes || `${prefix}Shade` in node.attributes;
      const color = this.#theme.get(THEME_NAMES[name] ?? name);
      // Word writes what comes of a changed color beside it.
      return (isChanged ? parseHexColor(hex) : color) ?? "unknown";
    }
    return hex === undefined || hex === "auto" ? undefined : (parseHexColor(hex) ?? "unknown");
  }
}

/** `w14:textFill` that leaves no ink. */
function isClear(node: XmlNode): boolean {
  if (child(node, "w14:noFill") !== undefined) return true;
  for (const alpha of descendants(child(node, "w14:solidFill"), "w14:alpha")) {
    if ((integer(alpha, "w14:val") ?? 0) >= MOST_TRANSPARENT) return true;
  }
  return false;
}

/** Why nobody sees a run on a background. */
export function unseenReason(look: RunLook, background: KnownColor): UnseenReason | undefined {
  if (look.size !== undefined && look.size <= MOST_UNREADABLE_POINTS) return "size";
  if (look.isBlank === true) return "invisible";
  const behind = look.shade === undefined || look.shade === "none" ? background : look.shade;
  return isLost(look.color, behind) ? "color" : undefined;
}

/** What is behind text where nothing is painted. */
export const PAPER: KnownColor = WHITE;
