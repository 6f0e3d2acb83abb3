import { readFileSync } from "node:fs";
import {
  type CallOptions,
  GroundworkError,
  type ModuleReference,
  type PiiDetector,
  type PiiFinding,
  throwIfAborted,
} from "@groundwork/contracts";
import { mergedDetector, mergeFindings, PiiKey, type PiiKeySource } from "@groundwork/pii-policy";
import { type Corrections, checkCorrections, correctionsDigest, type Verdict } from "./corrections.ts";
import { type Word, WordPlaces, wordsOf, wordsWithin } from "./word-places.ts";

export interface CorrectedPiiOptions {
  readonly detectors: readonly PiiDetector[];
  /** The corrections, or the file that holds them as JSON. From a file the detector can be built again in another thread. */
  readonly corrections: Corrections | { readonly file: string };
  /** With which the corrections were made. */
  readonly key: PiiKeySource | Uint8Array;
  /**
   * At how many places people must have said the same of a value, and nowhere else, for it to hold at all places. What is personal
   * data only spreads when it is written in two words or with a digit. 0: never. @default 2
   */
  readonly agreement?: number;
}

const DEFAULT_AGREEMENT = 2;
const REVIEWED = "review";
/** Texts between two looks at the signal. */
const TEXTS_AT_ONCE = 64;

/** Verdicts as they are looked for. */
class VerdictIndex {
  /** By first word: how many words the values have that begin with it. */
  readonly #lengths = new Map<number, Set<number>>();
  readonly #places = new Map<string, Map<string, Verdict>>();
  readonly #everywhere = new Map<string, Map<string, Verdict>>();

  constructor(verdicts: readonly Verdict[], agreement: number) {
    const byValue = new Map<string, Verdict[]>();
    for (const verdict of verdicts) {
      const lengths = this.#lengths.get(verdict.firstWord) ?? new Set();
      this.#lengths.set(verdict.firstWord, lengths.add(verdict.words));
      const here = this.#places.get(verdict.place) ?? new Map<string, Verdict>();
      this.#places.set(verdict.place, here.set(verdict.type, verdict));
      const name = `${verdict.value} ${verdict.type}`;
      byValue.set(name, [...(byValue.get(name) ?? []), verdict]);
    }
    if (agreement === 0) return;
    for (const said of byValue.values()) {
      const [first] = said;
      const agree = said.length >= agreement && said.every(({ is }) => is === first!.is);
      if (!agree || (first!.is && !first!.distinct)) continue;
      const known = this.#everywhere.get(first!.value) ?? new Map<string, Verdict>();
      this.#everywhere.set(first!.value, known.set(first!.type, first!));
    }
  }

  lengths(firstWord: number): ReadonlySet<number> | undefined {
    return this.#lengths.get(firstWord);
  }

