import type { PlacedElement } from "@groundwork/contracts";
import { CUT, isHeading, type Span } from "./span.ts";
import { bookedTokens, type CountTokens, isSpace } from "./split-span.ts";

/** The elements of a section as spans, each with the worth of a cut before it. */
export function elementSpans(text: string, elements: readonly PlacedElement[], count: CountTokens): Span[] {
  return elements.map((element, index) => {
    let { charStart: start, charEnd: end } = element;
    while (start < end && isSpace(text.charCodeAt(start))) start++;
    while (end > start && isSpace(text.charCodeAt(end - 1))) end--;
    const cut = index === 0 ? CUT.block : cutBetween(elements[index - 1]!, element);
    return { start, end, tokens: bookedTokens(count, text, start, end), cut, element, grain: "element" };
  });
}

function cutBetween(before: PlacedElement, after: PlacedElement): number {
  if (isHeading(before)) return CUT.glued;
  if (belongsTo(before, after)) return CUT.glued;
  if (after.kind === "list_item") {
    if (before.kind !== "list_item") return leadsIn(before) ? CUT.glued : CUT.line;
    return (after.level ?? 0) > 0 ? CUT.line : CUT.item;
  }
  if (after.kind === "utterance" && before.kind === "utterance")
    return after.speaker === before.speaker ? CUT.line : CUT.block;
  if (after.kind === "form_field" && before.kind === "form_field") return CUT.item;
  return CUT.block;
}

const CAPTIONED: ReadonlySet<PlacedElement["kind"]> = new Set(["table", "figure", "code"]);

/** A caption and what it describes, in either order. */
function belongsTo(before: PlacedElement, after: PlacedElement): boolean {
  return (
    (before.kind === "caption" && CAPTIONED.has(after.kind)) || (CAPTIONED.has(before.kind) && after.kind === "caption")
  );
}

/** Whether a paragraph announces the list after it. */
export function leadsIn(element: PlacedElement): boolean {
  return /[:\uff1a]\s*$/.test(element.text);
}
