import type { Area } from "./page-content.ts";

/** The area that holds all of some areas; at least one. */
export function areaOf(areas: readonly Area[]): Area {
  let { left, top, right, bottom } = areas[0]!;
  for (let index = 1; index < areas.length; index++) {
    const area = areas[index]!;
    if (area.left < left) left = area.left;
    if (area.top < top) top = area.top;
    if (area.right > right) right = area.right;
    if (area.bottom > bottom) bottom = area.bottom;
  }
  return { left, top, right, bottom };
}
