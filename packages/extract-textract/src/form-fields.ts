import type { DocumentElement } from "@groundwork/contracts";
import { elementOf, placedText } from "./element-text.ts";
import type { PageGraph, Run, Word } from "./page-graph.ts";
import { type Place, union } from "./place.ts";

/** A key and its value as the service paired them. */
export interface FoundField {
  readonly key: string;
  readonly value: string;
  /** How sure the service is that they belong together, 0..1. */
  readonly confidence: number;
  readonly keyRuns: readonly Run[];
  readonly valueRuns: readonly Run[];
  readonly keyWords: readonly Word[];
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
      if (isProse(graph, keyWords, valueWords)) return [];
      const [keyRuns, valueRuns] = [graph.runsOf(keyWords), graph.runsOf(valueWords)];
      return [
        {
          key: textOf(keyRuns).replace(/\s*:$/, ""),
          value: textOf(valueRuns),
          confidence: Math.round(block.Confidence ?? 100) / 100,
          keyRuns,
          valueRuns,
          keyWords,
          words,
          upright: union(words.map(({ upright }) => upright)),
        },
      ];
    });
}

/** A gap wider than so many characters is no blank between words. */
const BLANK = 1.2;

/** Labels and their values are shorter. */
const PROSE_KEY_WORDS = 5;
const PROSE_VALUE_WORDS = 7;

/** Whether the value goes on behind the key as in a sentence ("see Table 2."): a blank apart, without a mark that ends a key. */
function isProse(graph: PageGraph, keyWords: readonly Word[], valueWords: readonly Word[]): boolean {
  const key = keyWords.at(-1)!;
  const value = valueWords[0];
  const line = graph.lineOf(key);
  if (value === undefined || line === undefined || keyWords.some(({ text }) => /[:#?]$/.test(text))) return false;
  if (keyWords.length < PROSE_KEY_WORDS && valueWords.length < PROSE_VALUE_WORDS) return false;
  const at = line.words.findIndex(({ id }) => id === key.id);
  if (line.words[at + 1]?.id !== value.id) return false;
  const character = (key.upright.right - key.upright.left) / key.text.length;
  return value.upright.left - key.upright.right < BLANK * character;
}

/** `key: value`. The box of a key reaches to its colon at most. */
export function fieldElement(
  { key, value, confidence, keyRuns, valueRuns }: FoundField,
  page: number,
): DocumentElement {
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
  return elementOf(
    "form_field",
    [...keyRuns, ...valueRuns],
    { text, boxes },
    { attributes: { key, value, pairConfidence: String(confidence) } },
  );
}
