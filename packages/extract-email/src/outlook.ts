import { createRequire } from "node:module";
import { type ExtractionPart, GroundworkError } from "@groundwork/contracts";
import { createTextDecoder, detectCharset, isSupportedCharset } from "@groundwork/media-type";
import type { FieldsData, default as MsgReaderPackage } from "@kenjiuno/msgreader";
import type { MailInput } from "./email-extractor.ts";
import { type MailAddress, type MailAttachment, type Message, messageParts } from "./message.ts";

// The package is CommonJS with a member `default`, which loaders wrap differently: required, it is the same everywhere.
const { default: MsgReader } = createRequire(import.meta.url)("@kenjiuno/msgreader") as typeof MsgReaderPackage;
type MsgReader = InstanceType<typeof MsgReader>;

/** Windows' number of a code page as an encoding. */
function charsetOf(codepage: number | undefined): string | undefined {
  if (codepage === undefined) return undefined;
  const special: Readonly<Record<number, string>> = {
    65001: "utf-8",
    20127: "windows-1252",
    932: "shift_jis",
    936: "gbk",
    949: "euc-kr",
    950: "big5",
    20866: "koi8-r",
    50220: "iso-2022-jp",
    51932: "euc-jp",
    54936: "gb18030",
  };
  const label =
    special[codepage] ??
    (codepage >= 28591 && codepage <= 28606 ? `iso-8859-${codepage - 28590}` : `windows-${codepage}`);
  return isSupportedCharset(label) ? label : undefined;
}

function htmlOf(fields: FieldsData): string | undefined {
  if (fields.html === undefined) return fields.bodyHtml;
  const head = Buffer.from(fields.html.subarray(0, 4_096)).toString("latin1");
  const stated = /charset\s*=\s*["']?([\w.:-]+)/i.exec(head)?.[1];
  const detected = detectCharset(fields.html.subarray(0, 65_536)).charset;
  const charset =
    detected === "utf-8" ? detected : (charsetOf(fields.internetCodepage) ?? stated ?? detected ?? "windows-1252");
  return createTextDecoder(isSupportedCharset(charset) ? charset : "windows-1252").decode(fields.html);
}

const isMail = (text: string | undefined): boolean => /^[^\s@]+@[^\s@]+$/.test(text ?? "");

function recipients(fields: FieldsData, type: "to" | "cc" | "bcc"): MailAddress[] {
  return (fields.recipients ?? [])
    .filter((recipient) => (recipient.recipType ?? "to") === type)
    .map((recipient) => ({
      name: recipient.name ?? "",
      address: [recipient.smtpAddress, recipient.email].find(isMail) ?? "",
    }));
}

const header = (fields: FieldsData, name: string): string | undefined =>
  new RegExp(`^${name}:[ \\t]*(.+)$`, "im").exec((fields.headers ?? "").replace(/\r?\n[ \t]+/g, " "))?.[1]?.trim();

function timeOf(fields: FieldsData): number | undefined {
  for (const text of [fields.clientSubmitTime, fields.messageDeliveryTime, fields.creationTime]) {
    const time = Date.parse(text ?? "");
    if (!Number.isNaN(time)) return time;
  }
  return undefined;
}

function attachmentsOf(reader: MsgReader, fields: FieldsData): MailAttachment[] {
  return (fields.attachments ?? []).flatMap((attachment) => {
    let content: Uint8Array;
    try {
      content = reader.getAttachment(attachment).content;
    } catch {
      return [];
    }
    const isMessage = attachment.innerMsgContent === true;
    const name = attachment.fileName ?? attachment.fileNameShort ?? attachment.name ?? fieldsName(attachment);
    return [
      {
        name: isMessage && name !== undefined && !/\.msg$/i.test(name) ? `${name}.msg` : name,
        mediaType: isMessage ? "application/vnd.ms-outlook" : attachment.attachMimeTag?.toLowerCase(),
        bytes: content,
        isInline:
          attachment.pidContentId !== undefined &&
          attachment.pidContentId !== "" &&
          attachment.attachmentHidden === true,
      },
    ];
  });
}

const fieldsName = (attachment: FieldsData): string | undefined => attachment.innerMsgContentFields?.subject;

function messageOf(reader: MsgReader, fields: FieldsData): Message {
  const attachments = attachmentsOf(reader, fields);
  const html = htmlOf(fields);
  const hasBody = (fields.body ?? "").trim() !== "" || (html ?? "").trim() !== "";
  const senderAddress = [
    fields.senderSmtpAddress,
    fields.sentRepresentingSmtpAddress,
    fields.creatorSMTPAddress,
    fields.senderEmail,
  ].find(isMail);
  return {
    subject: fields.subject,
    from:
      fields.senderName === undefined && senderAddress === undefined
        ? undefined
        : { name: fields.senderName ?? "", address: senderAddress ?? "" },
    to: recipients(fields, "to"),
    cc: recipients(fields, "cc"),
    bcc: recipients(fields, "bcc"),
    sentAt: timeOf(fields),
    messageId: fields.messageId ?? header(fields, "Message-ID"),
    inReplyTo: header(fields, "In-Reply-To"),
    text: fields.body,
    html,
    attachments:
      hasBody || fields.compressedRtf === undefined
        ? attachments
        : [
            ...attachments,
            { name: "body.rtf", mediaType: "application/rtf", bytes: rtfOf(fields.compressedRtf), isInline: false },
          ],
  };
}

function rtfOf(compressed: Uint8Array): Uint8Array {
  const require = createRequire(createRequire(import.meta.url).resolve("@kenjiuno/msgreader"));
  const { decompressRTF } = require("@kenjiuno/decompressrtf") as { decompressRTF: (bytes: number[]) => number[] };
  return Uint8Array.from(decompressRTF(Array.from(compressed)));
}

/** A message of Outlook (MSG). */
export async function* extractOutlook({ document, signal }: MailInput): AsyncGenerator<ExtractionPart> {
  const bytes = await document.content.bytes({ signal });
  const buffer = bytes.slice().buffer;
  const reader = new MsgReader(buffer);
  const fields = reader.getFileData();
  if (fields.error !== undefined || fields.dataType !== "msg") {
    throw new GroundworkError(
      "CORRUPT_DOCUMENT",
      "Expected a message of Outlook (MSG), found something else. Save the message again.",
    );
  }
  const isEncrypted =
    /^IPM\.Note\.(?:SMIME|Secure)$/i.test(fields.messageClass ?? "") ||
    (fields.attachments ?? []).some((attachment) => /\.(?:rpmsg|pgp-encrypted)$/i.test(attachment.fileName ?? ""));
  if (isEncrypted) {
    throw new GroundworkError(
      "PASSWORD_REQUIRED",
      "Expected a readable mail, found an encrypted one (S/MIME, PGP or rights management). Decrypt it where its key is.",
    );
  }
  const message = messageOf(reader, fields);
  const isBlank =
    message.subject === undefined &&
    message.text === undefined &&
    message.html === undefined &&
    message.attachments.length === 0 &&
    message.from === undefined;
  if (isBlank) {
    throw new GroundworkError(
      "CORRUPT_DOCUMENT",
      "Expected a message of Outlook (MSG), found none of its fields. Save the message again.",
    );
  }
  yield* messageParts(message);
}
