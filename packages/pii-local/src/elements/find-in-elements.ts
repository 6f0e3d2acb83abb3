import {
  type CallOptions,
  type DocumentElement,
  decodeElements,
  type PiiDetector,
  type PiiFinding,
  throwIfAborted,
} from "@groundwork/contracts";
import type { RecordBatch, Table } from "apache-arrow";
import type { Candidate } from "../candidate.ts";
import { resolveConflicts } from "../resolve-conflicts.ts";
import { bridgeView, type TextView, tableViews, wholeView } from "./text-view.ts";

/** Rows of `elements.v1`, or the elements themselves. */
export type ElementBatch = RecordBatch | Table | readonly DocumentElement[];

export interface ElementFindings {
  /** Running number of the element over all batches, from 0. */
  readonly element: number;
  /** Offsets in the element's text. */
  readonly findings: readonly PiiFinding[];
}

interface Held {
  readonly element: DocumentElement;
  readonly index: number;
  readonly candidates: Candidate[];
}

const elementsOf = (batch: ElementBatch): readonly DocumentElement[] =>
  Array.isArray(batch) ? (batch as readonly DocumentElement[]) : decodeElements(batch as RecordBatch | Table);

/**
 * Findings of a document's elements, batch by batch, one entry an element in order, those without findings included. Tables are read
 * with the headings of their columns. A number that goes on in the next element, or in the next cell, is found whole: each element
 * gets the part that stands in it. One batch is held at a time, and of the one before its last element.
 *
 * Leaving the loop early stops the reading of `batches`. Errors: those of the detector and of `batches`, `ABORTED`.
 */
export async function* findInElements(
  batches: AsyncIterable<ElementBatch> | Iterable<ElementBatch>,
  detector: PiiDetector,
  options: CallOptions & { readonly language?: string } = {},
): AsyncGenerator<ElementFindings[], void, undefined> {
  let held: Held | undefined;
  let next = 0;
  for await (const batch of batches) {
    throwIfAborted(options.signal, { driver: "pii-local" });
    const elements = elementsOf(batch);
    if (elements.length === 0) continue;
    const open: Held[] = elements.map((element, index) => ({ element, index: next + index, candidates: [] }));
    next += elements.length;
    const all = held === undefined ? open : [held, ...open];
    const views: TextView[] = open.flatMap(({ element, index }) => [
      wholeView(element, index),
      ...tableViews(element, index),
    ]);
    for (let at = 1; at < all.length; at++) {
      const bridge = bridgeView(all[at - 1]!.element, all[at]!.element, all[at - 1]!.index);
      if (bridge !== undefined) views.push(bridge);
    }
    const found = await detector.detect(
      views.map((view) => view.text),
      options,
    );
    const first = all[0]!.index;
    views.forEach((view, at) => {
      for (const finding of found[at]!) place(finding, view, (element) => all[element - first]!.candidates);
    });
    held = all[all.length - 1];
    const done = all.slice(0, -1).map(settle);
    if (done.length > 0) yield done;
  }
  if (held !== undefined) yield [settle(held)];
}

const settle = ({ index, candidates }: Held): ElementFindings => ({
  element: index,
  findings: resolveConflicts(candidates),
});

/** Numbers that stand beside each other by chance seldom have a check digit that fits. */
const LEAST_JOINT_SCORE = 0.85;

/** Gives each element that a finding covers its part. */
function place(
  finding: PiiFinding,
  { segments, isJoint = false }: TextView,
  candidatesOf: (element: number) => Candidate[],
): void {
  if (isJoint) {
    const crossed = segments.filter(({ start, length }) => finding.start < start + length && start < finding.end);
    if (crossed.length < 2 || finding.score < LEAST_JOINT_SCORE) return;
  }
  for (const { start, length, element, offset } of segments) {
    const from = Math.max(finding.start, start);
    const to = Math.min(finding.end, start + length);
    if (to > from) candidatesOf(element).push({ ...finding, start: from - start + offset, end: to - start + offset });
  }
}
