import {
  type Attributes,
  type ChildDocument,
  type DocumentElement,
  type DocumentMetadata,
  type ExtractionPart,
  isUnseen,
} from "@groundwork/contracts";
import { convertHtml, createElementBatch, hiddenTextWarning } from "@groundwork/html-elements";
import { childNames } from "./child-names.ts";

export interface MailAddress {
  readonly name: string;
  readonly address: string;
}

export interface MailAttachment {
  readonly name: string | undefined;
  readonly mediaType: string | undefined;
  readonly bytes: Uint8Array;
  /** A picture shown inside the body. */
  readonly isInline: boolean;
}

/** A message as both formats give it. */
export interface Message {
  readonly subject: string | undefined;
  readonly from: MailAddress | undefined;
  readonly to: readonly MailAddress[];
  readonly cc: readonly MailAddress[];
  readonly bcc: readonly MailAddress[];
  /** Milliseconds since the epoch. */
  readonly sentAt: number | undefined;
  readonly messageId: string | undefined;
  readonly inReplyTo: string | undefined;
  readonly text: string | undefined;
  readonly html: string | undefined;
  readonly attachments: readonly MailAttachment[];
}

/** Pictures of signatures and trackers: not worth a document of their own. Bytes. */
const SMALL_PICTURE = 8_192;
const MOST_PARAGRAPH = 20_000;

export function cleanLine(text: string): string {
  return text
    .replace(/\p{Cc}+/gu, " ")
    .replace(/\s+/g, " ")
    .trim()
    .toWellFormed()
    .normalize("NFC");
}

function cleanBlock(text: string): string {
  return text
    .replace(/\u00a0/g, " ")
    .replace(/[^\n\t\P{Cc}]|[\u200b\ufeff\u00ad]/gu, "")
    .replace(/(?<![ \t])[ \t]+$/gm, "")
    .replace(/^\n+/, "")
    .trimEnd()
    .toWellFormed()
    .normalize("NFC");
}

const shown = ({ name, address }: MailAddress): string => {
  const [clean, mail] = [cleanLine(name), cleanLine(address)];
  if (clean === "" || clean === mail) return mail;
  return mail === "" ? clean : `${clean} <${mail}>`;
};

const list = (addresses: readonly MailAddress[]): string[] => addresses.map(shown).filter((text) => text !== "");

/** The head of the message, as a reader sees it. */
function* headElements(message: Message): Generator<DocumentElement> {
  const subject = cleanLine(message.subject ?? "");
  if (subject !== "") yield { kind: "title", text: subject };
  const lines = [
    ["From", message.from === undefined ? [] : list([message.from])],
    ["To", list(message.to)],
    ["Cc", list(message.cc)],
    ["Bcc", list(message.bcc)],
    ["Date", message.sentAt === undefined ? [] : [new Date(message.sentAt).toISOString().replace(".000Z", "Z")]],
  ] as const;
  const text = lines
    .flatMap(([name, values]) => (values.length === 0 ? [] : [`${name}: ${values.slice(0, 200).join(", ")}`]))
    .join("\n");
  if (text !== "") yield { kind: "paragraph", text };
}

function* blockElements(lines: readonly string[], kind: "paragraph" | "quote"): Generator<DocumentElement> {
  const bullet = /^\s*([-*•]|\d{1,3}[.)])\s+(\S.*)$/;
  if (lines.length > 0 && bullet.test(lines[0]!) && kind === "paragraph") {
    let item: { text: string; marker: string } | undefined;
    for (const line of [...lines, undefined]) {
      const match = line === undefined ? null : bullet.exec(line);
      if (line !== undefined && match === null && item !== undefined) {
        item.text += `\n${line.trim()}`;
        continue;
      }
      const text = cleanBlock(item?.text ?? "");
      if (item !== undefined && text !== "")
        yield { kind: "list_item", level: 0, text, attributes: { marker: item.marker } };
      item = match === null ? undefined : { text: match[2]!, marker: match[1]! };
    }
    return;
  }
  const text = cleanBlock(lines.join("\n"));
  for (let start = 0; start < text.length; start += MOST_PARAGRAPH) {
    const part = cleanBlock(text.slice(start, start + MOST_PARAGRAPH));
    if (part !== "") yield { kind, text: part };
  }
}

