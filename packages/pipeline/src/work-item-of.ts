import type { CatalogDocument, Source } from "@groundwork/contracts";
import type { PlanItem } from "./plan.ts";
import type { WorkItem } from "./work-item.ts";

export interface PlannedItem {
  readonly source: Source;
  readonly item: PlanItem;
}

/** The work that a planned addition or change stands for. */
export function workItemOf({ source, item }: PlannedItem, previous: CatalogDocument | undefined): WorkItem {
  const object = item.object!;
  return {
    sourceId: source.sourceId,
    documentId: item.documentId,
    key: item.key,
    uri: object.uri,
    fileName: item.key.split("/").at(-1) ?? item.key,
    permissions: item.permissions,
    depth: 0,
    force: item.action === "retry",
    open: (options) => source.open(object, options),
    ...(object.attributes === undefined ? {} : { attributes: object.attributes }),
    ...(object.hint === undefined ? {} : { hint: object.hint }),
    ...(object.modifiedAt === undefined ? {} : { modifiedAt: object.modifiedAt }),
    ...withPrevious(previous),
  };
}

/** A tombstone is no earlier version. */
export function withPrevious(previous: CatalogDocument | undefined): { readonly previous?: CatalogDocument } {
  return previous === undefined || previous.state === "deleted" ? {} : { previous };
}
