import type { PageFrame, Pdfium } from "@groundwork/pdfium";
import { areaOf } from "./areas.ts";
import { Trait } from "./characters.ts";
import { glyphGroups } from "./glyph-groups.ts";
import { type GlyphTable, Mark } from "./glyph-table.ts";
import { GlyphTwins } from "./glyph-twins.ts";
import { type PageGraphics, paintedAreas } from "./graphics-reader.ts";
import { differsIn, InkProbe, isMarked, standsOut } from "./ink-probe.ts";
import { sortInvisible } from "./invisible-text.ts";
import type { Area } from "./page-content.ts";
import type { Painted } from "./paint-order.ts";
import { isScan } from "./scans.ts";
import { glyphArea, Suspicion, suspect } from "./suspicions.ts";
import { textObjectsOf } from "./text-objects.ts";
import type { PageText } from "./text-reader.ts";
import { type UnseenReason, UnseenTables } from "./unseen-tables.ts";

/** The text of a page that a reader sees or an OCR read for him, and the rest of it. */
export interface SeparatedText {
  readonly glyphs: GlyphTable;
  /** Of {@link glyphs}, OCR's. */
  readonly recognized: number;
  readonly unseen: ReadonlyMap<UnseenReason, GlyphTable>;
}

/** A word is out of sight when more than this share of its glyphs is. */
const MOST = 0.5;
/** Of a glyph's box, left off at each side: its neighbour may reach over it. */
const SIDE = 0.12;

/**
 * Parts the text of a loaded page by whether it is seen. Only text that is suspected by its colour and its place among the objects
 * of the page is looked at, in pictures of the page with it and without. Changes colours: the page is for no other use after it.
 */
export function separateUnseen(
  pdfium: Pdfium,
  page: number,
  frame: PageFrame,
  text: PageText,
  graphics: PageGraphics,
): SeparatedText {
  const { glyphs, invisible, tiny, outside } = text;
  const unseen = new UnseenTables();
  if (outside !== undefined) unseen.tables.set("off_page", outside);
  if (tiny !== undefined) unseen.tables.set("size", tiny);
  const bits = suspect(glyphs, graphics.order, frame.height);
  const reasons =
    bits === undefined || !clearScans(glyphs, bits, graphics.order.painted, frame)
      ? undefined
      : convict(pdfium, page, frame, glyphs, bits, paintedAreas(graphics), unlistedObjects(text, graphics));
  const recognized =
    invisible === undefined ? undefined : sortInvisible(pdfium, page, frame, text, reasons, graphics, unseen);
  if (reasons !== undefined) takeOut(glyphs, reasons, unseen);
  if (recognized === undefined || recognized.count === 0) return { glyphs, recognized: 0, unseen: unseen.tables };
  const count = recognized.count;
  // OCR's text is in its own order, and what was stamped on the scan stands beside it.
  const [first, second] = count > glyphs.count ? [recognized, glyphs] : [glyphs, recognized];
  for (let index = 0; index < second.count; index++) first.take(second, index);
  return { glyphs: first, recognized: count, unseen: unseen.tables };
}

/**
 * Text objects without a character in the text layer: PDFium gives a text that is printed twice at one place once only, and the
 * copy may be the one that shows.
 */
function unlistedObjects({ glyphs, invisible, tiny, outside }: PageText, { order }: PageGraphics): number[] {
  const listed = new Set<number>();
  for (const table of [glyphs, invisible, tiny, outside])
    for (const object of table === undefined ? [] : textObjectsOf(table)) listed.add(object.pointer);
  return [...order.texts.keys()].filter((pointer) => !listed.has(pointer));
}

