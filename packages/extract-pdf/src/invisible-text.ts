import type { PageFrame, Pdfium } from "@groundwork/pdfium";
import { areaOf } from "./areas.ts";
import { glyphGroups } from "./glyph-groups.ts";
import { GlyphTable } from "./glyph-table.ts";
import { GlyphTwins } from "./glyph-twins.ts";
import { type PageGraphics, paintedAreas } from "./graphics-reader.ts";
import { InkProbe, isMarked } from "./ink-probe.ts";
import type { Area, TextStyle } from "./page-content.ts";
import { isScan } from "./scans.ts";
import { glyphArea } from "./suspicions.ts";
import { textObjectsOf } from "./text-objects.ts";
import type { PageText } from "./text-reader.ts";
import type { UnseenReason, UnseenTables } from "./unseen-tables.ts";

/** OCR's boxes reach over the edge of a picture by less (points). */
const EDGE = 3;
/** A word was read from a picture when this share of its glyphs shows there. */
const MOST = 0.5;

/**
 * Parts text that is drawn without ink. What lies over a scan is OCR's and is given back: on pages where it is most of the text the
 * scan is not looked at, elsewhere the pictures and drawings of the page have to show something where the words are. The rest is
 * hidden text, unless the page shows the same words at the same place.
 */
export function sortInvisible(
  pdfium: Pdfium,
  page: number,
  frame: PageFrame,
  { glyphs, invisible }: PageText,
  reasons: readonly (UnseenReason | undefined)[] | undefined,
  graphics: PageGraphics,
  unseen: UnseenTables,
): GlyphTable | undefined {
  if (invisible === undefined) return undefined;
  const isTrusted = invisible.count > glyphs.count && isScan(graphics.order.painted, frame);
  const groups = glyphGroups(invisible).map(({ from, to }) => {
    const area = areaOf(Array.from({ length: to - from }, (_, index) => glyphArea(invisible, from + index)));
    return { from, to, area, isRead: isTrusted && isOver(graphics.images, area) };
  });
  const open = groups.filter(({ isRead, area }) => !isRead && isOver(graphics.order.painted, area));
  const picture =
    open.length === 0
      ? undefined
      : pictureWithoutText(pdfium, page, frame, paintedAreas(graphics), glyphs, open, invisible);
  if (picture !== undefined) {
    for (const group of open) {
      let marked = 0;
      for (let index = group.from; index < group.to; index++)
        if (isMarked(picture, glyphArea(invisible, index))) marked++;
      group.isRead = marked >= MOST * (group.to - group.from);
    }
  }
  const twins = isTrusted ? undefined : new GlyphTwins(glyphs, (index) => reasons?.[index] === undefined);
  const recognized = new GlyphTable(invisible.count);
  for (const { from, to, isRead } of groups) {
    if (twins?.has(invisible, from, to) === true) continue;
    const target = isRead ? recognized : unseen.of("invisible");
    for (let index = from; index < to; index++) target.take(invisible, index);
  }
  levelSizes(recognized);
  return recognized;
}

/** What the page shows but for its text. */
function pictureWithoutText(
  pdfium: Pdfium,
  page: number,
  frame: PageFrame,
  painted: readonly Area[],
  glyphs: GlyphTable,
  groups: readonly { readonly from: number; readonly area: Area }[],
  invisible: GlyphTable,
): ReturnType<InkProbe["render"]> {
  const region = areaOf(groups.map(({ area }) => area));
  const size = groups.reduce(
    (least, { from }) => Math.min(least, invisible.styles[from]!.size),
    Number.POSITIVE_INFINITY,
  );
  const texts = new Set(textObjectsOf(glyphs).map((object) => object.pointer));
  return new InkProbe(pdfium, page, frame, painted, region, size).renderWithout(texts);
}

function isOver(items: readonly Area[], area: Area): boolean {
  const x = (area.left + area.right) / 2;
  const y = (area.top + area.bottom) / 2;
  return items.some(
    ({ left, top, right, bottom }) => x >= left - EDGE && x <= right + EDGE && y >= top - EDGE && y <= bottom + EDGE,
  );
}

/** OCR sets each line in the size it measured, which varies: sizes near the usual one become the usual one. */
function levelSizes(glyphs: GlyphTable): void {
  const sizes = glyphs.styles.map((style) => style.size).sort((first, second) => first - second);
  const usual = sizes[sizes.length >> 1]!;
  const styles = new Map<TextStyle, TextStyle>();
  for (let index = 0; index < glyphs.count; index++) {
    const own = glyphs.styles[index]!;
    if (own.size < 0.6 * usual || own.size > 1.35 * usual) continue;
    const style = styles.get(own) ?? { ...own, size: usual };
    styles.set(own, style);
    glyphs.styles[index] = style;
  }
}
