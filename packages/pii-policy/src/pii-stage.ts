import {
  type CallOptions,
  type DocumentElement,
  GroundworkError,
  type PiiDetector,
  type PiiStage,
  type PiiStageInput,
  type ProtectedFinding,
  type SealedValue,
  throwIfAborted,
} from "@groundwork/contracts";
import { brokenParts, cellJunctions, elementJunctions, junctionTexts } from "./broken-values.ts";
import { DetectedTexts, detectTexts } from "./detect-texts.ts";
import { elementTexts } from "./element-texts.ts";
import { KnownValues } from "./known-values.ts";
import { PiiKey, type PiiKeySource } from "./pii-key.ts";
import { checkPolicy, type PiiPolicy } from "./pii-policy.ts";
import { protectElement } from "./protect-element.ts";
import { metadataTexts, protectMetadata } from "./protect-metadata.ts";
import { subjectOf, valueReplacer } from "./replace-value.ts";
import { SEALING, sealValue } from "./sealed-value.ts";

export interface PiiStageOptions {
  /** What they find is joined by {@link mergeFindings}. */
  readonly detectors: readonly PiiDetector[];
  readonly policy: PiiPolicy;
  /**
   * The key of pseudonyms and hashes, or where it is. With its bytes the stage runs in the main thread: a key is never part of a
   * message.
   */
  readonly key: PiiKeySource | Uint8Array;
  /** Gives what pseudonyms and hashes stand for along, locked, for a vault. @default false */
  readonly reversible?: boolean;
}

/** Elements whose texts are handed to the detectors together: bounds memory in documents of many pages. */
const ELEMENTS_AT_ONCE = 200;

type ReferenceOptions = Omit<PiiStageOptions, "detectors"> & Readonly<Record<`detector${number}`, PiiDetector>>;

/** The stage from its reference: the detectors are members of their own, so that they are built from theirs. */
export function piiStageOf(options: ReferenceOptions): PiiStage {
  const { policy, key, reversible = false } = options;
  const names = Object.keys(options).filter((name) => /^detector\d+$/.test(name));
  names.sort((a, b) => Number(a.slice(8)) - Number(b.slice(8)));
  return piiStage({ policy, key, reversible, detectors: names.map((name) => options[name as `detector${number}`]!) });
}

function referenceOf({ detectors, policy, key, reversible }: PiiStageOptions): PiiStage["reference"] {
  if (key instanceof Uint8Array || !detectors.every(({ reference }) => reference !== undefined)) return undefined;
  const members = detectors.map(({ reference }, index) => [`detector${index}`, { reference }]);
  return {
    module: import.meta.url,
    name: "piiStageOf",
    options: { policy, key, reversible, ...Object.fromEntries(members) },
  };
}

/** The function that locks each value of a document once. */
function sealer(
  policy: PiiPolicy,
  key: PiiKey,
): (sealed: Map<string, SealedValue>, type: string, value: string, token: string) => void {
  const scope = policy.scope ?? "default";
  const subject = subjectOf(policy, key);
  const sealingKey = key.derive(SEALING);
  return (sealed, type, value, token) => {
    const about = { scope, token, type, subject: subject(type, value) };
    const name = `${about.subject} ${token}`;
    if (!sealed.has(name)) sealed.set(name, sealValue(sealingKey, about, value));
  };
}

/** All findings of a document, group by group, and what they found. */
async function detectDocument(
  { metadata, elements }: PiiStageInput,
  detectors: readonly PiiDetector[],
  options: CallOptions,
): Promise<{ readonly groups: readonly DetectedTexts[]; readonly head: DetectedTexts; readonly known: KnownValues }> {
  const known = new KnownValues();
  const { language } = metadata;
  const call = { ...options, ...(language === undefined ? {} : { language }) };
  const learn = (detected: DetectedTexts, texts: Iterable<{ text: string; context?: string }>): void => {
    for (const entry of texts) known.add(entry.text, detected.of(entry));
  };
  const head = await detectTexts(
    detectors,
    [...metadataTexts(metadata), ...junctionTexts(elementJunctions(elements))],
    call,
  );
  learn(head, metadataTexts(metadata));
  const groups: DetectedTexts[] = [];
  for (let start = 0; start < elements.length; start += ELEMENTS_AT_ONCE) {
    throwIfAborted(options.signal, { stage: "pii" });
    const group = elements.slice(start, start + ELEMENTS_AT_ONCE);
    const texts = function* (): Generator<{ text: string; context?: string }> {
      for (const element of group) {
        yield* elementTexts(element);
        yield* junctionTexts(cellJunctions(element));
      }
    };
    const detected = await detectTexts(detectors, texts(), call);
    learn(detected, texts());
    groups.push(detected);
  }
  return { groups, head, known };
}

/**
 * The stage that finds personal data in everything a document says, and does with it what the policy says: in texts, table cells,
 * headers, section titles, speakers, links, attributes and metadata. What was found once in a document is found wherever it
 * stands in it; a number that a break cuts up is found as one. Boxes, times and marks keep covering the words that they covered.
 *
 * @throws GroundworkError `INVALID_CONFIGURATION` for a policy or a key that is none; what a detector throws, with the stage.
 */
export function piiStage(options: PiiStageOptions): PiiStage {
  const { detectors, policy } = options;
  checkPolicy(policy);
  if (detectors.length === 0)
    throw new GroundworkError("INVALID_CONFIGURATION", "piiStage: expected at least one detector, found none.");
  const key = options.key instanceof Uint8Array ? new PiiKey(options.key) : PiiKey.from(options.key);
  const seal = options.reversible === true ? sealer(policy, key) : undefined;
  const reference = referenceOf(options);
  return {
    identity: {
      name: "pii-policy",
      revision: "1",
      options: {
        policy,
        key: key.id,
        detectors: detectors.map(({ identity }) => identity),
        ...(options.reversible === true ? { reversible: true } : {}),
      },
    },
    ...(reference === undefined ? {} : { reference }),
    async protect(input, call = {}) {
      throwIfAborted(call.signal, { documentId: input.documentId, stage: "pii" });
      const { groups, head, known } = await detectDocument(input, detectors, call).catch((error: unknown) => {
        throw GroundworkError.from(
          error,
          "INTERNAL",
          "A detector of personal data failed. The document is not stored.",
          {
            documentId: input.documentId,
            stage: "pii",
          },
        );
      });
      const sealed = new Map<string, SealedValue>();
      const replace = valueReplacer(policy, key, seal === undefined ? undefined : (...token) => seal(sealed, ...token));
      const broken = brokenParts(elementJunctions(input.elements), head);
      const elements: DocumentElement[] = [];
      const findings: ProtectedFinding[] = [];
      for (const [index, element] of input.elements.entries()) {
        const detected = groups[Math.floor(index / ELEMENTS_AT_ONCE)] ?? new DetectedTexts(new Map());
        const result = protectElement(element, { detected, known, replace }, broken.get(index) ?? []);
        elements.push(result.element);
        for (const finding of result.findings) findings.push({ ...finding, element: index });
      }
      const metadata = protectMetadata(input.metadata, { detected: head, known, replace });
      return { metadata, elements, findings, ...(sealed.size === 0 ? {} : { sealed: [...sealed.values()] }) };
    },
  };
}
