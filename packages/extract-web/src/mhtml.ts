import { type ExtractionPart, GroundworkError } from "@groundwork/contracts";
import { pageParts } from "./html.ts";
import type { WebInput } from "./web-extractor.ts";

const MOST_BYTES = 256_000_000;

function headerOf(head: string, name: string): string {
  const unfolded = head.replace(/\r?\n[ \t]+/g, " ");
  return new RegExp(`^${name}:\\s*(.*)$`, "im").exec(unfolded)?.[1]?.trim() ?? "";
}

function decodeBody(body: string, encoding: string): Uint8Array {
  if (/base64/i.test(encoding)) return new Uint8Array(Buffer.from(body, "base64"));
  if (!/quoted-printable/i.test(encoding)) return new Uint8Array(Buffer.from(body, "latin1"));
  const text = body
    .replace(/[ \t]+(?=\r?\n)/g, "")
    .replace(/=\r?\n/g, "")
    .replace(/=([0-9A-Fa-f]{2})/g, (_whole, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)));
  return new Uint8Array(Buffer.from(text, "latin1"));
}

/** A page saved with its pictures: the first HTML part is the page. */
export async function* extractMhtml({
  document,
  signal,
  mainContent,
  hidden,
}: WebInput): AsyncGenerator<ExtractionPart> {
  if (document.content.size > MOST_BYTES) {
    throw new GroundworkError(
      "DOCUMENT_TOO_LARGE",
      `Expected a saved page of at most ${MOST_BYTES} bytes, found a larger one.`,
    );
  }
  const source = Buffer.from(await document.content.bytes({ signal })).toString("latin1");
  const headEnd = /\r?\n\r?\n/.exec(source);
  const head = headEnd === null ? "" : source.slice(0, headEnd.index);
  const boundary = /boundary\s*=\s*(?:"([^"]+)"|([^\s;]+))/i.exec(headerOf(head, "Content-Type"));
  const mark = boundary?.[1] ?? boundary?.[2];
  const parts = mark === undefined ? [source] : source.split(`--${mark}`).slice(1);
  for (const part of parts) {
    const start = part.replace(/^\r?\n/, "");
    const split = /\r?\n\r?\n/.exec(start);
    if (split === null) continue;
    const partHead = start.slice(0, split.index);
    const type = headerOf(partHead, "Content-Type");
    if (!/text\/html|application\/xhtml/i.test(type)) continue;
    const charset = /charset\s*=\s*"?([\w.:-]+)/i.exec(type)?.[1];
    const body = decodeBody(
      start.slice(split.index + split[0].length),
      headerOf(partHead, "Content-Transfer-Encoding"),
    );
    yield* pageParts([body], { mainContent, hidden, ...(charset === undefined ? {} : { charset }) });
    return;
  }
  throw new GroundworkError(
    "CORRUPT_DOCUMENT",
    "Expected a saved page (MHTML), found no HTML part in it. Save the page again.",
  );
}
