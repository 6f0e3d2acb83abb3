import type { ElementLocation } from "@groundwork/contracts";
import { readChart } from "../drawing/chart-reader.ts";
import { readDiagram } from "../drawing/diagram-reader.ts";
import { readEmbedded } from "../drawing/embedded-file.ts";
import { bodyText } from "../drawing/text-body.ts";
import type { OfficePart } from "../office-part.ts";
import type { OpcPackage } from "../package/opc-package.ts";
import { child, children, descendants, textContent, type XmlNode } from "../package/xml-tree.ts";
import { rangeName } from "../sheet/cell-reference.ts";
import { altTextElement, cleanText, readAltText } from "../text.ts";

/** Cell under the top left corner of an anchor. */
function anchorLocation(anchor: XmlNode, sheet: string): ElementLocation {
  const from = child(anchor, "xdr:from");
  const row = number(child(from, "xdr:row"));
  const column = number(child(from, "xdr:col"));
  if (row === undefined || column === undefined || row < 0 || column < 0) return { sheet };
  return { sheet, range: rangeName({ top: row, left: column, bottom: row, right: column }) };
}

function number(node: XmlNode | undefined): number | undefined {
  const value = Number.parseInt(textContent(node), 10);
  return Number.isNaN(value) ? undefined : value;
}

/** Charts, text boxes, diagrams and described pictures that lie over a sheet. */
export async function* readSheetDrawings(opc: OpcPackage, part: string, sheet: string): AsyncGenerator<OfficePart> {
  for (const drawing of await opc.related(part, "drawing")) {
    for (const anchor of children(await opc.readOptional(drawing))) {
      const location = anchorLocation(anchor, sheet);
      for (const shape of descendants(anchor, "xdr:sp")) {
        const text = cleanText(bodyText(child(shape, "xdr:txBody")));
        if (text !== "") yield { kind: "paragraph", text, location, attributes: { source: "text-box" } };
      }
      for (const properties of descendants(anchor, "xdr:cNvPr")) {
        const altText = readAltText(properties.attributes.descr || properties.attributes.title);
        if (altText.text !== "") yield altTextElement(altText, location);
      }
      for (const name of ["c:chart", "cx:chart"]) {
        for (const chart of descendants(anchor, name)) {
          const id = chart.attributes["r:id"];
          if (id !== undefined) yield* readChart(opc, drawing, id, location);
        }
      }
      for (const diagram of descendants(anchor, "dgm:relIds")) {
        const id = diagram.attributes["r:dm"];
        if (id !== undefined) yield* readDiagram(opc, drawing, id, location);
      }
    }
  }
  for (const { id, type } of (await opc.relationships(part)).values()) {
    if (type === "package" || type === "oleObject") yield* readEmbedded(opc, part, id);
  }
}
