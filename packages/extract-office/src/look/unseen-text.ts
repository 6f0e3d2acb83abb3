import {
  type DocumentElement,
  type ElementLocation,
  type ExtractionWarning,
  HIDDEN_ATTRIBUTE,
  isUnseen,
} from "@groundwork/contracts";
import { cleanText } from "../text.ts";

/** Why nobody reads a text: see `UNSEEN_REASONS` of the contracts. */
export type UnseenReason = "color" | "size" | "off_page" | "invisible";

/** A stretch of text that nobody sees. */
export interface UnseenStretch {
  readonly reason: UnseenReason;
  text: string;
}

/** Letters up to this size cannot be read. Points. */
export const MOST_UNREADABLE_POINTS = 1.5;

const HAS_WORDS = /[\p{L}\p{N}]/u;

/** Adds a text to the stretches; one with the reason of the last goes on in it. `isApart`: visible text stands between. */
export function addUnseen(stretches: UnseenStretch[], reason: UnseenReason, text: string, isApart: boolean): void {
  const last = stretches.at(-1);
  if (last?.reason === reason) last.text += isApart ? ` ${text}` : text;
  else if (text.trim() !== "") stretches.push({ reason, text });
}

/** The stretches as elements. Those without a letter or digit are no text. */
export function* unseenElements(
  stretches: Iterable<UnseenStretch>,
  location?: ElementLocation,
): Generator<DocumentElement> {
  for (const { reason, text } of stretches) {
    const cleaned = cleanText(text).trim();
    if (!HAS_WORDS.test(cleaned)) continue;
    yield {
      kind: "paragraph",
      text: cleaned,
      ...(location === undefined ? {} : { location }),
      attributes: { [HIDDEN_ATTRIBUTE]: reason },
    };
  }
}

/** An element of a sheet or slide that its author hid. What nobody sees on it all the same keeps its reason. */
export function asHidden(element: DocumentElement): DocumentElement {
  return isUnseen(element)
    ? element
    : { ...element, attributes: { ...element.attributes, [HIDDEN_ATTRIBUTE]: "true" } };
}

/** Tells how much text was left out because the document does not show it; `undefined` when there was none. */
export function hiddenTextWarning(characters: number): ExtractionWarning | undefined {
  if (characters === 0) return undefined;
  return {
    code: "hidden-text",
    message: `${characters} characters that the document holds and does not show were left out.`,
  };
}
