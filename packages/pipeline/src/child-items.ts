import { type ChildDocument, childKey, documentIdOf } from "@groundwork/contracts";
import { heldContent } from "./held-content.ts";
import type { WorkItem } from "./work-item.ts";

/** What a document brings along, as documents of their own with the permissions of the one that holds them. */
export function childItems(parent: WorkItem, children: readonly ChildDocument[]): WorkItem[] {
  return children.map((child) => {
    const key = childKey(parent.key, child.name);
    return {
      sourceId: parent.sourceId,
      documentId: documentIdOf(parent.sourceId, key),
      key,
      uri: `${parent.uri}!/${child.name}`,
      fileName: child.name.split("/").at(-1) ?? child.name,
      permissions: parent.permissions,
      parentId: parent.documentId,
      depth: parent.depth + 1,
      size: child.bytes.length,
      open: async () => heldContent(child.bytes),
      ...(parent.attributes === undefined ? {} : { attributes: parent.attributes }),
      ...(child.claimedMediaType === undefined ? {} : { claimedMediaType: child.claimedMediaType }),
      ...(child.modifiedAt === undefined ? {} : { modifiedAt: child.modifiedAt }),
    };
  });
}
