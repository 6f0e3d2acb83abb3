import type { Block } from "@aws-sdk/client-textract";
import type { DocumentElement } from "@groundwork/contracts";
import { listMarker } from "./list-marker.ts";
import type { Line, PageGraph, Run } from "./page-graph.ts";
import { type Place, shared } from "./place.ts";
import { asListItem, asProse, asRows, headingLevel } from "./text-elements.ts";

/** A block of the layout and the lines that stand in it. */
export interface LayoutPart {
  readonly type: string;
  readonly upright: Place;
  /** The lines of an item of a list together; otherwise one group. */
  readonly groups: readonly (readonly Line[])[];
}

/** The layout of a page in reading order; empty where it was not asked for. A line belongs to the first block that names it. */
export function layoutOf(graph: PageGraph): LayoutPart[] {
  const blocks = graph.ofType(...LAYOUT_TYPES);
  const nested = new Set(
    blocks.flatMap((block) =>
      graph.children(block).flatMap(({ BlockType, Id = "" }) => (BlockType?.startsWith("LAYOUT_") ? [Id] : [])),
    ),
  );
  const lines = new Map(graph.lines.map((line) => [line.id, line]));
  const taken = new Set<Block>();
  const take = (block: Block): Line[] => {
    if (taken.has(block)) return [];
    taken.add(block);
    return graph.children(block).flatMap((child) => {
      if (child.BlockType?.startsWith("LAYOUT_")) return take(child);
      const line = lines.get(child.Id ?? "");
      lines.delete(child.Id ?? "");
      return line ?? [];
    });
  };
  return blocks
    .filter(({ Id = "" }) => !nested.has(Id))
    .map((block) => {
      const type = (block.BlockType ?? "").slice("LAYOUT_".length);
      const groups = type === "LIST" ? itemsOf(graph, block, take) : [take(block)];
      return { type, upright: graph.uprightOf(block), groups: groups.filter((group) => group.length > 0) };
    });
}

const LAYOUT_TYPES: readonly string[] = [
  "TEXT",
  "TITLE",
  "HEADER",
  "FOOTER",
  "SECTION_HEADER",
  "PAGE_NUMBER",
  "LIST",
  "FIGURE",
  "TABLE",
  "KEY_VALUE",
].map((name) => `LAYOUT_${name}`);

/** Items of a list: each block in it, cut where a line begins with a marker. */
function itemsOf(graph: PageGraph, list: Block, take: (block: Block) => Line[]): Line[][] {
  const parts = graph.children(list).filter(({ BlockType }) => BlockType?.startsWith("LAYOUT_"));
  const groups = parts.map(take);
  groups.push(take(list));
  return groups.flatMap((group) => {
    const items: Line[][] = [];
    for (const line of group) {
      if (items.length === 0 || listMarker(line.text) !== "") items.push([line]);
      else items.at(-1)!.push(line);
    }
    return items;
  });
}

/** The part of the layout that something stands in by its place; -1 where it stands outside of all. */
export function partAt(parts: readonly LayoutPart[], { left, top, right, bottom }: Place): number {
  let best = -1;
  let most = 0.25 * (right - left) * (bottom - top);
  for (const [index, { upright }] of parts.entries()) {
    const width = shared(left, right, upright.left, upright.right);
    const height = shared(top, bottom, upright.top, upright.bottom);
    if (width > 0 && height > 0 && width * height > most) {
      best = index;
      most = width * height;
    }
  }
  return best;
}

/** Where something that stands in no part is read: before what follows below it, otherwise behind what stands above it, by columns where it can. */
export function positionAmong(parts: readonly LayoutPart[], { left, top, right }: Place): number {
  const isBeside = ({ upright }: LayoutPart): boolean => shared(left, right, upright.left, upright.right) > 0;
  const isBelow = ({ upright }: LayoutPart): boolean => upright.top > top;
  const below = parts.findIndex((part) => isBelow(part) && isBeside(part));
  if (below >= 0) return below;
  const above = parts.findLastIndex((part) => !isBelow(part) && isBeside(part));
  if (above >= 0) return above + 1;
  const any = parts.findIndex(isBelow);
  return any >= 0 ? any : parts.length;
}

/** What is left of a part's lines as elements of its kind. */
export function partElement(type: string, runs: readonly Run[], page: number): DocumentElement {
  switch (type) {
    case "TITLE":
      return asProse(runs, page, "title");
    case "SECTION_HEADER":
      return asProse(runs, page, "heading", { level: headingLevel(runs.map(({ text }) => text).join(" ")) });
    case "HEADER":
      return asProse(runs, page, "header");
    case "FOOTER":
      return asProse(runs, page, "footer");
    case "PAGE_NUMBER":
      return asProse(runs, page, "page_number");
    case "LIST":
      return asListItem(runs, page);
    case "FIGURE":
      return asRows(runs, page, "figure");
    case "TABLE":
    case "KEY_VALUE":
      return asRows(runs, page, "paragraph");
    default:
      return asProse(runs, page, "paragraph");
  }
}
