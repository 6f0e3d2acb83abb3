import { type Color, parseColor } from "./css-color.ts";

/** What a style states of how visible a text is. What it does not state is absent; `"unknown"`: stated, but not to be told from the style alone. */
export interface StyleLook {
  readonly color?: Color | "unknown";
  readonly background?: Color | "unknown";
  readonly fontSize?: { readonly pixels: number } | { readonly factor: number };
  readonly isInvisible?: boolean;
  /** Opacity near 0, no room, clipped away. */
  readonly isBlank?: boolean;
  readonly isOffPage?: boolean;
  /** Not displayed at all. */
  readonly isGone?: boolean;
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** CSS pixels of the units of length; font-relative ones by the default size. */
const PIXELS: Readonly<Record<string, number>> = {
  "": 1,
  px: 1,
  pt: 4 / 3,
  pc: 16,
  in: 96,
  cm: 96 / 2.54,
  mm: 96 / 25.4,
  em: 16,
  rem: 16,
  ex: 8,
  ch: 8,
  vw: 10,
  vh: 10,
};
const LENGTH = /^(-?(?:\d+\.?\d*|\.\d+))(px|pt|pc|in|cm|mm|em|rem|ex|ch|vw|vh)?$/;
/** Farther left or above than any screen is wide. Pixels. */
const OFF_SCREEN = -999;
/** A box of this size shows no letter. Pixels. */
const NO_ROOM = 1;
/** Characters of a value that is read. */
const MOST_VALUE = 500;
const LEAST_OPACITY = 0.05;

function lengthOf(value: string): number | undefined {
  const match = LENGTH.exec(value);
  return match === null ? undefined : Number(match[1]) * PIXELS[match[2] ?? ""]!;
}

function fontSizeOf(value: string): StyleLook["fontSize"] {
  const match = /^((?:\d+\.?\d*|\.\d+))(em|%)$/.exec(value);
  if (match !== null) return { factor: Number(match[1]) / (match[2] === "%" ? 100 : 1) };
  const pixels = lengthOf(value);
  if (pixels !== undefined) return { pixels };
  // Keywords and calculations are sizes that can be read.
  return value === "inherit" ? undefined : { pixels: 16 };
}

/** The color of a `background`; pictures and gradients make it unknown, `none` states none. */
function backgroundOf(value: string): StyleLook["background"] {
  if (/url\(|gradient\(|image|var\(/.test(value)) return "unknown";
  for (const part of value.match(/[^\s(]+(?:\([^)]*\))?/g) ?? []) {
    const color = parseColor(part);
    if (color !== undefined) return color;
  }
  return undefined;
}

/** `rect` whose edges meet, or an inset that leaves nothing. */
function isClippedAway(value: string): boolean {
  if (/inset\(\s*(?:50|100)%\s*\)|circle\(\s*0/.test(value)) return true;
  const edges = /^rect\(([^)]*)\)/
    .exec(value)?.[1]
    ?.trim()
    .split(/[\s,]+/)
    .map(lengthOf);
  if (edges?.length !== 4) return false;
  const [top = Number.NaN, right = Number.NaN, bottom = Number.NaN, left = Number.NaN] = edges;
  return bottom - top <= NO_ROOM || right - left <= NO_ROOM;
}

interface Box {
  isSmall: boolean;
  cutsOff: boolean;
  hasPicture: boolean;
  indent: boolean;
  hasPaintedLetters: boolean;
}

function declare(look: Writable<StyleLook>, box: Box, name: string, value: string): void {
  switch (name) {
    case "color": {
      if (value === "inherit") return;
      look.color = parseColor(value) ?? "unknown";
      return;
    }
    case "background":
    case "background-color": {
      const background = backgroundOf(value);
      if (background !== undefined) look.background = background;
      if (background === "unknown") box.hasPicture = true;
      return;
    }
    case "background-image":
      if (value === "none" || value === "inherit") return;
      look.background = "unknown";
      box.hasPicture = true;
      return;
    case "background-clip":
    case "-webkit-background-clip":
      // Letters cut out of the background are seen without a color of their own.
      if (value === "text") box.hasPaintedLetters = true;
      return;
    case "text-shadow":
    case "-webkit-text-stroke":
    case "-webkit-text-fill-color":
      if (value !== "none") box.hasPaintedLetters = true;
      return;
    case "font-size": {
      const size = fontSizeOf(value);
      if (size !== undefined) look.fontSize = size;
      return;
    }
    case "font": {
      const size = /(?:^|\s)([\d.]+(?:px|pt|em|rem|%|pc|in|cm|mm)?)(?:\s*\/\s*\S+)?\s+\S/.exec(value)?.[1];
      const isWeight = size !== undefined && /^[1-9]00$/.test(size);
      if (size !== undefined && !isWeight) look.fontSize = fontSizeOf(size) ?? { pixels: 16 };
      return;
    }
    case "opacity": {
      const opacity = Number.parseFloat(value) / (value.endsWith("%") ? 100 : 1);
      if (opacity <= LEAST_OPACITY) look.isBlank = true;
      return;
    }
    case "filter":
      if (/opacity\(\s*0?(?:\.0\d*)?%?\s*\)/.test(value)) look.isBlank = true;
      return;
    case "visibility":
      look.isInvisible = value === "hidden" || value === "collapse";
      return;
    case "display":
      look.isGone = value === "none";
      return;
    case "mso-hide":
      if (value === "all") look.isGone = true;
      return;
    case "clip":
    case "clip-path":
      if (isClippedAway(value)) look.isBlank = true;
      return;
    case "transform":
      if (/scale\(\s*0(?:\.0\d*)?\s*[,)]/.test(value)) look.isBlank = true;
      if ((lengthOf(/translate[xy]?\(\s*([^,)\s]+)/.exec(value)?.[1] ?? "") ?? 0) <= OFF_SCREEN) look.isOffPage = true;
      return;
    case "text-indent":
      if ((lengthOf(value) ?? 0) <= OFF_SCREEN) box.indent = true;
      return;
    case "left":
    case "top":
    case "right":
    case "bottom":
    case "margin":
    case "margin-left":
    case "margin-top":
      if (value.split(/\s+/).some((part) => (lengthOf(part) ?? 0) <= OFF_SCREEN)) look.isOffPage = true;
      return;
    case "height":
    case "max-height":
    case "width":
    case "max-width": {
      const length = lengthOf(value);
      if (length !== undefined && length <= NO_ROOM) box.isSmall = true;
      return;
    }
    case "overflow":
    case "overflow-x":
    case "overflow-y":
      if (/^(?:hidden|clip)/.test(value)) box.cutsOff = true;
  }
}

/** Parts at the semicolons outside of parentheses. */
function* declarationsOf(style: string): Generator<string> {
  let start = 0;
  let depth = 0;
  for (let at = 0; at < style.length; at++) {
    const code = style.charCodeAt(at);
    if (code === 0x28) depth++;
    else if (code === 0x29) depth = Math.max(0, depth - 1);
    else if (code === 0x3b && depth === 0) {
      yield style.slice(start, at);
      start = at + 1;
    }
  }
  yield style.slice(start);
}

/** A text of CSS without its comments. */
export function withoutComments(css: string): string {
  let open = css.indexOf("/*");
  if (open < 0) return css;
  let text = "";
  let at = 0;
  while (open >= 0) {
    text += css.slice(at, open);
    const close = css.indexOf("*/", open + 2);
    if (close < 0) return text;
    at = close + 2;
    open = css.indexOf("/*", at);
  }
  return text + css.slice(at);
}

/** Reads the declarations of a `style` attribute or a rule. */
function readDeclarations(style: string): StyleLook {
  const look: Writable<StyleLook> = {};
  const box: Box = { isSmall: false, cutsOff: false, hasPicture: false, indent: false, hasPaintedLetters: false };
  for (const declaration of declarationsOf(withoutComments(style))) {
    const colon = declaration.indexOf(":");
    if (colon < 0) continue;
    const name = declaration.slice(0, colon).trim().toLowerCase();
    const value = declaration
      .slice(colon + 1)
      .replace(/!\s*important/i, "")
      .trim()
      .toLowerCase();
    // A long value is data: a picture.
    if (value.length > MOST_VALUE) {
      if (name.startsWith("background")) look.background = "unknown";
    } else if (value !== "") declare(look, box, name, value);
  }
  if (box.hasPaintedLetters) look.color = "unknown";
  if (box.isSmall && box.cutsOff) look.isBlank = true;
  // Text moved away from a picture is what the picture shows: its alternative text.
  if (box.indent && !box.hasPicture) look.isOffPage = true;
  return look;
}

/** A look without what hides an element as a whole: its colors and sizes alone. */
export function withoutHiding({ color, background, fontSize }: StyleLook): StyleLook {
  return {
    ...(color === undefined ? {} : { color }),
    ...(background === undefined ? {} : { background }),
    ...(fontSize === undefined ? {} : { fontSize }),
  };
}

/** What a style without declarations states. */
export const NO_LOOK: StyleLook = {};
const MOST_REMEMBERED = 2_000;
const MOST_REMEMBERED_CHARACTERS = 1_000;
const looks = new Map<string, StyleLook>();

/** What a `style` attribute or a rule states. Pages repeat their styles: the answers are remembered, up to a bound. */
export function lookOfStyle(style: string | undefined): StyleLook {
  if (style === undefined || style === "") return NO_LOOK;
  const known = looks.get(style);
  if (known !== undefined) return known;
  const look = readDeclarations(style);
  if (style.length > MOST_REMEMBERED_CHARACTERS) return look;
  if (looks.size >= MOST_REMEMBERED) looks.clear();
  looks.set(style, look);
  return look;
}