/** A plain body: paragraphs at blank lines; lines that start with `>` are what is replied to. */
export function* plainBodyElements(body: string): Generator<DocumentElement> {
  let lines: string[] = [];
  let kind: "paragraph" | "quote" = "paragraph";
  for (const raw of body.split(/\r\n|\n|\r/)) {
    const isQuote = /^>/.test(raw);
    const line = isQuote ? raw.replace(/^(?:> ?)+/, "") : raw;
    const next = isQuote ? "quote" : "paragraph";
    if (next !== kind || line.trim() === "") {
      yield* blockElements(lines, kind);
      lines = [];
    }
    kind = next;
    if (line.trim() !== "") lines.push(line);
  }
  yield* blockElements(lines, kind);
}

const lengthOf = (elements: readonly DocumentElement[]): number =>
  elements.reduce((sum, element) => sum + element.text.length, 0);

/** The plain body; the HTML body where there is no other, or the plain one only says that there is an HTML one. */
function bodyOf({ text, html }: Message): { elements: readonly DocumentElement[]; hiddenCharacters: number } {
  const plain = { elements: [...plainBodyElements(text ?? "")], hiddenCharacters: 0 };
  if (html === undefined || html.trim() === "") return plain;
  if (lengthOf(plain.elements) > 400) return plain;
  const rich = convertHtml(html, { mainContent: false });
  const shown = rich.elements.filter((element) => !isUnseen(element));
  const isRicher = plain.elements.length === 0 || lengthOf(plain.elements) < lengthOf(shown) * 0.3;
  return isRicher ? rich : plain;
}

function metadataOf(message: Message): DocumentMetadata {
  const { from, sentAt } = message;
  const subject = cleanLine(message.subject ?? "");
  const author = from === undefined ? "" : cleanLine(from.name) || cleanLine(from.address);
  const attributes: Record<string, Attributes[string]> = {};
  if (from !== undefined && cleanLine(from.address) !== "") attributes.from = cleanLine(from.address);
  for (const [name, addresses] of [
    ["to", message.to],
    ["cc", message.cc],
  ] as const) {
    const values = addresses
      .map(({ address, name: shownName }) => cleanLine(address) || cleanLine(shownName))
      .filter((value) => value !== "");
    if (values.length > 0) attributes[name] = values;
  }
  if (message.messageId !== undefined) attributes.messageId = cleanLine(message.messageId);
  if (message.inReplyTo !== undefined && message.inReplyTo !== "") attributes.inReplyTo = cleanLine(message.inReplyTo);
  return {
    ...(subject === "" ? {} : { title: subject }),
    ...(author === "" ? {} : { author }),
    ...(sentAt === undefined ? {} : { createdAt: sentAt }),
    ...(Object.keys(attributes).length === 0 ? {} : { attributes }),
  };
}

/** A message as parts: metadata, head, body, then attachments as children. */
export function* messageParts(message: Message): Generator<ExtractionPart> {
  const metadata = metadataOf(message);
  if (Object.keys(metadata).length > 0) yield { type: "metadata", metadata };
  const batch = createElementBatch();
  yield* batch.add(headElements(message));
  const { elements, hiddenCharacters } = bodyOf(message);
  yield* batch.add(elements);
  yield* batch.finish();
  const warning = hiddenTextWarning(hiddenCharacters);
  if (warning !== undefined) yield { type: "warning", warning };
  const nameOf = childNames();
  for (const attachment of message.attachments) {
    const isPicture = attachment.mediaType?.startsWith("image/") === true;
    if (attachment.bytes.length === 0 || (attachment.isInline && isPicture && attachment.bytes.length < SMALL_PICTURE))
      continue;
    const child: ChildDocument = {
      name: nameOf(attachment.name, attachment.mediaType),
      bytes: attachment.bytes,
      ...(attachment.mediaType === undefined ? {} : { claimedMediaType: attachment.mediaType }),
    };
    yield { type: "child", child };
  }
}