/** The reason of each suspected glyph that nobody sees. */
function convict(
  pdfium: Pdfium,
  page: number,
  frame: PageFrame,
  glyphs: GlyphTable,
  bits: Uint8Array,
  painted: readonly Area[],
  unlisted: readonly number[],
): (UnseenReason | undefined)[] | undefined {
  const objects = textObjectsOf(glyphs);
  let suspects: number[] = [];
  for (let index = 0; index < bits.length; index++) if (bits[index] !== 0) suspects.push(index);
  const region = areaOf(suspects.map((index) => glyphArea(glyphs, index)));
  const smallest = suspects.reduce(
    (size, index) => Math.min(size, glyphs.styles[index]!.size),
    Number.POSITIVE_INFINITY,
  );
  const probe = new InkProbe(pdfium, page, frame, painted, region, smallest);
  const bare = probe.renderWithout(new Set([...unlisted, ...suspects.map((index) => objects[index]!.pointer)]));
  if (bare === undefined) return undefined;
  // Most suspects are white letters on a ground that is not: without them it shows.
  const isTransparent = pdfium.call("FPDFPageObj_HasTransparency");
  suspects = suspects.filter((index) => {
    const { color, pointer } = objects[index]!;
    const isPlain = bits[index] === Suspicion.color && isTransparent(pointer) === 0;
    return !isPlain || !standsOut(color, bare, innerArea(glyphs, index));
  });
  if (suspects.length === 0) return undefined;
  const shown = probe.render();
  if (shown === undefined) return undefined;
  const isLost = new Uint8Array(bits.length);
  let lost = 0;
  for (const index of suspects) {
    const area = innerArea(glyphs, index);
    const isSeen = objects[index]!.shapes === "no" ? differsIn(shown, bare, area) : isMarked(shown, area);
    if (isSeen) continue;
    isLost[index] = 1;
    lost++;
  }
  if (lost === 0) return undefined;
  // A font without glyphs shows nothing either. Text in a colour that stands out has to show.
  const byColor = suspects.filter((index) => isLost[index] === 1 && (bits[index]! & Suspicion.color) !== 0);
  const contrasts = new Map(byColor.map((index) => [objects[index]!.pointer, objects[index]!.color]));
  const contrasted = contrasts.size === 0 ? undefined : probe.renderContrasted(contrasts);
  const reasonOf = (index: number): UnseenReason | undefined => {
    const bit = bits[index]!;
    const isColor =
      (bit & Suspicion.color) !== 0 &&
      contrasted !== undefined &&
      differsIn(contrasted, bare, innerArea(glyphs, index));
    if (isColor) return "color";
    if ((bit & Suspicion.covered) !== 0) return "covered";
    return (bit & (Suspicion.clipped | Suspicion.shape)) === 0 ? undefined : "invisible";
  };
  const reasons: (UnseenReason | undefined)[] = [];
  for (const { from, to } of glyphGroups(glyphs)) {
    let reason: UnseenReason | undefined;
    let share = 0;
    for (let index = from; index < to; index++) {
      const own = isLost[index] === 1 ? reasonOf(index) : undefined;
      if (own === undefined) continue;
      reason ??= own;
      share++;
    }
    const isUnseen = share > MOST * (to - from);
    for (let index = from; index < to; index++) reasons[index] = isUnseen ? reason : undefined;
  }
  return reasons;
}

/**
 * Clears the text beneath the pictures of a page that is covered with them, where it is most of the text: old scanners put there what
 * OCR read, and a transparent mark over the whole page hides nothing. Looking at such pictures takes as long as reading ten pages.
 */
function clearScans(glyphs: GlyphTable, bits: Uint8Array, painted: readonly Painted[], frame: PageFrame): boolean {
  let beneath = 0;
  let suspects = 0;
  for (const bit of bits) {
    if (bit !== 0) suspects++;
    if ((bit & Suspicion.image) !== 0) beneath++;
  }
  if (beneath <= MOST * glyphs.count || !isScan(painted, frame)) return suspects > 0;
  for (let index = 0; index < bits.length; index++) if ((bits[index]! & Suspicion.image) !== 0) bits[index] = 0;
  return suspects > beneath;
}

/** Moves glyphs with a reason out of the text. What is printed a second time for all to see is left out. */
function takeOut(glyphs: GlyphTable, reasons: (UnseenReason | undefined)[], unseen: UnseenTables): void {
  const twins = new GlyphTwins(glyphs, (index) => reasons[index] === undefined);
  const isTwin = new Uint8Array(glyphs.count);
  for (const { from, to } of glyphGroups(glyphs)) {
    if (reasons[from] === undefined) continue;
    if (twins.has(glyphs, from, to)) isTwin.fill(1, from, to);
    // Signs alone say nothing to anybody, and the number before them may be seen.
    else if (!hasLetters(glyphs, from, to)) reasons.fill(undefined, from, to);
  }
  let kept = 0;
  let isParted = false;
  for (let index = 0; index < isTwin.length; index++) {
    const reason = reasons[index];
    if (reason !== undefined) {
      if (isTwin[index] !== 1) unseen.of(reason).take(glyphs, index);
      isParted = true;
      continue;
    }
    if (kept !== index) glyphs.copy(glyphs, index, kept);
    if (isParted) glyphs.setMark(kept, Mark.spaceBefore, true);
    isParted = false;
    kept++;
  }
  glyphs.truncate(kept);
}

function hasLetters({ traits }: GlyphTable, from: number, to: number): boolean {
  return traits.subarray(from, to).some((trait) => (trait & Trait.alphanumeric) !== 0);
}

function innerArea(glyphs: GlyphTable, index: number): Area {
  const { left, top, right, bottom } = glyphArea(glyphs, index);
  const across = SIDE * (right - left);
  return { left: left + across, top, right: right - across, bottom };
}
