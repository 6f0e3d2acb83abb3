import type { PageFrame, Pdfium } from "@groundwork/pdfium";
import type { Area } from "./page-content.ts";

/** Part of a page as pixels, four bytes each (blue, green, red, unused), rows top down. */
export interface Picture {
  readonly pixels: Uint8Array;
  readonly width: number;
  readonly height: number;
  /** Of the page, points. */
  readonly left: number;
  readonly top: number;
  /** Pixels per point. */
  readonly scale: number;
}

/** `FPDFBitmap_BGRx`. */
const BGRX = 3;
/** `FPDF_ANNOT`: comments that lie over the text are part of what a reader sees. */
const WITH_ANNOTATIONS = 1;
const MAX_PIXELS = 2_000_000;
/** Letters this high (pixels) have strokes of about a pixel. */
const LETTER_PIXELS = 14;
const MIN_SCALE = 1;
/** Pixels painted over each other at most, about a second's work; below the least scale a page is not looked at. */
const MAX_PAINTED_PIXELS = 200_000_000;
const LEAST_SCALE = 0.25;
const MAX_SCALE = 6;
/** Two colours are the same to the eye when brightness and every channel differ by less (of 255). */
const SAME_BRIGHTNESS = 16;
const SAME_CHANNEL = 48;
/** Pixels of a glyph's box that have to differ: one alone may be the edge of its neighbour. */
const LEAST_PIXELS = 2;

/**
 * Makes pictures of a region of a loaded page, at a resolution that shows letters of `letterHeight` points. It shrinks where the region
 * is large or much is painted on it.
 */
export class InkProbe {
  readonly #pdfium: Pdfium;
  readonly #page: number;
  readonly #frame: PageFrame;
  readonly #left: number;
  readonly #top: number;
  readonly #width: number;
  readonly #height: number;
  readonly #scale: number;

