import type { Box, DocumentElement } from "@groundwork/contracts";
import { renderTableText } from "@groundwork/contracts";
import { type Block, blockText, type LineSpan } from "./blocks.ts";
import type { HeadingDecision } from "./headings.ts";
import { joinLines, type Vocabulary } from "./repair.ts";
import { turnAreaBack } from "./turn.ts";

/** A block with its final text, ready to become an element. */
export interface TextBlock {
  readonly block: Block;
  readonly text: string;
  readonly spans: readonly LineSpan[];
}

export function textBlockOf(block: Block, vocabulary: Vocabulary): TextBlock {
  if (block.table !== undefined) return { block, text: renderTableText(block.table), spans: [] };
  if (block.ownText !== undefined) return { block, text: block.ownText, spans: [] };
  const { text, spans } = blockText(block, vocabulary);
  return { block, text: text.normalize("NFC"), spans };
}

export function boxesOf({ block, spans }: TextBlock): Box[] {
  const { page, pageWidth, pageHeight, turn } = block;
  const box = (area: { left: number; top: number; right: number; bottom: number }): Omit<Box, "start" | "end"> => {
    const { left, top, right, bottom } = turnAreaBack(area, turn, pageWidth, pageHeight);
    return {
      page,
      left: share(left, pageWidth),
      top: share(top, pageHeight),
      right: share(right, pageWidth),
      bottom: share(bottom, pageHeight),
    };
  };
  if (spans.length === 0) return [box(block)];
  return spans.map(({ line, start, end }) => ({ ...box(block.lines[line]!), start, end }));
}

/** Four decimals are a hundredth of a millimetre on A4. */
function share(value: number, whole: number): number {
  return whole <= 0 ? 0 : Math.round(Math.min(1, Math.max(0, value / whole)) * 10_000) / 10_000;
}

export function elementOf(
  textBlock: TextBlock,
  decision: HeadingDecision | undefined,
  listLevel: number,
): DocumentElement {
  const { block, text } = textBlock;
  const boxes = boxesOf(textBlock);
  if (decision !== undefined) {
    const { kind, level } = decision;
    const whole = block.marker === undefined ? text : `${block.marker} ${text}`;
    const shift = whole.length - text.length;
    return {
      kind,
      text: whole,
      ...(kind === "title" ? {} : { level }),
      boxes: boxes.map((box, index) => moveBox(box, shift, index === 0)),
    };
  }
  switch (block.kind) {
    case "table":
      return { kind: "table", text, table: block.table!, boxes };
    case "list_item":
      return { kind: "list_item", text, level: listLevel, boxes, attributes: { marker: block.marker! } };
    case "caption":
    case "footnote":
      return { kind: block.kind, text, boxes };
    case "field":
      return { kind: "form_field", text, boxes };
    case "text":
      return { kind: "paragraph", text, boxes };
  }
}

function moveBox(box: Box, shift: number, isFirst: boolean): Box {
  if (shift === 0 || box.start === undefined || box.end === undefined) return box;
  return { ...box, start: isFirst ? box.start : box.start + shift, end: box.end + shift };
}

/** One paragraph of two, the second on the next page. */
export function joinElements(first: DocumentElement, second: DocumentElement, vocabulary: Vocabulary): DocumentElement {
  const { keep, separator } = joinLines(first.text, second.text, vocabulary);
  const shift = keep + separator.length;
  return {
    ...first,
    text: first.text.slice(0, keep) + separator + second.text,
    boxes: [
      ...(first.boxes ?? []).map((box) => (box.end === undefined ? box : { ...box, end: Math.min(box.end, keep) })),
      ...(second.boxes ?? []).map((box) =>
        box.start === undefined || box.end === undefined
          ? box
          : { ...box, start: box.start + shift, end: box.end + shift },
      ),
    ],
  };
}
