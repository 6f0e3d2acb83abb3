import { areaOf } from "./areas.ts";
import type { GlyphTable } from "./glyph-table.ts";
import { isNearColor } from "./ink-probe.ts";
import type { Area } from "./page-content.ts";
import type { Painted, PaintOrder } from "./paint-order.ts";
import { type TextObject, textObjectsOf } from "./text-objects.ts";

/** Why a glyph may be out of sight. Bits; a picture of the page decides. */
export const Suspicion = {
  /** In the colour of what it may stand on. */
  color: 1,
  /** Something opaque is painted over it later. */
  covered: 2,
  /** Of what covers it, some is an image. */
  image: 4,
  /** Outside of its clipping path. */
  clipped: 8,
  /** Shows only as the shape of what is painted through it. */
  shape: 16,
} as const;

const WHITE = 0xffffff;
/** Colours are suspected from a little further than they are convicted. */
const TOLERANCE = 1.3;
/** Share of a glyph's box that has to lie beneath something. */
const COVERED_SHARE = 0.6;
/** Share of a text's glyphs that has to be cut off: what runs over the edge of its cell goes on with what is seen of it. */
const CLIPPED_SHARE = 0.5;
const BANDS = 64;
/** Of a point: text reaches over the edge of its cell by less. */
const EDGE = 1;

/** Bits of {@link Suspicion} of every glyph, or nothing where all of a page is beyond suspicion. */
export function suspect(glyphs: GlyphTable, order: PaintOrder, height: number): Uint8Array | undefined {
  const { count } = glyphs;
  const objects = textObjectsOf(glyphs);
  const { painted } = order;
  const bounds = boundsOf(glyphs);
  let first = Number.POSITIVE_INFINITY;
  for (const object of bounds.keys()) if (object.order < first) first = object.order;
  const covers = new AreaBands(
    painted.filter((item) => item.covers && item.order > first),
    height,
  );
  const colors = new ColorSuspicions(painted, height);
  let bits: Uint8Array | undefined;
  const judged = new Map<TextObject, { readonly own: number; readonly covers: readonly Painted[] }>();
  for (const [object, area] of bounds) {
    const over = covers.find(area).filter((item) => item.order > object.order);
    let own: number = object.shapes === "only" ? Suspicion.shape : 0;
    if (colors.isSuspicious(object, area)) own |= Suspicion.color;
    const isCut = object.clip !== undefined && !contains(object.clip, area, 0);
    if (own !== 0 || over.length > 0 || isCut) judged.set(object, { own, covers: over });
  }
  if (judged.size === 0) return undefined;
  const clipped = clippedObjects(glyphs, judged);
  for (let index = 0; index < count; index++) {
    const object = objects[index]!;
    const found = judged.get(object);
    if (found === undefined) continue;
    const area = glyphArea(glyphs, index);
    let bit = found.own;
    for (const item of found.covers) {
      if (!coversMost(item, area)) continue;
      bit |= Suspicion.covered | (item.kind === "image" ? Suspicion.image : 0);
    }
    if (clipped.has(object) && isOutside(object.clip!, area)) bit |= Suspicion.clipped;
    if (bit === 0) continue;
    bits ??= new Uint8Array(count);
    bits[index] = bit;
  }
  return bits;
}

export function glyphArea({ left, top, right, bottom }: GlyphTable, index: number): Area {
  return { left: left[index]!, top: top[index]!, right: right[index]!, bottom: bottom[index]! };
}

/** What each text object takes of the page. */
function boundsOf(glyphs: GlyphTable): Map<TextObject, Area> {
  const { count, left, top, right, bottom } = glyphs;
  const objects = textObjectsOf(glyphs);
  const bounds = new Map<TextObject, Area>();
  for (let from = 0; from < count; ) {
    const object = objects[from]!;
    let area = glyphArea(glyphs, from);
    let to = from + 1;
    for (; to < count && objects[to] === object; to++) {
      const isInside =
        left[to]! >= area.left && right[to]! <= area.right && top[to]! >= area.top && bottom[to]! <= area.bottom;
      if (!isInside) area = areaOf([area, glyphArea(glyphs, to)]);
    }
    const known = bounds.get(object);
    bounds.set(object, known === undefined ? area : areaOf([known, area]));
    from = to;
  }
  return bounds;
}

/** Text objects of which most is cut off. */
function clippedObjects(glyphs: GlyphTable, judged: ReadonlyMap<TextObject, unknown>): ReadonlySet<TextObject> {
  const objects = textObjectsOf(glyphs);
  const counts = new Map<TextObject, { all: number; outside: number }>();
  for (let index = 0; index < glyphs.count; index++) {
    const object = objects[index]!;
    if (object.clip === undefined || !judged.has(object)) continue;
    const count = counts.get(object) ?? { all: 0, outside: 0 };
    counts.set(object, count);
    count.all++;
    if (isOutside(object.clip, glyphArea(glyphs, index))) count.outside++;
  }
  const clipped = new Set<TextObject>();
  for (const [object, { all, outside }] of counts) if (outside >= CLIPPED_SHARE * all) clipped.add(object);
  return clipped;
}

