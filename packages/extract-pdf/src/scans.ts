import type { Area, PageFrame } from "@groundwork/pdfium";

/** Share of the page that the pictures of a scan cover. */
const SCAN_COVER = 0.55;

/** Whether pictures cover a page as those of a scan do. Those that overlap count twice, which makes no scan of a page without one. */
export function isCoveredByImages(
  images: readonly Area[],
  { width, height }: Pick<PageFrame, "width" | "height">,
): boolean {
  let covered = 0;
  for (const { left, top, right, bottom } of images) {
    const across = Math.min(width, right) - Math.max(0, left);
    const along = Math.min(height, bottom) - Math.max(0, top);
    if (across > 0 && along > 0) covered += across * along;
  }
  return covered >= SCAN_COVER * Math.max(1, width * height);
}
