import { type Box, GroundworkError } from "@groundwork/contracts";

/** A place of a page, 0..1 from the top left of the page as it is shown, pages from 1. */
export type Region = Pick<Box, "page" | "left" | "top" | "right" | "bottom">;

/** A place that is made black. */
export type Bar = Region;

/** Throws `INVALID_ARGUMENT` for what is no place of a page. */
export function checkRegions(regions: readonly Region[]): void {
  for (const { page, left, top, right, bottom } of regions)
    if (
      !(
        Number.isSafeInteger(page) &&
        page >= 1 &&
        left >= 0 &&
        top >= 0 &&
        right <= 1 &&
        bottom <= 1 &&
        left < right &&
        top < bottom
      )
    )
      throw new GroundworkError(
        "INVALID_ARGUMENT",
        "Expected regions on pages from 1, with 0 <= left < right <= 1 and 0 <= top < bottom <= 1.",
        { stage: "redact" },
      );
}