  /** `painted` is all that is painted on the page. */
  constructor(
    pdfium: Pdfium,
    page: number,
    frame: PageFrame,
    painted: readonly Area[],
    region: Area,
    letterHeight: number,
  ) {
    this.#pdfium = pdfium;
    this.#page = page;
    this.#frame = frame;
    const left = Math.max(0, region.left - 2);
    const top = Math.max(0, region.top - 2);
    const width = Math.max(1, Math.min(frame.width, region.right + 2) - left);
    const height = Math.max(1, Math.min(frame.height, region.bottom + 2) - top);
    const wanted = Math.min(MAX_SCALE, Math.max(MIN_SCALE, LETTER_PIXELS / Math.max(1, letterHeight)));
    const work = paintedWithin(painted, { left, top, right: left + width, bottom: top + height });
    this.#scale = Math.min(
      wanted,
      Math.sqrt(MAX_PIXELS / (width * height)),
      Math.sqrt(MAX_PAINTED_PIXELS / Math.max(1, work)),
    );
    this.#left = Math.floor(left * this.#scale);
    this.#top = Math.floor(top * this.#scale);
    this.#width = Math.max(1, Math.ceil(width * this.#scale));
    this.#height = Math.max(1, Math.ceil(height * this.#scale));
  }

  /** The region as it is now; nothing when there is no memory for it, or too much to paint. */
  render(): Picture | undefined {
    if (this.#scale < LEAST_SCALE) return undefined;
    const pdfium = this.#pdfium;
    const width = this.#width;
    const height = this.#height;
    const bitmap = pdfium.call("FPDFBitmap_CreateEx")(width, height, BGRX, 0, 0);
    if (bitmap === 0) return undefined;
    try {
      pdfium.call("FPDFBitmap_FillRect")(bitmap, 0, 0, width, height, 0xffffffff);
      const pageWidth = Math.round(this.#frame.width * this.#scale);
      const pageHeight = Math.round(this.#frame.height * this.#scale);
      const render = pdfium.call("FPDF_RenderPageBitmap");
      render(bitmap, this.#page, -this.#left, -this.#top, pageWidth, pageHeight, 0, WITH_ANNOTATIONS);
      const buffer = pdfium.call("FPDFBitmap_GetBuffer")(bitmap);
      const stride = pdfium.call("FPDFBitmap_GetStride")(bitmap);
      const { u8 } = pdfium.views();
      const pixels = new Uint8Array(width * height * 4);
      for (let y = 0; y < height; y++)
        pixels.set(u8.subarray(buffer + y * stride, buffer + y * stride + width * 4), y * width * 4);
      const scale = this.#scale;
      return { pixels, width, height, left: this.#left / scale, top: this.#top / scale, scale };
    } finally {
      pdfium.call("FPDFBitmap_Destroy")(bitmap);
    }
  }

  /** A picture of the page while `objects` are not drawn. */
  renderWithout(objects: Iterable<number>): Picture | undefined {
    const setActive = this.#pdfium.call("FPDFPageObj_SetIsActive");
    const inactive = [...objects];
    for (const object of inactive) setActive(object, 0);
    try {
      return this.render();
    } finally {
      for (const object of inactive) setActive(object, 1);
    }
  }

  /** A picture of the page while each of `objects` has a colour that is far from its own (0xRRGGBB, by handle). */
  renderContrasted(objects: ReadonlyMap<number, number>): Picture | undefined {
    const paint = (object: number, color: number): void => {
      for (const name of ["FPDFPageObj_SetFillColor", "FPDFPageObj_SetStrokeColor"])
        this.#pdfium.call(name)(object, color >> 16, (color >> 8) & 255, color & 255, 255);
    };
    // The page is closed after it, so that its own colours need not return.
    for (const [object, color] of objects) paint(object, isDark(color) ? 0xffffff : 0);
    return this.render();
  }
}

/** Whether two colours (0xRRGGBB) are so near that text in one on the other cannot be read. `tolerance` widens the range. */
export function isNearColor(a: number, b: number, tolerance: number = 1): boolean {
  return isSame(
    (a >> 16) - (b >> 16),
    ((a >> 8) & 255) - ((b >> 8) & 255),
    (a & 255) - (b & 255),
    SAME_BRIGHTNESS * tolerance,
    SAME_CHANNEL * tolerance,
  );
}

export function isDark(color: number): boolean {
  return ((color >> 16) * 77 + ((color >> 8) & 255) * 150 + (color & 255) * 29) >> 8 < 128;
}

/** Whether two pictures of one region differ inside an area of the page. */
export function differsIn(first: Picture, second: Picture, area: Area): boolean {
  const a = first.pixels;
  const b = second.pixels;
  let different = 0;
  forPixels(first, area, (at) => {
    const same = isSame(
      a[at + 2]! - b[at + 2]!,
      a[at + 1]! - b[at + 1]!,
      a[at]! - b[at]!,
      SAME_BRIGHTNESS,
      SAME_CHANNEL,
    );
    if (!same) different++;
    return different < LEAST_PIXELS;
  });
  return different >= LEAST_PIXELS;
}

/** Whether a colour (0xRRGGBB) can be told from all that an area of the page shows. */
export function standsOut(color: number, picture: Picture, area: Area): boolean {
  const { pixels } = picture;
  let differs = true;
  forPixels(picture, area, (at) => {
    const own = (pixels[at + 2]! << 16) | (pixels[at + 1]! << 8) | pixels[at]!;
    differs = !isNearColor(color, own, 2);
    return differs;
  });
  return differs;
}

/** Whether an area of the page shows anything but one colour. */
export function isMarked(picture: Picture, area: Area): boolean {
  const { pixels } = picture;
  let first = -1;
  let different = 0;
  forPixels(picture, area, (at) => {
    if (first < 0) first = at;
    const same = isSame(
      pixels[at + 2]! - pixels[first + 2]!,
      pixels[at + 1]! - pixels[first + 1]!,
      pixels[at]! - pixels[first]!,
      2 * SAME_BRIGHTNESS,
      2 * SAME_CHANNEL,
    );
    if (!same) different++;
    return different < LEAST_PIXELS;
  });
  return different >= LEAST_PIXELS;
}

/** Sum of the areas inside a region. */
function paintedWithin(painted: readonly Area[], region: Area): number {
  let sum = 0;
  for (const { left, top, right, bottom } of painted) {
    const across = Math.min(right, region.right) - Math.max(left, region.left);
    const along = Math.min(bottom, region.bottom) - Math.max(top, region.top);
    if (across > 0 && along > 0) sum += across * along;
  }
  return sum;
}

/** Visits the offsets of the pixels of an area until `visit` gives false. */
function forPixels({ width, height, left, top, scale }: Picture, area: Area, visit: (at: number) => boolean): void {
  const fromX = Math.max(0, Math.floor((area.left - left) * scale));
  const toX = Math.min(width, Math.ceil((area.right - left) * scale));
  const fromY = Math.max(0, Math.floor((area.top - top) * scale));
  const toY = Math.min(height, Math.ceil((area.bottom - top) * scale));
  for (let y = fromY; y < toY; y++) for (let x = fromX; x < toX; x++) if (!visit((y * width + x) * 4)) return;
}

function isSame(red: number, green: number, blue: number, brightness: number, channel: number): boolean {
  return (
    Math.abs(red * 0.3 + green * 0.59 + blue * 0.11) < brightness &&
    Math.abs(red) < channel &&
    Math.abs(green) < channel &&
    Math.abs(blue) < channel
  );
}
