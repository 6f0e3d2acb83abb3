import { type CallOptions, type PiiDetector, type PiiFinding, throwIfAborted } from "@groundwork/contracts";
import { checkPolicy, KnownValues, mergeFindings, type PiiPolicy, ruleOf } from "@groundwork/pii-policy";

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

  /** The findings of each text that the policy does not keep. */
  async find(texts: readonly string[], { signal }: CallOptions): Promise<PiiFinding[][]> {
    throwIfAborted(signal, { stage: "redact" });
    const fresh = [...new Set(texts)].filter((text) => !this.#found.has(text));
    const call = signal === undefined ? {} : { signal };
    const lists = await Promise.all(this.#detectors.map((detector) => detector.detect(fresh, call)));
    for (const [index, text] of fresh.entries()) {
      const found = mergeFindings(...lists.map((list) => list[index] ?? []));
      this.#found.set(text, found);
      for (const finding of found) {
        const value = collapsed(text.slice(finding.start, finding.end)).text;
        this.#known.add(value, [{ ...finding, start: 0, end: value.length }]);
      }
    }
    return texts.map((text) =>
      mergeFindings(this.#found.get(text)!, this.#findKnown(text)).filter(({ type, score }) => {
        const rule = ruleOf(this.#policy, type);
        return rule.action !== "keep" && score >= rule.minimumScore;
      }),
    );
  }

  #findKnown(text: string): PiiFinding[] {
    const { text: plain, places } = collapsed(text);
    return this.#known
      .find(plain)
      .map((finding) => ({ ...finding, start: places[finding.start]!, end: places[finding.end - 1]! + 1 }));
  }
}
