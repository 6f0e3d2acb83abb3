import type { AttributeValue, DocumentMetadata } from "@groundwork/contracts";
import { codePageDecoder } from "../code-page.ts";
import { cleanLine } from "../text.ts";
import type { CompoundFile } from "./compound-file.ts";

const FILETIME_EPOCH_MS = 11_644_473_600_000;

/** Properties of the first section of a property set stream ([MS-OLEPS]), by id. */
function readProperties(stream: Uint8Array): Map<number, string | number> {
  const view = new DataView(stream.buffer, stream.byteOffset, stream.byteLength);
  const section = view.getUint32(44, true);
  const count = Math.min(1000, view.getUint32(section + 4, true));
  const offsets = Array.from({ length: count }, (_, index) => ({
    id: view.getUint32(section + 8 + index * 8, true),
    at: section + view.getUint32(section + 12 + index * 8, true),
  }));
  const pageAt = offsets.find((one) => one.id === 1)?.at;
  const decoder = codePageDecoder(pageAt === undefined ? 1252 : view.getUint16(pageAt + 4, true));
  const properties = new Map<number, string | number>();
  for (const { id, at } of offsets) {
    const type = view.getUint32(at, true) & 0xffff;
    if (type === 0x1e || type === 0x1f) {
      const length = view.getUint32(at + 4, true) * (type === 0x1f ? 2 : 1);
      const bytes = stream.subarray(at + 8, at + 8 + length);
      const text = cleanLine((type === 0x1f ? codePageDecoder(1200) : decoder).decode(bytes).replace(/\0.*$/s, ""));
      if (text !== "") properties.set(id, text);
    } else if (type === 0x03) {
      properties.set(id, view.getInt32(at + 4, true));
    } else if (type === 0x40) {
      const time = Number(view.getBigUint64(at + 4, true) / 10_000n) - FILETIME_EPOCH_MS;
      if (time > 0) properties.set(id, time);
    }
  }
  return properties;
}

function safeProperties(file: CompoundFile, name: string): Map<number, string | number> {
  try {
    const stream = file.stream(name);
    return stream === undefined || stream.length < 52 ? new Map() : readProperties(stream);
  } catch {
    // Metadata is a courtesy: damage to it does not stop the reading.
    return new Map();
  }
}

/** Title, author, dates and the like of a binary Office file. */
export function readSummaryInformation(file: CompoundFile): DocumentMetadata {
  const summary = safeProperties(file, "\u0005SummaryInformation");
  const more = safeProperties(file, "\u0005DocumentSummaryInformation");
  const text = (from: Map<number, string | number>, id: number): string | undefined => {
    const value = from.get(id);
    return typeof value === "string" ? value : undefined;
  };
  const number = (id: number): number | undefined => {
    const value = summary.get(id);
    return typeof value === "number" && value > 0 ? value : undefined;
  };
  const attributes: Record<string, AttributeValue> = {};
  for (const [key, value] of [
    ["subject", text(summary, 3)],
    ["description", text(summary, 6)],
    ["category", text(more, 2)],
    ["manager", text(more, 14)],
    ["company", text(more, 15)],
  ] as const) {
    if (value !== undefined) attributes[key] = value;
  }
  const title = text(summary, 2);
  const author = text(summary, 4);
  const [createdAt, modifiedAt, pages] = [number(12), number(13), number(14)];
  const tags = (text(summary, 5) ?? "").split(/[,;]/).flatMap((tag) => (tag.trim() === "" ? [] : [tag.trim()]));
  return {
    ...(title === undefined ? {} : { title }),
    ...(author === undefined ? {} : { author }),
    ...(createdAt === undefined ? {} : { createdAt }),
    ...(modifiedAt === undefined ? {} : { modifiedAt }),
    ...(pages === undefined ? {} : { pages }),
    ...(tags.length > 0 ? { tags } : {}),
    ...(Object.keys(attributes).length > 0 ? { attributes } : {}),
  };
}
