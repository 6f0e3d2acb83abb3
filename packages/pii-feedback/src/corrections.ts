import { createHash } from "node:crypto";
import { GroundworkError } from "@groundwork/contracts";
import type { PiiKey } from "@groundwork/pii-policy";
import type { LabelledSpan, ReviewedCase } from "./review-case.ts";
import { WordPlaces, wordsOf, wordsWithin } from "./word-places.ts";

/** What people said about a value at a place. All of its text is keyed hashes. */
export interface Verdict {
  /** Whether it is personal data of this type; otherwise it is not. */
  readonly is: boolean;
  readonly type: string;
  /** How many words the value has. */
  readonly words: number;
  /** UTF-16 units of the value before its first word (negative: the value begins inside the word), and after its last. */
  readonly lead: number;
  readonly tail: number;
  readonly firstWord: number;
  readonly place: string;
  readonly value: string;
  /** Written with a digit or in two words and more: no everyday word. */
  readonly distinct: boolean;
}

/** Plain data, to be kept as JSON. */
export interface Corrections {
  readonly version: 1;
  /** Of the key that made the hashes; another key finds nothing with them. */
  readonly keyId: string;
  readonly scope: string;
  readonly verdicts: readonly Verdict[];
}

export interface CorrectionsOptions {
  readonly key: PiiKey;
  /** Keeps hashes of different corpora apart. @default "default" */
  readonly scope?: string;
  /** To which the new verdicts are added. A later one about the same place takes the earlier one's. */
  readonly earlier?: Corrections;
}

export interface BuiltCorrections {
  readonly corrections: Corrections;
  /** Spans that people confirmed, added, or (with other bounds or another type) put right. */
  readonly confirmed: number;
  readonly added: number;
  readonly rejected: number;
  /** Answers about which nothing can be kept: a value without a letter or digit, or one at the cut edge of a long text. */
  readonly unusable: number;
}

const DIGIT = /\p{N}/u;

function refuse(message: string): never {
  throw new GroundworkError("INVALID_ARGUMENT", message, { driver: "pii-feedback" });
}

function sameSpan(a: LabelledSpan, b: LabelledSpan): boolean {
  return a.start === b.start && a.end === b.end && a.type === b.type;
}

/** The corrections that follow from people's answers. They hold no text: values and their places are keyed hashes. */
export async function buildCorrections(
  cases: Iterable<ReviewedCase> | AsyncIterable<ReviewedCase>,
  { key, scope = "default", earlier }: CorrectionsOptions,
): Promise<BuiltCorrections> {
  if (earlier !== undefined) checkCorrections(earlier, key, scope);
  const places = new WordPlaces(key, scope);
  const verdicts = new Map<string, Verdict>();
  const nameOf = ({ place, type, words }: Verdict): string => `${place} ${type} ${words}`;
  for (const verdict of earlier?.verdicts ?? []) verdicts.set(nameOf(verdict), verdict);
  const counts = { confirmed: 0, added: 0, rejected: 0, unusable: 0 };

  for await (const { text, proposed, labelled, cutBefore = false, cutAfter = false } of cases) {
    const words = wordsOf(text);
    const add = (is: boolean, { type, start, end }: LabelledSpan): boolean => {
      const [from, to] = wordsWithin(words, start, end);
      if (from === to || !places.isWhole(words, from, to, { before: cutBefore, after: cutAfter })) {
        counts.unusable++;
        return false;
      }
      const verdict: Verdict = {
        is,
        type,
        words: to - from,
        lead: words[from]!.start - start,
        tail: end - words[to - 1]!.end,
        firstWord: places.firstWord(text, words[from]!),
        place: places.place(text, words, from, to),
        value: places.value(text, words, from, to),
        distinct: to - from > 1 || DIGIT.test(text.slice(start, end)),
      };
      verdicts.delete(nameOf(verdict));
      verdicts.set(nameOf(verdict), verdict);
      return true;
    };
    // What is said not to be comes first: of a value whose bounds alone were wrong, the right ones are said last.
    for (const span of proposed)
      if (!labelled.some((label) => sameSpan(label, span)) && add(false, span)) counts.rejected++;
    for (const label of labelled)
      if (add(true, label)) counts[proposed.some((span) => sameSpan(label, span)) ? "confirmed" : "added"]++;
  }
  return { corrections: { version: 1, keyId: key.id, scope, verdicts: [...verdicts.values()] }, ...counts };
}

/** Errors: `INVALID_ARGUMENT` for corrections of another version, key or scope, or for what is none. */
export function checkCorrections(
  corrections: Corrections,
  key: PiiKey,
  scope: string = corrections.scope,
): Corrections {
  if (corrections?.version !== 1 || !Array.isArray(corrections.verdicts))
    refuse("Expected corrections of version 1, found something else.");
  if (corrections.keyId !== key.id)
    refuse(
      "The corrections were made with another key. Use that key, or build them again from the reviewed manifests.",
    );
  if (corrections.scope !== scope)
    refuse(`Expected corrections of the scope "${scope}", found "${corrections.scope}".`);
  return corrections;
}

/** Names the corrections in fingerprints. */
export function correctionsDigest({ keyId, scope, verdicts }: Corrections): string {
  const hash = createHash("sha256").update(`${keyId} ${scope}`);
  for (const { is, type, words, place, lead, tail } of verdicts)
    hash.update(`\n${is} ${type} ${words} ${place} ${lead} ${tail}`);
  return hash.digest("hex").slice(0, 24);
}
