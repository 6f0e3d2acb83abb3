import { documentSegments, type ScoredElement } from "@groundwork/content-safety";
import type { SparseRow } from "./fit-sparse-logistic.ts";
import type { InjectionDocument } from "./injection-document.ts";

/** A segment ready to be fitted or judged. */
export interface SegmentRow extends SparseRow {
  readonly element: number;
  readonly start: number;
  readonly end: number;
}

/** The segments of a document with their features. */
export function segmentRows(elements: readonly ScoredElement[]): SegmentRow[] {
  const rows: SegmentRow[] = [];
  for (const segment of documentSegments(elements)) {
    if (segment === undefined) continue;
    const { element, start, end, features } = segment;
    rows.push({
      element,
      start,
      end,
      places: Uint8Array.from(features.keys()),
      values: Float32Array.from(features.values()),
    });
  }
  return rows;
}

/** Whether a segment overlaps the attack. */
export function isAttacked(row: SegmentRow, span: NonNullable<InjectionDocument["span"]>): boolean {
  return row.element === span.element && row.start < span.end && row.end > span.start;
}
