import type { Box, DocumentElement, TableCell } from "@groundwork/contracts";
import type { TextractBlock } from "./textract-block.ts";

export interface ElementBlocksOptions {
  /** Of every recognition, 0..100. @default 99 */
  readonly confidence?: number;
}

interface Place {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

const LAYOUT_OF: Readonly<Record<string, string>> = {
  title: "LAYOUT_TITLE",
  heading: "LAYOUT_SECTION_HEADER",
  header: "LAYOUT_HEADER",
  footer: "LAYOUT_FOOTER",
  page_number: "LAYOUT_PAGE_NUMBER",
  list_item: "LAYOUT_LIST",
  figure: "LAYOUT_FIGURE",
  table: "LAYOUT_TABLE",
  form_field: "LAYOUT_KEY_VALUE",
};
const SEPARATOR = " | ";

const union = (places: readonly Place[]): Place => ({
  left: Math.min(...places.map(({ left }) => left)),
  top: Math.min(...places.map(({ top }) => top)),
  right: Math.max(...places.map(({ right }) => right)),
  bottom: Math.max(...places.map(({ bottom }) => bottom)),
});

function geometryOf({ left, top, right, bottom }: Place): NonNullable<TextractBlock["Geometry"]> {
  return {
    BoundingBox: { Left: left, Top: top, Width: right - left, Height: bottom - top },
    Polygon: [
      { X: left, Y: top },
      { X: right, Y: top },
      { X: right, Y: bottom },
      { X: left, Y: bottom },
    ],
  };
}

/** Makes the blocks of one page. Ids are numbers, so that the same elements give the same blocks. */
class PageBlocks {
  readonly #page: number;
  readonly #confidence: number;
  readonly #lines: TextractBlock[] = [];
  readonly #words: TextractBlock[] = [];
  readonly #rest: TextractBlock[] = [];
  readonly #layout: TextractBlock[] = [];
  #count = 0;

  constructor(page: number, confidence: number) {
    this.#page = page;
    this.#confidence = confidence;
  }

  #block(BlockType: string, place: Place, ids: readonly string[], more: Partial<TextractBlock> = {}): TextractBlock {
    this.#count++;
    return {
      BlockType,
      Id: `${String(this.#page).padStart(8, "0")}-0000-4000-8000-${String(this.#count).padStart(12, "0")}`,
      Page: this.#page,
      Confidence: this.#confidence,
      Geometry: geometryOf(place),
      ...(ids.length === 0 ? {} : { Relationships: [{ Type: "CHILD", Ids: ids }] }),
      ...more,
    };
  }

