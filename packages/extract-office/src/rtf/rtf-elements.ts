import type { DocumentElement, DocumentMetadata } from "@groundwork/contracts";
import { cleanLine } from "../text.ts";
import type { RtfParagraphFormat } from "./rtf-state.ts";

/** A longer paragraph with a heading's style is a paragraph that got it by mistake. */
const MAX_HEADING_CHARACTERS = 400;

/** Whether a list marker counts; others are bullets. */
export function isNumberMarker(marker: string): boolean {
  return /[\dA-Za-z]/.test(marker) && marker !== "o";
}

/** A paragraph as the element that its style and list marker make it. */
export function rtfParagraph(
  text: string,
  marker: string,
  format: RtfParagraphFormat,
  styles: ReadonlyMap<number, string>,
): DocumentElement {
  const { style, outline, level } = format;
  const name = style === undefined ? "" : (styles.get(style) ?? "");
  const heading = /^heading ([1-9])$/.exec(name);
  const headingLevel = outline !== undefined && outline < 9 ? outline + 1 : heading === null ? 0 : Number(heading[1]);
  if (name === "title") return { kind: "title", text: cleanLine(text) };
  if (headingLevel > 0 && text.length <= MAX_HEADING_CHARACTERS) {
    const shown = cleanLine(text);
    return { kind: "heading", level: headingLevel, text: isNumberMarker(marker) ? `${marker} ${shown}` : shown };
  }
  if (marker !== "") {
    const isNumber = isNumberMarker(marker);
    const simple = !isNumber || /^[\dA-Za-z]{1,4}[.)]$/.test(marker);
    return {
      kind: "list_item",
      level: Math.max(0, level),
      text: simple ? text : `${marker} ${text}`,
      attributes: { marker: isNumber ? marker : "•" },
    };
  }
  return { kind: name === "caption" ? "caption" : "paragraph", text };
}

/** Words that state a time, from the year to the minute. */
export const TIME_WORDS: readonly string[] = ["yr", "mo", "dy", "hr", "min"];

/** Milliseconds since the epoch, from the values of {@link TIME_WORDS}. */
export function rtfTime([year = 0, month = 1, day = 1, hour = 0, minute = 0]: readonly number[]): number {
  return Date.UTC(year, month - 1, day, hour, minute);
}

/** Metadata from the destinations of the information group. */
export function rtfMetadata(info: ReadonlyMap<string, string>): DocumentMetadata {
  const value = (name: string): string | undefined => info.get(name) || undefined;
  const [title, author, subject, company] = [value("title"), value("author"), value("subject"), value("company")];
  const [createdAt, modifiedAt] = [value("creatim"), value("revtim")];
  const tags = (value("keywords") ?? "").split(/[,;]/).flatMap((tag) => (tag.trim() === "" ? [] : [tag.trim()]));
  const attributes = {
    ...(subject === undefined ? {} : { subject }),
    ...(company === undefined ? {} : { company }),
  };
  return {
    ...(title === undefined ? {} : { title }),
    ...(author === undefined ? {} : { author }),
    ...(createdAt === undefined ? {} : { createdAt: Number(createdAt) }),
    ...(modifiedAt === undefined ? {} : { modifiedAt: Number(modifiedAt) }),
    ...(tags.length > 0 ? { tags } : {}),
    ...(Object.keys(attributes).length > 0 ? { attributes } : {}),
  };
}
