import type { DocumentElement, ElementLocation } from "@groundwork/contracts";
import { markedParagraph, paragraphLevel, type RunVisibility } from "../drawing/text-body.ts";
import { unseenElements } from "../look/unseen-text.ts";
import { withMarks } from "../marked-text.ts";
import { bulletMarker, formatListNumber } from "../number-format.ts";
import { child, children, type XmlNode } from "../package/xml-tree.ts";
import { cleanText } from "../text.ts";
import type { Bullet, SlideLayout } from "./slide-layout.ts";
import type { SlideShape } from "./slide-shapes.ts";

const NUMBER_FORMATS: readonly (readonly [RegExp, string])[] = [
  [/^alphaLc/, "lowerLetter"],
  [/^alphaUc/, "upperLetter"],
  [/^romanLc/, "lowerRoman"],
  [/^romanUc/, "upperRoman"],
];

/** "arabicPeriod" = `1.`, "alphaLcParenBoth" = `(a)`, "romanUcParenR" = `I)`. */
function numberMarker(format: string, value: number): string {
  const kind = NUMBER_FORMATS.find(([pattern]) => pattern.test(format))?.[1] ?? "decimal";
  const number = formatListNumber(value, kind);
  if (format.endsWith("ParenBoth")) return `(${number})`;
  if (format.endsWith("ParenR")) return `${number})`;
  if (format.endsWith("Plain")) return number;
  return `${number}.`;
}

/** Numbers of the running lists of one text body, by level. */
class ListCounters {
  readonly #counters = new Map<number, { readonly format: string; value: number }>();

  next(level: number, bullet: Bullet): string | undefined {
    for (const deeper of this.#counters.keys()) if (deeper > level) this.#counters.delete(deeper);
    if (bullet.kind !== "number") {
      this.#counters.delete(level);
      return bullet.kind === "none" ? undefined : bulletMarker(bullet.character);
    }
    const running = this.#counters.get(level);
    const value = running?.format === bullet.format ? running.value + 1 : bullet.start;
    this.#counters.set(level, { format: bullet.format, value });
    return numberMarker(bullet.format, value);
  }
}

/** Paragraphs of a text shape as paragraphs and list items. */
export function* readTextShape(
  shape: SlideShape,
  layout: SlideLayout,
  location: ElementLocation,
  address: (relationshipId: string) => string | undefined,
  unseen: RunVisibility,
): Generator<DocumentElement> {
  const counters = new ListCounters();
  const body: XmlNode | undefined = child(shape.node, "p:txBody");
  for (const paragraph of children(body, "a:p")) {
    const marked = markedParagraph(paragraph, address, unseen);
    const text = cleanText(marked.text).trimStart();
    if (text.trim() === "") {
      yield* unseenElements(marked.unseen, location);
      continue;
    }
    const level = paragraphLevel(paragraph);
    const marker = counters.next(level, layout.bullet(shape, child(paragraph, "a:pPr"), level));
    if (marker === undefined) yield withMarks({ kind: "paragraph", text, location }, marked);
    else {
      const simple = !/^[\dA-Za-z(]/.test(marker) || /^[\dA-Za-z]+[.)]$/.test(marker);
      const prefix = simple ? "" : `${marker} `;
      const item: DocumentElement = {
        kind: "list_item",
        level,
        text: `${prefix}${text}`,
        location,
        attributes: { marker },
      };
      yield withMarks(item, marked, prefix);
    }
    yield* unseenElements(marked.unseen, location);
  }
}
