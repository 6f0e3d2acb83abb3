import type { PlacedElement } from "@groundwork/contracts";
import { CUT, isHeading, type Span, type Stretch } from "./span.ts";
import { splitAt } from "./split-span.ts";
import { partsTokens, type TextMeter } from "./text-meter.ts";
import { isSpace } from "./word-starts.ts";

/** Tokens are mostly shorter. */
const LONG_CHARACTERS_PER_TOKEN = 5;

/** The texts of a section's elements without blanks around them, each with the worth of a cut before it. */
export function elementStretches(text: string, elements: readonly PlacedElement[]): Stretch[] {
  let last = -1;
  return elements.map((element, index) => {
    let { charStart: start, charEnd: end } = element;
    while (start < end && isSpace(text.charCodeAt(start))) start++;
    while (end > start && isSpace(text.charCodeAt(end - 1))) end--;
    const cut = index === 0 ? CUT.block : cutBetween(elements[index - 1]!, element);
    const isParted = last >= 0 && partsTokens(text, last, start);
    last = end;
    return { start, end, isParted, cut, element, grain: "element" };
  });
}

/** The elements of a section, counted. What is too long for a chunk in all likelihood is counted in its pieces. */
export function elementSpans(meter: TextMeter, elements: readonly PlacedElement[], maxTokens: number): Span[] {
  const long = maxTokens * LONG_CHARACTERS_PER_TOKEN;
  return elementStretches(meter.text, elements).map((stretch) => {
    const isLong = meter.isAdditive && stretch.end - stretch.start > long;
    const pieces = isLong ? splitAt(meter, stretch, "sentence") : [];
    return pieces.length > 1 ? meter.sum(stretch, pieces) : meter.measure(stretch);
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
  const { text } = element;
  const last = text.charCodeAt(text.length - 1);
  // A letter or another sign at the end: most texts.
  if (last > 0x3a && last < 0x7f) return false;
  return /[:\uff1a]$/.test(text.trimEnd());
}
