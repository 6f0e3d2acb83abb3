import {
  type CallOptions,
  type DocumentElement,
  type Enricher,
  type EnricherInput,
  type EnricherResult,
  isBody,
  throwIfAborted,
} from "@groundwork/contracts";
import { loadNgramDetector } from "./detect-by-ngrams.ts";
import { LanguageEvidence } from "./language-evidence.ts";

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
/** The first code unit of the scripts whose signs are syllables or words. */
const FIRST_SIGN = 0x1100;
/** Letters of an element that is worth a look at the n-gram tables when script and stop words say nothing. */
const LEAST_DETECTED_LETTERS = 200;
/** Looks at the n-gram tables for a document's main language, and for all of its elements. */
const MOST_SAMPLE_DETECTIONS = 8;
const MOST_ELEMENT_DETECTIONS = 16;
/** How much better than the document's language an element's must score in the tables (both 0..1). */
const CLEAR_MARGIN = 0.2;
/** Elements between two looks at the signal and turns of the event loop. */
const ELEMENTS_PER_TURN = 1_000;

/** Kinds whose text says little about the language. */
const SKIPPED_KINDS: ReadonlySet<DocumentElement["kind"]> = new Set(["code", "formula", "page_number", "form_field"]);

/** Other codes of languages that the tables name. */
const ALIASES: Readonly<Record<string, string>> = {
  bs: "hr",
  fil: "tl",
  id: "ms",
  in: "ms",
  iw: "he",
  nb: "no",
  nn: "no",
  sh: "hr",
  yue: "zh",
};

let shared: LanguageEvidence | undefined;

/** The one counter of the thread: it is cleared before each text and read without a turn of the event loop between. */
function sharedEvidence(): LanguageEvidence {
  shared ??= new LanguageEvidence();
  return shared;
}

/**
 * Tells the main language of a document (60 languages) when the text leaves no doubt, and marks elements that are clearly in
 * another one. What metadata or elements already state stays. A text that is too short or too mixed gets nothing.
 *
 * Script and stop words decide; n-gram tables are loaded and asked only about texts on which those are silent.
 */
export function languageEnricher({ perElement = true }: LanguageEnricherOptions = {}): Enricher {
  return {
    identity: { name: "language", revision: "2", options: { perElement }, artifacts: ["eld@2.1.0:extrasmall"] },
    reference: { module: import.meta.url, name: "languageEnricher", options: { perElement } },
    async enrich(input: EnricherInput, { signal }: CallOptions = {}): Promise<EnricherResult> {
      throwIfAborted(signal, { stage: "enrich" });
      const known: KnownLanguages = new Map();
      const language = input.metadata.language ?? (await mainLanguage(input.elements, known));
      if (language === undefined) return {};
      const metadata = input.metadata.language === undefined ? { metadata: { language } } : {};
      if (!perElement) return metadata;
      const elements = await markElements(input.elements, tableLanguage(language), known, signal);
      return elements === undefined ? metadata : { ...metadata, elements };
    },
  };
}

/** Languages of elements that were read while the document's was sought; of which nothing can be told, `undefined`. */
type KnownLanguages = Map<DocumentElement, string | undefined>;

/** The code by which the tables know a language. */
function tableLanguage(language: string): string {
  const primary = language.split(/[-_]/)[0]!.toLowerCase();
  return ALIASES[primary] ?? primary;
}

interface Sample {
  readonly texts: readonly string[];
  readonly letters: number;
  readonly language: string | undefined;
  /** See {@link LanguageEvidence.isSilent}. */
  readonly isSilent: boolean;
}

/** Beginnings of elements from all over the document; short ones are put together. */
function samplesOf(elements: readonly DocumentElement[], known: KnownLanguages): Sample[] {
  const evidence = sharedEvidence();
  const readable = elements.filter((element) => isBody(element) && !SKIPPED_KINDS.has(element.kind));
  const step = Math.max(1, readable.length / SAMPLED_ELEMENTS);
  const samples: Sample[] = [];
  let texts: string[] = [];
  let expected: string | undefined;
  const add = (element: DocumentElement, isCertain: boolean): void => {
    const { letters, isSilent } = evidence;
    const language = isCertain
      ? expected
      : (evidence.language() ?? (isSilent ? undefined : evidence.languageOfLists()));
    samples.push({ texts, letters, language, isSilent: isSilent && language === undefined });
    if (texts.length === 1 && (language !== undefined || isSilent)) known.set(element, language);
    expected = language ?? expected;
    texts = [];
  };
  let element: DocumentElement | undefined;
  for (let index = 0; Math.floor(index) < readable.length; index += step) {
    element = readable[Math.floor(index)]!;
    if (texts.length === 0) evidence.clear();
    texts.push(element.text);
    const isCertain = evidence.read(element.text, 0, Math.min(element.text.length, ELEMENT_LENGTH), expected);
    if (evidence.letters >= LEAST_ELEMENT_LETTERS) add(element, isCertain);
  }
  if (element !== undefined && texts.length > 0 && evidence.letters >= LEAST_LETTERS) add(element, false);
  return samples;
}

