import type { OfficePart } from "../office-part.ts";
import { readOleObject } from "../ole/ole-object.ts";
import type { OpcPackage } from "../package/opc-package.ts";

/** Largest embedded file that is handed on. */
const MAX_EMBEDDED_BYTES = 64 * 1024 ** 2;

/** A file embedded in a document as a child document; pictures and other media are left out. */
export async function* readEmbedded(
  opc: OpcPackage,
  owner: string,
  relationshipId: string,
): AsyncGenerator<OfficePart> {
  const relationship = (await opc.relationships(owner)).get(relationshipId);
  if (relationship === undefined || relationship.external) return;
  const part = relationship.target;
  if (opc.zip.size(part) > MAX_EMBEDDED_BYTES) {
    yield {
      type: "warning",
      warning: {
        code: "embedded-too-large",
        message: `An embedded file is larger than ${MAX_EMBEDDED_BYTES} bytes and was left out.`,
      },
    };
    return;
  }
  const bytes = await opc.zip.read(part, MAX_EMBEDDED_BYTES);
  if (bytes === undefined || bytes.byteLength === 0) return;
  const opened = readOleObject(bytes);
  if (opened === null) return;
  const claimed = await opc.contentType(part);
  yield {
    type: "child",
    child: {
      name: opened === undefined ? part : `${part.replace(/\.[^./]*$/, "")}.${opened.extension}`,
      bytes: opened?.bytes ?? bytes,
      ...(claimed === undefined || opened !== undefined ? {} : { claimedMediaType: claimed.toLowerCase() }),
    },
  };
}
