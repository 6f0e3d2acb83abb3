import { attachBullets } from "./drawn-bullets.ts";
import { GlyphTable, Mark } from "./glyph-table.ts";
import { formLines, type Line } from "./lines.ts";
import type { Area, PageContent, Rule, TextHealth, Turn } from "./page-content.ts";
import { joinRules } from "./rules.ts";
import { turnArea } from "./turn.ts";
import type { UnseenReason } from "./unseen-tables.ts";
import { formWords } from "./words.ts";

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
  /** Joined, in the reading frame of {@link main}. */
  readonly rules: readonly Rule[];
  readonly fills: readonly Area[];
  readonly images: readonly Area[];
  readonly drawings: number;
  /** Text that nobody sees, by the reason. */
  readonly unseen: ReadonlyMap<UnseenReason, readonly TurnedLines[]>;
  readonly health: TextHealth;
}

/** Uses up the glyphs of the content. */
export function linesOfPage(content: PageContent): PageLines {
  const { width, height } = content;
  const [main, ...others] = turnedLines(content.glyphs, width, height);
  const unseen = new Map<UnseenReason, readonly TurnedLines[]>();
  for (const [reason, glyphs] of content.unseen) unseen.set(reason, turnedLines(glyphs, width, height));
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
    rules: joinRules(content.rules.map((rule) => turnRule(rule, main.turn, width, height))),
    fills: content.fills.map((fill) => turnArea(fill, main.turn, width, height)),
    images: content.images.map((image) => turnArea(image, main.turn, width, height)),
    drawings: content.drawings,
    unseen,
    health: content.health,
  };
}

/** There is always a first. */
function turnedLines(table: GlyphTable, width: number, height: number): [TurnedLines, ...TurnedLines[]] {
  return directionsOf(table).map(({ turn, glyphs, isTurned }): TurnedLines => {
    if (isTurned) glyphs.turnTo(turn, width, height);
    const across = turn === 1 || turn === 3;
    return {
      turn,
      width: across ? height : width,
      height: across ? width : height,
      lines: formLines(formWords(glyphs)),
    };
  }) as [TurnedLines, ...TurnedLines[]];
}

interface Direction {
  readonly turn: Turn;
  readonly glyphs: GlyphTable;
  /** False for skewed text, which is read where it stands. */
  readonly isTurned: boolean;
}

/** The glyphs by writing direction, most frequent first, skewed ones last. There is always a first. */
function directionsOf(glyphs: GlyphTable): Direction[] {
  const { count, marks } = glyphs;
  const counts = [0, 0, 0, 0];
  let skewed = 0;
  for (let index = 0; index < count; index++) {
    if ((marks[index]! & Mark.skewed) !== 0) skewed++;
    else counts[marks[index]! & Mark.turn]!++;
  }
  const turns = ([0, 1, 2, 3] as Turn[])
    .filter((turn) => counts[turn]! > 0)
    .sort((a, b) => counts[b]! - counts[a]! || a - b);
  if (skewed === 0 && turns.length <= 1) return [{ turn: turns[0] ?? 0, glyphs, isTurned: true }];
  const select = (isMember: (mark: number) => boolean): GlyphTable => {
    const table = new GlyphTable();
    for (let index = 0; index < count; index++) if (isMember(marks[index]!)) table.take(glyphs, index);
    return table;
  };
  const directions: Direction[] = turns.map((turn) => ({
    turn,
    glyphs: select((mark) => (mark & Mark.skewed) === 0 && (mark & Mark.turn) === turn),
    isTurned: true,
  }));
  if (directions.length === 0) directions.push({ turn: 0, glyphs: new GlyphTable(1), isTurned: true });
  if (skewed > 0) directions.push({ turn: 0, glyphs: select((mark) => (mark & Mark.skewed) !== 0), isTurned: false });
  return directions;
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
