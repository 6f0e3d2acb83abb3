import type { TableData } from "@groundwork/contracts";
import type { Line } from "./lines.ts";
import type { Area, TextStyle, Turn } from "./page-content.ts";
import { joinLines, type Vocabulary } from "./repair.ts";

export type BlockKind = "text" | "list_item" | "table" | "caption" | "footnote" | "field";

/** Lines that belong together, before the document as a whole (headings, furniture) is known. */
export interface Block extends Area {
  readonly kind: BlockKind;
  readonly page: number;
  /** Of the page, points. */
  readonly pageWidth: number;
  readonly pageHeight: number;
  readonly turn: Turn;
  readonly lines: readonly Line[];
  readonly style: TextStyle;
  readonly bold: number;
  readonly italic: number;
  /** Of a list item, as printed. */
  readonly marker?: string;
  /** x where the marker or the text begins: list levels come from it. */
  readonly indent: number;
  readonly table?: TableData;
  /** Where the columns of the table stand. */
  readonly places?: readonly { readonly left: number; readonly right: number }[];
  /** For kinds without lines. */
  readonly ownText?: string;
  /** Offsets in {@link lines} after which the text has a line break of its own. */
  readonly breaks?: ReadonlySet<number>;
}

export interface LineSpan {
  readonly line: number;
  readonly start: number;
  readonly end: number;
}

/** The text of a block, hyphenation repaired, and where each line's characters are in it. */
export function blockText(
  block: Pick<Block, "lines" | "breaks" | "marker">,
  vocabulary: Vocabulary,
): { text: string; spans: LineSpan[] } {
  let text = "";
  const spans: LineSpan[] = [];
  block.lines.forEach((line, index) => {
    let own = line.text;
    if (index === 0 && block.marker !== undefined)
      own = own.slice(own.indexOf(block.marker) + block.marker.length).trimStart();
    if (own === "") return;
    if (text !== "") {
      if (block.breaks?.has(index - 1) === true) text += "\n";
      else {
        const { keep, separator } = joinLines(text, own, vocabulary);
        const cut = text.length - keep;
        text = text.slice(0, keep) + separator;
        const last = spans.at(-1);
        if (cut > 0 && last !== undefined) spans[spans.length - 1] = { ...last, end: last.end - cut };
      }
    }
    spans.push({ line: index, start: text.length, end: text.length + own.length });
    text += own;
  });
  return { text, spans };
}
