import { type DocumentElement, headerRowCount, type TableData, tableRows } from "@groundwork/contracts";
import type { TextInContext } from "./detect-texts.ts";
import { shownText } from "./table-places.ts";

/** Longest text beside a cell that is taken for the name of what the cell holds. */
const LONGEST_LABEL = 60;

/** What names the value in each cell: the head of its column, or else the cell before it in its row. By index of the cell. */
export function cellContexts(table: TableData): (string | undefined)[] {
  const rows = tableRows(table);
  const heads = headerRowCount(table);
  const inherited = table.continuedHeader?.at(-1);
  return table.cells.map(({ row, column, header }) => {
    if (header === true || row < heads) return undefined;
    const head = heads > 0 ? rows[heads - 1]?.[column] : inherited?.[column];
    const before = column > 0 ? rows[row]?.[column - 1] : undefined;
    const label = head !== undefined && head !== "" ? head : before;
    return label !== undefined && label !== "" && label.length <= LONGEST_LABEL ? label : undefined;
  });
}

/** Where a link goes, without the encoding in which a value could hide. */
export function linkTarget(href: string): string {
  try {
    return decodeURIComponent(href);
  } catch {
    return href;
  }
}

/** Every text of an element that may hold personal data, but for a table's cells: of these there may be very many. */
export function* sideTexts(element: DocumentElement): Generator<TextInContext> {
  const { speaker, sectionPath = [], location, marks = [], attributes = {} } = element;
  if (speaker !== undefined) yield { text: speaker, context: "Speaker" };
  for (const text of sectionPath) yield { text };
  for (const text of [location?.sheet, location?.anchor, location?.part]) if (text !== undefined) yield { text };
  for (const { href } of marks) if (href !== undefined) yield { text: linkTarget(href) };
  for (const [context, text] of Object.entries(attributes)) yield { text, context };
  for (const row of element.table?.continuedHeader ?? []) for (const text of row) yield { text };
}

/** Every text of an element that may hold personal data. */
export function* elementTexts(element: DocumentElement): Generator<TextInContext> {
  yield* sideTexts(element);
  const { table } = element;
  if (table === undefined) {
    yield { text: element.text };
    return;
  }
  const contexts = cellContexts(table);
  for (const [index, cell] of table.cells.entries()) {
    const context = contexts[index];
    yield { text: shownText(cell.text), ...(context === undefined ? {} : { context }) };
  }
}
