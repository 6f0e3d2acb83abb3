import type { Candidate } from "../candidate.ts";
import type { Lexicon } from "../lexicon/lexicon.ts";
import { LETTERED_POSTCODE, MILITARY_ADDRESS, POSTCODE_CONTEXT, STATE_POSTCODE } from "./address-words.ts";
import { findAddresses } from "./find-addresses.ts";
import { findOrganizations } from "./find-organizations.ts";
import { findPeople } from "./find-people.ts";
import { findPlaces } from "./find-places.ts";
import type { Scan } from "./scan.ts";

/** Types that {@link findEntities} gives. */
export const ENTITY_TYPES: readonly string[] = [
  "ADDRESS",
  "AGE",
  "LOCATION",
  "NAME",
  "NATIONALITY",
  "ORGANIZATION",
  "TITLE",
];

/** Names, titles, organisations, places and addresses of a scanned text. They may overlap. */
export function findEntities(scan: Scan, lexicon: Lexicon, detector: string): Candidate[] {
  const { tokens, text } = scan;
  const spans = [
    ...findAddresses(scan, lexicon),
    ...findOrganizations(scan),
    ...findPeople(scan, lexicon),
    ...findPlaces(scan, lexicon),
  ];
  const candidates = spans.map(({ type, from, to, score }) => ({
    type,
    start: tokens[from]!.start,
    end: tokens[to]!.end,
    score,
    detector,
  }));
  for (const [pattern, group, score] of [
    [POSTCODE_CONTEXT, 1, 0.9],
    [LETTERED_POSTCODE, 0, 0.75],
    [MILITARY_ADDRESS, 0, 0.97],
    [STATE_POSTCODE, 0, 0.8],
  ] as const)
    for (const match of text.matchAll(pattern)) {
      const value = match[group]!;
      const start = match.index + match[0].lastIndexOf(value);
      candidates.push({ type: "ADDRESS", start, end: start + value.length, score, detector });
    }
  return candidates;
}
