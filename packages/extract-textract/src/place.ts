import type { Box } from "@groundwork/contracts";

/** A rectangle, 0..1 from the top left corner. */
export interface Place {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

const within = (value: number): number => Math.round(Math.min(1, Math.max(0, value)) * 10_000) / 10_000;

/** A place as a box of a page: inside the page, with four decimals. */
export function boxOf(place: Place, page: number, start: number, end: number): Box {
  const [left, top] = [within(place.left), within(place.top)];
  return {
    page,
    left,
    top,
    right: Math.max(left, within(place.right)),
    bottom: Math.max(top, within(place.bottom)),
    start,
    end,
  };
}

export function union(places: readonly Place[]): Place {
  let { left, top, right, bottom } = places[0]!;
  for (const place of places) {
    left = Math.min(left, place.left);
    top = Math.min(top, place.top);
    right = Math.max(right, place.right);
    bottom = Math.max(bottom, place.bottom);
  }
  return { left, top, right, bottom };
}

export const heightOf = ({ top, bottom }: Place): number => bottom - top;
export const widthOf = ({ left, right }: Place): number => right - left;

/** Length that two stretches share; negative when they are apart. */
export const shared = (from: number, to: number, otherFrom: number, otherTo: number): number =>
  Math.min(to, otherTo) - Math.max(from, otherFrom);

/** Whether two places stand beside each other on a line. */
export function onOneRow(a: Place, b: Place): boolean {
  return shared(a.top, a.bottom, b.top, b.bottom) > 0.5 * Math.min(heightOf(a), heightOf(b));
}

export function median(values: readonly number[]): number {
  if (values.length === 0) return 0;
  return values.toSorted((a, b) => a - b)[values.length >> 1]!;
}
