import { isLost, type KnownColor, parseHexColor, WHITE } from "../look/color.ts";
import { MOST_UNREADABLE_POINTS, type UnseenReason } from "../look/unseen-text.ts";
import { children, type XmlNode } from "../package/xml-tree.ts";

/** What a style states of how visible text is. What is absent is inherited. */
export interface OdfLook {
  readonly color?: KnownColor;
  /** Points. */
  readonly size?: number;
  /** Behind the letters. */
  readonly background?: KnownColor | "none";
  readonly isGone?: boolean;
  /** Behind a paragraph, a cell, a frame. */
  readonly fill?: KnownColor | "none";
  /** Of a table: it is not displayed. */
  readonly isFolded?: boolean;
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

const POINTS: Readonly<Record<string, number>> = { pt: 1, in: 72, cm: 72 / 2.54, mm: 72 / 25.4, px: 0.75 };
const MAX_CHAIN = 32;
const NO_LOOK: OdfLook = {};

function pointsOf(length: string): number | undefined {
  const match = /^([\d.]+)(pt|in|cm|mm|px)$/.exec(length);
  return match === null ? undefined : Number(match[1]) * POINTS[match[2]!]!;
}

const paint = (color: string): KnownColor | "none" =>
  color === "transparent" ? "none" : (parseHexColor(color) ?? "unknown");

function readProperties(node: XmlNode, look: Writable<OdfLook>): void {
  const { attributes } = node;
  const background = attributes["fo:background-color"];
  switch (node.name) {
    case "style:text-properties": {
      const { "fo:color": color, "fo:font-size": size, "text:display": display } = attributes;
      if (color !== undefined) look.color = parseHexColor(color) ?? "unknown";
      if (/^true$/.test(attributes["style:use-window-font-color"] ?? "")) look.color = "unknown";
      if (background !== undefined) look.background = paint(background);
      if (size !== undefined) {
        const points = pointsOf(size);
        if (points !== undefined) look.size = points;
      }
      if (display !== undefined) look.isGone = display === "none";
      return;
    }
    case "style:graphic-properties": {
      const { "draw:fill": kind, "draw:fill-color": color } = attributes;
      if (kind === "none") look.fill = "none";
      else if (kind === "solid" && color !== undefined) look.fill = paint(color);
      else if (kind !== undefined) look.fill = "unknown";
      else if (background !== undefined) look.fill = paint(background);
      return;
    }
    case "style:paragraph-properties":
    case "style:table-cell-properties":
      if (background !== undefined) look.fill = paint(background);
      return;
    case "style:table-properties":
      if (background !== undefined) look.fill = paint(background);
      if (attributes["table:display"] !== undefined) look.isFolded = attributes["table:display"] === "false";
      return;
    case "style:map":
      // A condition may choose other colors.
      look.color = "unknown";
  }
}

/** How visible the text of an OpenDocument file is, by its styles. */
export class OdfLooks {
  readonly #own = new Map<string, { readonly parent: string | undefined; readonly look: OdfLook }>();
  readonly #resolved = new Map<string, OdfLook>();
  /** Behind text where nothing else is painted. */
  page: KnownColor = WHITE;
  /** Characters that were left out because the document does not show them. */
  hiddenCharacters = 0;

  addStyle(name: string, parent: string | undefined, node: XmlNode): void {
    const look: Writable<OdfLook> = {};
    for (const properties of children(node)) readProperties(properties, look);
    this.#own.set(name, { parent, look });
    this.#resolved.clear();
  }

  /** Properties of the pages. Where some are painted and others are not, what is behind text cannot be told. */
  addPage(properties: XmlNode): void {
    const color = properties.attributes["fo:background-color"];
    const painted = color === undefined ? "none" : paint(color);
    if (painted === "none" || (typeof painted === "object" && isLost(painted, WHITE))) return;
    this.page = this.page === WHITE ? painted : "unknown";
  }

  /** A style with what it inherits. */
  look(name: string | undefined): OdfLook {
    if (name === undefined) return NO_LOOK;
    let look = this.#resolved.get(name);
    if (look === undefined) {
      const chain: OdfLook[] = [];
      for (let at: string | undefined = name; at !== undefined && chain.length < MAX_CHAIN; ) {
        const own = this.#own.get(at);
        if (own !== undefined) chain.push(own.look);
        at = own?.parent;
      }
      look = Object.assign({}, ...chain.reverse()) as OdfLook;
      this.#resolved.set(name, look);
    }
    return look;
  }
}

/** Why nobody sees text on a background. */
export function unseenReason(look: OdfLook, behind: KnownColor): UnseenReason | undefined {
  if (look.size !== undefined && look.size <= MOST_UNREADABLE_POINTS) return "size";
  const { color, background } = look;
  return isLost(color, background === undefined || background === "none" ? behind : background) ? "color" : undefined;
}
