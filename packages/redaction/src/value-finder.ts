import { type CallOptions, type PiiDetector, type PiiFinding, throwIfAborted } from "@groundwork/contracts";
import { checkPolicy, KnownValues, mergeFindings, type PiiPolicy, ruleOf } from "@groundwork/pii-policy";
import type { PageReading } from "./page-reading.ts";

/** A text with each run of white space as one blank, and where each of its units stood. */
function collapsed(text: string): { readonly text: string; readonly places: readonly number[] } {
  let result = "";
  const places: number[] = [];
  for (let at = 0; at < text.length; at++) {
    const isBlank = /\s/.test(text[at]!);
    if (isBlank && result.endsWith(" ")) continue;
    result += isBlank ? " " : text[at];
    places.push(at);
  }
  return { text: result, places };
}

/** What a detector is shown, where it stands in the reading's text, and how much of it is a label. */
interface Shown {
  readonly input: string;
  readonly start: number;
  readonly label: number;
}

type Readable = Pick<PageReading, "text" | "labelled">;

function shownOf({ text, labelled = [] }: Readable): Shown[] {
  return [
    { input: text, start: 0, label: 0 },
    ...labelled.map(({ label, start, end }) => ({
      input: `${label}: ${text.slice(start, end)}`,
      start,
      label: label.length + 2,
    })),
  ];
}

/** Finds the values of a document that its copy must not show. What was found once is found wherever it stands, also by later calls. */
export class ValueFinder {
  readonly #detectors: readonly PiiDetector[];
  readonly #policy: PiiPolicy;
  readonly #known = new KnownValues();
  /** What the detectors found by text: pages that have not changed are not looked at twice. */
  readonly #found = new Map<string, readonly PiiFinding[]>();

  /** Throws `INVALID_CONFIGURATION` for a policy that is none. */
  constructor({ detectors, policy }: { readonly detectors: readonly PiiDetector[]; readonly policy: PiiPolicy }) {
    this.#detectors = detectors;
    this.#policy = checkPolicy(policy);
  }

  /** The findings of each reading that the policy does not keep. */
  async find(readings: readonly Readable[], { signal }: CallOptions): Promise<PiiFinding[][]> {
    throwIfAborted(signal, { stage: "redact" });
    const shown = readings.map(shownOf);
    await this.#detect(
      shown.flat().map(({ input }) => input),
      signal,
    );
    const found = shown.map((parts) => mergeFindings(...parts.map((part) => this.#foundIn(part))));
    for (const [index, { text }] of readings.entries())
      for (const finding of found[index]!) {
        const value = collapsed(text.slice(finding.start, finding.end)).text;
        this.#known.add(value, [{ ...finding, start: 0, end: value.length }]);
      }
    return readings.map(({ text }, index) =>
      mergeFindings(found[index]!, this.#findKnown(text)).filter(({ type, score }) => {
        const rule = ruleOf(this.#policy, type);
        return rule.action !== "keep" && score >= rule.minimumScore;
      }),
    );
  }

  async #detect(inputs: readonly string[], signal: AbortSignal | undefined): Promise<void> {
    const fresh = [...new Set(inputs)].filter((input) => !this.#found.has(input));
    if (fresh.length === 0) return;
    const call = signal === undefined ? {} : { signal };
    const lists = await Promise.all(this.#detectors.map((detector) => detector.detect(fresh, call)));
    for (const [index, input] of fresh.entries())
      this.#found.set(input, mergeFindings(...lists.map((list) => list[index] ?? [])));
  }

  /** Findings in the places of the reading's text, without what was found in the label. */
  #foundIn({ input, start, label }: Shown): PiiFinding[] {
    return this.#found
      .get(input)!
      .flatMap((finding) =>
        finding.end <= label
          ? []
          : [{ ...finding, start: start + Math.max(0, finding.start - label), end: start + finding.end - label }],
      );
  }

  #findKnown(text: string): PiiFinding[] {
    const { text: plain, places } = collapsed(text);
    return this.#known
      .find(plain)
      .map((finding) => ({ ...finding, start: places[finding.start]!, end: places[finding.end - 1]! + 1 }));
  }
}
