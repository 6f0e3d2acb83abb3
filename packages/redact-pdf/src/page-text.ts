import type { Box } from "@groundwork/contracts";
import {
  type Area,
  type PageFrame,
  type PdfDocument,
  readFrame,
  toArea,
  withMemory,
  withPage,
} from "@groundwork/pdfium";
import { type PageReading, policyViolation } from "@groundwork/redaction";
import { type PagePictures, readPagePictures } from "./page-pictures.ts";

/** The text of a page as PDFium reads it, and where each of its characters is shown. */
export interface PageText {
  readonly frame: PageFrame;
  readonly text: string;
  /** By UTF-16 unit of the text; absent for blanks and line ends that PDFium makes up. Points, as the page is shown. */
  readonly boxes: readonly (Area | undefined)[];
  /** Characters that are shown, and those of them that PDFium has no letter for. */
  readonly glyphs: number;
  readonly unmapped: number;
  readonly pictures: PagePictures;
}

/** Characters of a page that are read. */
const MOST_CHARACTERS = 1_000_000;

export function readPageText(document: PdfDocument, index: number): PageText | undefined {
  const { pdfium } = document;
  return withPage(document, index, (page) => {
    const frame = readFrame(pdfium, page);
    const textPage = pdfium.call("FPDFText_LoadPage")(page);
    const pictures = readPagePictures(pdfium, page, frame);
    if (textPage === 0) return { frame, text: "", boxes: [], glyphs: 0, unmapped: 0, pictures };
    try {
      return withMemory(pdfium, 16, (scratch) => {
        const count = Math.min(pdfium.call("FPDFText_CountChars")(textPage), MOST_CHARACTERS);
        let text = "";
        let [glyphs, unmapped] = [0, 0];
        const boxes: (Area | undefined)[] = [];
        for (let at = 0; at < count; at++) {
          const code = pdfium.call("FPDFText_GetUnicode")(textPage, at);
          const character = code === 0 || code > 0x10ffff ? " " : String.fromCodePoint(code);
          const isMadeUp = pdfium.call("FPDFText_IsGenerated")(textPage, at) === 1;
          const found = !isMadeUp && pdfium.call("FPDFText_GetLooseCharBox")(textPage, at, scratch) !== 0;
          const { f32 } = pdfium.views();
          const [left, top, right, bottom] = f32.subarray(scratch >> 2, (scratch >> 2) + 4) as unknown as number[];
          const box = found ? toArea(frame.matrix, left!, top!, right!, bottom!) : undefined;
          text += character;
          if (found && character.trim() !== "") glyphs++;
          if (found && (code === 0 || pdfium.call("FPDFText_HasUnicodeMapError")(textPage, at) === 1)) unmapped++;
          for (let unit = 0; unit < character.length; unit++) boxes.push(box);
        }
        return { frame, text, boxes, glyphs, unmapped, pictures };
      });
    } finally {
      pdfium.call("FPDFText_ClosePage")(textPage);
    }
  });
}

/** The boxes of a stretch of the text, one a line. */
function lineBoxes({ boxes }: PageText, start: number, end: number): Area[] {
  const lines: Area[] = [];
  for (let at = start; at < end; at++) {
    const box = boxes[at];
    if (box === undefined) continue;
    const last = lines.at(-1);
    const overlap = last === undefined ? 0 : Math.min(last.bottom, box.bottom) - Math.max(last.top, box.top);
    // Upright writing or turned by a quarter: characters of one line touch or nearly do in one direction and overlap in the other.
    const across = last === undefined ? 0 : Math.min(last.right, box.right) - Math.max(last.left, box.left);
    const height = Math.max(1, box.bottom - box.top);
    if (last !== undefined && (overlap > height / 2 || across > (box.right - box.left) / 2))
      lines[lines.length - 1] = {
        left: Math.min(last.left, box.left),
        top: Math.min(last.top, box.top),
        right: Math.max(last.right, box.right),
        bottom: Math.max(last.bottom, box.bottom),
      };
    else lines.push(box);
  }
  return lines;
}

/** The text layer of a page as something that is read. */
export function textLayerReading(page: number, pageText: PageText): PageReading {
  const { width, height } = pageText.frame;
  const within = (value: number): number => Math.min(1, Math.max(0, value));
  return {
    page,
    text: pageText.text,
    boxesOf(start, end) {
      const areas = lineBoxes(pageText, start, end);
      if (areas.length === 0) throw policyViolation(`PDFium does not tell where a value on page ${page} stands.`);
      return areas.map(
        (area): Box => ({
          page,
          left: within(area.left / width),
          top: within(area.top / height),
          right: within(area.right / width),
          bottom: within(area.bottom / height),
        }),
      );
    },
  };
}
