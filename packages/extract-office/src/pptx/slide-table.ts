import type { DocumentElement, ElementLocation } from "@groundwork/contracts";
import { visibleText } from "../drawing/text-body.ts";
import { type UnseenStretch, unseenElements } from "../look/unseen-text.ts";
import { child, children, integer, isOn, type XmlNode } from "../package/xml-tree.ts";
import { type RowCell, TableAssembler } from "../table-assembler.ts";
import { cleanText } from "../text.ts";
import type { SlideVisibility } from "./slide-visibility.ts";

/** A DrawingML table; long ones in slices. */
export function* readSlideTable(
  table: XmlNode,
  location: ElementLocation,
  visibility: SlideVisibility,
): Generator<DocumentElement> {
  const assembler = new TableAssembler(location);
  const properties = child(table, "a:tblPr");
  const headed = properties?.attributes.firstRow !== undefined && isOn(properties, "firstRow");
  let unseen: UnseenStretch[] = [];
  const rows = Array.from(children(table, "a:tr"));
  for (const [index, row] of rows.entries()) {
    const cells: RowCell[] = [];
    for (const [column, cell] of Array.from(children(row, "a:tc")).entries()) {
      const { hMerge, vMerge } = cell.attributes;
      if (hMerge !== undefined && isOn(cell, "hMerge")) continue;
      const shown = visibleText(child(cell, "a:txBody"), visibility.reasonInCell(cell));
      unseen.push(...shown.unseen);
      cells.push({
        column,
        columnSpan: Math.max(1, Math.min(1000, integer(cell, "gridSpan") ?? 1)),
        text: cleanText(shown.text).trim(),
        continued: vMerge !== undefined && isOn(cell, "vMerge"),
      });
    }
    assembler.addRow(cells, headed && index === 0 && rows.length > 1);
    if (!assembler.full && index < rows.length - 1) continue;
    const element = assembler.take();
    if (element !== undefined) yield element;
    yield* unseenElements(unseen, location);
    unseen = [];
  }
}
