import type { ScoredElement } from "@groundwork/content-safety";

/** A document of the benchmark: its elements, and where an attack stands in it. */
export interface InjectionDocument {
  readonly id: string;
  readonly set: string;
  /** Documents of one group never stand on both sides of a split. */
  readonly group: string;
  /** Kind of attack; absent = ordinary. */
  readonly attack?: string;
  readonly elements: readonly ScoredElement[];
  /** Where the attack stands: element and UTF-16 offsets in it. Absent in an attack = somewhere in the document. */
  readonly span?: { readonly element: number; readonly start: number; readonly end: number };
}

/** Lines as paragraphs; lines of cells that follow each other as one table. Keeps where each begins in the text. */
export function elementsOfLines(text: string): { readonly element: ScoredElement; readonly start: number }[] {
  const found: { element: ScoredElement; start: number }[] = [];
  let start = 0;
  let open = false;
  for (const line of text.split("\n")) {
    const isRow = line.startsWith("|");
    const last = found.at(-1);
    if (isRow && open && last !== undefined)
      found[found.length - 1] = {
        start: last.start,
        element: { kind: "table", text: `${last.element.text}\n${line}` },
      };
    else if (line.trim() !== "") found.push({ start, element: { kind: isRow ? "table" : "paragraph", text: line } });
    open = isRow;
    start += line.length + 1;
  }
  return found;
}
