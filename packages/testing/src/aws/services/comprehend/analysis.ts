import { AwsServiceError } from "../../aws-error.ts";
import { CodePointOffsets } from "./code-point-offsets.ts";
import { PII_ENTITY_TYPES } from "./comprehend-shapes.ts";
import { entityTypeOf, type FoundSpan, findSimpleKeyPhrases, findSimpleLanguages, findSimplePii } from "./finders.ts";

type Maybe<T> = T | Promise<T>;

/** What the fake finds; a test gives what it needs. Offsets are UTF-16 code units. */
export interface ComprehendFinders {
  /** Personal data. Types that the service does not know are left out. @default e-mail addresses, cards, phone numbers */
  readonly detect?: (text: string, language: string) => Maybe<readonly FoundSpan[]>;
  /** @default personal data under the names of entities */
  readonly entities?: (text: string, language: string) => Maybe<readonly FoundSpan[]>;
  /** @default runs of words between function words */
  readonly keyPhrases?: (text: string, language: string) => Maybe<readonly FoundSpan[]>;
  /** Sorted by score. @default by function words of four languages */
  readonly languages?: (text: string) => Maybe<readonly { readonly code: string; readonly score: number }[]>;
}

const KNOWN: ReadonlySet<string> = new Set(PII_ENTITY_TYPES);
/** Of one document in UTF-8. */
export const MAX_DOCUMENT_BYTES = 100_000;
export const MAX_BATCH_DOCUMENT_BYTES = 5_000;
export const MAX_BATCH_DOCUMENTS = 25;

export function checkSize(text: string, limit: number): void {
  const bytes = Buffer.byteLength(text);
  if (bytes > limit)
    throw new AwsServiceError(
      "TextSizeLimitExceededException",
      `Input text size exceeds limit. The limit is ${limit} bytes; this text has ${bytes} bytes.`,
    );
}

export function checkPiiLanguage(language: string): void {
  if (language !== "en" && language !== "es")
    throw new AwsServiceError(
      "UnsupportedLanguageException",
      `Language ${language} is not supported for this operation.`,
    );
}

interface Placed {
  readonly Score: number;
  readonly BeginOffset: number;
  readonly EndOffset: number;
}

function place(text: string, spans: readonly FoundSpan[]): (Placed & { readonly span: FoundSpan })[] {
  const points = new CodePointOffsets(text);
  return [...spans]
    .sort((a, b) => a.start - b.start)
    .map((span) => ({
      span,
      // The service states 32-bit floats.
      Score: Math.fround(span.score),
      BeginOffset: points.at(span.start),
      EndOffset: points.at(span.end),
    }));
}

export class ComprehendAnalysis {
  readonly #finders: ComprehendFinders;

  constructor(finders: ComprehendFinders) {
    this.#finders = finders;
  }

  /** In UTF-16, with types that the service knows. */
  async piiSpans(text: string, language: string): Promise<FoundSpan[]> {
    const found = await (this.#finders.detect ?? findSimplePii)(text, language);
    return found.filter(({ type }) => KNOWN.has(type));
  }

  async pii(text: string, language: string): Promise<Record<string, unknown>[]> {
    const spans = await this.piiSpans(text, language);
    return place(text, spans).map(({ span, ...rest }) => ({ ...rest, Type: span.type }));
  }

  async piiLabels(text: string, language: string): Promise<Record<string, unknown>[]> {
    const scores = new Map<string, number>();
    for (const { type, score } of await this.piiSpans(text, language))
      scores.set(type, Math.max(scores.get(type) ?? 0, score));
    return [...scores].map(([Name, Score]) => ({ Name, Score: Math.fround(Score) }));
  }

  async entities(text: string, language: string): Promise<Record<string, unknown>[]> {
    const spans =
      this.#finders.entities === undefined
        ? (await this.piiSpans(text, language)).map((span) => ({ ...span, type: entityTypeOf(span.type) }))
        : await this.#finders.entities(text, language);
    return place(text, spans).map(({ span, ...rest }) => ({
      ...rest,
      Type: span.type,
      Text: text.slice(span.start, span.end),
    }));
  }

  async keyPhrases(text: string, language: string): Promise<Record<string, unknown>[]> {
    const spans = await (this.#finders.keyPhrases ?? findSimpleKeyPhrases)(text, language);
    return place(text, spans).map(({ span, ...rest }) => ({ ...rest, Text: text.slice(span.start, span.end) }));
  }

  async languages(text: string): Promise<Record<string, unknown>[]> {
    const found = await (this.#finders.languages ?? findSimpleLanguages)(text);
    return found.map(({ code, score }) => ({ LanguageCode: code, Score: Math.fround(score) }));
  }
}
