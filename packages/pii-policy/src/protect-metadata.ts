import type { Attributes, AttributeValue, DocumentMetadata, PiiFinding } from "@groundwork/contracts";
import type { TextInContext } from "./detect-texts.ts";
import { type Protection, protectString } from "./protect-element.ts";
import { protectText } from "./protect-text.ts";

const AUTHOR = "Author";
/** Who wrote a document is a person unless a detector says that it is something else. */
const AUTHOR_SCORE = 0.9;

function* attributeTexts(attributes: Attributes): Generator<TextInContext> {
  for (const [context, value] of Object.entries(attributes))
    for (const text of Array.isArray(value) ? (value as readonly string[]) : [value])
      if (typeof text !== "boolean") yield { text: String(text), context };
}

/** Every text of a document's metadata that may hold personal data. */
export function* metadataTexts({
  title,
  author,
  tags = [],
  attributes = {},
}: DocumentMetadata): Generator<TextInContext> {
  if (title !== undefined) yield { text: title };
  if (author !== undefined) yield { text: author, context: AUTHOR };
  for (const text of tags) yield { text };
  yield* attributeTexts(attributes);
}

function protectAuthor(author: string, protection: Protection): string {
  const entry = { text: author, context: AUTHOR };
  const found = protection.detected.of(entry);
  const whole: PiiFinding = { type: "NAME", start: 0, end: author.length, score: AUTHOR_SCORE, detector: "author" };
  return protectText(author, found.length > 0 ? [found] : [[whole]], protection.replace).replaced.text;
}

function protectAttribute(context: string, value: AttributeValue, protection: Protection): AttributeValue {
  const of = (text: string): string => protectString(protection, { text, context }).replaced.text;
  if (typeof value === "boolean") return value;
  if (typeof value === "number") {
    const text = of(String(value));
    return text === String(value) ? value : text;
  }
  return typeof value === "string" ? of(value) : value.map(of);
}

export function protectMetadata(metadata: DocumentMetadata, protection: Protection): DocumentMetadata {
  const { title, author, tags, attributes } = metadata;
  const of = (text: string): string => protectString(protection, { text }).replaced.text;
  return {
    ...metadata,
    ...(title === undefined ? {} : { title: of(title) }),
    ...(author === undefined ? {} : { author: protectAuthor(author, protection) }),
    ...(tags === undefined ? {} : { tags: tags.map(of) }),
    ...(attributes === undefined
      ? {}
      : {
          attributes: Object.fromEntries(
            Object.entries(attributes).map(([name, value]) => [name, protectAttribute(name, value, protection)]),
          ),
        }),
  };
}