  /** A line with its words, whose widths follow their letters. `undefined` for a text of blanks. */
  #line(text: string, place: Place): { readonly id: string; readonly words: readonly string[] } | undefined {
    const clean = text.replace(/\s+/g, " ").trim();
    if (clean === "") return undefined;
    const words: string[] = [];
    for (const match of clean.matchAll(/\S+/g)) {
      const at = (index: number): number => place.left + ((place.right - place.left) * index) / clean.length;
      const word = this.#block(
        "WORD",
        { ...place, left: at(match.index), right: at(match.index + match[0].length) },
        [],
        { Text: match[0], TextType: "PRINTED" },
      );
      this.#words.push(word);
      words.push(word.Id);
    }
    const line = this.#block("LINE", place, words, { Text: clean });
    this.#lines.push(line);
    return { id: line.Id, words };
  }

  /** The lines of an element on this page: a line for each box that says which characters it holds, else one for each line of its text. */
  #elementLines(
    element: DocumentElement,
    boxes: readonly Box[],
  ): { id: string; words: readonly string[]; place: Place }[] {
    const marker = element.kind === "list_item" ? element.attributes?.marker : undefined;
    const parts: { text: string; place: Place }[] = [];
    if (boxes.every(({ start, end }) => start !== undefined && end !== undefined)) {
      for (const box of boxes) parts.push({ text: element.text.slice(box.start, box.end), place: box });
    } else {
      const area = union(boxes);
      const texts = element.text.split("\n");
      const height = (area.bottom - area.top) / texts.length;
      for (const [index, text] of texts.entries())
        parts.push({
          text,
          place: { ...area, top: area.top + index * height, bottom: area.top + (index + 1) * height },
        });
    }
    if (marker !== undefined && parts.length > 0) parts[0]!.text = `${marker} ${parts[0]!.text}`;
    return parts.flatMap(({ text, place }) => {
      const line = this.#line(text, place);
      return line === undefined ? [] : [{ ...line, place }];
    });
  }

  #table(element: DocumentElement, area: Place, boxes: readonly Box[]): string[] {
    const { rows, columns, cells } = element.table!;
    const lines: string[] = [];
    const byPlace = new Map(cells.map((cell) => [`${cell.row},${cell.column}`, cell]));
    const covered = new Map<string, TableCell>();
    for (const cell of cells)
      for (let row = cell.row; row < cell.row + (cell.rowSpan ?? 1); row++)
        for (let column = cell.column; column < cell.column + (cell.columnSpan ?? 1); column++)
          covered.set(`${row},${column}`, cell);
    const places = cellPlaces(element, boxes);
    const ids: string[] = [];
    const blocks = new Map<TableCell, TextractBlock[]>();
    for (let row = 0; row < rows; row++)
      for (let column = 0; column < columns; column++) {
        const width = (area.right - area.left) / columns;
        const height = (area.bottom - area.top) / rows;
        const place: Place = {
          left: area.left + column * width,
          right: area.left + (column + 1) * width,
          top: area.top + row * height,
          bottom: area.top + (row + 1) * height,
        };
        const cell = byPlace.get(`${row},${column}`);
        const owner = covered.get(`${row},${column}`);
        const line = cell === undefined ? undefined : this.#line(cell.text, places.get(cell) ?? place);
        if (line !== undefined) lines.push(line.id);
        const block = this.#block("CELL", place, line?.words ?? [], {
          RowIndex: row + 1,
          ColumnIndex: column + 1,
          RowSpan: 1,
          ColumnSpan: 1,
          ...(owner?.header === true ? { EntityTypes: ["COLUMN_HEADER"] } : {}),
        });
        this.#rest.push(block);
        ids.push(block.Id);
        if (owner !== undefined) blocks.set(owner, [...(blocks.get(owner) ?? []), block]);
      }
    const merged = cells
      .filter(({ rowSpan = 1, columnSpan = 1 }) => rowSpan * columnSpan > 1)
      .map((cell) =>
        this.#block(
          "MERGED_CELL",
          area,
          blocks.get(cell)!.map(({ Id }) => Id),
          {
            RowIndex: cell.row + 1,
            ColumnIndex: cell.column + 1,
            RowSpan: cell.rowSpan ?? 1,
            ColumnSpan: cell.columnSpan ?? 1,
            ...(cell.header === true ? { EntityTypes: ["COLUMN_HEADER"] } : {}),
          },
        ),
      );
    this.#rest.push(...merged);
    const table = this.#block("TABLE", area, [], {
      EntityTypes: ["STRUCTURED_TABLE"],
      Relationships: [
        { Type: "CHILD", Ids: ids },
        ...(merged.length === 0 ? [] : [{ Type: "MERGED_CELL", Ids: merged.map(({ Id }) => Id) }]),
      ],
    });
    this.#rest.push(table);
    return lines;
  }

  #field(text: string, words: readonly string[], area: Place): void {
    const key = text.indexOf(":") < 0 ? 0 : text.slice(0, text.indexOf(":") + 1).split(/\s+/).length;
    if (key === 0) return;
    const value = this.#block("KEY_VALUE_SET", area, words.slice(key), { EntityTypes: ["VALUE"] });
    const Relationships = [
      { Type: "VALUE", Ids: [value.Id] },
      { Type: "CHILD", Ids: words.slice(0, key) },
    ];
    this.#rest.push(this.#block("KEY_VALUE_SET", area, [], { EntityTypes: ["KEY"], Relationships }), value);
  }

  add(element: DocumentElement, boxes: readonly Box[]): void {
    const area = union(boxes);
    const isTable = element.table !== undefined && element.table.rows > 0 && element.table.columns > 0;
    let lines: readonly string[];
    if (isTable) lines = this.#table(element, area, boxes);
    else {
      const found = this.#elementLines(element, boxes);
      lines = found.map(({ id }) => id);
      if (element.kind === "form_field")
        this.#field(
          element.text,
          found.flatMap(({ words }) => words),
          area,
        );
    }
    if (lines.length === 0) return;
    let type = LAYOUT_OF[element.kind] ?? "LAYOUT_TEXT";
    if (isTable) type = "LAYOUT_TABLE";
    let children = lines;
    if (type === "LAYOUT_LIST") {
      const item = this.#block("LAYOUT_TEXT", area, lines);
      children = [item.Id];
      this.#layout.push(this.#block(type, area, children), item);
    } else this.#layout.push(this.#block(type, area, children));
  }

  blocks(): TextractBlock[] {
    const whole = { left: 0, top: 0, right: 1, bottom: 1 };
    const all = [...this.#lines, ...this.#words, ...this.#rest, ...this.#layout];
    const { Confidence: _, ...page } = this.#block("PAGE", whole, []);
    const ids = all.filter(({ BlockType }) => BlockType !== "WORD" && BlockType !== "CELL").map(({ Id }) => Id);
    return [{ ...page, ...(ids.length === 0 ? {} : { Relationships: [{ Type: "CHILD", Ids: ids }] }) }, ...all];
  }
}

