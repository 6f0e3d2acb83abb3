import type { DocumentElement } from "@groundwork/contracts";
import { elementOf, placedText } from "./element-text.ts";
import type { PageGraph, Run, Word } from "./page-graph.ts";
import { type Place, union } from "./place.ts";

/** A key and its value as the service paired them. */
export interface FoundField {
  readonly key: string;
  readonly value: string;
  readonly keyRuns: readonly Run[];
  readonly valueRuns: readonly Run[];
  readonly words: readonly Word[];
  readonly upright: Place;
}

const textOf = (runs: readonly Run[]): string => runs.map(({ text }) => text).join(" ");

/** The fields of a page. A key of no letters is not a field, nor is one without a value that does not ask for one: that is a heading or a label. */
export function formFields(graph: PageGraph, minimumConfidence: number): FoundField[] {
  return graph
    .ofType("KEY_VALUE_SET", "KEY")
    .filter(
      ({ EntityTypes, Confidence = 100 }) => EntityTypes?.includes("KEY") && Confidence >= 100 * minimumConfidence,
    )
    .flatMap((block) => {
      const keyWords = graph.wordsOf(block);
      const known = new Set(keyWords.map(({ id }) => id));
      const valueWords = graph
        .related(block, "VALUE")
        .flatMap((value) => graph.wordsOf(value))
        .filter(({ id }) => !known.has(id));
      const words = [...keyWords, ...valueWords];
      const keyText = keyWords.map(({ text }) => text).join(" ");
      if (!/[\p{L}\p{N}]/u.test(keyText) || (valueWords.length === 0 && !/[:?]$/.test(keyText))) return [];
      const [keyRuns, valueRuns] = [graph.runsOf(keyWords), graph.runsOf(valueWords)];
      return [
        {
          key: textOf(keyRuns).replace(/\s*:$/, ""),
          value: textOf(valueRuns),
          keyRuns,
          valueRuns,
          words,
          upright: union(words.map(({ upright }) => upright)),
        },
      ];
    });
}

/** `key: value`. The box of a key reaches to its colon at most. */
export function fieldElement({ key, value, keyRuns, valueRuns }: FoundField, page: number): DocumentElement {
  const head = placedText(keyRuns, page);
  const start = key.length + 2;
  const tail = placedText(valueRuns, page);
  const text = value === "" ? `${key}:` : `${key}: ${value}`;
  const boxes = [
    ...head.boxes.map((box) => ({
      ...box,
      start: Math.min(box.start!, key.length),
      end: Math.min(box.end!, key.length),
    })),
    ...tail.boxes.map((box) => ({ ...box, start: box.start! + start, end: box.end! + start })),
  ];
  return elementOf("form_field", [...keyRuns, ...valueRuns], { text, boxes }, { attributes: { key, value } });
}
