import { CLEAR_SHARE, mayBeDelimited, sniffDelimitedText } from "./delimited-text.ts";

/** What a file name says about a text; content may overrule it. */
const TYPE_BY_EXTENSION: Readonly<Record<string, string>> = {
  adoc: "text/asciidoc",
  asciidoc: "text/asciidoc",
  atom: "application/atom+xml",
  c: "text/x-c",
  cc: "text/x-c++",
  cpp: "text/x-c++",
  cs: "text/x-csharp",
  css: "text/css",
  csv: "text/csv",
  eml: "message/rfc822",
  go: "text/x-go",
  h: "text/x-c",
  htm: "text/html",
  html: "text/html",
  ics: "text/calendar",
  java: "text/x-java",
  js: "text/javascript",
  json: "application/json",
  jsonl: "application/x-ndjson",
  kt: "text/x-kotlin",
  log: "text/plain",
  markdown: "text/markdown",
  mbox: "application/mbox",
  md: "text/markdown",
  mdx: "text/markdown",
  mhtml: "multipart/related",
  mht: "multipart/related",
  mjs: "text/javascript",
  ndjson: "application/x-ndjson",
  org: "text/org",
  php: "text/x-php",
  ps1: "text/x-powershell",
  py: "text/x-python",
  r: "text/x-r",
  rb: "text/x-ruby",
  rs: "text/x-rust",
  rss: "application/rss+xml",
  rst: "text/x-rst",
  rtf: "application/rtf",
  scala: "text/x-scala",
  sh: "text/x-shellscript",
  sql: "text/x-sql",
  srt: "application/x-subrip",
  svg: "image/svg+xml",
  swift: "text/x-swift",
  tab: "text/tab-separated-values",
  tex: "text/x-tex",
  toml: "text/x-toml",
  ts: "text/x-typescript",
  tsv: "text/tab-separated-values",
  tsx: "text/x-typescript",
  txt: "text/plain",
  vcf: "text/vcard",
  vtt: "text/vtt",
  xhtml: "application/xhtml+xml",
  xml: "application/xml",
  yaml: "text/yaml",
  yml: "text/yaml",
};

export function extensionOf(fileName: string): string {
  return /\.([A-Za-z0-9]+)$/.exec(fileName)?.[1]?.toLowerCase() ?? "";
}

/** The type that a name or a claim suggests for a text. */
export function hintedTextType(fileName: string, claimed: string | undefined): string | undefined {
  const byName = TYPE_BY_EXTENSION[extensionOf(fileName)];
  if (byName !== undefined) return byName;
  const type = claimed?.split(";")[0]?.trim().toLowerCase();
  if (type === undefined) return undefined;
  if (type === "text/xml") return "application/xml";
  if (type === "application/jsonl" || type === "application/ndjson") return "application/x-ndjson";
  const isText =
    type.startsWith("text/") || type.startsWith("message/") || Object.values(TYPE_BY_EXTENSION).includes(type);
  return isText ? type : undefined;
}

const MAIL_FIELD =
  /^(?:From|To|Cc|Subject|Date|Received|MIME-Version|Message-ID|Return-Path|Delivered-To|Reply-To|Content-Type|Sender|In-Reply-To|References|X-[\w-]+|Newsgroups|Path|DKIM-Signature|Authentication-Results|Organization|Lines)$/i;

/** Fields of a mail's head at the start of the text, lower case. */
function mailFields(text: string): string[] {
  const fields: string[] = [];
  for (const line of text.split(/\r?\n/, 200)) {
    if (/^[ \t]/.test(line) && fields.length > 0) continue;
    const name = /^([A-Za-z][\w-]*):(?:\s|$)/.exec(line)?.[1];
    if (name === undefined) break;
    if (MAIL_FIELD.test(name)) fields.push(name.toLowerCase());
  }
  return fields;
}

const HTML_START =
  /^(?:<!doctype\s+html|<(?:html|head|body|title|meta|link|base|script|style|div|p|span|table|tr|td|h[1-6]|ul|ol|dl|center|font|section|article|header|footer|main|nav|form|br|hr|img|a|b|i|iframe|frameset)(?=[\s>/]))/i;

/** Past byte order mark, white space, comments, processing instructions. */
function afterPreamble(text: string): string {
  let rest = text;
  for (let round = 0; round < 50; round++) {
    const next = rest.replace(/^(?:\s+|<!--[\s\S]*?-->|<\?(?!xml\s)[^>]*\?>)/, "");
    if (next === rest) break;
    rest = next;
  }
  return rest;
}