/** Tells text by its colour and what was painted beneath it. */
class ColorSuspicions {
  readonly #painted: readonly Painted[];
  readonly #height: number;
  /** By colour: what has nearly the same. */
  readonly #near = new Map<number, AreaBands>();
  #all: AreaBands | undefined;

  constructor(painted: readonly Painted[], height: number) {
    this.#painted = painted;
    this.#height = height;
  }

  isSuspicious({ color, order }: TextObject, area: Area): boolean {
    if (color < 0) return false;
    const isLight = isNearColor(color, WHITE, TOLERANCE);
    const isBeneath = (item: Painted): boolean => item.order < order && reachesInto(item, area);
    if (!isLight && !this.#nearTo(color).find(area).some(isBeneath)) return false;
    this.#all ??= new AreaBands(this.#painted, this.#height);
    const beneath = this.#all.find(area).filter(isBeneath);
    // Pages are painted from the bottom: the last that is certain decides.
    for (const item of beneath.sort((a, b) => b.order - a.order)) {
      if (isAlike(item, color, isLight)) return true;
      if (item.exact && contains(item, area, EDGE)) return false;
    }
    return isLight;
  }

  #nearTo(color: number): AreaBands {
    let near = this.#near.get(color);
    if (near === undefined) {
      near = new AreaBands(
        this.#painted.filter((item) => isAlike(item, color, false)),
        this.#height,
      );
      this.#near.set(color, near);
    }
    return near;
  }
}

/** White text is common on pictures, and so is paper in them: there a look decides. Other colours are taken for what is seen. */
function isAlike(item: Painted, color: number, isLight: boolean): boolean {
  return item.color < 0 ? isLight && item.order < Number.POSITIVE_INFINITY : isNearColor(item.color, color, TOLERANCE);
}

/** Areas by the horizontal bands of the page that they touch. */
class AreaBands {
  readonly #bands: Painted[][] = [];
  readonly #height: number;

  constructor(items: readonly Painted[], height: number) {
    this.#height = height;
    for (const item of items) {
      const to = this.#bandOf(item.bottom);
      for (let band = this.#bandOf(item.top); band <= to; band++) {
        const known = this.#bands[band];
        if (known === undefined) this.#bands[band] = [item];
        else known.push(item);
      }
    }
  }

  /** Those that touch an area, each once. */
  find(area: Area): Painted[] {
    if (this.#bands.length === 0) return [];
    const from = this.#bandOf(area.top);
    const to = this.#bandOf(area.bottom);
    const found: Painted[] = [];
    for (let band = from; band <= to; band++) {
      for (const item of this.#bands[band] ?? []) {
        if (item.left > area.right || item.right < area.left || item.top > area.bottom || item.bottom < area.top)
          continue;
        // Given where it is met first.
        if (band === Math.max(from, this.#bandOf(item.top))) found.push(item);
      }
    }
    return found;
  }

  #bandOf(y: number): number {
    return Math.max(0, Math.min(BANDS - 1, Math.floor((y / this.#height) * BANDS)));
  }
}

function contains(outer: Area, inner: Area, tolerance: number): boolean {
  return (
    inner.left >= outer.left - tolerance &&
    inner.right <= outer.right + tolerance &&
    inner.top >= outer.top - tolerance &&
    inner.bottom <= outer.bottom + tolerance
  );
}

/** Whether an item lies over most of an area. */
function coversMost(item: Area, area: Area): boolean {
  const width = Math.min(item.right, area.right) - Math.max(item.left, area.left);
  const height = Math.min(item.bottom, area.bottom) - Math.max(item.top, area.top);
  if (width <= 0 || height <= 0) return false;
  return width * height >= COVERED_SHARE * (area.right - area.left) * (area.bottom - area.top);
}

/** More than the edge of a rule beside the text. */
function reachesInto(item: Painted, area: Area): boolean {
  const least = 0.5 * Math.min(area.right - area.left, area.bottom - area.top);
  const width = Math.min(item.right, area.right) - Math.max(item.left, area.left);
  const height = Math.min(item.bottom, area.bottom) - Math.max(item.top, area.top);
  return width >= least && height >= least;
}

function isOutside(clip: Area, { left, top, right, bottom }: Area): boolean {
  const x = (left + right) / 2;
  const y = (top + bottom) / 2;
  return x < clip.left || x > clip.right || y < clip.top || y > clip.bottom;
}
