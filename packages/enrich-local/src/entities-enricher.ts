import {
  type CallOptions,
  type Enricher,
  GroundworkError,
  type PiiDetector,
  throwIfAborted,
} from "@groundwork/contracts";
import { addAttributes, annotate } from "./annotation.ts";
import { readableElements } from "./readable-elements.ts";

export interface EntitiesEnricherOptions {
  /** Finds them: what finds personal data knows names, organisations and places. */
  readonly detector: PiiDetector;
  /** The entity type for a type of the detector. @default `NAME` is `PERSON`, `ORGANIZATION`, `LOCATION` */
  readonly types?: Readonly<Record<string, string>>;
  /** Different entities of a document that are kept, the most frequent. @default 30 */
  readonly most?: number;
  /** Findings with a lower score are left out, 0..1. @default 0.6 */
  readonly minimumScore?: number;
}

/** Names of Amazon Comprehend's entity types for those of the detectors. */
const ENTITY_TYPES: Readonly<Record<string, string>> = {
  NAME: "PERSON",
  ORGANIZATION: "ORGANIZATION",
  LOCATION: "LOCATION",
};
/** UTF-16 units of a document that are read. */
const READ_LENGTH = 300_000;
const TEXTS_AT_ONCE = 64;

interface Entity {
  /** The way it is written, with how often. */
  readonly forms: Map<string, number>;
  readonly type: string;
  readonly element: number;
  count: number;
  score: number;
}

/** The same entity written in another way: case, blanks, an article before it and punctuation around it do not matter. */
function normalForm(value: string): string {
  return value
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[\s\u00ad]+/g, " ")
    .replace(/^(?:the|la|le|el|der|die|das) /, "")
    .replace(/['’]s$/, "")
    .replace(/^[^\p{L}\p{N}]+|[^\p{L}\p{N}]+$/gu, "");
}

function usualForm({ forms }: Entity): string {
  return [...forms].sort(([, a], [, b]) => b - a)[0]![0];
}

/**
 * People, organisations and places that a document speaks of, as `enrich.entities` in the form that is usual in it, with `.types` (names of
 * Amazon Comprehend), `.counts`, `.scores` (of the surest finding), `.elements` (where each stands first) and `.by`, the most frequent
 * first. People's names are attributes like any other: the PII stage behind protects them.
 *
 * Errors: those of the detector; `INVALID_ARGUMENT` for options out of range.
 */
export function entitiesEnricher(options: EntitiesEnricherOptions): Enricher {
  const { detector, types = ENTITY_TYPES, most = 30, minimumScore = 0.6 } = options;
  if (!(minimumScore >= 0 && minimumScore <= 1) || !Number.isSafeInteger(most) || most < 1)
    throw new GroundworkError(
      "INVALID_ARGUMENT",
      `entitiesEnricher: expected most of 1 or more and minimumScore of 0 to 1, found ${most} and ${minimumScore}.`,
    );
  const plain = { types, most, minimumScore };
  const identity = {
    name: "entities",
    revision: "1",
    options: { ...plain, detector: detector.identity },
  };
  return {
    identity,
    ...(detector.reference === undefined
      ? {}
      : {
          reference: {
            module: import.meta.url,
            name: "entitiesEnricher",
            options: { ...plain, detector: { reference: detector.reference } },
          },
        }),
    async enrich({ elements, metadata }, { signal }: CallOptions = {}) {
      const readable = readableElements(elements, READ_LENGTH, true);
      const found = new Map<string, Entity>();
      const call = {
        ...(signal === undefined ? {} : { signal }),
        ...(metadata.language === undefined ? {} : { language: metadata.language }),
      };
      for (let start = 0; start < readable.length; start += TEXTS_AT_ONCE) {
        throwIfAborted(signal, { stage: "enrich" });
        const part = readable.slice(start, start + TEXTS_AT_ONCE);
        const lists = await detector.detect(
          part.map(({ text }) => text),
          call,
        );
        for (const [at, { text, index }] of part.entries())
          for (const finding of lists[at]!) {
            const type = Object.hasOwn(types, finding.type) ? types[finding.type]! : undefined;
            if (type === undefined || finding.score < minimumScore) continue;
            const value = text.slice(finding.start, finding.end).replace(/\s+/g, " ").trim();
            const key = `${type} ${normalForm(value)}`;
            const entity = found.get(key) ?? { forms: new Map(), type, element: index, count: 0, score: 0 };
            entity.forms.set(value, (entity.forms.get(value) ?? 0) + 1);
            entity.count++;
            entity.score = Math.max(entity.score, finding.score);
            found.set(key, entity);
          }
      }
      const kept = [...found.values()].sort((a, b) => b.count - a.count || a.element - b.element).slice(0, most);
      if (kept.length === 0) return {};
      const findings = kept.map((entity) => ({
        value: usualForm(entity),
        score: entity.score,
        element: entity.element,
      }));
      return addAttributes(metadata.attributes, {
        ...annotate("entities", findings, identity),
        "enrich.entities.types": kept.map(({ type }) => type),
        "enrich.entities.counts": kept.map(({ count }) => String(count)),
      });
    },
  };
}
