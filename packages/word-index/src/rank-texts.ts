import type { Connection } from "@groundwork/sqlite-file";
import { queryTerms } from "@groundwork/terms";
import { Ranking } from "./ranking.ts";
import { MOST_OCCURRENCES, tokenOf } from "./word-tokens.ts";

const K1 = 1.2;
const B = 0.75;

const LIST = "SELECT json_group_array(doc) AS numbers FROM instances WHERE term = ?";

function textsWith(connection: Connection, token: string): number[] {
  return JSON.parse(String(connection.get(LIST, token)!.numbers)) as number[];
}

/**
 * Okapi BM25 (Robertson and Zaragoza 2009, "The Probabilistic Relevance Framework"), k1 1.2, b 0.75, with the idf that is never
 * negative, over the texts that are in the index at this moment. A word that the query repeats counts once, stop words of
 * questions not at all as long as there are others.
 */
export function rankTexts(
  connection: Connection,
  query: string,
  statistics: { readonly texts: number; readonly terms: number; readonly lengths: Uint32Array },
): Ranking {
  const { texts, terms, lengths } = statistics;
  const average = terms / Math.max(texts, 1) || 1;
  const scores = new Float64Array(lengths.length);
  const occurrences = new Uint16Array(lengths.length);
  const matching: number[] = [];
  // In one order, so that a score does not depend on that of the words.
  for (const term of [...new Set(queryTerms(query))].sort()) {
    const found = textsWith(connection, term);
    if (found.length === 0) continue;
    for (const number of found) occurrences[number] = 1;
    for (let occurrence = 2; occurrence <= MOST_OCCURRENCES; occurrence++) {
      const more = textsWith(connection, tokenOf(term, occurrence));
      if (more.length === 0) break;
      for (const number of more) occurrences[number] = occurrence;
    }
    const rarity = Math.log(1 + (texts - found.length + 0.5) / (found.length + 0.5));
    for (const number of found) {
      const count = occurrences[number]!;
      if (scores[number] === 0) matching.push(number);
      const length = lengths[number]! / average;
      scores[number] = scores[number]! + (rarity * count * (K1 + 1)) / (count + K1 * (1 - B + B * length));
    }
  }
  return new Ranking(scores, Int32Array.from(matching));
}
