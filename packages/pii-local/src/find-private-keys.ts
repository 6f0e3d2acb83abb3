import type { Candidate } from "./candidate.ts";

const BEGIN = "-----BEGIN ";
const HEAD = /-----BEGIN (?:[A-Z0-9]+ ){0,4}PRIVATE KEY(?: BLOCK)?-----/y;
/** Characters of the longest key that is looked for; RSA with 16,384 bits takes 13,000. */
const LONGEST_KEY = 20_000;

/** Private keys in PEM or as armoured OpenPGP blocks (RFC 7468, RFC 9580), which are longer than what recognisers see at once. */
export function findPrivateKeys(text: string): Candidate[] {
  const found: Candidate[] = [];
  for (let start = text.indexOf(BEGIN); start >= 0; start = text.indexOf(BEGIN, start + BEGIN.length)) {
    HEAD.lastIndex = start;
    const head = HEAD.exec(text)?.[0];
    if (head === undefined) continue;
    const foot = head.replace("BEGIN", "END");
    const body = text.slice(start, start + LONGEST_KEY);
    const at = body.indexOf(foot);
    // A key whose end is missing is one all the same.
    const keyLength = /^(?:[A-Za-z0-9+/=\s:,-]|\\[nr])*/.exec(body.slice(head.length))![0].length;
    const end = start + (at >= 0 ? at + foot.length : head.length + keyLength);
    found.push({ type: "SECRET", start, end, score: 0.99, detector: "private-key" });
    start = end - BEGIN.length;
  }
  return found;
}
