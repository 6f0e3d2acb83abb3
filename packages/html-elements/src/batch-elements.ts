import type { DocumentElement, ExtractionPart } from "@groundwork/contracts";

const MOST_ELEMENTS = 500;
const MOST_CHARACTERS = 500_000;

/** Gathers elements into parts of bounded size. */
export interface ElementBatch {
  /** The parts that became full. */
  add(elements: Iterable<DocumentElement>): Generator<ExtractionPart>;
  /** What is left. */
  finish(): Generator<ExtractionPart>;
}

export function createElementBatch(): ElementBatch {
  let waiting: DocumentElement[] = [];
  let characters = 0;
  function* finish(): Generator<ExtractionPart> {
    if (waiting.length === 0) return;
    const elements = waiting;
    waiting = [];
    characters = 0;
    yield { type: "elements", elements };
  }
  return {
    *add(elements) {
      for (const element of elements) {
        if (characters > 0 && characters + element.text.length > MOST_CHARACTERS) yield* finish();
        waiting.push(element);
        characters += element.text.length;
        if (waiting.length >= MOST_ELEMENTS) yield* finish();
      }
    },
    finish,
  };
}
