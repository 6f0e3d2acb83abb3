import { type DocumentElement, isUnseen } from "@groundwork/contracts";
import type { OfficePart } from "../office-part.ts";

/** Something of another part that is read when its place comes: a chart, a diagram, an embedded file. */
export interface Deferred {
  readonly deferred: () => AsyncIterable<OfficePart>;
}
export type StoryItem = DocumentElement | Deferred;

/** Elements as the text of a cell, a note or a comment; what cannot stand inside text is given back apart. */
export function flattenStory(items: Iterable<StoryItem>): { text: string; others: StoryItem[] } {
  const lines: string[] = [];
  const others: StoryItem[] = [];
  for (const item of items) {
    if (!("kind" in item) || item.kind === "comment" || item.kind === "footnote" || isUnseen(item)) others.push(item);
    else if (item.kind === "formula") lines.push(item.text.replace(/^\$\$(.*)\$\$$/s, "$$$1$$"));
    else if (item.kind !== "list_item" || item.attributes?.marker === undefined) lines.push(item.text);
    else if (item.text.startsWith(item.attributes.marker)) lines.push(item.text);
    else lines.push(`${item.attributes.marker} ${item.text}`);
  }
  return { text: lines.join("\n").trim(), others };
}