/** The language of most of the letters. */
async function mainLanguage(elements: readonly DocumentElement[], known: KnownLanguages): Promise<string | undefined> {
  const samples = samplesOf(elements, known);
  const letters = new Map<string, number>();
  let detections = 0;
  let all = 0;
  const count = (language: string, sample: Sample): void => {
    letters.set(language, (letters.get(language) ?? 0) + sample.letters);
  };
  for (const sample of samples) {
    all += sample.letters;
    if (sample.language !== undefined) count(sample.language, sample);
  }
  const majority = (): string | undefined => [...letters].find(([, own]) => own * 2 > all)?.[0];
  if (majority() === undefined) countSilent(samples, count);
  for (const sample of samples.filter((each) => each.language === undefined && !each.isSilent)) {
    if (majority() !== undefined || detections++ === MOST_SAMPLE_DETECTIONS) break;
    const detect = await loadNgramDetector();
    const found = detect(sample.texts.map((text) => text.slice(0, ELEMENT_LENGTH)).join("\n"));
    if (found.reliable && found.language !== "") count(found.language, sample);
  }
  return majority();
}

/** Lists and tables have few stop words each, but together, and with the labels of fields and columns, enough. */
function countSilent(samples: readonly Sample[], count: (language: string, sample: Sample) => void): void {
  const evidence = sharedEvidence();
  const silent = samples.filter((sample) => sample.isSilent);
  evidence.clear();
  for (const { texts } of silent)
    for (const text of texts) evidence.read(text, 0, Math.min(text.length, ELEMENT_LENGTH));
  const language = evidence.languageOfLists();
  if (language !== undefined) for (const sample of silent) count(language, sample);
}

async function markElements(
  elements: readonly DocumentElement[],
  language: string,
  known: KnownLanguages,
  signal: AbortSignal | undefined,
): Promise<readonly DocumentElement[] | undefined> {
  const evidence = sharedEvidence();
  const others = new Map<number, string>();
  let detections = 0;
  for (let index = 0; index < elements.length; index++) {
    if (index % ELEMENTS_PER_TURN === ELEMENTS_PER_TURN - 1) {
      await new Promise((resolve) => setImmediate(resolve));
      throwIfAborted(signal, { stage: "enrich" });
    }
    const element = elements[index]!;
    const { text, kind } = element;
    if (isTooShort(text) || element.language !== undefined || SKIPPED_KINDS.has(kind) || !isBody(element)) continue;
    if (known.has(element) && (known.get(element) ?? language) === language) continue;
    evidence.clear();
    if (evidence.read(text, 0, Math.min(text.length, ELEMENT_LENGTH), language)) continue;
    if (evidence.letters < LEAST_ELEMENT_LETTERS) continue;
    let other = evidence.language(true);
    if (other === undefined && detections < MOST_ELEMENT_DETECTIONS && isWorthDetecting(evidence, language)) {
      detections++;
      const detect = await loadNgramDetector();
      const found = detect(text.slice(0, ELEMENT_LENGTH));
      const margin = (found.scores[found.language] ?? 0) - (found.scores[language] ?? 0);
      if (found.reliable && margin >= CLEAR_MARGIN) other = found.language;
    }
    if (other !== undefined && other !== language) others.set(index, other);
  }
  if (others.size === 0) return undefined;
  return elements.map((element, index) => {
    const other = others.get(index);
    return other === undefined ? element : { ...element, language: other };
  });
}

/** Whether a text cannot have enough letters. The signs of scripts without blanks, which count threefold, are many or none. */
function isTooShort(text: string): boolean {
  const { length } = text;
  if (length >= LEAST_ELEMENT_LETTERS) return false;
  if (length < LEAST_ELEMENT_LETTERS / 3) return true;
  for (let quarter = 1; quarter <= 3; quarter++)
    if (text.charCodeAt((length * quarter) >> 2) >= FIRST_SIGN) return false;
  return true;
}

/**
 * Whether the n-gram tables may tell what script and stop words do not. What they say of names, addresses and labels is
 * chance.
 */
function isWorthDetecting(evidence: LanguageEvidence, language: string): boolean {
  if (!evidence.isLatin && !evidence.has(language)) return true;
  return evidence.letters >= LEAST_DETECTED_LETTERS && !evidence.isSilent && evidence.hasRival(language);
}