/** Where the cells of a table stand, from the boxes that name characters of its text. */
function cellPlaces({ text, table }: DocumentElement, boxes: readonly Box[]): Map<TableCell, Place> {
  const places = new Map<TableCell, Place>();
  const byRow = Map.groupBy(table!.cells, ({ row }) => row);
  let start = 0;
  for (const line of text.split("\n")) {
    // Empty rows have no line: the next row that has one is the line's.
    let at = start;
    const row = [...byRow].find(([, cells]) => cells.some((cell) => cell.text.trim() !== "" && !places.has(cell)));
    for (const cell of row?.[1] ?? []) {
      const shown = cell.text.replace(/\s*\n\s*/g, " ").trim();
      if (shown === "") continue;
      const found = text.indexOf(shown, at);
      if (found < 0 || found >= start + line.length) continue;
      const end = found + shown.length;
      const own = boxes.filter((box) => (box.start ?? -1) >= found && (box.end ?? Number.MAX_SAFE_INTEGER) <= end);
      if (own.length > 0) places.set(cell, union(own));
      at = end + SEPARATOR.length - 1;
    }
    start += line.length + 1;
    if (row !== undefined) byRow.delete(row[0]);
  }
  return places;
}

/**
 * The blocks by which Textract would tell what a local extractor found: pages, lines, words, tables with merged cells, forms, layout. With it a test
 * can hold the road over the service against the local one. Elements without boxes stand one below the other on page 1.
 */
export function textractBlocks(
  elements: readonly DocumentElement[],
  { confidence = 99 }: ElementBlocksOptions = {},
): TextractBlock[] {
  const pages = new Map<number, PageBlocks>();
  const last = Math.max(1, ...elements.flatMap(({ boxes = [] }) => boxes.map(({ page }) => page)));
  for (let page = 1; page <= last; page++) pages.set(page, new PageBlocks(page, confidence));
  const height = 1 / Math.max(1, elements.length);
  for (const [index, element] of elements.entries()) {
    const boxes = element.boxes ?? [];
    if (boxes.length === 0)
      pages.get(1)!.add(element, [{ page: 1, left: 0, right: 1, top: index * height, bottom: (index + 1) * height }]);
    // A table that goes over pages has one grid: it stands where it begins. So does a text whose boxes do not tell their characters.
    else if (element.table !== undefined || boxes.some(({ start }) => start === undefined)) {
      const first = boxes[0]!.page;
      pages.get(first)!.add(
        element,
        boxes.filter(({ page }) => page === first),
      );
    } else for (const [page, own] of Map.groupBy(boxes, (box) => box.page)) pages.get(page)!.add(element, own);
  }
  return [...pages.values()].flatMap((page) => page.blocks());
}
