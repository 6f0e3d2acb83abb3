import { attachBullets } from "./drawn-bullets.ts";
import { formLines, type Line } from "./lines.ts";
import type { Area, Glyph, PageContent, Rule, TextHealth, Turn } from "./page-content.ts";
import { formWords, turnArea, turnGlyph } from "./words.ts";

/** The lines of a page of one writing direction, in their reading frame. */
export interface TurnedLines {
  readonly turn: Turn;
  /** Of the reading frame: exchanged against the page's for turns 1 and 3. */
  readonly width: number;
  readonly height: number;
  readonly lines: readonly Line[];
}

/** A page as lines: what is kept of it while the pages around it are still being read. */
export interface PageLines {
  readonly page: number;
  readonly width: number;
  readonly height: number;
  /** The direction of most of the text. */
  readonly main: TurnedLines;
  /** Text along the margins, in rotated table heads, across the page. */
  readonly others: readonly TurnedLines[];
  /** In the reading frame of {@link main}. */
  readonly rules: readonly Rule[];
  readonly fills: readonly Area[];
  readonly images: readonly Area[];
  readonly drawings: number;
  readonly health: TextHealth;
}

export function linesOfPage(content: PageContent): PageLines {
  const { width, height } = content;
  const byTurn = new Map<Turn, Glyph[]>();
  const skewed: Glyph[] = [];
  for (const glyph of content.glyphs) {
    if (glyph.skewed === true) skewed.push(glyph);
    else {
      const group = byTurn.get(glyph.turn);
      if (group === undefined) byTurn.set(glyph.turn, [glyph]);
      else group.push(glyph);
    }
  }
  const turned = (turn: Turn, glyphs: readonly Glyph[]): TurnedLines => {
    const across = turn === 1 || turn === 3;
    return {
      turn,
      width: across ? height : width,
      height: across ? width : height,
      lines: formLines(formWords(glyphs.map((glyph) => turnGlyph(glyph, turn, width, height)))),
    };
  };
  const groups = [...byTurn].sort(([a, first], [b, second]) => second.length - first.length || a - b);
  const [mainGroup, ...rest] = groups;
  const main = turned(mainGroup?.[0] ?? 0, mainGroup?.[1] ?? []);
  const others = rest.map(([turn, glyphs]) => turned(turn, glyphs));
  if (skewed.length > 0) others.push(turned(0, skewed));
  return {
    page: content.page,
    width,
    height,
    main: {
      ...main,
      lines: attachBullets(
        main.lines,
        content.dots.map((dot) => turnArea(dot, main.turn, width, height)),
      ),
    },
    others,
    rules: content.rules.map((rule) => turnRule(rule, main.turn, width, height)),
    fills: content.fills.map((fill) => turnArea(fill, main.turn, width, height)),
    images: content.images.map((image) => turnArea(image, main.turn, width, height)),
    drawings: content.drawings,
    health: content.health,
  };
}

function turnRule(rule: Rule, turn: Turn, width: number, height: number): Rule {
  if (turn === 0) return rule;
  const { orientation, at, from, to } = rule;
  const area =
    orientation === "horizontal"
      ? { left: from, right: to, top: at, bottom: at }
      : { left: at, right: at, top: from, bottom: to };
  const { left, right, top, bottom } = turnArea(area, turn, width, height);
  return right - left >= bottom - top
    ? { orientation: "horizontal", at: top, from: left, to: right }
    : { orientation: "vertical", at: left, from: top, to: bottom };
}
