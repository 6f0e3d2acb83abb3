import type { PageFrame } from "@groundwork/pdfium";
import type { Painted } from "./paint-order.ts";

/** Share of the page that the pictures of a scan cover. */
const SCAN_COVER = 0.55;
/** Pixels per square point, those of 36 dpi: nobody reads letters in coarser pictures, and no machine does. */
const LEAST_PIXELS = 0.25;

/** Whether pictures cover a page as those of a scan do. Those that overlap count twice, which makes no scan of a page without one. */
export function isScan(painted: readonly Painted[], { width, height }: Pick<PageFrame, "width" | "height">): boolean {
  let covered = 0;
  for (const { kind, pixels, left, top, right, bottom } of painted) {
    if (kind !== "image" || pixels < LEAST_PIXELS * (right - left) * (bottom - top)) continue;
    const across = Math.min(width, right) - Math.max(0, left);
    const along = Math.min(height, bottom) - Math.max(0, top);
    if (across > 0 && along > 0) covered += across * along;
  }
  return covered >= SCAN_COVER * Math.max(1, width * height);
}
