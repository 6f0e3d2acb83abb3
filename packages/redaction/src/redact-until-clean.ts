import { type Box, type CallOptions, throwIfAborted } from "@groundwork/contracts";
import type { PageReading } from "./page-reading.ts";
import { policyViolation } from "./policy-violation.ts";
import type { Bar, Region } from "./region.ts";
import type { ValueFinder } from "./value-finder.ts";

/** One value that was burned out. Where it was, never what. */
export interface Redaction {
  readonly type: string;
  readonly score: number;
  readonly detector: string;
  /** One a line. */
  readonly boxes: readonly Box[];
}

export interface UntilCleanOptions<Copy> extends CallOptions {
  /** What the pages of the original say. */
  readonly readings: readonly PageReading[];
  readonly finder: ValueFinder;
  /** Burned out in any case. */
  readonly regions: readonly Region[];
  /** Makes a copy with these bars and nothing beneath them. */
  readonly burn: (bars: readonly Bar[]) => Promise<Copy>;
  /** Throws when a bar of the copy is not black. */
  readonly check: (copy: Copy, bars: readonly Bar[]) => Promise<void>;
  /** What some pages of the copy say; none of those that are not read. */
  readonly read: (copy: Copy, pages: readonly number[]) => Promise<readonly PageReading[]>;
}

/** Copies that are made at most: what only the copy gives away (a bar beside it parts what was read as one) is burned out in the next. */
const MOST_COPIES = 4;
/** Share of a box that another covers, from which on both are of one value. */
const SAME_PLACE = 0.6;

function isCovered(box: Box, others: readonly Box[]): boolean {
  const area = (box.right - box.left) * (box.bottom - box.top);
  return others.some((other) => {
    if (other.page !== box.page) return false;
    const width = Math.min(box.right, other.right) - Math.max(box.left, other.left);
    const height = Math.min(box.bottom, other.bottom) - Math.max(box.top, other.top);
    return width > 0 && height > 0 && width * height >= SAME_PLACE * area;
  });
}

/**
 * Burns values out of a document and reads the copy again, until nothing is found in it. A value that was read twice, in a text
 * layer and in the picture of it, is burned out in both places and told once.
 *
 * @throws GroundworkError `PII_POLICY_VIOLATION` when values can still be read in the last copy; what the functions throw.
 */
export async function redactUntilClean<Copy>(
  options: UntilCleanOptions<Copy>,
): Promise<{ readonly copy: Copy; readonly redactions: readonly Redaction[] }> {
  const { finder, regions, burn, check, read, signal } = options;
  const redactions: Redaction[] = [];
  const told: Box[] = [];
  const bars: Bar[] = [...regions];
  let changed = new Set(regions.map(({ page }) => page));
  let readings = options.readings;
  let copy: Copy | undefined;
  for (let copies = 0; ; copies++) {
    throwIfAborted(signal, { stage: "redact" });
    const findings = await finder.find(readings, { signal });
    const found = findings.flatMap((list, index) =>
      list.map(({ type, score, detector, start, end }) => ({
        type,
        score,
        detector,
        boxes: readings[index]!.boxesOf(start, end),
      })),
    );
    if (copy !== undefined && found.length === 0) return { copy, redactions };
    if (copies === MOST_COPIES)
      throw policyViolation(
        `page ${found[0]!.boxes[0]?.page ?? 1} still shows a value after ${MOST_COPIES} attempts to burn it out.`,
      );
    for (const redaction of found) {
      bars.push(...redaction.boxes);
      for (const { page } of redaction.boxes) changed.add(page);
      if (redaction.boxes.length > 0 && redaction.boxes.every((box) => isCovered(box, told))) continue;
      redactions.push(redaction);
      told.push(...redaction.boxes);
    }
    copy = await burn(bars);
    await check(copy, bars);
    if (changed.size === 0) return { copy, redactions };
    const again = await read(copy, [...changed]);
    readings = [...readings.filter(({ page }) => !changed.has(page)), ...again];
    changed = new Set();
  }
}
