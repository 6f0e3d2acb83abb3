import {
  type Attributes,
  type CallOptions,
  type DocumentElement,
  type Enricher,
  type EnricherInput,
  type EnricherResult,
  GroundworkError,
  QUARANTINE_ATTRIBUTE,
  SAFETY_PREFIX,
  throwIfAborted,
} from "@groundwork/contracts";
import { findHiddenText, type HiddenTextFinding, type HiddenTextKind } from "./hidden-text.ts";
import { findPromptInjection, INJECTION_THRESHOLD, type InjectionScore } from "./prompt-injection.ts";

export interface ContentSafetyOptions {
  /** Score from which an element is a suspected injection, above 0, at most 1. @default INJECTION_THRESHOLD */
  readonly injectionThreshold?: number;
  /** Kinds of hidden text that are told. @default all */
  readonly hiddenKinds?: readonly HiddenTextKind[];
  /**
   * `warn`: marks and warns. `drop`: also sets `safety.quarantine` to `true` on each element that was found; whoever cuts the
   * document leaves those out of the index. The texts stay in either case. @default "warn"
   */
  readonly action?: "warn" | "drop";
  /** Writes the score on every element with text, or only on those found. @default "found" */
  readonly scores?: "found" | "all";
}

/** Changes when the findings change. */
const REVISION = "1";
const DETECTOR = `content-safety@${REVISION}`;
/** Elements between two looks at the signal. */
const ELEMENTS_PER_TURN = 2_000;

interface Judgement {
  readonly injection: InjectionScore;
  readonly isInjection: boolean;
  readonly hidden: readonly HiddenTextFinding[];
}

function validated(
  options: ContentSafetyOptions,
): Required<Omit<ContentSafetyOptions, "hiddenKinds">> & ContentSafetyOptions {
  const { injectionThreshold = INJECTION_THRESHOLD, action = "warn", scores = "found" } = options;
  const isValid =
    injectionThreshold > 0 &&
    injectionThreshold <= 1 &&
    (action === "warn" || action === "drop") &&
    (scores === "found" || scores === "all");
  if (!isValid)
    throw new GroundworkError(
      "INVALID_ARGUMENT",
      'Expected injectionThreshold above 0 and at most 1, action "warn" or "drop", scores "found" or "all". Correct the options.',
    );
  return { ...options, injectionThreshold, action, scores };
}

/** Attributes without those that only this enricher may state. */
function withoutSafety<T>(attributes: Readonly<Record<string, T>> | undefined): Record<string, T> {
  return Object.fromEntries(Object.entries(attributes ?? {}).filter(([name]) => !name.startsWith(SAFETY_PREFIX)));
}

function statesSafety(attributes: Readonly<Record<string, unknown>> | undefined): boolean {
  return attributes !== undefined && Object.keys(attributes).some((name) => name.startsWith(SAFETY_PREFIX));
}

const kindsOf = (findings: readonly HiddenTextFinding[]): HiddenTextKind[] =>
  [...new Set(findings.map(({ kind }) => kind))].sort();
const rounded = (score: number): number => Math.round(score * 1_000) / 1_000;

function elementAttributes(
  { injection, isInjection, hidden }: Judgement,
  drops: boolean,
  always: boolean,
): Record<string, string> {
  const isFound = isInjection || hidden.length > 0;
  if (!isFound && !always) return {};
  return {
    "safety.injection": String(rounded(injection.score)),
    ...(isInjection
      ? { "safety.span": `${injection.start}-${injection.end}`, "safety.signals": injection.signals.join(" ") }
      : {}),
    ...(hidden.length > 0 ? { "safety.hidden": kindsOf(hidden).join(" ") } : {}),
    ...(isFound && drops ? { [QUARANTINE_ATTRIBUTE]: "true" } : {}),
    "safety.detector": DETECTOR,
  };
}

function marked(element: DocumentElement, added: Readonly<Record<string, string>>): DocumentElement {
  if (Object.keys(added).length === 0 && !statesSafety(element.attributes)) return element;
  const { attributes, ...rest } = element;
  const all = { ...withoutSafety(attributes), ...added };
  return Object.keys(all).length === 0 ? rest : { ...rest, attributes: all };
}

function documentAttributes(judgements: readonly Judgement[], drops: boolean): Attributes {
  const worst = judgements.reduce((most, { injection }) => Math.max(most, injection.score), 0);
  const hidden = kindsOf(judgements.flatMap((judgement) => judgement.hidden));
  const isFound = hidden.length > 0 || judgements.some(({ isInjection }) => isInjection);
  return {
    "safety.injection": rounded(worst),
    ...(hidden.length > 0 ? { "safety.hidden": hidden } : {}),
    ...(isFound && drops ? { [QUARANTINE_ATTRIBUTE]: true } : {}),
    "safety.detector": DETECTOR,
  };
}

