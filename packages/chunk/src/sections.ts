import { ELEMENT_SEPARATOR, isBody, type PlacedElement } from "@groundwork/contracts";
import { isHeading } from "./span.ts";

/**
 * Body elements that follow each other without a gap. A slice across page furniture would carry it along, and one across
 * sheets, slides or chapters would have no place to cite: there a stretch ends.
 */
export function bodyStretches(elements: readonly PlacedElement[]): PlacedElement[][] {
  const stretches: PlacedElement[][] = [];
  let last: PlacedElement | undefined;
  for (const element of elements) {
    if (!isBody(element) || isBlank(element.text)) continue;
    if (last !== undefined && adjoins(last, element)) stretches[stretches.length - 1]!.push(element);
    else stretches.push([element]);
    last = element;
  }
  return stretches;
}

/** Mostly the first character tells. */
function isBlank(text: string): boolean {
  const first = text.charCodeAt(0);
  return !(first > 32 && first < 127) && text.trim() === "";
}

function adjoins(before: PlacedElement, after: PlacedElement): boolean {
  return (
    before.charEnd + ELEMENT_SEPARATOR.length === after.charStart &&
    before.location?.sheet === after.location?.sheet &&
    before.location?.slide === after.location?.slide &&
    before.location?.part === after.location?.part
  );
}

/**
 * Cuts a stretch at its headings. Headings without text of their own go with what follows; those at the end of a stretch
 * with what comes before, since a heading alone answers nothing and yet ranks high.
 */
export function sectionsOf(stretch: readonly PlacedElement[]): PlacedElement[][] {
  const sections: PlacedElement[][] = [];
  let current: PlacedElement[] = [];
  let hasBody = false;
  for (const element of stretch) {
    if (isHeading(element) && hasBody) {
      sections.push(current);
      current = [];
      hasBody = false;
    }
    if (!isHeading(element)) hasBody = true;
    current.push(element);
  }
  const before = sections[sections.length - 1];
  if (hasBody || before === undefined) sections.push(current);
  else before.push(...current);
  return sections;
}