function xmlType(text: string): string | undefined {
  const body = afterPreamble(text.replace(/^\s*<\?xml\b[\s\S]*?\?>/, ""));
  const declared = /^\s*<\?xml\s/.test(text);
  const doctype = /^<!DOCTYPE\s+([\w:.-]+)/i.exec(body)?.[1]?.toLowerCase();
  const root = /<([A-Za-z_][\w.-]*:)?([A-Za-z_][\w.-]*)((?:\s[^<>]*)?)\/?>/.exec(
    doctype === undefined ? body : body.replace(/^<!DOCTYPE[^[>]*(?:\[[\s\S]*?\]\s*)?>/i, ""),
  );
  const name = (root?.[2] ?? doctype ?? "").toLowerCase();
  const attributes = root?.[3] ?? "";
  if (name === "html") return declared || /xhtml/i.test(attributes) ? "application/xhtml+xml" : "text/html";
  if (doctype === "html") return "text/html";
  if (name === "rss") return "application/rss+xml";
  if (name === "feed" && attributes.includes("www.w3.org/2005/Atom")) return "application/atom+xml";
  if (name === "rdf" && attributes.includes("purl.org/rss/1.0")) return "application/rss+xml";
  if (name === "svg") return "image/svg+xml";
  if (declared || (doctype !== undefined && name !== "")) return "application/xml";
  // No declaration: a root that HTML does not have, opened at the start and closed somewhere.
  const isOwnRoot =
    root?.index === 0 && !HTML_START.test(body) && new RegExp(`</${root[1] ?? ""}${root[2]}\\s*>`).test(text);
  if (isOwnRoot || (root?.index === 0 && (root[1] !== undefined || /\sxmlns/.test(attributes))))
    return "application/xml";
  return undefined;
}

function jsonType(text: string, isWhole: boolean): string | undefined {
  const start = /^[\s\uFEFF]*([{[])/.exec(text)?.[1];
  if (start === undefined) return undefined;
  if (isWhole) {
    try {
      JSON.parse(text);
      return "application/json";
    } catch {
      // Not one value: lines, or no JSON at all.
    }
  }
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== "");
  const whole = isWhole ? lines : lines.slice(0, -1);
  const valid = whole.slice(0, 20).every((line) => {
    try {
      return typeof JSON.parse(line) === "object";
    } catch {
      return false;
    }
  });
  if (valid && whole.length >= 2) return "application/x-ndjson";
  const looksRight =
    start === "{" ? /^[\s\uFEFF]*\{\s*(?:"(?:[^"\\]|\\.)*"\s*:|\})/ : /^[\s\uFEFF]*\[\s*(?:[{["\]\d-]|true|false|null)/;
  // A list of links or a template in brackets is prose: a long document must have the marks of JSON in it.
  const marks = text.slice(0, 4_000).match(/"\s*[:,\]}]/g)?.length ?? 0;
  return looksRight.test(text) && (!isWhole || marks >= 3) && marks >= 1 ? "application/json" : undefined;
}

