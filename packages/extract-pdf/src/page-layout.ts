import { assignKinds, joinInterrupted } from "./block-kinds.ts";
import type { Block, BlockKind } from "./blocks.ts";
import { Trait } from "./characters.ts";
import { attachDropCaps } from "./drop-caps.ts";
import type { FurnitureKind } from "./furniture.ts";
import type { Line } from "./lines.ts";
import type { PageLines, TurnedLines } from "./page-lines.ts";
import { formParagraphs, type Paragraph } from "./paragraphs.ts";
import { type Placed, readingOrder, sortRows } from "./reading-order.ts";
import type { Vocabulary } from "./repair.ts";
import { continuesTable, type FoundTable, findTables, type OpenTable } from "./tables.ts";
import type { UnseenReason } from "./unseen-tables.ts";

/** The blocks of a page in reading order, and its furniture. */
export interface PageLayout {
  readonly page: number;
  readonly body: readonly Block[];
  readonly furniture: readonly { readonly kind: FurnitureKind; readonly block: Block }[];
  readonly unseen: readonly UnseenBlock[];
}

/** A paragraph of text that nobody sees. */
export interface UnseenBlock {
  readonly reason: UnseenReason;
  readonly block: Block;
}

interface PlacedLine extends Placed {
  readonly line: Line;
}

interface PlacedTable extends Placed {
  readonly table: FoundTable;
}

/** Lays out the lines of a page that are not furniture. */
export function layOutPage(
  page: PageLines,
  furniture: ReadonlyMap<Line, FurnitureKind>,
  vocabulary: Vocabulary,
  bodySize: number,
  open?: OpenTable,
): PageLayout {
  const body: Block[] = [];
  const lines = attachDropCaps(page.main.lines.filter((line) => !furniture.has(line)));
  const { tables, rest } = findTables(page, lines, vocabulary, open);
  const items: (PlacedLine | PlacedTable)[] = [
    ...rest.map((line) => ({ ...areaOf(line), baseline: line.baseline, size: line.style.size, line })),
    ...tables.map((table) => ({ ...areaOf(table), baseline: table.bottom, size: table.size, solid: true, table })),
  ];
  for (const region of readingOrder(items, isRightToLeftPage(lines))) {
    let run: Line[] = [];
    const flush = (): void => {
      for (const paragraph of formParagraphs(run)) body.push(blockOf(page, page.main, paragraph));
      run = [];
    };
    for (const item of region) {
      if ("line" in item) run.push(item.line);
      else {
        flush();
        const isFirst = body.length === 0;
        body.push(
          tableBlock(
            page,
            item.table,
            isFirst && open !== undefined && continuesTable(item.table, open) ? open : undefined,
          ),
        );
      }
    }
    flush();
  }
  const kinds = { bodySize, rules: page.rules, height: page.main.height };
  const joined = joinInterrupted(assignKinds(body, kinds));
  for (const other of page.others) {
    for (const paragraph of formParagraphs(sortLines(other.lines.filter((line) => !furniture.has(line))))) {
      joined.push(blockOf(page, other, paragraph));
    }
  }
  return { page: page.page, body: joined, furniture: furnitureBlocks(page, furniture), unseen: layOutUnseen(page) };
}

/** The text of a page that nobody sees, by reason, in paragraphs from top to bottom. Signs without a letter or a digit say nothing. */
export function layOutUnseen(page: PageLines): UnseenBlock[] {
  const blocks: UnseenBlock[] = [];
  for (const [reason, groups] of page.unseen) {
    for (const group of groups) {
      for (const { lines, breaks } of formParagraphs(sortLines(group.lines))) {
        if (!lines.some((line) => (line.traits & Trait.alphanumeric) !== 0)) continue;
        blocks.push({ reason, block: blockOf(page, group, { lines, breaks }) });
      }
    }
  }
  return blocks;
}

/** Whether most lines are written from right to left. */
function isRightToLeftPage(lines: readonly Line[]): boolean {
  return lines.filter((line) => (line.traits & Trait.rightToLeft) !== 0).length > 0.5 * lines.length;
}

function areaOf({ left, top, right, bottom }: { left: number; top: number; right: number; bottom: number }): {
  left: number;
  top: number;
  right: number;
  bottom: number;
} {
  return { left, top, right, bottom };
}

function sortLines(lines: readonly Line[]): Line[] {
  const placed = lines.map((line) => ({ ...areaOf(line), baseline: line.baseline, size: line.style.size, line }));
  return sortRows(placed).map(({ line }) => line);
}

function furnitureBlocks(page: PageLines, furniture: ReadonlyMap<Line, FurnitureKind>): PageLayout["furniture"] {
  const blocks: { kind: FurnitureKind; block: Block }[] = [];
  for (const group of [page.main, ...page.others]) {
    for (const line of sortLines(group.lines.filter((candidate) => furniture.has(candidate)))) {
      blocks.push({ kind: furniture.get(line)!, block: blockOf(page, group, { lines: [line], breaks: new Set() }) });
    }
  }
  return blocks;
}

function blockOf(page: PageLines, group: TurnedLines, paragraph: Paragraph): Block {
  const { lines, marker, breaks } = paragraph;
  const kind: BlockKind = marker === undefined ? "text" : "list_item";
  const longest = lines.reduce((best, line) => (line.text.length > best.text.length ? line : best));
  const characters = lines.reduce((sum, line) => sum + line.text.length, 0);
  return {
    kind,
    page: page.page,
    pageWidth: page.width,
    pageHeight: page.height,
    turn: group.turn,
    lines,
    style: longest.style,
    bold: lines.reduce((sum, line) => sum + line.bold * line.text.length, 0) / Math.max(1, characters),
    italic: lines.reduce((sum, line) => sum + line.italic * line.text.length, 0) / Math.max(1, characters),
    indent: lines[0]!.left,
    left: Math.min(...lines.map((line) => line.left)),
    top: Math.min(...lines.map((line) => line.top)),
    right: Math.max(...lines.map((line) => line.right)),
    bottom: Math.max(...lines.map((line) => line.bottom)),
    ...(marker === undefined ? {} : { marker }),
    ...(breaks.size === 0 ? {} : { breaks }),
  };
}

function tableBlock(page: PageLines, found: FoundTable, continued: OpenTable | undefined): Block {
  const { lines, places } = found;
  const header = continued === undefined || continued.header.length === 0 ? undefined : continued.header;
  const table = header === undefined ? found.table : { ...found.table, continuedHeader: header };
  return {
    kind: "table",
    page: page.page,
    pageWidth: page.width,
    pageHeight: page.height,
    turn: page.main.turn,
    lines,
    style: lines[0]!.style,
    bold: 0,
    italic: 0,
    indent: found.left,
    ...areaOf(found),
    table,
    places,
  };
}
