import {
  type CallOptions,
  type DocumentElement,
  type Enricher,
  type EnricherInput,
  type EnricherResult,
  GroundworkError,
  isBody,
  throwIfAborted,
} from "@groundwork/contracts";

export interface LanguageEnricherOptions {
  /** Also mark elements that are clearly in another language than the document. @default true */
  readonly perElement?: boolean;
}

/** Elements that decide on the document, spread over all of it. */
const SAMPLED_ELEMENTS = 40;
/** UTF-16 units of an element that are looked at. */
const ELEMENT_LENGTH = 600;
/** Letters without which nothing is said about a document, and about an element. */
const LEAST_LETTERS = 20;
const LEAST_ELEMENT_LETTERS = 60;
/** How much better than the document's language an element's must score (both 0..1). */
const CLEAR_MARGIN = 0.2;
/** Elements between two looks at the signal and turns of the event loop. */
const ELEMENTS_PER_TURN = 200;

/** Kinds whose text says little about the language. */
const SKIPPED_KINDS: ReadonlySet<DocumentElement["kind"]> = new Set(["code", "formula", "page_number", "form_field"]);

interface Detection {
  readonly language: string;
  readonly reliable: boolean;
  readonly scores: Readonly<Record<string, number>>;
}

type Detect = (text: string) => Detection;

let loading: Promise<Detect> | undefined;

/** The n-gram tables take about a second and 60 MB: they are read at the first document, once per thread. */
function loadDetector(): Promise<Detect> {
  loading ??= import("eld/extrasmall").then(({ eld }) => (text) => {
    const result = eld.detect(text);
    return { language: result.language, reliable: result.isReliable(), scores: result.getScores() };
  });
  return loading;
}

/**
 * Tells the main language of a document (60 languages, by n-grams) when the text leaves no doubt, and marks elements that are
 * clearly in another one. What metadata or elements already state stays. A text that is too short or too mixed gets nothing.
 */
export function languageEnricher({ perElement = true }: LanguageEnricherOptions = {}): Enricher {
  return {
    identity: { name: "language", revision: "1", options: { perElement }, artifacts: ["eld@2.1.0:extrasmall"] },
    reference: { module: import.meta.url, name: "languageEnricher", options: { perElement } },
    async enrich(input: EnricherInput, { signal }: CallOptions = {}): Promise<EnricherResult> {
      throwIfAborted(signal, { stage: "enrich" });
      const samples = samplesOf(input.elements);
      if (samples.length === 0) return {};
      const detect = await loadDetector().catch((cause: unknown) => {
        loading = undefined;
        throw new GroundworkError(
          "MODEL_NOT_FOUND",
          "Expected the n-gram tables of the package eld, but they cannot be loaded. Install the package again.",
          { stage: "enrich", cause },
        );
      });
      const language = input.metadata.language ?? mainLanguage(samples, detect);
      if (language === undefined) return {};
      const metadata = input.metadata.language === undefined ? { metadata: { language } } : {};
      if (!perElement) return metadata;
      const elements = await markElements(input.elements, primarySubtag(language), detect, signal);
      return elements === undefined ? metadata : { ...metadata, elements };
    },
  };
}

function primarySubtag(language: string): string {
  return language.split("-")[0]!.toLowerCase();
}

function countLetters(text: string): number {
  let letters = 0;
  // A sign of a script without blanks says as much as a few letters.
  for (const [sign] of text.matchAll(/\p{L}/gu))
    letters += /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/u.test(sign) ? 3 : 1;
  return letters;
}

interface Sample {
  readonly text: string;
  readonly letters: number;
}

/** Beginnings of elements from all over the document; short ones are put together. */
function samplesOf(elements: readonly DocumentElement[]): Sample[] {
  const texts = elements.filter((element) => isBody(element) && !SKIPPED_KINDS.has(element.kind));
  const step = Math.max(1, texts.length / SAMPLED_ELEMENTS);
  const samples: Sample[] = [];
  let short = "";
  for (let index = 0; Math.floor(index) < texts.length; index += step) {
    const text = `${short}${texts[Math.floor(index)]!.text.slice(0, ELEMENT_LENGTH)}`;
    const letters = countLetters(text);
    short = letters < LEAST_ELEMENT_LETTERS ? `${text}\n` : "";
    if (short === "") samples.push({ text, letters });
  }
  const letters = countLetters(short);
  return letters >= LEAST_LETTERS ? [...samples, { text: short, letters }] : samples;
}

/** The language of most of the letters. */
function mainLanguage(samples: readonly Sample[], detect: Detect): string | undefined {
  const letters = new Map<string, number>();
  let all = 0;
  for (const sample of samples) {
    const found = detect(sample.text);
    all += sample.letters;
    if (found.reliable && found.language !== "")
      letters.set(found.language, (letters.get(found.language) ?? 0) + sample.letters);
  }
  const [best] = [...letters].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
  return best !== undefined && best[1] * 2 > all ? best[0] : undefined;
}

async function markElements(
  elements: readonly DocumentElement[],
  language: string,
  detect: Detect,
  signal: AbortSignal | undefined,
): Promise<readonly DocumentElement[] | undefined> {
  let changed = false;
  const marked: DocumentElement[] = [];
  for (const [index, element] of elements.entries()) {
    if (index % ELEMENTS_PER_TURN === ELEMENTS_PER_TURN - 1) {
      await new Promise((resolve) => setImmediate(resolve));
      throwIfAborted(signal, { stage: "enrich" });
    }
    const other = otherLanguage(element, language, detect);
    if (other !== undefined) changed = true;
    marked.push(other === undefined ? element : { ...element, language: other });
  }
  return changed ? marked : undefined;
}

function otherLanguage(element: DocumentElement, language: string, detect: Detect): string | undefined {
  if (element.language !== undefined || SKIPPED_KINDS.has(element.kind) || !isBody(element)) return undefined;
  const text = element.text.slice(0, ELEMENT_LENGTH);
  if (text.length < LEAST_ELEMENT_LETTERS / 3 || countLetters(text) < LEAST_ELEMENT_LETTERS) return undefined;
  const found = detect(text);
  if (!found.reliable || found.language === language) return undefined;
  const margin = (found.scores[found.language] ?? 0) - (found.scores[language] ?? 0);
  return margin >= CLEAR_MARGIN ? found.language : undefined;
}
