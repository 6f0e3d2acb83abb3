import type { Box, DocumentElement, ElementKind } from "@groundwork/contracts";
import type { Run, Word } from "./page-graph.ts";
import { boxOf } from "./place.ts";

export interface PlacedText {
  readonly text: string;
  readonly boxes: readonly Box[];
}

/** Lines in a text, with a box for each. A word that was broken at a line's end is joined again where `isProse`. */
export function placedText(
  runs: readonly Run[],
  page: number,
  between: (before: Run, run: Run) => string = () => " ",
  { isProse = false }: { readonly isProse?: boolean } = {},
): PlacedText {
  let text = "";
  const placed: { run: Run; start: number; end: number }[] = [];
  for (const run of runs) {
    const before = placed.at(-1);
    if (before !== undefined) {
      const isBroken = isProse && /\p{Ll}-$/u.test(text) && /^\p{Ll}/u.test(run.text);
      if (isBroken) {
        text = text.slice(0, -1);
        before.end--;
      } else text += between(before.run, run);
    }
    const start = text.length;
    text += run.text;
    placed.push({ run, start, end: text.length });
  }
  return { text, boxes: placed.map(({ run, start, end }) => boxOf(run.place, page, start, end)) };
}

/** Mean confidence of words, each by its length. */
export function confidenceOf(words: readonly Word[]): number {
  let sum = 0;
  let weight = 0;
  for (const { text, confidence } of words) {
    sum += confidence * text.length;
    weight += text.length;
  }
  return weight === 0 ? 0 : Math.round((sum / weight) * 10_000) / 10_000;
}

export function elementOf(
  kind: ElementKind,
  runs: readonly Run[],
  placed: PlacedText,
  more: Partial<DocumentElement> = {},
): DocumentElement {
  return { kind, ...placed, confidence: confidenceOf(runs.flatMap(({ words }) => words)), ...more };
}
