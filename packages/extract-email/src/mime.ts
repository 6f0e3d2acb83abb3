import { type ExtractionPart, GroundworkError } from "@groundwork/contracts";
import { createTextDecoder, detectCharset } from "@groundwork/media-type";
import PostalMime, { type Address, type Email } from "postal-mime";
import type { MailInput } from "./email-extractor.ts";
import { type MailAddress, type Message, messageParts } from "./message.ts";

const flat = (addresses: readonly Address[] | undefined): MailAddress[] =>
  (addresses ?? []).flatMap((address) =>
    address.group === undefined ? [{ name: address.name, address: address.address }] : address.group,
  );

function timeOf(email: Email): number | undefined {
  if (email.date === undefined) return undefined;
  const raw = email.headers.find((header) => header.key === "date")?.value ?? email.date;
  // Without a zone the time would depend on the machine that reads it.
  if (!/(?:[+-]\d{4}|\b(?:GMT|UTC?|Z|[ECMP][SD]T))\b|Z$/i.test(raw)) return undefined;
  const time = Date.parse(email.date);
  return Number.isNaN(time) ? undefined : time;
}

const contentType = (email: Email): string =>
  email.headers.find((header) => header.key === "content-type")?.value.toLowerCase() ?? "";

function refuseEncrypted(email: Email): void {
  const type = contentType(email);
  const isEnveloped =
    /application\/(?:x-)?pkcs7-mime/.test(type) && !/smime-type\s*=\s*"?(?:signed|compressed)/.test(type);
  if (isEnveloped || type.startsWith("multipart/encrypted")) {
    throw new GroundworkError(
      "PASSWORD_REQUIRED",
      "Expected a readable mail, found an encrypted one (S/MIME or PGP). Decrypt it where its key is.",
    );
  }
  if (email.attachments.some((attachment) => attachment.mimeType === "application/x-microsoft-rpmsg-message")) {
    throw new GroundworkError(
      "PASSWORD_REQUIRED",
      "Expected a readable mail, found one under rights management. Export it unprotected.",
    );
  }
}

/** Old programs send their own encoding without saying so: such bytes are decoded before the parser takes them for Latin. */
function repaired(bytes: Uint8Array): Uint8Array {
  const head = Buffer.from(bytes.subarray(0, 65_536)).toString("latin1");
  if (/charset\s*=/i.test(head) || !/[\x80-\xff]/.test(head)) return bytes;
  const { charset } = detectCharset(bytes.subarray(0, 65_536));
  return charset === undefined || charset === "utf-8"
    ? bytes
    : new TextEncoder().encode(createTextDecoder(charset).decode(bytes));
}

/** A message of which only the text is there, as some archives keep them. */
function bareText(bytes: Uint8Array): Message {
  const { charset } = detectCharset(bytes.subarray(0, 65_536));
  if (charset === undefined) {
    throw new GroundworkError("CORRUPT_DOCUMENT", "Expected a mail, found binary data. Check the file.");
  }
  return {
    subject: undefined,
    from: undefined,
    to: [],
    cc: [],
    bcc: [],
    sentAt: undefined,
    messageId: undefined,
    inReplyTo: undefined,
    text: createTextDecoder(charset).decode(bytes),
    html: undefined,
    attachments: [],
  };
}

/** Text of parts that lack the blank line after their head, which the parser takes for fields. */
function partsWithoutHead(bytes: Uint8Array, email: Email): string | undefined {
  const type = email.headers.find((header) => header.key === "content-type")?.value ?? "";
  const boundary = /boundary\s*=\s*(?:"([^"]+)"|([^\s;]+))/i.exec(type);
  const mark = boundary?.[1] ?? boundary?.[2];
  if (mark === undefined || bytes.length > 1_000_000) return undefined;
  const parts = new TextDecoder().decode(bytes).split(`--${mark}`).slice(1);
  const texts = parts.filter((part) => !/^\s*(?:[\w-]+:|--|$)/.test(part)).map((part) => part.trim());
  return texts.length === 0 ? undefined : texts.join("\n\n");
}

/** Reads the bytes of one message. */
export async function parseMime(bytes: Uint8Array): Promise<Message> {
  let start = 0;
  // One message of an mbox still carries its envelope line; junk before the head is skipped with it.
  while (start < bytes.length && (bytes[start] === 10 || bytes[start] === 13)) start++;
  if (Buffer.from(bytes.subarray(start, start + 5)).toString("latin1") === "From ")
    start = bytes.indexOf(10, start) + 1;
  const email = await PostalMime.parse(repaired(bytes.subarray(start)), {
    attachmentEncoding: "arraybuffer",
    forceRfc822Attachments: true,
  });
  const isMail = email.headers.some(({ key }) =>
    /^(?:from|to|subject|date|received|mime-version|content-type|message-id|return-path|newsgroups|x-.*)$/.test(key),
  );
  if (!isMail) return bareText(bytes.subarray(start));
  refuseEncrypted(email);
  return {
    subject: email.subject,
    from: flat(email.from === undefined ? undefined : [email.from])[0],
    to: flat(email.to),
    cc: flat(email.cc),
    bcc: flat(email.bcc),
    sentAt: timeOf(email),
    messageId: email.messageId,
    inReplyTo: email.inReplyTo,
    text: email.text ?? (email.html === undefined ? partsWithoutHead(bytes.subarray(start), email) : undefined),
    html: email.html,
    attachments: email.attachments
      .filter(({ mimeType }) => !/^application\/(?:x-)?(?:pkcs7-signature|pgp-signature)$/.test(mimeType))
      .map((attachment) => ({
        name: attachment.filename ?? undefined,
        mediaType: attachment.mimeType.toLowerCase(),
        bytes: bytesOf(attachment.content),
        isInline:
          attachment.related === true || (attachment.disposition === "inline" && attachment.contentId !== undefined),
      })),
  };
}

function bytesOf(content: ArrayBuffer | Uint8Array | string): Uint8Array {
  if (typeof content === "string") return new TextEncoder().encode(content);
  return content instanceof Uint8Array ? content : new Uint8Array(content);
}

/** A message in MIME. */
export async function* extractMime({ document, signal }: MailInput): AsyncGenerator<ExtractionPart> {
  yield* messageParts(await parseMime(await document.content.bytes({ signal })));
}
