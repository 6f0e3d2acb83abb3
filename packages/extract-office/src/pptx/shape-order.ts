/** Rectangle on a slide, in any unit. */
export interface Rectangle {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

export interface PlacedItem {
  readonly box: Rectangle | undefined;
}

/** Boxes may touch or overlap by this share of the smaller one and still count as apart. */
const TOLERANCE = 0.15;

interface Entry<T> {
  readonly item: T;
  readonly box: Rectangle;
}

/** Parts entries where a straight cut across one axis passes between them; one group when there is no such cut. */
function cut<T>(entries: readonly Entry<T>[], from: "top" | "left", to: "bottom" | "right"): Entry<T>[][] {
  const sorted = entries.toSorted((a, b) => a.box[from] - b.box[from]);
  const groups: Entry<T>[][] = [];
  let end = Number.NEGATIVE_INFINITY;
  let thinnest = 0;
  for (const entry of sorted) {
    const size = entry.box[to] - entry.box[from];
    const last = groups.at(-1);
    if (last === undefined || entry.box[from] >= end - Math.min(thinnest, size) * TOLERANCE) {
      groups.push([entry]);
      thinnest = size;
    } else {
      last.push(entry);
      thinnest = Math.min(thinnest, size);
    }
    end = Math.max(end, entry.box[to]);
  }
  return groups;
}

function order<T>(entries: readonly Entry<T>[], depth: number): Entry<T>[] {
  if (entries.length < 2 || depth > 64) return [...entries];
  const bands = cut(entries, "top", "bottom");
  if (bands.length > 1) return bands.flatMap((band) => order(band, depth + 1));
  const columns = cut(entries, "left", "right");
  if (columns.length > 1) return columns.flatMap((column) => order(column, depth + 1));
  return entries.toSorted((a, b) => a.box.top - b.box.top || a.box.left - b.box.left);
}

/**
 * Items in reading order: bands from top to bottom, columns inside a band from left to right, and so on (recursive XY cut,
 * Nagy and Seth 1984). Items without a place stay behind the item they follow in the file.
 */
export function readingOrder<T extends PlacedItem>(items: readonly T[]): T[] {
  const followers = new Map<T | undefined, T[]>();
  const placed: Entry<T>[] = [];
  let previous: T | undefined;
  for (const item of items) {
    if (item.box === undefined) {
      const list = followers.get(previous) ?? [];
      list.push(item);
      followers.set(previous, list);
    } else {
      placed.push({ item, box: item.box });
      previous = item;
    }
  }
  const ordered = order(placed, 0).flatMap(({ item }) => [item, ...(followers.get(item) ?? [])]);
  return [...(followers.get(undefined) ?? []), ...ordered];
}
