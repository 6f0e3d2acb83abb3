import { isIP } from "node:net";
import { parse } from "tldts";
import validator from "validator";
import type { RecognizedSpan, Recognizer } from "../recognizer.ts";

const LOCAL_SIGN = /[\p{L}\p{N}._%+'&*/=?^{|}~!#$-]/u;
const DOMAIN_SIGN = /[\p{L}\p{N}.-]/u;
/** A letter of another script beside a Latin one begins a new word: some are written without blanks, or with endings attached. */
const OTHER_SCRIPT = /(?=\p{L})\P{scx=Latn}/u;
const LONGEST_LOCAL = 64;
const LONGEST_DOMAIN = 253;

const SCHEME_URL =
  /(?<![\p{scx=Latn}\p{N}])(?:https?|ftps?|sftp|wss?|file|s3|jdbc:[a-z]+):\/\/[^\s<>"'`\u201c\u201d\u00ab\u00bb|\\^{}]+/giu;
const BARE_DOMAIN =
  /(?<![\p{scx=Latn}\p{scx=Grek}\p{scx=Cyrl}\p{N}@._/-])(?:[\p{L}\p{N}](?:[\p{L}\p{N}-]{0,61}[\p{L}\p{N}])?\.){1,6}(?:[a-z]{2,24}|\p{L}{2,24})(?![\p{scx=Latn}\p{scx=Grek}\p{scx=Cyrl}\p{N}_@-])(?::\d{2,5})?(?:\/[^\s<>"'`\u201c\u201d]*)?/giu;
/** A dot that ends no sentence: without one there is no host's name to look for. */
const INNER_DOT = /[^\s.]\.[^\s.\d]/;
const IPV4 = /(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?:\/\d{1,2})?(?![\w]|\.\d)/g;
const IPV6 =
  /(?<![\w:.])(?:[0-9a-f]{0,4}:){2,7}(?:[0-9a-f]{1,4}|(?:\d{1,3}\.){3}\d{1,3})?(?:%[a-z0-9]{1,16})?(?:\/\d{1,3})?(?![\w:])/gi;
const MAC =
  /(?<![\w:.-])(?:[0-9a-f]{2}(?::[0-9a-f]{2}){5}|[0-9a-f]{2}(?:-[0-9a-f]{2}){5}|[0-9a-f]{4}\.[0-9a-f]{4}\.[0-9a-f]{4})(?![\w:-])/gi;
const VERSION_BEFORE = /(?:\bv(?:ersion|er)?\.? ?|\brelease ?|\bsection |§ ?)$/i;

/** Top-level domains that are file endings or words as well: without `www.` or a path, such a name is a file or a missing blank. */
const AMBIGUOUS_ENDINGS: ReadonlySet<string> = new Set(
  "md py rs sh pl ts cc ps so am is in at be it me my no to us zip mov app dev cs do as py java py net st la ly il id com.doc name".split(
    " ",
  ),
);

/** E-mail addresses, URLs and host names with a known public suffix, IP addresses, MAC addresses. */
export const networkRecognizer: Recognizer = {
  name: "network",
  types: ["EMAIL", "URL", "IP_ADDRESS", "MAC_ADDRESS"],
  *find(text) {
    yield* emails(text);
    if (text.includes("://")) yield* schemeUrls(text);
    if (text.includes(".")) {
      if (INNER_DOT.test(text)) yield* bareDomains(text);
      for (const match of text.matchAll(IPV4)) {
        const address = match[0].replace(/\/.*/, "");
        if (isIP(address) !== 4) continue;
        const before = text.slice(Math.max(0, match.index - 12), match.index);
        yield span("IP_ADDRESS", match, match[0], VERSION_BEFORE.test(before) ? 0.3 : 0.93);
      }
    }
    if (text.includes(":"))
      for (const match of text.matchAll(IPV6)) {
        const address = match[0].replace(/\/.*/, "");
        const groups = address.split(":").filter((group) => group !== "").length;
        if (isIP(address.replace(/%.*/, "")) === 6 && (groups > 2 || /[0-9a-f]{2}/i.test(address)))
          yield span("IP_ADDRESS", match, match[0], 0.93);
      }
    for (const match of text.matchAll(MAC)) yield span("MAC_ADDRESS", match, match[0], 0.95);
  },
};

const span = (type: string, match: { index: number }, value: string, score: number): RecognizedSpan => ({
  type,
  start: match.index,
  end: match.index + value.length,
  score,
});

function* emails(text: string): Generator<RecognizedSpan> {
  for (let at = text.indexOf("@"); at >= 0; at = text.indexOf("@", at + 1)) {
    const goesOn = (sign: string, beside: string): boolean => OTHER_SCRIPT.test(beside) || !OTHER_SCRIPT.test(sign);
    let start = at;
    while (
      start > 0 &&
      at - start < LONGEST_LOCAL &&
      LOCAL_SIGN.test(text[start - 1]!) &&
      goesOn(text[start - 1]!, text[at - 1]!)
    )
      start--;
    let end = at + 1;
    while (
      end < text.length &&
      end - at <= LONGEST_DOMAIN &&
      DOMAIN_SIGN.test(text[end]!) &&
      goesOn(text[end]!, text[at + 1]!)
    )
      end++;
    // What stands before by accident: "mailto:", a quote's apostrophe, a list's dash, the name of a field.
    const lead = /^(?:mailto|e-?mail|[.'/=?*#&!-]+)/i.exec(text.slice(start, at))?.[0] ?? "";
    if (!/^[a-z]/i.test(lead) && lead.length < at - start) start += lead.length;
    // Looked for in these few characters alone: the whole text before would be read again for each "@".
    const equals = text.slice(start, at).lastIndexOf("=");
    if (equals >= 0 && start + equals + 1 < at) start += equals + 1;
    while (end > at + 1 && /[.-]/.test(text[end - 1]!)) end--;
    const domain = text.slice(at + 1, end);
    if (start === at || !domain.includes(".")) continue;
    const parsed = parse(domain, { extractHostname: false });
    if (parsed.domain === null || parsed.isIcann !== true) {
      const reserved = /\.(?:example|test|invalid|local|internal|corp|lan)$/i.test(domain);
      if (!reserved) continue;
    }
    const strict = validator.isEmail(text.slice(start, end), { allow_utf8_local_part: true });
    yield { type: "EMAIL", start, end, score: strict ? 0.98 : 0.85 };
  }
}

/** Without the punctuation of the sentence around it, and without a bracket that was opened before it. */
function trimmedUrl(url: string): string {
  let value = url.replace(/[.,;:!?*_~'’]+$/, "");
  for (const [open, close] of ["()", "[]"] as const)
    while (value.endsWith(close!) && value.split(open!).length < value.split(close!).length)
      value = value.slice(0, -1).replace(/[.,;:!?]+$/, "");
  return value;
}

function* schemeUrls(text: string): Generator<RecognizedSpan> {
  for (const match of text.matchAll(SCHEME_URL)) {
    const url = trimmedUrl(match[0]);
    if (url.length > url.indexOf("://") + 3) yield span("URL", match, url, 0.98);
  }
}

function* bareDomains(text: string): Generator<RecognizedSpan> {
  for (const match of text.matchAll(BARE_DOMAIN)) {
    const url = trimmedUrl(match[0]);
    const host = url.split(/[/:]/, 1)[0]!;
    const { domain, isIcann, publicSuffix, subdomain } = parse(host, { extractHostname: false });
    if (domain === null || isIcann !== true || publicSuffix === null) continue;
    const isCertain = /^www\d?\./i.test(host) || url.length > host.length;
    const isWordLike = AMBIGUOUS_ENDINGS.has(publicSuffix.toLowerCase()) || /^\p{Lu}/u.test(publicSuffix);
    const score = isCertain ? 0.95 : isWordLike ? 0 : subdomain === "" || subdomain === null ? 0.85 : 0.9;
    if (score > 0) yield span("URL", match, url, score);
  }
}
