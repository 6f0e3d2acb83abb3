import { type Matrix, multiply, type PageFrame, type Pdfium, toArea, withMemory } from "@groundwork/pdfium";

/** What the pictures of a page are, as far as letters may be in them. */
export interface PagePictures {
  /** Pictures that are large and fine enough to hold letters. */
  readonly count: number;
  /** Share of the page that they cover, 0..1. Those that overlap count twice. */
  readonly cover: number;
  /** Objects of any kind: without one the page is blank. */
  readonly objects: number;
}

const IMAGE = 3;
const FORM = 5;
const MOST_OBJECTS = 200_000;
const MOST_DEPTH = 8;
/** Pixels per square point, those of 36 dpi: nobody reads letters in coarser pictures, and no machine does. */
const LEAST_PIXELS = 0.25;
/** Points: the sides of a picture with a word in it. */
const LEAST_LENGTH = 16;
const LEAST_HEIGHT = 4;

/** Finds the pictures of a loaded page, those in form XObjects too. */
export function readPagePictures(pdfium: Pdfium, page: number, frame: PageFrame): PagePictures {
  const typeOf = pdfium.call("FPDFPageObj_GetType");
  let [count, area, objects] = [0, 0, 0];
  return withMemory(pdfium, 32, (scratch) => {
    const at = scratch >> 2;
    const take = (object: number, matrix: Matrix): void => {
      if (pdfium.call("FPDFPageObj_GetBounds")(object, scratch, scratch + 4, scratch + 8, scratch + 12) === 0) return;
      const { f32 } = pdfium.views();
      const box = toArea(matrix, f32[at]!, f32[at + 1]!, f32[at + 2]!, f32[at + 3]!);
      const [width, height] = [box.right - box.left, box.bottom - box.top];
      if (Math.max(width, height) < LEAST_LENGTH || Math.min(width, height) < LEAST_HEIGHT) return;
      if (pdfium.call("FPDFImageObj_GetImagePixelSize")(object, scratch, scratch + 4) !== 0) {
        const { i32 } = pdfium.views();
        if (i32[at]! * i32[at + 1]! < LEAST_PIXELS * width * height) return;
      }
      const across = Math.min(frame.width, box.right) - Math.max(0, box.left);
      const along = Math.min(frame.height, box.bottom) - Math.max(0, box.top);
      if (across <= 0 || along <= 0) return;
      count++;
      area += across * along;
    };
    const visit = (object: number, matrix: Matrix, depth: number): void => {
      if (object === 0 || ++objects > MOST_OBJECTS) return;
      const type = typeOf(object);
      if (type === IMAGE) take(object, matrix);
      if (type !== FORM || depth >= MOST_DEPTH) return;
      if (pdfium.call("FPDFPageObj_GetMatrix")(object, scratch) === 0) return;
      const own = Array.from(pdfium.views().f32.subarray(at, at + 6)) as unknown as Matrix;
      const inner = multiply(own, matrix);
      const members = pdfium.call("FPDFFormObj_CountObjects")(object);
      for (let index = 0; index < members && objects <= MOST_OBJECTS; index++)
        visit(pdfium.call("FPDFFormObj_GetObject")(object, index), inner, depth + 1);
    };
    const top = pdfium.call("FPDFPage_CountObjects")(page);
    for (let index = 0; index < top && objects <= MOST_OBJECTS; index++)
      visit(pdfium.call("FPDFPage_GetObject")(page, index), frame.matrix, 0);
    return { count, cover: area / Math.max(1, frame.width * frame.height), objects };
  });
}
