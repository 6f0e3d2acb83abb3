import type { AttributeValue, DocumentMetadata } from "@groundwork/contracts";
import { cleanLine } from "../text.ts";
import type { OpcPackage } from "./opc-package.ts";
import { child, children, textContent, type XmlNode } from "./xml-tree.ts";

/** A W3CDTF date as milliseconds; without a zone it is UTC, as Office writes it. */
export function parseTimestamp(text: string): number | undefined {
  const trimmed = text.trim();
  if (!/^\d{4}-\d{2}-\d{2}/.test(trimmed)) return undefined;
  const time = Date.parse(
    /T.*(?:Z|[+-]\d{2}:?\d{2})$/.test(trimmed) || !trimmed.includes("T") ? trimmed : `${trimmed}Z`,
  );
  return Number.isNaN(time) ? undefined : time;
}

function customValue(node: XmlNode | undefined): AttributeValue | undefined {
  const text = cleanLine(textContent(node));
  switch (node?.name) {
    case "vt:i1":
    case "vt:i2":
    case "vt:i4":
    case "vt:i8":
    case "vt:int":
    case "vt:uint":
    case "vt:ui4":
    case "vt:r4":
    case "vt:r8":
    case "vt:decimal":
      return Number.isFinite(Number(text)) && text !== "" ? Number(text) : undefined;
    case "vt:bool":
      return text === "true" || text === "1";
    default:
      return text === "" ? undefined : text;
  }
}

/** What docProps/core.xml, app.xml and custom.xml state. Part names come from the relationships, not from custom. */
export async function readCoreProperties(opc: OpcPackage): Promise<DocumentMetadata> {
  const part = async (type: string, usual: string): Promise<XmlNode | undefined> =>
    opc.readOptional((await opc.related("", type))[0] ?? usual);
  const core = await part("core-properties", "docProps/core.xml");
  const app = await part("extended-properties", "docProps/app.xml");
  const custom = await part("custom-properties", "docProps/custom.xml");
  const value = (root: XmlNode | undefined, name: string): string | undefined => {
    const text = cleanLine(textContent(child(root, name)));
    return text === "" ? undefined : text;
  };
  const attributes: Record<string, AttributeValue> = {};
  for (const [key, text] of [
    ["subject", value(core, "dc:subject")],
    ["description", value(core, "dc:description")],
    ["category", value(core, "cp:category")],
    ["contentStatus", value(core, "cp:contentStatus")],
    ["documentVersion", value(core, "cp:version")],
    ["identifier", value(core, "dc:identifier")],
    ["company", value(app, "ep:Company")],
    ["manager", value(app, "ep:Manager")],
  ] as const) {
    if (text !== undefined) attributes[key] = text;
  }
  for (const property of children(custom, "cust:property")) {
    const key = property.attributes.name?.trim();
    const held = customValue(children(property).next().value ?? undefined);
    if (key !== undefined && key !== "" && held !== undefined && !(key in attributes)) attributes[key] = held;
  }
  const pages = Number(value(app, "ep:Pages") ?? value(app, "ep:Slides"));
  const createdAt = parseTimestamp(value(core, "dcterms:created") ?? "");
  const modifiedAt = parseTimestamp(value(core, "dcterms:modified") ?? "");
  const title = value(core, "dc:title");
  const author = value(core, "dc:creator");
  const language = value(core, "dc:language");
  const tags = (value(core, "cp:keywords") ?? "").split(/[,;]/).map((tag) => tag.trim());
  return {
    ...(title === undefined ? {} : { title }),
    ...(author === undefined ? {} : { author }),
    ...(language !== undefined && /^[A-Za-z]{2,3}(?:-[A-Za-z0-9]+)*$/.test(language) ? { language } : {}),
    ...(createdAt === undefined ? {} : { createdAt }),
    ...(modifiedAt === undefined ? {} : { modifiedAt }),
    ...(Number.isInteger(pages) && pages > 0 ? { pages } : {}),
    ...(tags.some((tag) => tag !== "") ? { tags: tags.filter((tag) => tag !== "") } : {}),
    ...(Object.keys(attributes).length > 0 ? { attributes } : {}),
  };
}