function warningsOf(
  judgements: readonly Judgement[],
  threshold: number,
  isForged: boolean,
): NonNullable<EnricherResult["warnings"]> {
  const warnings: { code: string; message: string }[] = [];
  const places = (found: readonly number[]): string =>
    `${found.slice(0, 5).join(", ")}${found.length > 5 ? " and more" : ""}`;
  const injected = [...judgements.entries()].filter(([, { isInjection }]) => isInjection).map(([index]) => index);
  if (injected.length > 0)
    warnings.push({
      code: "SUSPECTED_INJECTION",
      message: `${injected.length} element(s) look like orders to a model (score ${rounded(threshold)} or more): element ${places(injected)}. Read them before the document is used.`,
    });
  const hidden = [...judgements.entries()]
    .filter(([, judgement]) => judgement.hidden.length > 0)
    .map(([index]) => index);
  if (hidden.length > 0)
    warnings.push({
      code: "HIDDEN_TEXT",
      message: `${hidden.length} element(s) hold text that a reader does not see as it is (${kindsOf(judgements.flatMap((judgement) => judgement.hidden)).join(", ")}): element ${places(hidden)}.`,
    });
  if (isForged)
    warnings.push({
      code: "RESERVED_ATTRIBUTE",
      message: `The document states attributes whose names begin with "${SAFETY_PREFIX}". They are not taken from a document.`,
    });
  return warnings;
}

/**
 * Marks what looks like an order to a model, and text that is hidden from readers.
 *
 * - Each element found gets the attributes `safety.injection` (score), `safety.span` (UTF-16 offsets of the sentence that decided),
 *   `safety.signals`, `safety.hidden` (kinds), `safety.detector`, and with `action: "drop"` `safety.quarantine`.
 * - The document gets the worst score, all kinds, and the detector, so that "looked at and clean" differs from "not looked at".
 * - Warnings: `SUSPECTED_INJECTION`, `HIDDEN_TEXT`, and `RESERVED_ATTRIBUTE` where a document states `safety.` attributes itself.
 *
 * Texts are never changed. Warnings name elements by their index and carry no text.
 *
 * @throws {GroundworkError} `INVALID_ARGUMENT` for options out of range; `ABORTED`, from `enrich`, when its signal fires.
 */
export function contentSafety(options: ContentSafetyOptions = {}): Enricher {
  const settings = validated(options);
  const { injectionThreshold, action, scores, hiddenKinds } = settings;
  const kinds = hiddenKinds === undefined ? undefined : new Set(hiddenKinds);
  const effective = {
    injectionThreshold,
    action,
    scores,
    ...(kinds === undefined ? {} : { hiddenKinds: [...kinds].sort() }),
  };
  return {
    identity: { name: "content-safety", revision: REVISION, options: effective },
    reference: { module: import.meta.url, name: "contentSafety", options: effective },
    async enrich({ metadata, elements }: EnricherInput, { signal }: CallOptions = {}): Promise<EnricherResult> {
      throwIfAborted(signal, { stage: "enrich" });
      const report = await findPromptInjection(elements, { signal });
      const judgements: Judgement[] = [];
      for (const [index, element] of elements.entries()) {
        if (index % ELEMENTS_PER_TURN === ELEMENTS_PER_TURN - 1) {
          await new Promise((resolve) => setImmediate(resolve));
          throwIfAborted(signal, { stage: "enrich" });
        }
        const injection = report.elements[index]!;
        const hidden = findHiddenText(element).filter(({ kind }) => kinds?.has(kind) ?? true);
        judgements.push({ injection, hidden, isInjection: injection.score >= injectionThreshold });
      }
      const drops = action === "drop";
      const found = elements.map((element, index) =>
        marked(element, elementAttributes(judgements[index]!, drops, scores === "all" && element.text !== "")),
      );
      const isChanged = found.some((element, index) => element !== elements[index]);
      const isForged =
        statesSafety(metadata.attributes) || elements.some((element) => statesSafety(element.attributes));
      const warnings = warningsOf(judgements, injectionThreshold, isForged);
      return {
        // What the document states comes along: who puts the results together takes attributes as one field.
        metadata: { attributes: { ...withoutSafety(metadata.attributes), ...documentAttributes(judgements, drops) } },
        ...(isChanged ? { elements: found } : {}),
        ...(warnings.length > 0 ? { warnings } : {}),
      };
    },
  };
}
