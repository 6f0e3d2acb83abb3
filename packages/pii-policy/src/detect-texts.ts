import type { CallOptions, PiiDetector, PiiFinding } from "@groundwork/contracts";
import { mergeFindings } from "./merge-findings.ts";

/** Texts handed to a detector at once. */
const TEXTS_PER_CALL = 256;

/** A text, and what stands beside it where it comes from (the head of its column, the name of its field), which tells what it is. */
export interface TextInContext {
  readonly text: string;
  readonly context?: string;
}

function keyOf({ text, context = "" }: TextInContext): string {
  return `${context}\u0000${text}`;
}

/** Findings of texts by text and context; each text is looked at once, however often it comes. */
export class DetectedTexts {
  readonly #found: ReadonlyMap<string, readonly PiiFinding[]>;

  constructor(found: ReadonlyMap<string, readonly PiiFinding[]>) {
    this.#found = found;
  }

  of(text: TextInContext): readonly PiiFinding[] {
    return this.#found.get(keyOf(text)) ?? [];
  }
}

/** Findings of one text without what the detector saw of its context. */
function withoutContext(findings: readonly PiiFinding[], before: number): PiiFinding[] {
  return findings
    .filter(({ end }) => end > before)
    .map((finding) => ({ ...finding, start: Math.max(0, finding.start - before), end: finding.end - before }));
}

export async function detectTexts(
  detectors: readonly PiiDetector[],
  texts: Iterable<TextInContext>,
  options: CallOptions & { readonly language?: string },
): Promise<DetectedTexts> {
  const unique = new Map<string, { readonly input: string; readonly before: number }>();
  for (const entry of texts) {
    const { text, context } = entry;
    if (!/[\p{L}\p{N}]/u.test(text)) continue;
    const before = context === undefined || context === "" ? "" : `${context}: `;
    unique.set(keyOf(entry), { input: before + text, before: before.length });
  }
  const found = new Map<string, PiiFinding[]>();
  const entries = [...unique];
  for (let start = 0; start < entries.length; start += TEXTS_PER_CALL) {
    const part = entries.slice(start, start + TEXTS_PER_CALL);
    const inputs = part.map(([, { input }]) => input);
    const lists = await Promise.all(detectors.map((detector) => detector.detect(inputs, options)));
    part.forEach(([key, { before }], index) => {
      const merged = mergeFindings(...lists.map((list) => withoutContext(list[index] ?? [], before)));
      if (merged.length > 0) found.set(key, merged);
    });
  }
  return new DetectedTexts(found);
}
