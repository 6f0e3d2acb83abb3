import { sentencesOf } from "./sentences.ts";

/**
 * What is asked, without the case that is told before it: the sentences that end with a question mark, where others do not. A
 * query that is all question, or none, has no such part.
 */
export function askedPart(query: string): string | undefined {
  const sentences = sentencesOf(query).map(({ start, end }) => query.slice(start, end));
  const asked = sentences.filter((sentence) => /\?["'\u2019\u201d)\]]*$/.test(sentence));
  return asked.length === 0 || asked.length === sentences.length ? undefined : asked.join(" ");
}
