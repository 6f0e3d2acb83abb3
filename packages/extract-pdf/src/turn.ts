import type { Area, Turn } from "./page-content.ts";

/** The same area in the reading frame of a turn. `width` and `height` are the page's. */
export function turnArea({ left, top, right, bottom }: Area, turn: Turn, width: number, height: number): Area {
  switch (turn) {
    case 0:
      return { left, top, right, bottom };
    case 1:
      // Reads downwards: the page's y is its x, and the page's right its top.
      return { left: top, right: bottom, top: width - right, bottom: width - left };
    case 2:
      return { left: width - right, right: width - left, top: height - bottom, bottom: height - top };
    case 3:
      return { left: height - bottom, right: height - top, top: left, bottom: right };
  }
}

/** Back from the reading frame to the page as shown. */
export function turnAreaBack(area: Area, turn: Turn, width: number, height: number): Area {
  const { left, top, right, bottom } = area;
  switch (turn) {
    case 0:
      return { left, top, right, bottom };
    case 1:
      return { left: width - bottom, right: width - top, top: left, bottom: right };
    case 2:
      return { left: width - right, right: width - left, top: height - bottom, bottom: height - top };
    case 3:
      return { left: top, right: bottom, top: height - right, bottom: height - left };
  }
}
