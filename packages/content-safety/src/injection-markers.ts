/** Marks by which chat templates part the speakers of a conversation. */
const TEMPLATES =
  /<\|[a-z_]{2,24}\|>|\[\/?INST\]|<<\/?SYS>>|<\/?(?:system|assistant|user|instructions?|prompt)>|^\s*#{2,4} ?(?:system|instructions?|assistant|human|user|response)\b|^\s*\[?(?:system|assistant|human)\]?(?: (?:note|prompt|message|override))?:|"role"\s*:\s*"(?:system|assistant|user|developer)"/im;

/** Whether a segment holds marks of a chat template or names a speaker of one. */
export function findTemplates(text: string): boolean {
  return TEMPLATES.test(text);
}

export interface AddressFindings {
  /** A web address, a domain or an e-mail address. */
  readonly any: boolean;
  /** An address with a place to be filled in, or a picture with a query: a way to carry text out. */
  readonly template: boolean;
}

const ADDRESS =
  /https?:\/\/|\bwww\.|[\w.+-]{1,64}@[\w-]{1,64}\.[a-z]{2,}|\b[a-z0-9-]{2,63}\.(?:com|net|org|io|xyz|info|ru|cn|biz|co|app|dev|ai|site|online|top|me|link)\b/i;
const WEB_ADDRESS = /https?:\/\/[^\s)]{1,300}/gi;
/** A place to be filled in. */
const BLANK = /\{[^{}]{1,40}\}|\[[A-Z_]{3,40}\]|<[a-z_]{3,40}>|%s/;
const PICTURE = /!\[[^\]]{0,80}\]\(https?:[^)\s?]{0,200}\?/i;

function holdsTemplate(text: string): boolean {
  for (const match of text.matchAll(WEB_ADDRESS)) if (BLANK.test(match[0])) return true;
  return PICTURE.test(text);
}

/** Whether anything in a text can be an address: a stop inside a word, a commercial at, or "://". */
function mayHoldAddress(text: string): boolean {
  for (let at = 0; at < text.length - 1; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x40) return true;
    const next = text.charCodeAt(at + 1);
    if ((code === 0x2e && (next | 0x20) >= 0x61 && (next | 0x20) <= 0x7a) || (code === 0x3a && next === 0x2f))
      return true;
  }
  return false;
}

export function findAddresses(text: string): AddressFindings {
  const any = mayHoldAddress(text) && ADDRESS.test(text);
  return { any, template: any && holdsTemplate(text) };
}

/** Runs of Base64, among them those of hexadecimal digits. */
const BASE64_RUN = /[A-Za-z0-9+/]{32,}={0,2}/g;

/** Whether a text has 32 characters without a blank in a row. */
function hasLongRun(text: string): boolean {
  let run = 0;
  for (let at = 0; at < text.length; at++) {
    run = text.charCodeAt(at) > 0x20 ? run + 1 : 0;
    if (run === 32) return true;
  }
  return false;
}

/** Share of a segment's characters that stand in runs of Base64 or hexadecimal digits. */
export function encodedShare(text: string): number {
  if (!hasLongRun(text)) return 0;
  let length = 0;
  for (const match of text.matchAll(BASE64_RUN)) length += match[0].length;
  return text.length === 0 ? 0 : length / text.length;
}

/** The readable texts that a segment holds in Base64 or hexadecimal digits. At most four, of at most 600 characters. */
export function decodedTexts(text: string): string[] {
  const found: string[] = [];
  for (const match of text.matchAll(BASE64_RUN)) {
    if (found.length === 4) break;
    const run = match[0].slice(0, 1_200);
    const isHex = /^[0-9a-fA-F]+$/.test(run);
    const decoded = isHex ? Buffer.from(run, "hex").toString("utf8") : Buffer.from(run, "base64").toString("utf8");
    if (isReadable(decoded)) found.push(decoded.slice(0, 600));
  }
  return found;
}

/** Mostly letters and blanks, no broken characters. */
function isReadable(text: string): boolean {
  if (text.length < 12 || text.includes("�")) return false;
  let letters = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code < 0x20 && code !== 0x0a && code !== 0x09) return false;
    if (code === 0x20 || (code | 0x20) >= 0x61) letters++;
  }
  return letters / text.length > 0.8 && text.includes(" ");
}
