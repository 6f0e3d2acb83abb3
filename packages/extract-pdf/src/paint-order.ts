import { type Matrix, type Native, type Pdfium, withMemory } from "@groundwork/pdfium";
import type { Area } from "./page-content.ts";

/** Something painted on a page that text may stand on or lie beneath. Where it is cut off is no part of its area. */
export interface Painted extends Area {
  /** Larger is painted later. */
  readonly order: number;
  /** `other` has a shape or a colour that is not known: gradients, patterns, comments drawn over the page. */
  readonly kind: "fill" | "image" | "other";
  /** 0xRRGGBB of a fill. */
  readonly color: number;
  /** Of an image, in its file. */
  readonly pixels: number;
  /** A rectangle that hides all beneath it. */
  readonly exact: boolean;
  /** May hide what is beneath it: pictures, and opaque fills of a simple shape. */
  readonly covers: boolean;
}

/** What is known of a text object by where it stands among the objects of its page. */
export interface PaintedText {
  readonly order: number;
  /** All of it that can be seen lies in here. */
  readonly clip: Area | undefined;
  /** 0..1, of the groups it stands in. */
  readonly opacity: number;
}

/** The objects of a page in the order in which they are painted. */
export interface PaintOrder {
  readonly painted: readonly Painted[];
  /** Groups of objects that are painted together before they are laid over the page. */
  readonly groups: readonly Area[];
  /** By the handle of the text object. */
  readonly texts: ReadonlyMap<number, PaintedText>;
}

export interface Clip {
  readonly area: Area;
  /** Nothing inside the area is cut off. */
  readonly exact: boolean;
}

/** Segments of a clipping path past which it is not followed: the area is then too large, never too small. */
const MAX_CLIP_SEGMENTS = 400;
const MAX_CLIP_PATHS = 16;
const MAX_ANNOTATIONS = 500;
const HIDDEN_FLAGS = 2 | 32;
/** FreeText, Line, Square, Circle, Polygon, PolyLine, Stamp, Ink, Redact: comments by which people blacken text. */
const COVERING_SUBTYPES: ReadonlySet<number> = new Set([3, 4, 5, 6, 7, 8, 13, 15, 28]);

/** Reads what the clipping paths of page objects leave to be seen. */
export class ClipReader {
  readonly #pdfium: Pdfium;
  readonly #scratch: number;
  readonly #clipOf: Native;
  readonly #countPaths: Native;
  readonly #countSegments: Native;
  readonly #segmentAt: Native;
  readonly #pointOf: Native;

  /** `scratch` is a block of 8 bytes. */
  constructor(pdfium: Pdfium, scratch: number) {
    this.#pdfium = pdfium;
    this.#scratch = scratch;
    this.#clipOf = pdfium.call("FPDFPageObj_GetClipPath");
    this.#countPaths = pdfium.call("FPDFClipPath_CountPaths");
    this.#countSegments = pdfium.call("FPDFClipPath_CountPathSegments");
    this.#segmentAt = pdfium.call("FPDFClipPath_GetPathSegment");
    this.#pointOf = pdfium.call("FPDFPathSegment_GetPoint");
  }

  /** Nothing where the object has no clipping path. */
  read(object: number, toPage: Matrix): Clip | undefined {
    const handle = this.#clipOf(object);
    const paths = handle === 0 ? 0 : Math.min(this.#countPaths(handle), MAX_CLIP_PATHS);
    let clip: Clip | undefined;
    for (let path = 0; path < paths; path++) {
      const own = this.#readPath(handle, path, toPage);
      if (own === undefined) {
        if (clip !== undefined) clip = { ...clip, exact: false };
        continue;
      }
      clip = clip === undefined ? own : { area: intersect(clip.area, own.area), exact: clip.exact && own.exact };
    }
    return clip;
  }

  #readPath(handle: number, path: number, toPage: Matrix): Clip | undefined {
    const count = this.#countSegments(handle, path);
    if (count > MAX_CLIP_SEGMENTS) return undefined;
    const scratch = this.#scratch;
    const at = scratch >> 2;
    const xs: number[] = [];
    const ys: number[] = [];
    for (let index = 0; index < count; index++) {
      const segment = this.#segmentAt(handle, path, index);
      if (segment === 0 || this.#pointOf(segment, scratch, scratch + 4) === 0) continue;
      const { f32 } = this.#pdfium.views();
      const x = f32[at]!;
      const y = f32[at + 1]!;
      xs.push(toPage[0] * x + toPage[2] * y + toPage[4]);
      ys.push(toPage[1] * x + toPage[3] * y + toPage[5]);
    }
    // A path without points leaves nothing to be seen.
    if (xs.length === 0) return { area: { left: 0, top: 0, right: 0, bottom: 0 }, exact: true };
    const area = { left: Math.min(...xs), top: Math.min(...ys), right: Math.max(...xs), bottom: Math.max(...ys) };
    const isCorner = (x: number, index: number): boolean =>
      (isNear(x, area.left) || isNear(x, area.right)) &&
      (isNear(ys[index]!, area.top) || isNear(ys[index]!, area.bottom));
    return { area, exact: (count === 4 || count === 5) && xs.every(isCorner) };
  }
}

/** Comments painted over the page that may cover text. */
export function readCoveringAnnotations(pdfium: Pdfium, page: number, toPage: (area: Area) => Area): Painted[] {
  const count = Math.min(pdfium.call("FPDFPage_GetAnnotCount")(page), MAX_ANNOTATIONS);
  if (count <= 0) return [];
  return withMemory(pdfium, 16, (scratch) => {
    const found: Painted[] = [];
    for (let index = 0; index < count; index++) {
      const annotation = pdfium.call("FPDFPage_GetAnnot")(page, index);
      if (annotation === 0) continue;
      const isShown = (pdfium.call("FPDFAnnot_GetFlags")(annotation) & HIDDEN_FLAGS) === 0;
      if (
        isShown &&
        COVERING_SUBTYPES.has(pdfium.call("FPDFAnnot_GetSubtype")(annotation)) &&
        pdfium.call("FPDFAnnot_GetRect")(annotation, scratch) !== 0
      ) {
        const { f32 } = pdfium.views();
        const at = scratch >> 2;
        const area = toPage({ left: f32[at]!, top: f32[at + 1]!, right: f32[at + 2]!, bottom: f32[at + 3]! });
        found.push({
          ...area,
          order: Number.POSITIVE_INFINITY,
          kind: "other",
          color: -1,
          pixels: 0,
          exact: false,
          covers: true,
        });
      }
      pdfium.call("FPDFPage_CloseAnnot")(annotation);
    }
    return found;
  });
}

export function intersect(a: Area, b: Area): Area {
  return {
    left: Math.max(a.left, b.left),
    top: Math.max(a.top, b.top),
    right: Math.min(a.right, b.right),
    bottom: Math.min(a.bottom, b.bottom),
  };
}

function isNear(a: number, b: number): boolean {
  return Math.abs(a - b) < 0.05;
}
