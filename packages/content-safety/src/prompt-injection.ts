import { throwIfAborted } from "@groundwork/contracts";
import { type DocumentSegment, documentSegments, type ScoredElement } from "./document-segments.ts";
import { INJECTION_FEATURES } from "./injection-features.ts";
import { INJECTION_CALIBRATION, INJECTION_INTERCEPT, INJECTION_WEIGHTS } from "./injection-weights.ts";

/**
 * Score from which an element counts as an order to a model. On every policy set that was measured, out of the folds
 * trained on, at most seven elements in a thousand reach it.
 */
export const INJECTION_THRESHOLD: number = INJECTION_CALIBRATION.threshold;

/** How likely it is that an element gives orders to a model. */
export interface InjectionScore {
  /**
   * 0..1: the share of attacks among elements with this score, where one element in a hundred is an attack.
   */
  readonly score: number;
  /** UTF-16 offsets, inside the element's text, of the sentence that decided. Both 0 in an element without words. */
  readonly start: number;
  readonly end: number;
  /** Up to three features that decided, the strongest first. */
  readonly signals: readonly string[];
}

export interface InjectionReport {
  /** One for each element, in order. */
  readonly elements: readonly InjectionScore[];
  /** The worst of the elements; 0 without elements. */
  readonly score: number;
}

const NOTHING: InjectionScore = { score: 0, start: 0, end: 0, signals: [] };
const WEIGHTS = Float64Array.from(INJECTION_FEATURES, (name) => INJECTION_WEIGHTS[name] ?? 0);

function logitOf({ features }: DocumentSegment): number {
  let sum = INJECTION_INTERCEPT;
  for (const [place, value] of features) sum += WEIGHTS[place]! * value;
  return sum;
}

/** Weight of a feature from which it is named as a signal. */
const LEAST_SIGNAL = 0.5;

function signalsOf({ features }: DocumentSegment): string[] {
  return [...features]
    .map(([place, value]) => ({ name: INJECTION_FEATURES[place]!, part: WEIGHTS[place]! * value }))
    .filter(({ part }) => part >= LEAST_SIGNAL)
    .sort((a, b) => b.part - a.part)
    .slice(0, 3)
    .map(({ name }) => name);
}

function calibrated(logit: number): number {
  const { slope, offset } = INJECTION_CALIBRATION;
  return 1 / (1 + Math.exp(-(slope * logit + offset)));
}

/** Keeps the worst segment of each element. */
class WorstSegments {
  readonly #worst: ({ readonly segment: DocumentSegment; readonly logit: number } | undefined)[];

  constructor(elements: number) {
    this.#worst = new Array(elements).fill(undefined);
  }

  add(segment: DocumentSegment): void {
    const logit = logitOf(segment);
    const known = this.#worst[segment.element];
    if (known === undefined || logit > known.logit) this.#worst[segment.element] = { segment, logit };
  }

  report(): InjectionReport {
    const elements = this.#worst.map((worst): InjectionScore => {
      if (worst === undefined) return NOTHING;
      const { segment, logit } = worst;
      return { score: calibrated(logit), start: segment.start, end: segment.end, signals: signalsOf(segment) };
    });
    return { elements, score: elements.reduce((most, { score }) => Math.max(most, score), 0) };
  }
}

/**
 * Scores the elements of one document: how likely each gives orders to a model and not to a reader. The elements are compared with each other,
 * so give all of a document's. Time is linear in the text.
 *
 * Judged by logistic regression over features of sentences: how they address the reader, what they ask for, known phrases of attacks in
 * English and 18 other languages, hidden and encoded text, and how far they are from the text around them.
 */
export function scorePromptInjection(elements: readonly ScoredElement[]): InjectionReport {
  const worst = new WorstSegments(elements.length);
  for (const segment of documentSegments(elements)) if (segment !== undefined) worst.add(segment);
  return worst.report();
}

/**
 * {@link scorePromptInjection} that gives other work a turn in between.
 *
 * @throws {GroundworkError} `ABORTED` when the signal fires.
 */
export async function findPromptInjection(
  elements: readonly ScoredElement[],
  { signal }: { readonly signal?: AbortSignal | undefined } = {},
): Promise<InjectionReport> {
  throwIfAborted(signal, { stage: "enrich" });
  const worst = new WorstSegments(elements.length);
  for (const segment of documentSegments(elements)) {
    if (segment === undefined) {
      await new Promise((resolve) => setImmediate(resolve));
      throwIfAborted(signal, { stage: "enrich" });
    } else worst.add(segment);
  }
  return worst.report();
}
