import { expect, test } from "vitest";
import { sentenceStarts } from "../src/sentences.ts";

/** Each entry is a text whose sentences are divided by a bar. */
const texts = [
  "Staff keep receipts.| They submit them.",
  "See Sec. 3.2 for limits.| Ask first.",
  "Use a card, e.g. a GSA card, i.e. a prepaid one.| Pay nothing.",
  "The U.S. Treasury pays.| It does so monthly.",
  "He works in the U.S.| The rules differ there.",
  "Dr. J. Smith and Ms. Jones approve.| Others do not.",
  "Amounts over 4,200.50 need approval.| So do gifts.",
  "1. Scope of the policy.| 2. Terms are defined below.",
  "See Fig. 2 and Table No. 4.| They show rates.",
  "Acme Inc. paid.| Beta Corp. did not.",
  "Bring pens, paper, etc.| The room has none.",
  "Really?| Yes!| Good.",
  "“Is it allowed?” she asked.| It is.",
  "Wait… and see.| Then act.",
  "It ends at 5 p.m. on Friday.| The office is closed then.",
  "従業員は領収書を提出する。|承認が必要です。|以上",
  "यह नीति है।| सभी पर लागू है।",
  "هل هذا مسموح؟| نعم.",
  "Line one ends here.\n|Line two begins.",
  "Heading without a stop\n\n|Then a sentence.",
  "According to 12 C.F.R. Part 1026, lenders disclose.| They must.",
  "visit www.example.org today.| It helps.",
  "(See Art. 5.)| Next.",
  "Tko je to?| ǅuro.| ǅurđa!| Ǆep... je prazan.",
];

for (const marked of texts)
  test(marked.slice(0, 60), () => {
    const text = marked.replaceAll("|", "");
    const starts = sentenceStarts(text, 0, text.length);
    const found = starts.map((start, index) => text.slice(start, starts[index + 1]).trim());
    expect(found).toEqual(marked.split("|").map((sentence) => sentence.trim()));
    const padded = `>>> ${text}`;
    expect(sentenceStarts(padded, 4, padded.length)).toEqual(starts.map((start) => start + 4));
  });