  /** What is said of the value there, by type; what is said of the place goes before what is said of the value. */
  *at(place: string, value: () => string): Generator<Verdict> {
    const here = this.#places.get(place);
    yield* here?.values() ?? [];
    if (this.#everywhere.size === 0) return;
    for (const [type, verdict] of this.#everywhere.get(value()) ?? []) if (here?.has(type) !== true) yield verdict;
  }
}

class Corrector {
  readonly #index: VerdictIndex;
  readonly #places: WordPlaces;

  constructor(corrections: Corrections, key: PiiKey, agreement: number) {
    this.#index = new VerdictIndex(corrections.verdicts, agreement);
    this.#places = new WordPlaces(key, corrections.scope);
  }

  #verdicts(text: string, words: readonly Word[], from: number, to: number): Iterable<Verdict> {
    return this.#index.at(this.#places.place(text, words, from, to), () => this.#places.value(text, words, from, to));
  }

  #isRejected(text: string, words: readonly Word[], { type, start, end }: PiiFinding): boolean {
    const [from, to] = wordsWithin(words, start, end);
    if (from === to) return false;
    if (this.#index.lengths(this.#places.firstWord(text, words[from]!))?.has(to - from) !== true) return false;
    for (const verdict of this.#verdicts(text, words, from, to)) if (!verdict.is && verdict.type === type) return true;
    return false;
  }

  #stated(
    text: string,
    words: readonly Word[],
  ): { readonly found: PiiFinding[]; readonly ranges: ReadonlySet<string> } {
    const found: PiiFinding[] = [];
    const ranges = new Set<string>();
    for (const [from, word] of words.entries()) {
      const lengths = this.#index.lengths(this.#places.firstWord(text, word));
      for (const length of lengths ?? []) {
        const to = from + length;
        if (to > words.length) continue;
        for (const { is, type, lead, tail } of this.#verdicts(text, words, from, to)) {
          const start = Math.max(0, word.start - lead);
          const end = Math.min(text.length, words[to - 1]!.end + tail);
          if (!is || end <= start) continue;
          found.push({ type, start, end, score: 1, detector: REVIEWED });
          ranges.add(`${from} ${to}`);
        }
      }
    }
    return { found, ranges };
  }

  correct(text: string, findings: readonly PiiFinding[]): PiiFinding[] {
    const words = wordsOf(text);
    const { found, ranges } = this.#stated(text, words);
    // Of the words that people spoke about, their bounds and their type count, not those of the detectors.
    const isAnswered = ({ start, end }: PiiFinding): boolean =>
      ranges.size > 0 && ranges.has(wordsWithin(words, start, end).join(" "));
    const kept = findings.filter((finding) => !isAnswered(finding) && !this.#isRejected(text, words, finding));
    return found.length === 0 && kept.length === findings.length ? [...findings] : mergeFindings(found, kept);
  }
}

function readCorrections(file: string): Corrections {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as Corrections;
  } catch (cause) {
    throw new GroundworkError("INVALID_CONFIGURATION", "The file with the corrections of findings cannot be read.", {
      cause,
      driver: "pii-feedback",
    });
  }
}

type ReferenceOptions = Omit<CorrectedPiiOptions, "detectors"> & Readonly<Record<`detector${number}`, PiiDetector>>;

/** The detector from its reference: the detectors are members of their own, so that they are built from theirs. */
export function correctedPiiOf(options: ReferenceOptions): PiiDetector {
  const names = Object.keys(options).filter((name) => /^detector\d+$/.test(name));
  names.sort((a, b) => Number(a.slice(8)) - Number(b.slice(8)));
  const detectors = names.map((name) => options[name as `detector${number}`]!);
  return correctedPii({ ...options, detectors });
}

function referenceOf({ detectors, corrections, key, agreement }: CorrectedPiiOptions): ModuleReference | undefined {
  if (!("file" in corrections) || key instanceof Uint8Array) return undefined;
  if (!detectors.every(({ reference }) => reference !== undefined)) return undefined;
  const members = detectors.map(({ reference }, index) => [`detector${index}`, { reference }]);
  return {
    module: import.meta.url,
    name: "correctedPiiOf",
    options: { corrections, key, ...(agreement === undefined ? {} : { agreement }), ...Object.fromEntries(members) },
  };
}

/**
 * Detectors with what people said about their findings: a finding that was rejected is left out, one that was missed is there, at the
 * same place in any version of the text (the value, and the three words before and after it), and, when people agree, everywhere.
 *
 * @throws GroundworkError `INVALID_CONFIGURATION` for a file or key that cannot be read, `INVALID_ARGUMENT` for corrections that are none
 * or were made with another key.
 */
export function correctedPii(options: CorrectedPiiOptions): PiiDetector & { close(): Promise<void> } {
  const { detectors, agreement = DEFAULT_AGREEMENT } = options;
  if (detectors.length === 0)
    throw new GroundworkError("INVALID_ARGUMENT", "correctedPii: expected at least one detector, found none.");
  if (!Number.isSafeInteger(agreement) || agreement < 0)
    throw new GroundworkError("INVALID_ARGUMENT", `correctedPii: expected agreement of 0 or more, found ${agreement}.`);
  const key = options.key instanceof Uint8Array ? new PiiKey(options.key) : PiiKey.from(options.key);
  const corrections = "file" in options.corrections ? readCorrections(options.corrections.file) : options.corrections;
  const corrector = new Corrector(checkCorrections(corrections, key), key, agreement);
  const merged = mergedDetector(detectors);
  const reference = referenceOf(options);
  return {
    identity: {
      name: "pii-corrected",
      revision: "1",
      options: {
        detectors: detectors.map(({ identity }) => identity),
        corrections: correctionsDigest(corrections),
        agreement,
      },
    },
    ...(reference === undefined ? {} : { reference }),
    async detect(texts: readonly string[], call: CallOptions & { readonly language?: string } = {}) {
      throwIfAborted(call.signal, { stage: "pii" });
      const lists = await merged.detect(texts, call);
      return texts.map((text, index) => {
        if (index % TEXTS_AT_ONCE === 0) throwIfAborted(call.signal, { stage: "pii" });
        return corrector.correct(text, lists[index]!);
      });
    },
    async close() {
      for (const detector of detectors) await (detector as { close?(): Promise<void> }).close?.();
    },
  };
}