/** Marks of Markdown that no other kind of text has; prose with one star is not Markdown. */
function markdownScore(text: string): number {
  const count = (pattern: RegExp): number => text.match(pattern)?.length ?? 0;
  return (
    (/^---\r?\n(?:\w[\w-]*:.*\r?\n|[ \t-].*\r?\n)+---\r?\n/.test(text) ? 3 : 0) +
    Math.min(3, count(/^#{1,6} \S/gm)) +
    Math.min(2, count(/^```/gm)) * 1.5 +
    Math.min(3, count(/\[[^\]\n]+\]\([^)\s]+\)/g)) +
    Math.min(2, count(/\*\*[^*\n]+\*\*/g)) +
    (count(/^\|(?:\s*:?-+:?\s*\|)+\s*$/gm) > 0 ? 2 : 0)
  );
}

interface TextType {
  readonly mediaType: string;
  readonly confidence: number;
}

const sure = (mediaType: string, confidence = 0.95): TextType => ({ mediaType, confidence });

/** What the first characters alone tell. `body` is the text past its preamble. */
function signatureType(text: string, body: string): string | undefined {
  if (/^\s*\{\\rtf/.test(text)) return "application/rtf";
  if (/^WEBVTT(?:[ \t\r\n]|$)/.test(body)) return "text/vtt";
  if (/^\d+\s*\r?\n\d{1,2}:\d{2}:\d{2}[,.]\d{1,3}\s*-->/.test(body)) return "application/x-subrip";
  if (/^BEGIN:VCALENDAR/i.test(body)) return "text/calendar";
  if (/^BEGIN:VCARD/i.test(body)) return "text/vcard";
  if (/^%!PS/.test(body)) return "application/postscript";
  if (/^-----BEGIN (?:PKCS7|CMS)-----/.test(body)) return "application/pkcs7-mime";
  return undefined;
}

const PAGE_START = /^(?:<!doctype\s+html|<html[\s>])/i;
/** A line that may be a field of a mail, the envelope of a mailbox, a tag or JSON: such a text is looked at as a whole. */
const MAY_BE_STRUCTURED = /^(?:[<{[]|From |[A-Za-z][\w-]*:(?:\s|$))/;

/** Characters past the preamble that must be there, unless the text is shorter. */
const LEAST_OPENING = 256;

/**
 * Confirms from the opening and the first lines that a text named as prose or Markdown is what its name says. `undefined`: it
 * takes the whole head to tell. `bytes` are the head without a mark, `opening` its first characters.
 */
export function confirmedTextType(
  opening: string,
  bytes: Uint8Array,
  isWhole: boolean,
  fileName: string,
  claimed: string | undefined,
): TextType | undefined {
  const hint = hintedTextType(fileName, claimed);
  if (hint !== "text/markdown" && hint !== "text/plain") return undefined;
  const body = afterPreamble(opening);
  const isAll = isWhole && opening.length >= bytes.length;
  if ((body.length < LEAST_OPENING && !isAll) || signatureType(opening, body) !== undefined) return undefined;
  // A declaration, or a comment that does not end in the opening.
  if (/^<[!?]/.test(body)) return undefined;
  if (hint === "text/markdown") return PAGE_START.test(body) ? undefined : sure(hint);
  if (MAY_BE_STRUCTURED.test(body) || MAY_BE_STRUCTURED.test(opening.trimStart())) return undefined;
  return mayBeDelimited(bytes, isWhole) ? undefined : sure(hint, 0.9);
}

/** Tells what kind of text a decoded head is. */
export function textMediaType(text: string, isWhole: boolean, fileName: string, claimed: string | undefined): TextType {
  const hint = hintedTextType(fileName, claimed);
  const body = afterPreamble(text.replace(/^\uFEFF/, ""));
  const signature = signatureType(text, body);
  if (signature !== undefined) return sure(signature, 1);

  // Markdown may be full of HTML; only a whole page makes it one.
  const isPage = PAGE_START.test(body);
  if (hint === "text/markdown" && !isPage) return sure("text/markdown");
  const xml = /^\s*</.test(body) || /^\s*<\?xml/.test(text) ? xmlType(text.trimStart()) : undefined;
  if (xml !== undefined) return sure(xml);
  if (HTML_START.test(body)) return sure("text/html", isPage ? 1 : 0.8);

  const fields = mailFields(body);
  const isMime = fields.includes("mime-version") && fields.includes("content-type");
  const isMailHead = new Set(fields).size >= 3 || isMime || (new Set(fields).size >= 2 && hint === "message/rfc822");
  const isEnvelope = /^From \S+ +(?:\w{3} \w{3} +\d|.*\d{4}\s*\r?\n[\w-]+:)/.test(body);
  if (isEnvelope || (hint === "application/mbox" && body.startsWith("From "))) return sure("application/mbox");
  if (
    isMailHead &&
    /^Content-Type:\s*multipart\/related/im.test(body.slice(0, 4_000)) &&
    /^Snapshot-Content-Location:|^From: <Saved by/im.test(body.slice(0, 4_000))
  ) {
    return sure("multipart/related");
  }
  if (isMailHead) return sure(hint === "multipart/related" ? hint : "message/rfc822");

  const json = jsonType(text, isWhole);
  if (json !== undefined) return sure(hint === "application/x-ndjson" ? hint : json);

  const delimited = sniffDelimitedText(text, isWhole);
  if (hint === "text/csv" || hint === "text/tab-separated-values") {
    const mediaType = delimited?.delimiter === "\t" ? "text/tab-separated-values" : "text/csv";
    return sure(delimited === undefined ? hint : mediaType, 0.9);
  }
  // Kinds of text that only their name tells apart.
  if (hint !== undefined && hint !== "text/plain" && hint !== "application/xml" && hint !== "application/json") {
    const tags = text.match(/<\/?[a-z][a-z0-9]*[\s>]/gi)?.length ?? 0;
    if (!hint.includes("html") || tags > 0) return sure(hint, 0.8);
  }
  if (delimited !== undefined && delimited.confidence >= CLEAR_SHARE) {
    return sure(delimited.delimiter === "\t" ? "text/tab-separated-values" : "text/csv", 0.7);
  }
  if (hint !== "text/plain" && /^\s*<|<(?:html|body|head)\b/i.test(text)) {
    const closings = text.match(/<\/(?:p|div|td|tr|table|a|h[1-6]|li|ul|body|html|head|title)>/gi)?.length ?? 0;
    if (closings >= 3) return sure("text/html", 0.7);
  }
  if (hint === undefined && markdownScore(text.slice(0, 20_000)) >= 4) return sure("text/markdown", 0.6);
  return sure("text/plain", hint === "text/plain" ? 0.9 : 0.6);
}
