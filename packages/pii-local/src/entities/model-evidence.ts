import type { WordLabels } from "../classifier/token-classifier.ts";
import type { Scan, TokenEvidence } from "./scan.ts";

const COLUMNS: readonly (readonly [keyof TokenEvidence, string])[] = [
  ["given", "GIVEN_NAME"],
  ["surname", "SURNAME"],
  ["building", "BUILDING_NUMBER"],
  ["street", "STREET_NAME"],
  ["secondary", "SECONDARY_ADDRESS"],
  ["city", "CITY"],
  ["state", "STATE"],
  ["zip", "ZIP_CODE"],
];

/**
 * Gives each token of `scan` the mean of what the model says of its words. `labels` are of `scan.text.slice(from, ...)`; tokens that
 * the model did not read keep what they have.
 */
export function addEvidence(scan: Scan, labels: WordLabels, types: readonly string[], from: number): void {
  const { starts, ends, probabilities } = labels;
  const columns = COLUMNS.map(([, type]) => types.indexOf(type));
  const evidence = scan.evidence as (TokenEvidence | undefined)[];
  let token = firstTokenAt(scan, from);
  for (let word = 0; word < starts.length && token < scan.tokens.length; ) {
    const { start, end } = scan.tokens[token]!;
    while (word < starts.length && from + ends[word]! <= start) word++;
    const sums = new Array<number>(COLUMNS.length).fill(0);
    let words = 0;
    let last = word;
    for (; last < starts.length && from + starts[last]! < end; last++) {
      // Hyphens and apostrophes inside a token are words of their own to the model, and say little.
      if (
        ends[last]! - starts[last]! === 1 &&
        end - start > 1 &&
        !/[\p{L}\p{N}]/u.test(scan.text[from + starts[last]!]!)
      )
        continue;
      for (let column = 0; column < columns.length; column++)
        sums[column]! += probabilities[last * types.length + columns[column]!]!;
      words++;
    }
    if (words > 0)
      evidence[token] = Object.fromEntries(
        COLUMNS.map(([name], column) => [name, sums[column]! / words]),
      ) as unknown as TokenEvidence;
    // A word of the model may reach into the next token: letters and digits are one word to it.
    word = last > word && from + ends[last - 1]! > end ? last - 1 : last;
    token++;
  }
}

function firstTokenAt({ tokens }: Scan, offset: number): number {
  let low = 0;
  let high = tokens.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (tokens[middle]!.start < offset) low = middle + 1;
    else high = middle;
  }
  return low;
}
