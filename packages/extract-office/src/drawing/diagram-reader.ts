import type { ElementLocation } from "@groundwork/contracts";
import type { OfficePart } from "../office-part.ts";
import type { OpcPackage } from "../package/opc-package.ts";
import { child, children, integer, type XmlNode } from "../package/xml-tree.ts";
import { cleanText } from "../text.ts";
import { bodyText } from "./text-body.ts";

const MAX_DEPTH = 32;

/** The texts of a SmartArt diagram as a nested list, from its data model. */
export async function* readDiagram(
  opc: OpcPackage,
  owner: string,
  relationshipId: string,
  location?: ElementLocation,
): AsyncGenerator<OfficePart> {
  const root = await opc.readOptional(await opc.target(owner, relationshipId));
  const points = new Map<string, XmlNode>();
  let top: string | undefined;
  for (const point of children(child(root, "dgm:ptLst"), "dgm:pt")) {
    const id = point.attributes.modelId ?? "";
    points.set(id, point);
    if (point.attributes.type === "doc") top = id;
  }
  const below = new Map<string, { readonly id: string; readonly order: number }[]>();
  for (const link of children(child(root, "dgm:cxnLst"), "dgm:cxn")) {
    const { type = "parOf", srcId = "", destId = "" } = link.attributes;
    if (type !== "parOf") continue;
    const list = below.get(srcId) ?? [];
    list.push({ id: destId, order: integer(link, "srcOrd") ?? 0 });
    below.set(srcId, list);
  }
  const told = new Set<string>();
  const items: { text: string; level: number }[] = [];
  const visit = (id: string, depth: number): void => {
    if (told.has(id) || depth > MAX_DEPTH) return;
    told.add(id);
    const text = cleanText(bodyText(child(points.get(id), "dgm:t")));
    if (text !== "") items.push({ text, level: Math.max(0, depth - 1) });
    for (const next of (below.get(id) ?? []).sort((a, b) => a.order - b.order)) visit(next.id, depth + 1);
  };
  if (top !== undefined) visit(top, 0);
  for (const [id, point] of points) {
    const { type = "node" } = point.attributes;
    if (type === "node" || type === "asst") visit(id, 1);
  }
  for (const { text, level } of items) {
    yield {
      kind: "list_item",
      level,
      text,
      attributes: { source: "diagram" },
      ...(location === undefined ? {} : { location }),
    };
  }
}
